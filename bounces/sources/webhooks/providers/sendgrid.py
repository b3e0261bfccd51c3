"""Twilio SendGrid: a JSON list, signed with ECDSA over time and body."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailNotSupportedWarning
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from cryptography.exceptions import UnsupportedAlgorithm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, from_unix, items, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.stored_request import StoredRequest

# anymail's maintainers have no account to test with; our own tests sign as its documents say.
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)

_TIME = "X-Twilio-Email-Event-Webhook-Timestamp"
# `reason` of what was dropped before any server was asked.
_DROPPED = {
    "bounced address": "suppressed",
    "unsubscribed address": "suppressed",
    "spam reporting address": "suppressed",
    "recipient list over package quota": "exceedlimit",
    "invalid": "userunknown",
    "invalid smtpapi header": "contenterror",
    "spam content (if spam checker app enabled)": "spamdetected",
}


class SendGrid(AnymailProvider):
    name = "sendgrid"
    title = "SendGrid"
    setup = _(
        "SendGrid: Settings, Mail Settings, Event Webhooks: set this address for dropped, "
        "deferred, delivered, bounced, spam reports and unsubscribes, switch signature "
        "verification on, and copy its key into the settings here."
    )
    view = SendGridTrackingWebhookView
    secret = Secret(
        _("Verification key"),
        _("SendGrid: Settings, Mail Settings, Event Webhooks, Signature Verification."),
    )
    secret_option = "tracking_webhook_verification_key"

    def options(self, secret: str) -> dict[str, Any]:
        # To read needs no key, and "-" is none.
        return super().options("" if secret == "-" else secret)

    def is_secret(self, secret: str) -> bool:
        try:
            self.view(**self.options(secret))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return False
        return True

    def check(self, request: HttpRequest) -> None:
        if not isinstance(json_of(request), list):
            raise RefusedError(400, "The body is no list of SendGrid events.")

    def signed_at(self, request: HttpRequest) -> datetime | None:
        return from_unix(request.headers.get(_TIME))

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        yield from items(raw, json_of(request))

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        message_id = text(data.get("smtp-id")).strip("<>")
        mail_id = text(data.get("sg_message_id"))
        fields: dict[str, Any] = {
            "message_id": message_id,
            # The part behind the first dot differs from event to event.
            "mail_id": mail_id.partition(".")[0] or message_id,
            "status": text(data.get("status")),
        }
        if data["event"] == "dropped":
            why = text(data.get("reason"))
            fields["diagnostic"] = why
            reason = _DROPPED.get(why.lower())
            if reason:
                fields |= {"reason": reason, "rule": f"sendgrid:{why}"}
        elif data["event"] == "bounce" and data.get("type") == "blocked":
            fields |= {"hint": "blocked", "rule": "sendgrid:blocked"}
        elif data["event"] == "bounce":
            fields |= {"hint": "userunknown", "rule": "sendgrid:bounce"}
        return fields
