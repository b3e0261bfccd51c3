"""What is kept only for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bounces import archiving, once, receipts, stopping
from bounces.models import BounceEvent, InboundMessage, RawMessage, SeenEvent, SeenMessage
from bounces.privacy import NAMELESS
from lists.partitioning import month_of, months_later

_ROWS_AT_ONCE = 1000
_KEYS_AT_ONCE = 10_000
_DONE = (InboundMessage.State.PROCESSED, InboundMessage.State.HELD)


def delete_old_raw_messages() -> int:
    """Delete the raw text of messages processed `RAW_MESSAGE_RETENTION_DAYS` ago; return how many.

    What failed keeps its text until someone has looked at it; what was held back does not, for a
    storm must not fill the disk. The row and its events stay; where it became no event, nothing
    that names a person stays in it: no event's time would ever take that away.
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
        state__in=_DONE,
    )
    # Locked, so that nobody has one of them processed again meanwhile.
    locked = list(old.select_for_update().order_by("pk").values_list("pk", flat=True))
    with_events = BounceEvent.objects.filter(message__any_of=locked)
    without = set(locked).difference(with_events.values_list("message", flat=True))
    InboundMessage.objects.filter(pk__in=without).update(**NAMELESS)
    return archiving.delete_texts(locked)


def delete_old_receipts() -> int:
    """Delete what nothing is compared with any more; return how many."""
    return receipts.delete_old()


def events_kept_since(now: datetime) -> datetime | None:
    """The start of the first month whose events are kept; None where all are."""
    if not settings.EVENT_DROP_MONTHS:
        return None
    return months_later(month_of(now), -settings.EVENT_DROP_MONTHS)


def delete_old_events(now: datetime) -> int:
    """Delete the events of before `EVENT_DROP_MONTHS` that are in no part that was dropped.

    Return how many. What they were counted as stays. Their keys go with them: an archive that tells
    of one again, in another message, has it counted again.
    """
    before = events_kept_since(now)
    if before is None:
        return 0
    old = BounceEvent.objects.filter(occurred_at__lt=before).order_by("occurred_at")
    deleted = 0
    while ids := list(old.values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
        deleted += BounceEvent.objects.filter(pk__in=ids, occurred_at__lt=before).delete()[0]
    if deleted:
        delete_keys(before)
    return deleted


def delete_old_messages(now: datetime, seconds: float = math.inf) -> int:
    """Delete the rows of messages that were done with before `EVENT_DROP_MONTHS`; return how many.

    Those that have neither text nor events any more: nothing is left to be seen there. What failed
    stays until someone has looked at it. Should one come again, it is known by its digest. Ends
    after about `seconds`, for a whole month of them comes at once.
    """
    ends = time.monotonic() + seconds
    before = events_kept_since(now)
    deleted = 0
    for ids in _came(before) if before else ():
        deleted += _delete_messages(ids, before)
        if time.monotonic() >= ends or stopping.is_asked():
            break
    return deleted


def _came(before: datetime) -> Iterator[list[int]]:
    """Messages that came `before`, a piece at a time, the oldest first."""
    last = None
    while True:
        rows = InboundMessage.objects.filter(received_at__lt=before).order_by("received_at", "pk")
        if last is not None:
            received_at, pk = last
            rows = rows.filter(received_at__gte=received_at).exclude(
                received_at=received_at, pk__lte=pk
            )
        some = list(rows.values_list("received_at", "pk")[:_ROWS_AT_ONCE])
        if not some:
            return
        yield [pk for _, pk in some]
        last = some[-1]


@transaction.atomic
def _delete_messages(ids: list[int], before: datetime) -> int:
    old = InboundMessage.objects.filter(pk__in=ids, processed_at__lt=before, state__in=_DONE)
    # What somebody is at is left for the next time.
    locked = old.select_for_update(skip_locked=True).order_by("pk")
    rows = {row.pk: row for row in locked.only("digest", "processed_at")}
    for needing in (BounceEvent, RawMessage):
        found = needing.objects.filter(message__any_of=set(rows))
        for pk in found.values_list("message", flat=True):
            rows.pop(pk, None)
    days = {once.key_of(row.digest): row.processed_at.date() for row in rows.values()}
    once.leave(SeenMessage, days)
    InboundMessage.objects.filter(pk__in=list(rows)).delete()
    return len(rows)


def delete_keys(before: datetime) -> None:
    """Delete the keys of the events of before, after those were.

    In the order of the keys, since no index says how old they are: a month's are everywhere.
    """
    last = None
    while True:
        rows = SeenEvent.objects.order_by("key")
        if last is not None:
            rows = rows.filter(key__gt=last)
        some = list(rows.values_list("key", "day")[:_KEYS_AT_ONCE])
        if not some:
            return
        gone = [key for key, day in some if day < before.date()]
        SeenEvent.objects.filter(key__any_of=gone).delete()
        last = some[-1][0]
