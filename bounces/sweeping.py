"""Finding what was left over: what the broker lost, what a dead worker held."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bounces import roads
from bounces.models import InboundMessage
from bounces.waking import wake

# Workers were told this long ago and have not taken it: tell them again.
OVERDUE = timedelta(minutes=2)
# What one sweep announces at most; the next one goes on.
MOST_AT_ONCE = 50_000


def sweep(overdue: timedelta = OVERDUE) -> int:
    """Announce pending messages that were announced `overdue` ago or longer; return how many."""
    now = timezone.now()
    ids = list(
        InboundMessage.objects.pending()
        .unclaimed()
        .filter(queued_at__lte=now - overdue)
        .order_by("id")
        .values_list("id", flat=True)[:MOST_AT_ONCE]
    )
    for start in range(0, len(ids), 1000):
        InboundMessage.objects.filter(pk__in=ids[start : start + 1000]).update(queued_at=now)
    wake(ids)
    roads.worked(roads.SWEEP, "Sweep")
    return len(ids)


def release_claims() -> int:
    """Forget all claims: for the start of a process that is known to be the only worker."""
    return InboundMessage.objects.pending().filter(claimed_at__isnull=False).update(claimed_at=None)
