"""One request of a mail service: authenticated, stored, committed, and then acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from bounces import roads, storing_together
from bounces.models import InboundMessage, WebhookEndpoint
from bounces.sources.webhooks import endpoints
from bounces.sources.webhooks.base import Provider, check_age, check_basic_auth
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.providers import PROVIDERS
from bounces.sources.webhooks.stored_request import write
from bounces.storing import Incoming
from bounces.text import storable

# Of the envelope that `raw_mail` senders may give beside the message.
_SENDER, _RECIPIENT = "X-Envelope-From", "X-Envelope-To"
# The database is away: the service tries again.
_AWAY = RefusedError(503, "The database is not available: try again later.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service is told."""

    status: int
    body: dict[str, object] = field(default_factory=dict)


def receive(token: str, request: HttpRequest) -> Answer:
    """Take `request` in. When this returns 200 it is committed; what it says is interpreted later.

    A repetition is answered like the first time. 400: not what the service sends; 401: credentials
    are missing or wrong; 403: the signature does not hold, is too old, or the endpoint is off;
    404: no such address; 413: too long; 503: try again.
    """
    try:
        known = endpoints.at(token)
        if known is None:
            return Answer(404, {"error": "There is no webhook at this address."})
        try:
            return _receive(known, request)
        except RefusedError as refused:
            _note(known.endpoint, refused)
            return _refusal(refused)
    except (DatabaseError, InterfaceError):
        return _refusal(_AWAY)


def is_known(token: str) -> bool:
    """Whether an active endpoint is there: services ask before they take an address."""
    known = endpoints.at(token)
    return known is not None and known.endpoint.is_active


def _receive(known: endpoints.Known, request: HttpRequest) -> Answer:
    endpoint = known.endpoint
    provider = PROVIDERS[endpoint.provider]
    if not endpoint.is_active:
        raise RefusedError(403, "This webhook is switched off.")
    _read_body(request)
    keys = known.unsealed()
    if provider.secret is not None and not keys.secret:
        raise RefusedError(403, f"No {provider.secret.label.lower()} is set for it yet.")
    check_basic_auth(request, keys.basic_auth)
    provider.authenticate(request, keys)
    provider.check(request)
    check_age(provider, request, timezone.now())
    _let_go_of_the_database()
    outcome = storing_together.store(_incoming(endpoint, provider, request))
    roads.worked(road_of(endpoint.pk), endpoint.name)
    return Answer(
        200, {"stored": int(outcome == "stored"), "duplicates": int(outcome == "duplicate")}
    )


def _let_go_of_the_database() -> None:
    """Who waits for others to store keeps no connection from them, where threads share a few."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _read_body(request: HttpRequest) -> None:
    """Read no more than is allowed, whatever length the sender says it has."""
    limit = min(settings.WEBHOOK_MAX_BYTES, settings.MAX_MESSAGE_BYTES)
    too_long = RefusedError(413, f"The body is longer than {limit:,} bytes.")
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdigit():
        raise RefusedError(400, "The length of the body is no number.")
    if int(declared) > limit:
        raise too_long
    body = request.read(limit + 1)
    if len(body) > limit:
        raise too_long
    if len(body) < int(declared):
        # Nobody hears it: its sender has gone away, and comes again with all of it.
        raise RefusedError(400, "The body is shorter than it says.")
    # What Django keeps it as: its own limit is one for forms.
    request._body = body


def _incoming(endpoint: WebhookEndpoint, provider: Provider, request: HttpRequest) -> Incoming:
    source = InboundMessage.Source.WEBHOOK
    if provider.name == "mail":
        return Incoming(
            raw=request.body,
            source=source,
            source_detail=endpoint.name,
            envelope_sender=request.headers.get(_SENDER, ""),
            envelope_recipient=request.headers.get(_RECIPIENT, ""),
            endpoint_id=endpoint.pk,
            road=road_of(endpoint.pk),
        )
    number = provider.identity(request).encode(errors="replace") or request.body
    return Incoming(
        raw=write(request, provider.title, provider.headers),
        source=source,
        source_detail=endpoint.name,
        content_type=InboundMessage.ContentType.REQUEST,
        endpoint_id=endpoint.pk,
        road=road_of(endpoint.pk),
        identity=b"\0".join((b"webhook", str(endpoint.pk).encode(), number)),
    )


def _note(endpoint: WebhookEndpoint, refused: RefusedError) -> None:
    """Let the admin see on the endpoint's page what was wrong."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        refused=F("refused") + 1,
        last_error_at=timezone.now(),
        last_error=storable(f"{refused.status}: {refused}", 255),
    )
    roads.failed(road_of(endpoint.pk), endpoint.name, f"{refused.status}: {refused}")


def road_of(pk: int) -> str:
    """The key of an endpoint's `RoadState`."""
    return f"webhook:{pk}"


def _refusal(refused: RefusedError) -> Answer:
    body: dict[str, object] = {"error": str(refused)}
    if refused.problems:
        body["problems"] = refused.problems
    return Answer(refused.status, body)
