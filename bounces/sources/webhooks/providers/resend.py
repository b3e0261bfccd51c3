"""Resend: JSON, one event a request, signed as Svix does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from anymail.webhooks.resend import ResendTrackingWebhookView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks import svix
from bounces.sources.webhooks.base import Keys, Secret, text
from bounces.sources.webhooks.by_anymail import AnymailProvider

# data.bounce.type and subType, which are those of Amazon SES.
_TYPES = {
    "Permanent": "userunknown",
    "Permanent/Suppressed": "suppressed",
    "Permanent/OnAccountSuppressionList": "suppressed",
    "Transient/MailboxFull": "mailboxfull",
    "Transient/MessageTooLarge": "mesgtoobig",
    "Transient/ContentRejected": "spamdetected",
    "Transient/AttachmentRejected": "policyviolation",
}


class Resend(AnymailProvider):
    name = "resend"
    title = "Resend"
    setup = _(
        "Resend: Webhooks: add this address for email sent, delivered, delivery delayed, "
        "bounced and complained, and copy the signing secret into the settings here."
    )
    view = ResendTrackingWebhookView
    secret = Secret(
        _("Signing secret"), _("Resend: Webhooks, your webhook, “Signing secret” (whsec_…).")
    )
    headers = ("svix-id",)
    # Each try is signed anew.
    max_age = timedelta(minutes=5)

    def is_secret(self, secret: str) -> bool:
        return bool(svix.key_of(secret))

    def authenticate(self, request: HttpRequest, keys: Keys) -> None:
        svix.authenticate(request, keys.secret)

    def signed_at(self, request: HttpRequest) -> datetime | None:
        return svix.signed_at(request)

    def identity(self, request: HttpRequest) -> str:
        return request.headers.get("svix-id", "")

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event["data"]
        bounce = data.get("bounce") or {}
        kind, detail = text(bounce.get("type")), text(bounce.get("subType"))
        word = f"{kind}/{detail}"
        hint = _TYPES.get(word) or _TYPES.get(kind, "")
        fields: dict[str, Any] = {
            "known_as": (text(data.get("email_id")),),
            "campaigns": tuple(_tags(data.get("tags"))),
            "hint": hint,
            "rule": f"resend:{word}",
        }
        if hint == "suppressed":
            fields["reason"] = hint
        return fields


def _tags(tags: object) -> list[str]:
    """Resend's tags are pairs: the value of `campaign`."""
    if isinstance(tags, dict):
        return [text(tags.get("campaign"))] if tags.get("campaign") else []
    found = tags if isinstance(tags, list) else []
    return [
        text(tag.get("value"))
        for tag in found
        if isinstance(tag, dict) and tag["name"] == "campaign"
    ]
