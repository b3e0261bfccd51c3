"""Tables in monthly parts on PostgreSQL: dropping a month costs nothing, deleting its rows does.

Django knows nothing of it: it sees the table, the rows and the indexes. SQLite keeps plain tables.
The parts are named after the table: `_2026_11`; `_before` is what there was when it was divided,
with everything older; `_default` takes the rows of months that no part was made for, so that none
is refused. Months are those of UTC. What keeps the parts is `bounces/partitions.py`.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

from django.db import transaction

_BEFORE, _DEFAULT = "_before", "_default"
# PostgreSQL's names have 63 bytes.
_MOST_NAME = 63


def month_of(at: datetime) -> datetime:
    """The start of its month."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def months_later(month: datetime, number: int) -> datetime:
    """The start of the month that begins `number` months after the start of `month`."""
    years, index = divmod(month.month - 1 + number, 12)
    return month.replace(year=month.year + years, month=index + 1)


def name_of(table: str, month: datetime) -> str:
    """The part of `table` for a month."""
    return f"{table}_{month:%Y_%m}"


def add_month(cursor, table: str, column: str, month: datetime) -> None:
    """Make the part for the month that begins at `month`, with its rows that are in `_default`.

    Call it within a transaction. Whoever reads or writes the other parts does not wait.
    """
    name = name_of(table, month)
    start, end = _text(month), _text(months_later(month, 1))
    within = f"{column} >= '{start}' AND {column} < '{end}'"
    cursor.execute(f"LOCK TABLE {table}{_DEFAULT} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    cursor.execute(
        f"WITH gone AS (DELETE FROM {table}{_DEFAULT} WHERE {within} RETURNING *) "
        f"INSERT INTO {name} SELECT * FROM gone"
    )
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
    )


def drop_part(cursor, table: str, name: str, columns: list[str]) -> int:
    """Drop a part, but keep the rows that it still has in `_default`; return how many those are.

    Call it within a transaction, about a month for which no part will be made again.
    """
    kept = ", ".join(columns)
    cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {name}")
    cursor.execute(f"INSERT INTO {table} ({kept}) SELECT {kept} FROM {name}")
    moved = cursor.rowcount
    cursor.execute(f"DROP TABLE {name}")
    return moved


def drop_part_whole(cursor, table: str, name: str) -> None:
    """Drop a part and its rows. Call it within a transaction."""
    cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {name}")
    cursor.execute(f"DROP TABLE {name}")


