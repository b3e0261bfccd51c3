"""Writing down what other systems are to be told, in the transaction in which it happens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from lists.announcing import announce
from lists.outgoing import kinds
from lists.outgoing.models import Delivery, Endpoint, Message

# So many things of one kind are told at once, so that a large import is not a million requests.
ITEMS_PER_MESSAGE = 100
# Deliveries that a worker is given at once.
_PER_TASK = 20


def publish(kind: str, items: Iterable[dict[str, object]]) -> None:
    """Tell every enabled endpoint that wants `kind` of the `items` (JSON, dates as they are).

    Call it within the transaction that makes them true: they are told if, and only if, it commits.
    Where nobody wants them, no more than the first of them is asked for.
    """
    coming = iter(items)
    first = next(coming, None)
    if first is None:
        return
    wanting = [row for row in Endpoint.objects.filter(enabled=True) if kind in row.kinds]
    if not wanting:
        return
    waiting = [first, *coming]
    parts = [
        waiting[start : start + ITEMS_PER_MESSAGE]
        for start in range(0, len(waiting), ITEMS_PER_MESSAGE)
    ]
    write(kind, parts, wanting)


def write(
    kind: str, parts: Sequence[list[dict[str, object]]], endpoints: Sequence[Endpoint]
) -> list[Delivery]:
    """One message for each part to each of `endpoints`; workers are woken on commit."""
    now = timezone.now()
    messages = [
        Message(
            kind=kind,
            body=json.dumps({"type": kind, "timestamp": now, "data": part}, cls=DjangoJSONEncoder),
            created_at=now,
        )
        for part in parts
    ]
    Message.objects.bulk_create(messages, batch_size=500)
    deliveries = [
        Delivery(message=message, endpoint=endpoint, created_at=now, next_try_at=now)
        for message in messages
        for endpoint in endpoints
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    if kind != kinds.TEST:
        wake([delivery.pk for delivery in deliveries])
    return deliveries


def wake(ids: Sequence[int]) -> None:
    """Announce deliveries once their rows are committed; the sweep finds what is not announced."""
    for start in range(0, len(ids), _PER_TASK):
        batch = list(ids[start : start + _PER_TASK])
        announce("lists.outgoing.tasks.deliver", batch)
