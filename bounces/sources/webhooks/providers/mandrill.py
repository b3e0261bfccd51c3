"""Mandrill (Mailchimp): a form field with a JSON list, HMAC-SHA1 over address and form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.parsing.replies import codes_in
from bounces.sources.webhooks.base import Secret, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.stored_request import StoredRequest

_FIELD = "mandrill_events"
# msg.bounce_description, as Mandrill's documentation of webhooks lists it.
_DESCRIPTIONS = {
    "bad_mailbox": "userunknown",
    "invalid_domain": "hostunknown",
    "mailbox_full": "mailboxfull",
    "message_too_large": "mesgtoobig",
    "spam": "spamdetected",
    "spam_account": "spamdetected",
    "relaying_denied": "norelaying",
    "blocked": "blocked",
    "dns_failure": "hostunknown",
    "timeout": "expired",
    "forged": "authfailure",
    "prohibited_attachment": "virusdetected",
    "general": "",
}


class Mandrill(AnymailProvider):
    name = "mandrill"
    title = "Mandrill"
    setup = _(
        "Mandrill: Settings, Webhooks: add this address for sent, delayed, bounced, soft- "
        "bounced, rejected, spam and unsubscribed; then copy the webhook's key into the "
        "settings here."
    )
    view = MandrillCombinedWebhookView
    secret = Secret(
        _("Webhook key"),
        _("Mandrill: Settings, Webhooks: the key is shown once the webhook is made."),
    )
    secret_option = "webhook_key"

    def check(self, request: HttpRequest) -> None:
        _events(request)

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        for event in _events(request):
            yield StoredRequest(raw, urlencode({_FIELD: json.dumps([event])}).encode())

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        message = data.get("msg") or {}
        diagnostic = text(message.get("diag"))
        fields: dict[str, Any] = {
            "return_path": text(message.get("sender")),
            "known_as": (text(message.get("_id")),),
            "status": codes_in(diagnostic).status,
            # One id for all events of a mail: kind and time tell them apart.
            "event_id": "",
        }
        if data.get("event") == "reject":
            return fields | {"reason": "suppressed", "rule": "mandrill:reject"}
        hint = hinted(self.name, _DESCRIPTIONS, message.get("bounce_description"))
        if not hint and data.get("event") == "hard_bounce":
            hint = {"hint": "userunknown", "rule": "mandrill:hard_bounce"}
        return fields | hint


def _events(request: HttpRequest) -> list:
    try:
        events = json.loads(request.POST[_FIELD])
    except (KeyError, ValueError, RecursionError):
        raise RefusedError(400, "The form has no mandrill_events.") from None
    if not isinstance(events, list):
        raise RefusedError(400, "mandrill_events is no list.")
    return events
