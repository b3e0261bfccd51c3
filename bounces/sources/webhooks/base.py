"""What every mail service's webhook has in common.

A provider says how a request proves who sent it, how it divides into events, and what each event
says. Adding one is a new file in `providers/` and a line in its table.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from bounces.models import InboundMessage
from bounces.sources.webhooks.errors import NotReadableError, RefusedError
from bounces.sources.webhooks.notification import Notification
from bounces.sources.webhooks.stored_request import StoredRequest

# Clocks differ a little; what is signed later than this from now is no honest mistake.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Secret:
    """The key that a service signs with, or that it sends: what people call it there."""

    label: str
    help_text: str
    made_here: bool = False
    """We make it and the other side takes it over, not the other way round."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an endpoint knows to check a request with, unsealed."""

    secret: str = ""
    basic_auth: str = ""
    topics: tuple[str, ...] = ()


class Provider:
    """A mail service. Subclasses say what differs."""

    name = ""
    title = ""
    setup: str = ""
    """Where its address is entered at the service, and what for: for people."""
    secret: Secret | None = None
    """None where the service signs nothing: its address and basic authentication protect it."""
    has_topics = False
    headers: tuple[str, ...] = ()
    """Those that `read` needs and that are stored with the body."""
    max_age = timedelta(days=3)
    """How old a signature may be: longer than the service goes on trying after an outage."""

    def is_secret(self, secret: str) -> bool:
        """Whether `secret` can be a key of this service's at all."""
        return True

    def authenticate(self, request: HttpRequest, keys: Keys) -> None:
        """Raise RefusedError unless the request comes from the service."""

    def signed_at(self, request: HttpRequest) -> datetime | None:
        """When the request says, under its signature, that it was made; None where it does not."""
        return None

    def identity(self, request: HttpRequest) -> str:
        """The request's own number, the same when it is sent again; empty: its body is that."""
        return ""

    def check(self, request: HttpRequest) -> None:
        """Raise RefusedError(400) where the body is not what the service sends."""
        json_of(request)

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        """The request as requests of one event each, so that a bad one does not hurt others."""
        yield request

    def read(self, request: StoredRequest) -> list[Notification]:
        """What a request of one event says. Any exception means that it cannot be read."""
        raise NotImplementedError

    def note_on(self, message: InboundMessage) -> str:
        """A sentence for the stored request's page; empty where there is nothing to say."""
        return ""

    def keep(self, message: InboundMessage) -> None:
        """Called within the transaction that ends a request's processing."""

    def title_of(self, events: int) -> str:
        """What the stored request is called in lists."""
        return f"{self.title}: {events} event{'' if events == 1 else 's'}"


class BearerProvider(Provider):
    """What we have defined ourselves: who knows the token may send."""

    secret = Secret(
        _("Bearer token"),
        _("It is sent as “Authorization: Bearer …”. Leave it empty to get one made."),
        made_here=True,
    )

    def authenticate(self, request: HttpRequest, keys: Keys) -> None:
        if not constant_time_compare(credentials(request, "bearer"), keys.secret):
            raise RefusedError(401, "The bearer token is missing or wrong.")


def check_age(provider: Provider, request: HttpRequest, now: datetime) -> None:
    """Raise RefusedError where the signature is too old or from the future: a replay."""
    signed_at = provider.signed_at(request)
    if signed_at is None:
        return
    if now - signed_at > provider.max_age:
        raise RefusedError(403, "The signature is too old: this may be a replay.")
    if signed_at - now > CLOCK_SKEW:
        raise RefusedError(403, "The signature is from the future: compare the clocks.")


def check_basic_auth(request: HttpRequest, expected: str) -> None:
    """Raise RefusedError(401) unless the request brings `user:password` as expected."""
    if expected and not constant_time_compare(credentials(request, "basic"), _encoded(expected)):
        raise RefusedError(401, "The user name or password is missing or wrong.")


def credentials(request: HttpRequest, scheme: str) -> str:
    """What the Authorization header carries for `scheme`; empty where it is another."""
    found, _, rest = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return rest.strip() if found.lower() == scheme else ""


def _encoded(basic_auth: str) -> str:
    return base64.b64encode(basic_auth.encode()).decode()


def json_of(request: HttpRequest) -> object:
    """The body as JSON, read once and so not to be changed; RefusedError(400) where it is none."""
    if not hasattr(request, "_read_json"):
        try:
            request._read_json = json.loads(request.body)
        except (ValueError, RecursionError):
            raise RefusedError(400, "The body is no JSON.") from None
    return request._read_json


def items(raw: bytes, elements: object) -> Iterator[StoredRequest]:
    """A request for each element of a JSON list, as a list of one."""
    if not isinstance(elements, list):
        raise NotReadableError("The body is no list of events.")
    for element in elements:
        yield StoredRequest(raw, json.dumps([element]).encode())


def from_unix(seconds: object) -> datetime | None:
    """A time of so many seconds since 1970; None where that is none."""
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def text(value: object) -> str:
    """A value of unknown type as text; empty where it is none or a container."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