def divide(schema_editor, table: str, column: str, now: datetime, ahead: int) -> None:
    """Divide a plain table by its time `column`, and make parts for `ahead` months.

    For a migration with `atomic = False`. No row is copied: the table becomes the first part, up to
    the end of this month. Writing stops only for the last step, which is as short with many rows.
    Its primary key gets `column` as a second column. Cut off, it can be begun again.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        if _is_divided(cursor, table):
            return
        # One day more, so that the month does not end on the way.
        end = months_later(month_of(now + timedelta(days=1)), 1)
        [key] = _column(cursor, _PRIMARY, table)
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {table}_divided")
        cursor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {table}_divided ON {table} ({key}, {column})"
        )
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_until")
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_until CHECK ({column} < '{_text(end)}') "
            "NOT VALID"
        )
        cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_until")
        with transaction.atomic():
            _put_beneath(cursor, table, column, key, end)
            for number in range(ahead):
                add_month(cursor, table, column, months_later(end, number))


def is_divided(schema_editor, table: str) -> bool:
    """Whether `table` has parts."""
    if schema_editor.connection.vendor != "postgresql":
        return False
    with schema_editor.connection.cursor() as cursor:
        return _is_divided(cursor, table)


def add_index(schema_editor, table: str, name: str, statement: str) -> None:
    """Run `statement`, which adds index `name` CONCURRENTLY, for each part, then for the table.

    Outside of a transaction. PostgreSQL does not add an index to all parts like that by itself. A
    part that is made meanwhile gets the index from the table; cut off, it can be begun again.
    """
    create = f'CREATE INDEX CONCURRENTLY "{name}" ON "{table}"'
    if not statement.startswith(create):
        raise ValueError(f"Not an index that a divided table can have: {statement}")
    what = statement[len(create) :]
    with schema_editor.connection.cursor() as cursor:
        for part in _column(cursor, _PARTS, table):
            index = f"{name[: _MOST_NAME - 9]}_{zlib.crc32(part.encode()):08x}"
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {part}{what}")
        with transaction.atomic():
            # Finds those of the parts, which are equal, and adds none.
            cursor.execute(f'CREATE INDEX "{name}" ON "{table}"{what}')


def undivide(schema_editor, table: str) -> None:
    """The way back, which copies every row."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor, transaction.atomic():
        if not _is_divided(cursor, table):
            return
        key = _column(cursor, _PRIMARY, table)[0]
        indexes = _column(cursor, _INDEXES, table)
        foreign = _rows(cursor, _FOREIGN_KEYS, table)
        sequence = _column(cursor, _SEQUENCE, table, key)[0]
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_divided")
        cursor.execute(
            f"CREATE TABLE {table} (LIKE {table}_divided INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_divided")
        if sequence:
            cursor.execute(f"ALTER SEQUENCE {sequence} OWNED BY {table}.{key}")
        cursor.execute(f"DROP TABLE {table}_divided")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key})")
        for statement in indexes:
            cursor.execute(statement)
        for name, definition in foreign:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _put_beneath(cursor, table: str, column: str, key: str, end: datetime) -> None:
    """Put a divided table in the place of `table`, which becomes its first part."""
    before = f"{table}{_BEFORE}"
    indexes = _column(cursor, _INDEXES, table)
    names = _column(cursor, _INDEX_NAMES, table)
    foreign = _rows(cursor, _FOREIGN_KEYS, table)
    [pkey] = _column(cursor, _PRIMARY_NAME, table)
    cursor.execute(f"ALTER TABLE {table} RENAME TO {before}")
    for name in names:
        cursor.execute(f"ALTER INDEX {name} RENAME TO {name[: _MOST_NAME - len(_BEFORE)]}{_BEFORE}")
    cursor.execute(
        f"ALTER TABLE {before} DROP CONSTRAINT {pkey}, "
        f"ADD CONSTRAINT {before}_pkey PRIMARY KEY USING INDEX {table}_divided"
    )
    next_number = _take_sequence(cursor, table, before, key)
    cursor.execute(
        f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS "
        f"INCLUDING STORAGE) PARTITION BY RANGE ({column})"
    )
    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_until")
    if next_number is not None:
        _give_sequence(cursor, table, key, next_number)
    cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {pkey} PRIMARY KEY ({key}, {column})")
    for statement in indexes:
        cursor.execute(statement)
    for name, definition in foreign:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {before} "
        f"FOR VALUES FROM (MINVALUE) TO ('{_text(end)}')"
    )
    cursor.execute(f"ALTER TABLE {before} DROP CONSTRAINT {table}_until")
    cursor.execute(f"CREATE TABLE {table}{_DEFAULT} PARTITION OF {table} DEFAULT")


def _take_sequence(cursor, table: str, before: str, key: str) -> int | None:
    """Take the numbering of the key from what is now a part; return the next number."""
    sequence = _column(cursor, _SEQUENCE, before, key)[0]
    if not sequence:
        return None
    [number] = _column(cursor, f"SELECT last_value + is_called::int FROM {sequence}")
    cursor.execute(f"ALTER TABLE {before} ALTER {key} DROP IDENTITY IF EXISTS")
    cursor.execute(f"ALTER TABLE {before} ALTER {key} DROP DEFAULT")
    cursor.execute(f"DROP SEQUENCE IF EXISTS {sequence}")
    return number


def _give_sequence(cursor, table: str, key: str, number: int) -> None:
    """Number the rows of the divided table; those of PostgreSQL 15 have no identity columns."""
    cursor.execute(f"CREATE SEQUENCE {table}_{key}_seq START {number} OWNED BY {table}.{key}")
    cursor.execute(
        f"ALTER TABLE {table} ALTER {key} SET DEFAULT nextval('{table}_{key}_seq'::regclass)"
    )


_PRIMARY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a
      ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = %s::regclass AND i.indisprimary
"""
_PRIMARY_NAME = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
_OTHER_INDEXES = """
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass AND NOT i.indisprimary AND c.relname NOT LIKE '%%\\_divided'
    ORDER BY c.relname
"""
_INDEXES = f"SELECT pg_get_indexdef(i.indexrelid) {_OTHER_INDEXES}"
_INDEX_NAMES = f"SELECT c.relname {_OTHER_INDEXES}"
_FOREIGN_KEYS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname
"""
_SEQUENCE = "SELECT pg_get_serial_sequence(%s, %s)"


_PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


def _is_divided(cursor, table: str) -> bool:
    return bool(
        _column(cursor, "SELECT 1 FROM pg_partitioned_table WHERE partrelid = %s::regclass", table)
    )


def _rows(cursor, query: str, *parameters: str) -> list[tuple]:
    cursor.execute(query, parameters)
    return cursor.fetchall()


def _column(cursor, query: str, *parameters: str) -> list:
    return [row[0] for row in _rows(cursor, query, *parameters)]


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(sep=" ")
