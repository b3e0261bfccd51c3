"""Many rows in one statement, for what a batch writes: the ORM builds an expression for each value.

On PostgreSQL rows are copied in (`lists/copying.py`), and where that cannot be, their columns are
the parameters, an array each. On SQLite, where a statement is no round trip, they are a row each to
a statement that is prepared once. Nothing is called that a model's `save` or a signal would call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import BinaryField, Field, Lookup, Model, QuerySet, UniqueConstraint
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL
from django.db.models.fields.related import ForeignObject
from django.db.models.lookups import In

from lists import copying
from lists.copying import column

Values = Sequence[Any]
NOTHING: Mapping[str, Any] = MappingProxyType({})
Row = TypeVar("Row", bound=Model)

# Fewer rows are not worth the two round trips of a savepoint.
_WORTH_COPYING = 20
_UNIQUE_VIOLATION = "23505"  # SQLSTATE, PostgreSQL's appendix A


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`field__any_of=values`: `field__in`, with all the values as one parameter on PostgreSQL.

    For many plain values; Django prepares, and PostgreSQL parses, each parameter on its own. Give
    a set or a dict: of a list or a tuple Django looks at each value all the same.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        return In(self.lhs, list(self.rhs)).as_sql(compiler, connection)

    def as_postgresql(self, compiler, connection):
        left, parameters = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.rel_db_type(connection)
        return f"{left} = ANY(%s::{kind}[])", [*parameters, copying.array(list(self.rhs))]


def find_by_keys() -> None:
    """Have PostgreSQL find what this transaction asks for by the keys that its statements name.

    Of tables of some hundred thousand rows it would rather read all, for each batch again: it takes
    looking for a row to be dearer than it is where the indexes are in memory (its documentation,
    20.7).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('enable_seqscan', 'off', TRUE), "
                "set_config('random_page_cost', '1.1', TRUE)"
            )


