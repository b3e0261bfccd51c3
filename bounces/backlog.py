"""What is waiting, what failed and what belongs to nobody: the state of the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from bounces import roads
from bounces.models import BounceEvent, InboundMessage, RoadState

# Counting stops here: "1,000 or more" is told in the same time however many there are.
COUNT_UP_TO = 1000
_SWEPT_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages stand where; numbers stop at `COUNT_UP_TO`."""

    pending: int
    failed: int
    held: int
    """Held back, because their sender sent too many."""
    unattributed: int
    """Events since the given time that belong to no campaign."""
    last_received: datetime | None
    roads: tuple[RoadState, ...]
    """How each road does that messages come by, those that fail first."""
    last_sweep: datetime | None
    stands: bool
    """The sweep, due every minute, has not been for long: no scheduler or no worker runs."""


def backlog(since: datetime) -> Backlog:
    """Look, in seven small queries."""
    last_sweep = roads.last_sweep()
    newest = InboundMessage.objects.order_by("-received_at", "-id")
    return Backlog(
        pending=count_up_to(COUNT_UP_TO, InboundMessage.objects.pending()),
        failed=count_up_to(COUNT_UP_TO, InboundMessage.objects.failed()),
        held=count_up_to(COUNT_UP_TO, InboundMessage.objects.held()),
        unattributed=count_up_to(
            COUNT_UP_TO,
            BounceEvent.objects.filter(campaign=None, occurred_at__gte=since, kind="bounce"),
        ),
        last_received=newest.values_list("received_at", flat=True).first(),
        roads=tuple(roads.states()),
        last_sweep=last_sweep,
        stands=last_sweep is not None and timezone.now() - last_sweep > _SWEPT_WITHIN,
    )


def count_up_to(most: int, rows: QuerySet) -> int:
    """How many rows there are, `most` where there are more: it never reads further."""
    return rows.order_by()[:most].count()
