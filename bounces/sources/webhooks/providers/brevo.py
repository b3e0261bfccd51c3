"""Brevo (Sendinblue): JSON, one event a request, unsigned."""

from __future__ import annotations

from typing import Any

from anymail.webhooks.brevo import BrevoTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted

_EVENTS = {"hard_bounce": "userunknown", "invalid_email": "userunknown"}


class Brevo(AnymailProvider):
    name = "brevo"
    title = "Brevo"
    setup = _(
        "Brevo: Transactional, Settings, Webhook: add this address for delivered, soft "
        "and hard bounce, blocked, invalid, error, deferred, spam and unsubscribed."
    )
    view = BrevoTrackingWebhookView

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        kind = data.get("event")
        fields: dict[str, Any] = {
            "message_id": text(data.get("message-id")).strip("<>"),
            **hinted(self.name, _EVENTS, kind),
        }
        if kind == "blocked":
            fields |= {"reason": "suppressed", "rule": "brevo:blocked"}
        elif kind == "error":
            fields |= {"hint": "systemerror", "rule": "brevo:error"}
        return fields
