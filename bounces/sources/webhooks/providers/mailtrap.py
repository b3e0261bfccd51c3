"""Mailtrap: JSON with a list of events, HMAC-SHA256 over the body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import Secret, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.stored_request import StoredRequest

_HINTS = {"bounce": "userunknown", "suspension": "suspend"}


class Mailtrap(AnymailProvider):
    name = "mailtrap"
    title = "Mailtrap"
    setup = _(
        "Mailtrap: Settings, Webhooks: add this address (JSON) for delivery, soft bounce, "
        "bounce, suspension, reject, spam and unsubscribe, and copy the signature key "
        "into the settings here."
    )
    view = MailtrapTrackingWebhookView
    secret = Secret(_("Signature key"), _("Mailtrap: Settings, Webhooks, “Signature key”."))
    secret_option = "tracking_secret"

    def check(self, request: HttpRequest) -> None:
        found = json_of(request)
        if not isinstance(found, dict) or not isinstance(found.get("events"), list):
            raise RefusedError(400, "The body has no list of Mailtrap events.")

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        for event in json_of(request)["events"]:
            yield StoredRequest(raw, json.dumps({"events": [event]}).encode())

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        code = text(data.get("response_code"))
        fields: dict[str, Any] = {
            "diagnostic": text(data.get("response")) or text(data.get("reason")),
            "smtp_code": code if len(code) == 3 else "",
            "hint": "",
            **hinted(self.name, _HINTS, data.get("event")),
        }
        if data.get("event") == "reject":
            fields |= {"reason": "suppressed", "rule": "mailtrap:reject"}
        return fields
