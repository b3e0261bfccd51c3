"""The monthly parts of large tables on PostgreSQL: made ahead, shown, dropped at retention.

With SQLite there are none, and rows are only deleted. What a part is: `lists/partitioning.py`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, models, transaction

from bounces import housekeeping
from bounces.models import BounceEvent, RawMessage
from lists import partitioning
from lists.partitioning import month_of, months_later

log = logging.getLogger(__name__)

# Divided tables, and the column that says which month a row belongs to.
DIVIDED: dict[type[models.Model], str] = {RawMessage: "stored_at", BounceEvent: "occurred_at"}
AHEAD = 3
"""Months after the present one that there is to be a part for."""
# Whoever wants a lock makes everyone behind it wait: rather try again an hour later.
_LOCK_TIMEOUT = "2s"
# A part that has more rows left than this is dropped later.
_MOST_MOVED = 10_000
_UNTIL = re.compile(r" TO \('([^']+)'\)$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a table. `until` is where it ends; None is the part for all that has no other."""

    table: str
    name: str
    until: datetime | None
    rows: int
    """As PostgreSQL estimates."""
    bytes: int
    """With its indexes."""


def parts() -> list[Part]:
    """All parts, by table, the oldest first; none where tables are plain."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.relname, c.relname, pg_get_expr(c.relpartbound, c.oid),
                   GREATEST(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
            FROM pg_inherits i
            JOIN pg_class t ON t.oid = i.inhparent AND t.relkind = 'p'
            JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = ANY(%s::regclass[])
            """,
            [[model._meta.db_table for model in DIVIDED]],
        )
        found = [Part(t, name, _until(bound), *rest) for t, name, bound, *rest in cursor.fetchall()]
    return sorted(found, key=lambda p: (p.table, p.until is None, p.until, p.name))


def months_ahead(now: datetime) -> dict[str, int]:
    """For how many months after the present one each table has a part, without a gap."""
    ends: dict[str, set[datetime]] = {}
    for part in parts():
        known = ends.setdefault(part.table, set())
        if part.until is not None:
            known.add(part.until)
    return {table: _ahead(known, now) for table, known in ends.items()}


def create_ahead(now: datetime) -> list[str]:
    """Make the parts that are missing for this month and the next ones; return their names.

    What could not be locked is left for the next time.
    """
    if connection.vendor != "postgresql":
        return []
    known = parts()
    months = [months_later(month_of(now), number) for number in range(AHEAD + 1)]
    return [
        partitioning.name_of(table, month)
        for model, column in DIVIDED.items()
        for table in [model._meta.db_table]
        for month in _missing([part for part in known if part.table == table], months)
        if _quickly(partial(partitioning.add_month, table=table, column=column, month=month))
    ]


def _missing(known: list[Part], months: list[datetime]) -> Iterator[datetime]:
    """Those of `months` that no part is for. The oldest part may be for several."""
    ends = [part.until for part in known if part.until is not None]
    for month in months:
        if months_later(month, 1) not in ends and month >= min(ends, default=month):
            yield month


def drop_old_raw_messages(now: datetime) -> list[str]:
    """Drop the parts in which the text of every message is past retention; return their names.

    Their rows were deleted one by one before. The few that stay (what failed, what was processed
    again) move to the part for all that has no other.
    """
    before = now - timedelta(days=settings.RAW_MESSAGE_RETENTION_DAYS)
    return [part.name for part in _ended(RawMessage, before) if _drop(RawMessage, part)]


def drop_old_events(now: datetime) -> list[str]:
    """Drop the parts that hold only events of before `EVENT_DROP_MONTHS`; return their names.

    Their keys go later, by `housekeeping.delete_old_keys`.
    """
    before = housekeeping.events_kept_since(now)
    if before is None:
        return []
    return [
        part.name
        for part in _ended(BounceEvent, before)
        if _quickly(partial(partitioning.drop_part_whole, table=part.table, name=part.name))
    ]


def _ended(model: type[models.Model], before: datetime) -> Iterator[Part]:
    for part in parts():
        if part.table == model._meta.db_table and part.until is not None and part.until <= before:
            yield part


def _drop(model: type[models.Model], part: Part) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {part.name} LIMIT {_MOST_MOVED + 1}) AS found"
        )
        if cursor.fetchone()[0] > _MOST_MOVED:
            return False
    columns = [field.column for field in model._meta.concrete_fields]
    return _quickly(
        partial(partitioning.drop_part, table=part.table, name=part.name, columns=columns)
    )


def _quickly(change: Callable[..., object]) -> bool:
    """Change tables in a transaction of its own; whether the locks could be had at once."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            change(cursor)
    except OperationalError as error:
        log.warning("A part of a table is made or dropped later: %s", error)
        return False
    return True


def _until(bound: str) -> datetime | None:
    found = _UNTIL.search(bound)
    return datetime.fromisoformat(found[1]) if found else None


def _ahead(ends: set[datetime], now: datetime) -> int:
    # The oldest part is for all months before its end.
    first = min(ends, default=now)
    number = 0
    while (end := months_later(month_of(now), number + 2)) in ends or end < first:
        number += 1
    return number
