"""Unisender Go: JSON with a list of events, MD5 over the body with the API key put in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from anymail.webhooks.unisender_go import UnisenderGoTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted
from bounces.sources.webhooks.stored_request import StoredRequest

# delivery_info.delivery_status, as the service's callback documentation lists it.
_STATUSES = {
    "err_user_unknown": "userunknown",
    "err_user_inactive": "suspend",
    "err_will_retry": "undefined",
    "err_mailbox_discarded": "userunknown",
    "err_mailbox_full": "mailboxfull",
    "err_spam_rejected": "spamdetected",
    "err_blacklisted": "blocked",
    "err_too_large": "mesgtoobig",
    "err_unreachable": "networkerror",
    "err_domain_inactive": "hostunknown",
    "err_destination_misconfigured": "systemerror",
    "err_delivery_failed": "undefined",
    "err_spam_skipped": "spamdetected",
    "err_lost": "undefined",
}
_NOT_SENT = frozenset(("err_unsubscribed", "err_skip_letter"))


class UnisenderGo(AnymailProvider):
    name = "unisender_go"
    title = "Unisender Go"
    setup = _(
        "Unisender Go: Settings, Webhooks: add this address for sent, delivered, soft and "
        "hard bounced, unsubscribed and spam, and enter the API key in the settings here."
    )
    view = UnisenderGoTrackingWebhookView
    secret = Secret(_("API key"), _("Unisender Go: the API key of the account or project."))
    secret_option = "api_key"

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        found = json_of(request)
        if "events_by_user" not in found:
            yield request
            return
        for user in found["events_by_user"]:
            for event in user["events"]:
                one = {"events_by_user": [user | {"events": [event]}]}
                yield StoredRequest(raw, json.dumps(one).encode())

    def refine(self, event) -> dict[str, Any]:
        info = event.esp_event.get("delivery_info") or {}
        status = text(info.get("delivery_status"))
        fields: dict[str, Any] = {
            "known_as": (text(event.esp_event.get("job_id")),),
            "hint": "",
            **hinted(self.name, _STATUSES, status),
        }
        if status in _NOT_SENT:
            fields |= {"reason": "suppressed", "rule": f"unisender_go:{status}"}
        return fields
