"""SparkPost (Bird): a JSON list, unsigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import items, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, hinted
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.stored_request import StoredRequest

# bounce_class, as SparkPost's table of bounce classification codes names them.
_CLASSES = {
    "10": "userunknown",
    "20": "undefined",
    "21": "hostunknown",
    "22": "mailboxfull",
    "23": "mesgtoobig",
    "24": "expired",
    "25": "policyviolation",
    "30": "userunknown",
    "50": "blocked",
    "51": "spamdetected",
    "52": "spamdetected",
    "53": "policyviolation",
    "54": "norelaying",
    "70": "systemerror",
}


class SparkPost(AnymailProvider):
    name = "sparkpost"
    title = "SparkPost"
    setup = _(
        "SparkPost: Webhooks: create one with this address for delivery, bounce, delay, "
        "out of band, policy rejection, generation failure and rejection, spam complaint "
        "and the unsubscribes, with basic authentication as set here."
    )
    view = SparkPostTrackingWebhookView

    def check(self, request: HttpRequest) -> None:
        if not isinstance(json_of(request), list):
            raise RefusedError(400, "The body is no list of SparkPost events.")

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        yield from items(raw, json_of(request))

    def refine(self, event) -> dict[str, Any]:
        (data,) = event.esp_event["msys"].values()
        code = text(data.get("error_code"))
        return {
            # The transmission is of many mails; the message is one.
            "mail_id": text(data.get("message_id")) or text(data.get("transmission_id")),
            "known_as": (text(data.get("transmission_id")), text(data.get("message_id"))),
            "return_path": text(data.get("msg_from")),
            "smtp_code": code if len(code) == 3 else "",
            "remote_mta": text(data.get("ip_address")),
            "hint": "",
            "reason": "",
            **hinted(self.name, _CLASSES, data.get("bounce_class")),
        }