def reserve_ids(model: type[Model], number: int) -> list[int]:
    """Primary keys that nobody else gets, rising; call it within the transaction that uses them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # OFFSET keeps the name of the sequence from being looked up for every row.
            cursor.execute(
                "SELECT nextval(s.name) FROM (SELECT "
                "pg_get_serial_sequence(%s, %s)::regclass AS name OFFSET 0) AS s, "
                "generate_series(1, %s)",
                [connection.ops.quote_name(table), model._meta.pk.column, number],
            )
            return sorted(row[0] for row in cursor.fetchall())
        # SQLite has one writer, and this transaction is it.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return list(range(last + 1, last + 1 + number))


def made(model: type[Row], **values: object) -> Row:
    """`model(**values)`, four times as quick: for rows of which there are thousands.

    `values` are columns' (`campaign_id`, not `campaign`); nothing is called that a signal would
    call. TypeError for a name that the model does not have.
    """
    defaults, fresh = _defaults(model)
    merged = defaults | values
    if len(merged) > len(defaults):
        raise TypeError(f"{model.__name__} has no {values.keys() - defaults.keys()}.")
    for name, make in fresh:
        if name not in values:
            merged[name] = make()
    row = model.__new__(model)
    row.__dict__ = merged
    row._state = ModelState()
    return row


def read(queryset: QuerySet[Row], but: Collection[str] = ()) -> list[Row]:
    """`list(queryset.defer(*but))`, four times as quick: for rows of which there are thousands.

    `but` are columns; nothing is called that a signal would call.
    """
    fields = [f for f in queryset.model._meta.concrete_fields if f.attname not in but]
    names = [f.attname for f in fields]
    found = queryset.values_list(*names)
    if connection.vendor == "postgresql":
        found = _converted(fields, copying.fetch(*found.query.sql_with_params()))
    model, alias = queryset.model, queryset.db
    return [_read(model, alias, dict(zip(names, values, strict=True))) for values in found]


def of_each(queryset: QuerySet, name: str, values: Collection[Any]) -> list[Values]:
    """`queryset.filter(name__in=values)`, of a `values_list`, with each value looked up by itself.

    For a queryset whose other conditions PostgreSQL may take for the more selective ones, when they
    apply to all that came in lately: it would look through all of that, each time again.
    """
    if connection.vendor != "postgresql":
        return list(queryset.filter(**{f"{name}__in": values}))
    kind = copying.type_of(queryset.model._meta.get_field(name))
    one = queryset.filter(**{name: RawSQL("told.value", ())})
    sql, parameters = one.query.sql_with_params()
    # OFFSET keeps it from being joined in another way.
    return copying.fetch(
        f"SELECT found.* FROM unnest(%s::{kind}[]) AS told(value) "
        f"CROSS JOIN LATERAL ({sql} OFFSET 0) AS found",
        [copying.array(list(values)), *parameters],
    )


def _read(model: type[Row], alias: str, values: dict[str, Any]) -> Row:
    row = model.__new__(model)
    row.__dict__ = values
    row._state = state = ModelState()
    state.adding, state.db = False, alias
    return row


def _converted(fields: Sequence[Field], rows: list[Values]) -> list[Values]:
    """As their fields read them; few fields have a say in that."""
    for n, field in enumerate(fields):
        if convert := getattr(field, "from_db_value", None):
            rows = [(*row[:n], convert(row[n], None, connection), *row[n + 1 :]) for row in rows]
    return rows


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, object], list[tuple[str, Callable]]]:
    """What each column has by itself, and what is to be called for those that differ by row."""
    fields = model._meta.concrete_fields
    fresh = [(f.attname, f.default) for f in fields if callable(f.default) and f.has_default()]
    called = {name for name, _ in fresh}
    return {f.attname: None if f.attname in called else f.get_default() for f in fields}, fresh


def insert(rows: Sequence[Model]) -> int:
    """Insert `rows`, with the keys of `reserve_ids` or without; return how many.

    Rows that a unique key refuses are left out.
    """
    if not rows:
        return 0
    with_key = rows[0].pk is not None
    fields = [f for f in rows[0]._meta.concrete_fields if with_key or not f.primary_key]
    return insert_new(type(rows[0]), fields, values_of(fields, rows))


def insert_new(model: type[Model], fields: Sequence[Field], rows: Sequence[Values]) -> int:
    """Insert rows of values, one for each of `fields`, that nobody else is likely to have written.

    Returns how many were written; those that a unique key refuses are left out.
    """
    if len(rows) < _WORTH_COPYING or connection.vendor != "postgresql":
        return insert_values(model, fields, rows, "DO NOTHING")
    if not _has_keys(model):
        copying.copy_in(_table(model), fields, rows)
        return len(rows)
    try:
        with transaction.atomic():
            copying.copy_in(_table(model), fields, rows)
            return len(rows)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != _UNIQUE_VIOLATION:
            raise
    # COPY takes all or none: now one by one.
    return insert_values(model, fields, rows, "DO NOTHING")


def insert_values(
    model: type[Model], fields: Sequence[Field], rows: Sequence[Values], on_conflict: str
) -> int:
    """Insert rows of values, one for each of `fields`; return how many were written.

    `on_conflict` is SQL that follows ON CONFLICT: what to do about a row that is there.
    """
    if not rows:
        return 0
    into = f"INSERT INTO {_table(model)} ({columns(fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source, parameters = copying.rows_of_arrays(fields, rows)
            cursor.execute(f"{into} {source} ON CONFLICT {on_conflict}", parameters)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"{into} VALUES ({places}) ON CONFLICT {on_conflict}", _prepared(rows)
            )
        return cursor.rowcount


def added(table: str, names: Iterable[str]) -> str:
    """What ON CONFLICT DO UPDATE SET needs to add to the columns of `table` (quoted) in place."""
    quoted = map(connection.ops.quote_name, names)
    return ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in quoted)


def update(
    rows: Sequence[Model], names: Sequence[str], where: Mapping[str, Any] = NOTHING
) -> set[int]:
    """Write the fields `names` of `rows`, each to the row with its primary key.

    Only to those that have the values of `where` so far; return the keys of these.
    """
    if not rows:
        return set()
    model = type(rows[0])
    key = model._meta.pk
    written = [model._meta.get_field(name) for name in names]
    fields = [*written, key]
    if connection.vendor == "postgresql":
        source, parameters = copying.rows_of_arrays(fields, values_of(fields, rows))
        sets = ", ".join(f"{column(f)} = n.{column(f)}" for f in written)
        # Not told as a condition of its own, which an index of few rows may be taken for.
        asked = "".join(
            f" AND CASE WHEN o.{column(model._meta.get_field(name))} = %s THEN TRUE END"
            for name in where
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {_table(model)} AS o SET {sets} FROM ({source}) AS n "
                # The keys twice, or the join might read the table rather than look for them.
                f"WHERE o.{column(key)} = ANY(%s::{copying.type_of(key)}[]) "
                f"AND o.{column(key)} = n.{column(key)}{asked} RETURNING o.{column(key)}",
                [*parameters, copying.array([row.pk for row in rows]), *where.values()],
            )
            return {row[0] for row in cursor.fetchall()}
    if where:
        there = model._base_manager.filter(pk__any_of={row.pk for row in rows}, **where)
        keys = set(there.values_list("pk", flat=True))
        rows = [row for row in rows if row.pk in keys]
    sets = ", ".join(f"{column(f)} = %s" for f in written)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {_table(model)} SET {sets} WHERE {column(key)} = %s",
            _prepared(values_of(fields, rows)),
        )
    return {row.pk for row in rows}


def _has_keys(model: type[Model]) -> bool:
    """Whether a row can be refused for what it says; nobody else has its primary key."""
    return any(field.unique and not field.primary_key for field in model._meta.fields) or any(
        isinstance(constraint, UniqueConstraint) for constraint in model._meta.constraints
    )


def values_of(fields: Sequence[Field], rows: Sequence[Model]) -> list[Values]:
    """The values of `fields`, of each row, as the database keeps them."""
    # Out of what a row holds: as an attribute a foreign key is a call of Django's.
    get = itemgetter(*(field.attname for field in fields))
    binary = [(n, field) for n, field in enumerate(fields) if isinstance(field, BinaryField)]
    if not binary:
        return [get(row.__dict__) for row in rows]
    prepared = [list(get(row.__dict__)) for row in rows]
    for values in prepared:
        for n, field in binary:
            values[n] = field.get_prep_value(values[n])
    return prepared


def _prepared(rows: Iterable[Values]) -> list[Values]:
    """As SQLite keeps them: times as text in UTC."""
    time = connection.ops.adapt_datetimefield_value
    return [tuple(time(v) if isinstance(v, datetime) else v for v in row) for row in rows]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def columns(fields: Sequence[Field]) -> str:
    """Their columns' names as SQL lists them."""
    return ", ".join(map(column, fields))
