"""Filling tables with millions of rows as quickly as PostgreSQL can."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections, models


def beside(steps: Sequence[tuple]) -> None:
    """Do steps (a function, and with what), each on a connection of its own, several at once."""

    def alone(do: Callable[..., object], *arguments: object) -> None:
        try:
            _make_quick()
            do(*arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for step in [pool.submit(alone, *step) for step in steps]:
            step.result()


def _make_quick() -> None:
    """Let this connection fill tables: foreign keys hold by how the rows are made."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'")
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")


def timed(what: str, do: Callable[..., object], *arguments: object) -> None:
    """Do it, and tell how long that took."""
    began = time.perf_counter()
    do(*arguments)
    print(f"  {what} in {time.perf_counter() - began:.1f} s", flush=True)


def fill(
    model: type[models.Model],
    source: str,
    columns: Mapping[str, str],
    values: Mapping[str, object] | None = None,
) -> None:
    """INSERT what `source` selects; what `columns` leave out has the field's default."""
    quote = connection.ops.quote_name
    fields = [f for f in model._meta.concrete_fields if f.column in columns or not f.primary_key]
    given = dict(values or {})
    chosen = []
    for field in fields:
        if field.column in columns:
            chosen.append(f"({columns[field.column]})::{field.db_type(connection)}")
        else:
            given[field.column] = field.get_default()
            chosen.append(f"%({field.column})s::{field.db_type(connection)}")
    names = ", ".join(quote(field.column) for field in fields)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT {', '.join(chosen)} {source}"
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


@contextmanager
def without_indexes(filled: Sequence[type[models.Model]]) -> Iterator[None]:
    """The tables have no indexes but those of their keys while they are filled."""
    tables = [model._meta.db_table for model in filled]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        unique = cursor.fetchall()
        for table, name, _definition in unique:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [tables],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        began = time.perf_counter()
        statements = [
            *(f'ALTER TABLE {table} ADD CONSTRAINT "{n}" {made}' for table, n, made in unique),
            *(definition.replace(" ON ONLY ", " ON ") for _name, definition in indexes),
        ]
        beside([(_execute, statement) for statement in statements])
        print(f"  indexed in {time.perf_counter() - began:.1f} s", flush=True)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
