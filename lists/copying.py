"""How many rows get to PostgreSQL and back at least cost: by COPY, or a column at a time as arrays.

COPY in its binary form takes a third of the server's time of its text form, and a fifth of ours
(measured on rows of messages). It knows no ON CONFLICT and no UPDATE; for those each column goes as
one parameter in the text form of an array, which is joined rather than built value by value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import DataError, connection
from django.db.models import Field
from psycopg.adapt import Loader

# What is in a column's type besides its name: varchar(64).
_MODIFIER = re.compile(r"\s*\(.*\)")
# psycopg cuts what does not fit rather than refuse it.
_RANGES = {"smallint": (-(2**15), 2**15 - 1), "integer": (-(2**31), 2**31 - 1)}


def copy_in(table: str, fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> None:
    """COPY rows of values, one for each of `fields`, into the (quoted) `table`.

    The database's errors as Django has them; IntegrityError where a key is there already.
    """
    types = [type_of(field) for field in fields]
    _check_ranges(types, rows)
    names = ", ".join(map(column, fields))
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


class _Time(Loader):
    """Reads times as PostgreSQL writes them to Django, in ISO 8601 and UTC.

    A tenth of the time of psycopg's, which knows all that the server can be set to write.
    """

    def load(self, data) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query, as psycopg reads them but for times."""
    with connection.cursor() as cursor:
        cursor.adapters.register_loader("timestamptz", _Time)
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def rows_of_arrays(fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """A SELECT that makes these rows, its columns named as the fields', and its parameters."""
    chosen, arrays, names = [], [], []
    scalars: list[Any] = []
    parameters: list[Any] = []
    for field, values in zip(fields, zip(*rows, strict=True), strict=True):
        name, kind = column(field), type_of(field)
        if values.count(values[0]) == len(values):
            # Many a column of a batch is the same in all its rows.
            chosen.append(f"%s::{kind} AS {name}")
            scalars.append(values[0] if values[0] is None else _text(values[0]))
        else:
            chosen.append(name)
            names.append(name)
            arrays.append(f"%s::{kind}[]")
            parameters.append(array(values))
    if not names:
        names, arrays, parameters = ["n"], ["%s::integer[]"], [array(range(len(rows)))]
    source = f"unnest({', '.join(arrays)}) AS v({', '.join(names)})"
    return f"SELECT {', '.join(chosen)} FROM {source}", [*scalars, *parameters]


def array(values: Sequence[Any]) -> str:
    """The text form of an array of texts, numbers, times or bytes; None is NULL.

    PostgreSQL's documentation, 8.15.2 and 8.15.6.
    """
    if not values:
        return "{}"
    if None in values:
        return "{" + ",".join("NULL" if v is None else f'"{_escaped(v)}"' for v in values) + "}"
    kinds = set(map(type, values))
    if kinds == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    # No text of PostgreSQL's has a NUL, so that it can stand between them while they are escaped.
    joined = "\0".join(values if kinds == {str} else map(_text, values))
    if joined.count("\0") != len(values) - 1:
        raise DataError("PostgreSQL cannot keep text with a NUL in it.")
    return '{"' + _escape(joined).replace("\0", '","') + '"}'


def _escaped(value: object) -> str:
    return _escape(_text(value))


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _text(value: object) -> str:
    """A value as PostgreSQL reads it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{value.hex()}"
    if isinstance(value, str):
        # Of a choice its value.
        return str.__str__(value)
    if isinstance(value, int | float):
        return repr(value)
    return str(value)


@cache
def column(field: Field) -> str:
    """Its column as SQL names it."""
    return connection.ops.quote_name(field.column)


@cache
def type_of(field: Field) -> str:
    """The type of its column, without modifiers: `varchar` for `varchar(64)`."""
    return _MODIFIER.sub("", field.rel_db_type(connection))


def _check_ranges(types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for n, kind in enumerate(types):
        if kind in _RANGES:
            low, high = _RANGES[kind]
            if any(not low <= row[n] <= high for row in rows if row[n] is not None):
                raise DataError(f"A number is out of the range of {kind}.")
