"""Postmark: JSON, one event a request, unsigned."""

from __future__ import annotations

from typing import Any

from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted

# `Type` of bounces, as Postmark's bounce API documents it.
_TYPES = {
    "HardBounce": "userunknown",
    "BadEmailAddress": "userunknown",
    "DnsError": "networkerror",
    "VirusNotification": "virusdetected",
    "Blocked": "blocked",
    "SMTPApiError": "systemerror",
    "DMARCPolicy": "authfailure",
    "TemplateRenderingFailed": "contenterror",
}
_NOT_SENT = frozenset(("ManuallyDeactivated", "Unconfirmed"))


class Postmark(AnymailProvider):
    name = "postmark"
    title = "Postmark"
    setup = _(
        "Postmark: your server, its message stream, Webhooks: add this address for "
        "delivery, bounce, spam complaint and subscription change, with the user name and "
        "password set here."
    )
    view = PostmarkTrackingWebhookView

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        mail_id = text(data.get("MessageID"))
        kind = text(data.get("Type"))
        fields: dict[str, Any] = {
            "mail_id": mail_id,
            # Postmark writes this Message-ID, unless it was asked to keep the sender's own.
            "message_id": f"{mail_id}@mtasv.net" if mail_id else "",
            "known_as": (mail_id, text(event.metadata.get("message_id"))),
            "hint": "",
            "reason": "",
            **hinted(self.name, _TYPES, kind),
        }
        if kind in _NOT_SENT:
            fields |= {"reason": "suppressed", "rule": f"postmark:{kind}"}
        return fields
