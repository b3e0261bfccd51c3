"""Taking down that somebody asks for a new password.

Nothing is looked up here: neither the answer nor its time tells whether an address is known. A
worker looks the row up, and who asks too often is counted by it. That is not for django-axes, which
counts failed logins by name and client together: who failed five times is just who asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from bounceadmin.mailing import can_send
from bounceadmin.models import PasswordRequest
from bounceadmin.operating.access import client_address
from lists.announcing import announce


class TooOftenError(Exception):
    """This client has asked as often as one may."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the page: the IP address, and the language that it was shown in."""

    client: str
    language: str


def visitor(request: HttpRequest) -> Visitor:
    """Who `request` is of."""
    # A zone at the end of an IPv6 address may be of any length.
    return Visitor(client_address(request)[:45], request.LANGUAGE_CODE)


def is_possible() -> bool:
    """Whether mail can be sent, and links be made that no request has a say in."""
    return can_send() and bool(settings.SITE_URL)


def ask(address: str, who: Visitor, now: datetime) -> None:
    """Have the accounts of `address`, if there are any, mailed a link. TooOftenError."""
    since = now - settings.AXES_COOLOFF_TIME
    before = PasswordRequest.objects.filter(client=who.client, asked_at__gt=since)
    if before.count() >= settings.AXES_FAILURE_LIMIT:
        raise TooOftenError
    PasswordRequest.objects.create(
        address=address, client=who.client, language=who.language, asked_at=now
    )
    announce("bounceadmin.tasks.send_password_mails")
