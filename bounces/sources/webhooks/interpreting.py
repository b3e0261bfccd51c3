"""From a stored request to what it says: events that the pipeline treats like bounces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from bounces import kept_words
from bounces.attributing import Arrived, Voucher
from bounces.models import InboundMessage, WebhookEndpoint
from bounces.sources.webhooks.base import Provider
from bounces.sources.webhooks.notification import Notification
from bounces.sources.webhooks.providers import PROVIDERS
from bounces.sources.webhooks.stored_request import StoredRequest
from bounces.text import storable

_TOLD_PROBLEMS = 3
# Of several kinds in one request the first of these is what it is listed as.
_TELLING = ("complaint", "bounce", "delayed", "unsubscribe", "autoreply", "delivered", "sent")


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What one request says. `problem` is a sentence where part of it could not be read."""

    provider: Provider
    events: tuple[Arrived, ...]
    kind: str
    subject: str
    problem: str = ""


def interpret(row: InboundMessage, endpoint: WebhookEndpoint | None) -> Interpreted:
    """Read the events of a request, each for itself, so that a bad one does not hurt the others.

    SaidError where its endpoint is gone: nobody can say then whose events they are.
    """
    if endpoint is None:
        raise kept_words.SaidError(kept_words.WEBHOOK_GONE)
    provider = PROVIDERS[endpoint.provider]
    raw = row.raw
    found: list[Notification] = []
    problems: list[str] = []
    parts = list(provider.split(StoredRequest(raw), raw))
    for number, part in enumerate(parts, 1):
        try:
            found += provider.read(part)
        except Exception as error:
            problems.append(f"event {number}: {type(error).__name__}: {error}"[:300])
    told = [event for event in found if event.kind != "other"]
    kinds = {event.kind for event in told}
    return Interpreted(
        provider=provider,
        events=tuple(_arrived(event, provider, endpoint) for event in told),
        kind=next((kind for kind in _TELLING if kind in kinds), "other"),
        subject=provider.title_of(len(found)),
        problem=_problem(problems, len(parts)),
    )


def endpoints_of(rows: Sequence[InboundMessage]) -> dict[int, WebhookEndpoint]:
    """The endpoints that requests came to."""
    ids = {row.endpoint_id for row in rows if row.content_type == row.ContentType.REQUEST}
    return WebhookEndpoint.objects.in_bulk(ids - {None}) if ids else {}


def say(requests: Sequence[tuple[InboundMessage, Interpreted]]) -> None:
    """Note on the rows what became of their requests; they are not saved here."""
    for row, said in requests:
        state = InboundMessage.State.FAILED if said.problem else InboundMessage.State.PROCESSED
        row.state, row.kind = state, said.kind
        row.subject, row.error = storable(said.subject, 255), storable(said.problem, 2000)
        row.note = said.provider.note_on(row) or row.note


def keep(requests: Sequence[tuple[InboundMessage, Interpreted]]) -> None:
    """Let providers keep what they want; within the transaction that ends the processing."""
    for row, said in requests:
        said.provider.keep(row)


def count(requests: Sequence[tuple[InboundMessage, Interpreted]]) -> None:
    """Note on the endpoints that they work; call it late in the transaction, as all count there."""
    by_endpoint: dict[int, Counter[str]] = defaultdict(Counter)
    for row, said in requests:
        by_endpoint[row.endpoint_id]["requests"] += 1
        by_endpoint[row.endpoint_id]["events"] += len(said.events)
    now = timezone.now()
    # In one order, so that two workers wait for each other rather than deadlock.
    for pk, counts in sorted(by_endpoint.items()):
        seen = {"last_event_at": now} if counts["events"] else {}
        WebhookEndpoint.objects.filter(pk=pk).update(
            requests=F("requests") + counts["requests"],
            events=F("events") + counts["events"],
            **seen,
        )


def _arrived(event: Notification, provider: Provider, endpoint: WebhookEndpoint) -> Arrived:
    # Numbers that its own systems give to events are those of one endpoint, a service's are its.
    scope = f"{provider.name}:{endpoint.pk}" if provider.name == "json" else provider.name
    mail = (event.message_id, *event.known_as, event.mail_id)
    return Arrived(
        event.parsed(scope),
        voucher=Voucher(
            source_key=f"{scope}:{event.event_id}" if event.event_id else "",
            known_as=tuple(dict.fromkeys(filter(None, mail))),
            campaigns=event.campaigns,
            campaign_id=endpoint.campaign_id,
            list_id=endpoint.mailing_list_id,
            counts_sent=endpoint.counts_sent,
        ),
    )


def _problem(problems: list[str], parts: int) -> str:
    if not problems:
        return ""
    told = "; ".join(problems[:_TOLD_PROBLEMS])
    return kept_words.EVENTS_NOT_READ % {"bad": len(problems), "all": parts, "told": told}
