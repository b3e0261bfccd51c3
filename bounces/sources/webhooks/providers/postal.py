"""Postal: JSON, one event a request, RSA-SHA1 over the body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anymail.webhooks.postal import PostalTrackingWebhookView
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, from_unix, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider
from bounces.sources.webhooks.errors import RefusedError


class Postal(AnymailProvider):
    name = "postal"
    title = "Postal"
    setup = _(
        "Postal: your mail server, Webhooks: add this address for all events, and enter "
        "Postal's public key in the settings here."
    )
    view = PostalTrackingWebhookView
    secret = Secret(
        _("Public key"),
        _("The base64 part of the record that `postal default-dkim-record` prints, behind `p=`."),
    )
    secret_option = "webhook_key"

    def is_secret(self, secret: str) -> bool:
        pem = f"-----BEGIN PUBLIC KEY-----\n{secret}\n-----END PUBLIC KEY-----"
        try:
            load_pem_public_key(pem.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return False
        return True

    def check(self, request: HttpRequest) -> None:
        found = json_of(request)
        if not isinstance(found, dict) or not isinstance(found.get("payload"), dict):
            raise RefusedError(400, "The body is no Postal event.")

    def signed_at(self, request: HttpRequest) -> datetime | None:
        found = json_of(request)
        return from_unix(found.get("timestamp")) if isinstance(found, dict) else None

    def identity(self, request: HttpRequest) -> str:
        return text(json_of(request).get("uuid"))

    def refine(self, event) -> dict[str, Any]:
        payload = event.esp_event["payload"]
        message = payload.get("message") or payload.get("original_message") or {}
        fields: dict[str, Any] = {
            "message_id": text(message.get("message_id")).strip("<>"),
            "known_as": (text(message.get("token")),),
        }
        if event.event_type == "failed":
            # HardFail: a server refused it for good, or the address is on Postal's stop list.
            fields |= {"hint": "userunknown", "rule": "postal:HardFail"}
        return fields
