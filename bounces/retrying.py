"""Processing again what failed or was held back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from bounces.models import InboundMessage, RawMessage
from bounces.waking import wake


@transaction.atomic
def process_again(ids: Sequence[int]) -> int:
    """Set the failed and held messages among `ids` back to pending, wake workers; return how many.

    One whose raw text housekeeping has deleted stays as it is.
    """
    waiting = InboundMessage.objects.filter(
        state__in=[InboundMessage.State.FAILED, InboundMessage.State.HELD],
        pk__in=ids,
    )
    locked = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    # Looked for only now: while we waited for the rows, housekeeping may have been at them.
    kept = RawMessage.objects.filter(pk__in=locked).order_by("pk")
    found = list(kept.values_list("pk", flat=True))
    InboundMessage.objects.filter(pk__in=found).update(
        state=InboundMessage.State.PENDING,
        attempts=0,
        claimed_at=None,
        processed_at=None,
        queued_at=timezone.now(),
        error="",
    )
    wake(len(found))
    return len(found)
