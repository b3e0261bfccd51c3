"""Which messages a worker takes next: of every road its share, of each the oldest first.

An announcement says only that there is something to do, and whoever hears it picks from the
database. So a road that brings a million messages at once stands in front of nobody: what another
road brings meanwhile is in the next batch.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from bounces import pipeline
from bounces.models import InboundMessage
from bounces.waking import wake

# Of more roads than this that have something waiting, some are drawn for each batch.
_MOST_ROADS = 50
# As much as a batch holds in memory (`pipeline`).
_MOST_BYTES = 32 * 1024 * 1024
# A message that was tried before is a transaction of its own: it takes the room of so many others.
_TRIED_COUNTS_AS = 20
# Another worker has just taken what was picked: look again, after so many seconds.
_LOOKS = 50
_PAUSE_SECONDS = 0.02

# Each step is one look into the index, however many messages wait.
_ROADS = """
WITH RECURSIVE found(road) AS (
    SELECT min(road) FROM {table} WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(road) FROM {table} WHERE state = 'pending' AND road > found.road)
    FROM found WHERE found.road IS NOT NULL
)
SELECT road FROM found WHERE road IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Picked:
    """What to process now."""

    ids: list[int]
    has_more: bool
    """Something was left for the next batch."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    pk: int
    size: int
    tries: int


def process_next() -> pipeline.Outcomes:
    """Bring the next batch all the way, and announce that there is more where there is.

    Safe to call at once: what another worker takes first is left to it. Raises only on database
    trouble, after giving back what it claimed.
    """
    is_announced = False
    for _ in range(_LOOKS):
        picked = pick(settings.PIPELINE_BATCH_SIZE)
        if not picked.ids:
            break
        if picked.has_more and not is_announced:
            # Before the work, so that a worker that is free goes on with it meanwhile.
            wake(1)
            is_announced = True
        if outcomes := pipeline.process(picked.ids):
            return outcomes
        time.sleep(_PAUSE_SECONDS)
    return Counter()


def pick(most: int) -> Picked:
    """Up to `most` messages that nobody is at, in turns one of each road."""
    roads = _roads()
    has_more = len(roads) > _MOST_ROADS
    if has_more:
        roads = random.sample(roads, _MOST_ROADS)
    if not roads:
        return Picked([], has_more=False)
    share = -(-most // len(roads))
    waiting = [_waiting(road, 0, share) for road in roads]
    # What some roads leave of their share is for those that have more.
    busy = [n for n, rows in enumerate(waiting) if len(rows) == share]
    left = most - sum(map(len, waiting))
    if busy and left > 0:
        for n in busy:
            waiting[n] += _waiting(roads[n], share, share + -(-left // len(busy)))
    picked = list(_within(_in_turns(waiting), most))
    has_more = has_more or bool(busy) or len(picked) < sum(map(len, waiting))
    return Picked(picked, has_more)


def _roads() -> Sequence[str]:
    """Those that have something pending, be somebody at it or not."""
    table = connection.ops.quote_name(InboundMessage._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_ROADS.format(table=table))
        return [road for (road,) in cursor.fetchall()]


def _waiting(road: str, start: int, end: int) -> list[_Waiting]:
    free = InboundMessage.objects.pending().unclaimed().filter(road=road).order_by("id")
    return [_Waiting(*row) for row in free.values_list("id", "size", "attempts")[start:end]]


def _in_turns(waiting: Sequence[Sequence[_Waiting]]) -> Iterator[_Waiting]:
    for row in itertools.chain.from_iterable(itertools.zip_longest(*waiting)):
        if row is not None:
            yield row


def _within(rows: Iterator[_Waiting], most: int) -> Iterator[int]:
    """The first of `rows`, as many as one turn of a worker may take."""
    room, held = most, 0
    for number, row in enumerate(rows):
        room -= _TRIED_COUNTS_AS if row.tries else 1
        held += min(row.size, settings.MAX_MESSAGE_BYTES)
        if number and (room < 0 or held > _MOST_BYTES):
            return
        yield row.pk
