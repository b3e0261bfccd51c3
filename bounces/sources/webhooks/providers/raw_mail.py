"""Whole messages by HTTP: what a mail service or a mail worker received for a bounce address.

The body is the message. That the request is authenticated says nothing about what is in it: a
message is believed for its signed return path, as by any other road.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bounces.sources.webhooks.base import BearerProvider
from bounces.sources.webhooks.errors import RefusedError


class RawMail(BearerProvider):
    name = "mail"
    title = "Raw mail"
    setup = _(
        "Let a mail worker post each message that comes to a bounce address here, as it "
        "is, with its token; the envelope goes into X-Envelope-To and X-Envelope-From."
    )

    def check(self, request: HttpRequest) -> None:
        if not request.body.strip():
            raise RefusedError(400, "The body is empty: send a message.")
