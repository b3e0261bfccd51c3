"""What is kept only for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bounces import archiving, receipts
from bounces.models import InboundMessage, RawMessage

_ROWS_AT_ONCE = 1000


def delete_old_raw_messages() -> int:
    """Delete the raw text of messages processed `RAW_MESSAGE_RETENTION_DAYS` ago; return how many.

    What failed keeps its text until someone has looked at it; what was held back does not, for a
    storm must not fill the disk. The row and its events stay.
    """
    before = timezone.now() - timedelta(days=settings.RAW_MESSAGE_RETENTION_DAYS)
    return sum(_delete_raw(ids, before) for ids in _stored(before))


def _stored(before: datetime) -> Iterator[list[int]]:
    """What is still kept of messages stored `before`, a piece at a time.

    They are numbered as they come, give or take what several workers do at once: a piece of nothing
    but later ones is the end.
    """
    last = 0
    while True:
        rows = RawMessage.objects.filter(pk__gt=last).order_by("pk")
        some = list(rows.values_list("pk", "stored_at")[:_ROWS_AT_ONCE])
        if all(stored_at >= before for _, stored_at in some):
            return
        ids = [pk for pk, _ in some]
        yield ids
        last = ids[-1]


@transaction.atomic
def _delete_raw(ids: list[int], before: datetime) -> int:
    old = InboundMessage.objects.filter(
        pk__in=ids,
        processed_at__lt=before,
        state__in=[InboundMessage.State.PROCESSED, InboundMessage.State.HELD],
    )
    # Locked, so that nobody has one of them processed again meanwhile.
    locked = list(old.select_for_update().order_by("pk").values_list("pk", flat=True))
    return archiving.delete_texts(locked)


def delete_old_receipts() -> int:
    """Delete what nothing is compared with any more; return how many."""
    return receipts.delete_old()
