"""Mailgun: JSON, one event a request, HMAC-SHA256 over time and token within the body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, from_unix, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider
from bounces.sources.webhooks.errors import RefusedError

# event-data.reason of events that Mailgun did not send on.
_REASONS = {
    "suppress-bounce": "suppressed",
    "suppress-complaint": "suppressed",
    "suppress-unsubscribe": "suppressed",
    "old": "expired",
}


class Mailgun(AnymailProvider):
    name = "mailgun"
    title = "Mailgun"
    setup = _(
        "Mailgun: Sending, Webhooks: add this address for delivered messages, permanent "
        "and temporary failures, spam complaints and unsubscribes."
    )
    view = MailgunTrackingWebhookView
    secret = Secret(
        _("HTTP webhook signing key"), _("Mailgun: Sending, Webhooks, “HTTP webhook signing key”.")
    )
    secret_option = "webhook_signing_key"

    def check(self, request: HttpRequest) -> None:
        event = json_of(request)
        if not isinstance(event, dict) or not isinstance(event.get("event-data"), dict):
            raise RefusedError(400, "The body is no Mailgun event.")

    def signed_at(self, request: HttpRequest) -> datetime | None:
        return from_unix(json_of(request)["signature"]["timestamp"])

    def identity(self, request: HttpRequest) -> str:
        return text(json_of(request)["signature"]["token"])

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event["event-data"]
        status = data.get("delivery-status") or {}
        code = text(status.get("code"))
        message_id = text(event.message_id).strip("<>")
        fields: dict[str, Any] = {
            "message_id": message_id,
            "mail_id": message_id,
            # The token is of one request; the id is of the event, however often it is told.
            "event_id": text(data.get("id")),
            "return_path": text((data.get("envelope") or {}).get("sender")),
            "status": text(status.get("enhanced-code")),
            "smtp_code": code if code[:1] in ("4", "5") and len(code) == 3 else "",
            "remote_mta": text(status.get("mx-host")),
        }
        # Codes from 600 are Mailgun's own, and mean that it did not even try.
        reason = _REASONS.get(text(data.get("reason")))
        if reason or code in ("605", "606", "607"):
            fields |= {"reason": reason or "suppressed", "rule": f"mailgun:{data.get('reason')}"}
        elif data.get("severity") == "permanent" and data.get("reason") == "bounce":
            fields |= {"hint": "userunknown", "rule": "mailgun:permanent"}
        return fields
