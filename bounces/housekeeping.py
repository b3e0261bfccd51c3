"""What is kept only for a while."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from bounces import receipts
from bounces.models import InboundMessage

_ROWS_AT_ONCE = 1000


def delete_old_raw_messages() -> int:
    """Delete the raw text of messages processed `RAW_MESSAGE_RETENTION_DAYS` ago; return how many.

    What failed keeps its text until someone has looked at it; what was held back does not, for a
    storm must not fill the disk. The row and its events stay.
    """
    before = timezone.now() - timedelta(days=settings.RAW_MESSAGE_RETENTION_DAYS)
    old = InboundMessage.objects.filter(
        raw__isnull=False,
        processed_at__lt=before,
        state__in=[InboundMessage.State.PROCESSED, InboundMessage.State.HELD],
    )
    deleted = 0
    while ids := list(old.order_by("processed_at").values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
        deleted += InboundMessage.objects.filter(pk__in=ids).update(raw=None)
    return deleted


def delete_old_receipts() -> int:
    """Delete what nothing is compared with any more; return how many."""
    return receipts.delete_old()
