"""Processing again what failed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from bounces.models import InboundMessage
from bounces.waking import wake


@transaction.atomic
def process_again(ids: Sequence[int]) -> int:
    """Set the failed messages among `ids` back to pending and wake the workers; return how many.

    One whose raw text housekeeping has deleted stays as it is.
    """
    failed = InboundMessage.objects.failed().filter(pk__in=ids, raw__isnull=False)
    found = list(failed.select_for_update().order_by("pk").values_list("pk", flat=True))
    InboundMessage.objects.filter(pk__in=found).update(
        state=InboundMessage.State.PENDING,
        attempts=0,
        claimed_at=None,
        processed_at=None,
        queued_at=timezone.now(),
        error="",
    )
    wake(found)
    return len(found)
