"""Keys that make something happen once, in narrow tables: a digest, and the day that it is about.

They are apart from what they are about, which may be divided by month: a unique key cannot span the
parts of a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import connection

from bounces.models import Receipt, SeenEvent, SeenMessage

# As 32 hexadecimal digits: sorting a batch of UUID objects takes longer than writing them.
Key = str
# SQLite's statements have a limit of parameters.
_ROWS_PER_STATEMENT = 1000


def key_of(digest: str) -> Key:
    """The first 128 bits of a digest in hexadecimal."""
    return digest[:32]


def leave(model: type[Receipt | SeenEvent | SeenMessage], days: Mapping[Key, date]) -> set[Key]:
    """Write the keys, each with its day; return those that were not there.

    In their order, so that two workers wait for each other rather than deadlock. A key that another
    worker has written and not committed is waited for.
    """
    if not days:
        return set()
    table = connection.ops.quote_name(model._meta.db_table)
    ordered = sorted(days)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} (key, day) "
                "SELECT * FROM unnest(%s::uuid[], %s::date[]) "
                "ON CONFLICT (key) DO NOTHING RETURNING replace(key::text, '-', '')",
                [ordered, [days[key] for key in ordered]],
            )
            return {row[0] for row in cursor.fetchall()}
        made: set[Key] = set()
        for start in range(0, len(ordered), _ROWS_PER_STATEMENT):
            chunk = ordered[start : start + _ROWS_PER_STATEMENT]
            places = ", ".join(["(%s, %s)"] * len(chunk))
            cursor.execute(
                f"INSERT INTO {table} (key, day) VALUES {places} "
                "ON CONFLICT (key) DO NOTHING RETURNING key",
                [value for key in chunk for value in (key, days[key])],
            )
            made |= {row[0] for row in cursor.fetchall()}
        return made
