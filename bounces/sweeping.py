"""Finding what was left over: what the broker lost, what a dead worker held."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from bounces import roads
from bounces.backlog import count_up_to
from bounces.models import InboundMessage
from bounces.waking import wake

# Workers were told this long ago and have not taken it: tell them again.
OVERDUE = timedelta(minutes=2)
# What one sweep announces at most, in batches: each that is full is followed by another.
MOST_BATCHES = 16


def sweep(overdue: timedelta = OVERDUE) -> int:
    """Announce pending messages that were announced `overdue` ago or longer; return how many.

    Where workers have more to do than they can, that adds a few announcements a minute; those that
    nothing is left for cost them next to nothing.
    """
    left = InboundMessage.objects.pending().unclaimed()
    overdue_rows = left.filter(queued_at__lte=timezone.now() - overdue)
    found = count_up_to(MOST_BATCHES * settings.PIPELINE_BATCH_SIZE, overdue_rows)
    wake(found)
    roads.worked(roads.SWEEP, "Sweep")
    return found


def release_claims() -> int:
    """Forget all claims: for the start of a process that is known to be the only worker."""
    return InboundMessage.objects.pending().filter(claimed_at__isnull=False).update(claimed_at=None)
