"""MailerSend: JSON, one event a request, HMAC-SHA256 over the body."""

from __future__ import annotations

from typing import Any

from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted

_TYPES = {"hard_bounced": "userunknown"}


class MailerSend(AnymailProvider):
    name = "mailersend"
    title = "MailerSend"
    setup = _(
        "MailerSend: your domain, Webhooks: add this address for sent, delivered, soft "
        "and hard bounced, unsubscribed and spam complaint, and copy the signing secret "
        "into the settings here."
    )
    view = MailerSendTrackingWebhookView
    secret = Secret(_("Signing secret"), _("MailerSend: your domain, Webhooks, “Signing Secret”."))
    secret_option = "signing_secret"

    def refine(self, event) -> dict[str, Any]:
        activity = event.esp_event["data"]
        message = (activity.get("email") or {}).get("message") or {}
        return {
            "known_as": (text(message.get("id")),),
            **hinted(self.name, _TYPES, activity.get("type")),
        }
