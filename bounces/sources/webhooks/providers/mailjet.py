"""Mailjet: JSON, one event or a list, unsigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import items, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted
from bounces.sources.webhooks.stored_request import StoredRequest

# `error` of bounce and blocked events, as Mailjet's event documentation lists them.
_ERRORS = {
    "user unknown": "userunknown",
    "mailbox inactive": "suspend",
    "quota exceeded": "mailboxfull",
    "invalid domain": "hostunknown",
    "no mail host": "hostunknown",
    "relay/access denied": "norelaying",
    "greylisted": "ratelimited",
    "typofix": "userunknown",
    "blacklisted": "suppressed",
    "spam reporter": "suppressed",
    "preblocked": "suppressed",
    "sender blocked": "blocked",
    "content blocked": "spamdetected",
    "policy issue": "policyviolation",
    "system issue": "systemerror",
    "protocol issue": "systemerror",
    "connection issue": "networkerror",
    "duplicate in campaign": "suppressed",
    "bot blocked": "suppressed",
    "header issue": "contenterror",
    "email too large": "mesgtoobig",
}
# Those that Mailjet decided by itself, whatever else it quotes.
_OWN = frozenset(("blacklisted", "spam reporter", "preblocked", "duplicate in campaign"))


class Mailjet(AnymailProvider):
    name = "mailjet"
    title = "Mailjet"
    setup = _(
        "Mailjet: Account settings, Event notifications: set this address for sent, "
        "bounce, blocked, spam and unsub, grouped events if you like."
    )
    view = MailjetTrackingWebhookView

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        found = json_of(request)
        yield from items(raw, found if isinstance(found, list) else [found])

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        error = text(data.get("error"))
        fields: dict[str, Any] = {
            "diagnostic": text(data.get("smtp_reply")) or text(data.get("comment")) or error,
            "known_as": (text(data.get("CustomID")), text(data.get("Message_GUID"))),
            "hint": "",
            "reason": "",
        }
        if event.event_type == "rejected" and error in _OWN:
            return fields | {"reason": "suppressed", "rule": f"mailjet:{error}"}
        if data.get("hard_bounce") and error not in _ERRORS:
            return fields | {"hint": "userunknown", "rule": "mailjet:hard_bounce"}
        if not data.get("smtp_reply"):
            # There is no server's reply to read: Mailjet's own word is all there is.
            return fields | {"reason": _ERRORS.get(error, ""), "rule": f"mailjet:{error}"}
        return fields | hinted(self.name, _ERRORS, error)
