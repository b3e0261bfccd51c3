"""Deleting what is old, in turns: half a minute each, so that what else waits is done in between.

A piece is a transaction. Whatever ends a turn between two of them, the next one finds what is left:
at once, where the turn announced it, else in the next night.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain

from django.db import transaction
from django.db.models import QuerySet

from lists import stopping
from lists.announcing import announce

TURN_SECONDS = 30.0
ROWS_AT_ONCE = 1000


def turn(task: str, *works: Iterator[int]) -> bool:
    """Do `works`, one after the other, for about `TURN_SECONDS`; return whether all is done.

    Else `task` is announced, for its next turn. Each work yields after a piece how many rows it
    had. A turn ends after one that had some, so that every turn gets further.
    """
    ends = time.monotonic() + TURN_SECONDS
    for number in chain(*works):
        if stopping.is_asked() or (number and time.monotonic() >= ends):
            announce(task)
            return False
    return True


def delete(rows: QuerySet, at_once: int = 0) -> Iterator[int]:
    """Delete `rows` with what belongs to them, piece by piece; yield how many each had.

    A piece has `at_once` rows, or `ROWS_AT_ONCE`.

    What somebody else is at stays for the next time.
    """
    while number := _delete_some(rows, at_once or ROWS_AT_ONCE):
        yield number


@transaction.atomic
def _delete_some(rows: QuerySet, at_once: int) -> int:
    free = rows.select_for_update(of=("self",), skip_locked=True)
    keys = list(free.values_list("pk", flat=True)[:at_once])
    rows.filter(pk__in=keys).delete()
    return len(keys)
