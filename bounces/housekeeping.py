"""What is kept only for a while."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bounces import archiving, once
from bounces.models import BounceEvent, InboundMessage, RawMessage, SeenEvent, SeenMessage
from bounces.privacy import NAMELESS
from lists import stopping, tidying
from lists.partitioning import month_of, months_later

_KEYS_AT_ONCE = 10_000
_DONE = (InboundMessage.State.PROCESSED, InboundMessage.State.HELD)


def delete_old_raw_messages() -> Iterator[int]:
    """Delete the raw text of messages processed `RAW_MESSAGE_RETENTION_DAYS` ago, piece by piece.

    What failed keeps its text until someone has looked at it; what was held back does not, for a
    storm must not fill the disk. The row and its events stay; where it became no event, nothing
    that names a person stays in it: no event's time would ever take that away. Yields how many.
    """
    before = timezone.now() - timedelta(days=settings.RAW_MESSAGE_RETENTION_DAYS)
    for ids in _stored(before):
        yield _delete_raw(ids, before)


def _stored(before: datetime) -> Iterator[list[int]]:
    """What is still kept of messages stored `before`, a piece at a time.

    They are numbered as they come, give or take what several workers do at once: a piece of nothing
    but later ones is the end.
    """
    last = 0
    while True:
        rows = RawMessage.objects.filter(pk__gt=last).order_by("pk")
        some = list(rows.values_list("pk", "stored_at")[: tidying.ROWS_AT_ONCE])
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


def events_kept_since(now: datetime) -> datetime | None:
    """The start of the first month whose events are kept; None where all are."""
    if not settings.EVENT_DROP_MONTHS:
        return None
    return months_later(month_of(now), -settings.EVENT_DROP_MONTHS)


def delete_old_events(now: datetime) -> Iterator[int]:
    """Delete the events of before `EVENT_DROP_MONTHS` that are in no part that was dropped.

    Yields how many. What they were counted as stays.
    """
    before = events_kept_since(now)
    if before is not None:
        # In the order of their time, so that of many parts the oldest alone are looked into.
        old = BounceEvent.objects.filter(occurred_at__lt=before).order_by("occurred_at")
        yield from tidying.delete(old)


def delete_old_messages(now: datetime) -> Iterator[int]:
    """Delete the rows of messages that were done with before `EVENT_DROP_MONTHS`; yield how many.

    Those that have neither text nor events any more: nothing is left to be seen there. What failed
    stays until someone has looked at it. Should one come again, it is known by its digest.
    """
    before = events_kept_since(now)
    for ids in _came(before) if before else ():
        yield _delete_messages(ids, before)


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
        some = list(rows.values_list("received_at", "pk")[: tidying.ROWS_AT_ONCE])
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


def has_old_keys(now: datetime) -> bool:
    """Whether keys are left of events of before `EVENT_DROP_MONTHS`.

    No index says how old a key is. But keys are digests, so that old ones are everywhere, and
    `delete_old_keys` comes to the last ones last.
    """
    before = events_kept_since(now)
    if before is None:
        return False
    last = SeenEvent.objects.order_by("-key").values_list("day", flat=True)[:_KEYS_AT_ONCE]
    return any(day < before.date() for day in last)


def delete_old_keys(now: datetime, after: str, seconds: float) -> str:
    """Delete keys of events of before `EVENT_DROP_MONTHS`, in their order, for about `seconds`.

    Begins after the key `after`, or with the first; returns after which to go on, nothing at the
    end. An archive that tells of such an event again, in another message, has it counted again.
    """
    before = events_kept_since(now)
    ends = time.monotonic() + seconds
    while before is not None:
        rows = SeenEvent.objects.filter(key__gt=after) if after else SeenEvent.objects.all()
        some = list(rows.order_by("key").values_list("key", "day")[:_KEYS_AT_ONCE])
        gone = [key for key, day in some if day < before.date()]
        SeenEvent.objects.filter(key__any_of=set(gone)).delete()
        if len(some) < _KEYS_AT_ONCE:
            break
        after = str(some[-1][0])
        if stopping.is_asked() or time.monotonic() >= ends:
            return after
    return ""
