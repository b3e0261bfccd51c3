"""Looking for rows that no index finds, through so many at a time that it is always quick.

A page of a large table is read in the order of an index until it is full. Where hardly any row fits
its filters, that would read the whole table. So one of the filters, which an index serves in that
order, says where to look; the others are applied to the first so many rows there, and who looks is
told where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Lookup, Model, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In, IsNull
from django.db.models.sql.datastructures import BaseTable
from django.db.models.sql.where import AND, WhereNode

# Rows that one page looks through.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Served:
    """A field with an index that goes on with the order of the list.

    A model's `SERVED` has those that leave the fewest rows first.
    """

    field: str
    but: tuple[str, ...] = ()
    """Values that the index leaves out, or of which there are too many for it to help."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and how far it was looked."""

    rows: list[Any]
    end: Any = None
    """The last row looked at, where others behind it may fit; None where there are none, or
    enough were found before."""


def look(rows: QuerySet, number: int) -> Looked:
    """The first `number` of `rows` among at most `MOST`. They are in order; the model is large."""
    if rows.query.is_empty():
        return Looked([])
    place, is_all = _place(rows)
    if is_all:
        return Looked(list(rows[:number]))
    found = list(_within(place[:MOST], rows)[:number])
    if len(found) == number:
        return Looked(found)
    last = list(place[MOST - 1 : MOST + 1])
    return Looked(found, last[0] if len(last) > 1 else None)


def _place(rows: QuerySet) -> tuple[QuerySet, bool]:
    """Where to look: `rows` with only the conditions that an index serves; and if these are all."""
    conditions = list(_conditions(rows.query.where))
    ordered = {_column(rows.model, name) for name in rows.query.order_by}
    kept = [c for c in conditions if _columns(c, rows) <= ordered]
    others = [c for c in conditions if c not in kept]
    anchor = next(
        (c for served in rows.model.SERVED for c in others if _serves(served, c, rows)), None
    )
    if anchor is not None:
        kept.append(anchor)
        others.remove(anchor)
    place = rows.select_related(None).defer(None)
    place.query.where = WhereNode(kept)
    return place, not others


def _conditions(where: WhereNode) -> Iterator[Any]:
    """What must all hold."""
    if where.connector == AND and not where.negated:
        for child in where.children:
            if isinstance(child, WhereNode):
                yield from _conditions(child)
            else:
                yield child
    else:
        yield where


def _columns(condition: Any, rows: QuerySet) -> set[str]:
    """The columns that it is about; those of other tables have a name that none of ours has."""
    if isinstance(condition, WhereNode):
        return set().union(*(_columns(child, rows) for child in condition.children))
    left = getattr(condition, "lhs", None)
    if isinstance(left, Col) and left.alias == rows.query.get_initial_alias():
        return {left.target.column}
    return {""}


def _serves(served: Served, condition: Any, rows: QuerySet) -> bool:
    if not isinstance(condition, Lookup):
        return False
    if _columns(condition, rows) != {_column(rows.model, served.field)}:
        return False
    if isinstance(condition, Exact):
        return condition.rhs not in served.but
    return isinstance(condition, In) or (isinstance(condition, IsNull) and condition.rhs is True)


def _column(model: type[Model], name: str) -> str:
    name = name.removeprefix("-")
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return field.column  # type: ignore[union-attr]


def _within(place: QuerySet, rows: QuerySet) -> QuerySet:
    """`rows`, out of those of `place` alone: PostgreSQL takes them in turn until it has enough."""
    found = rows.all()
    alias = found.query.get_initial_alias()
    found.query.alias_map[alias] = _Part(found.model._meta.db_table, alias, place)
    return found


class _Part(BaseTable):
    """Some rows of a table, under the table's own name."""

    def __init__(self, table_name: str, alias: str, place: QuerySet) -> None:
        super().__init__(table_name, alias)
        self._place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        sql, parameters = self._place.query.get_compiler(connection=connection).as_sql()
        return f"({sql}) {connection.ops.quote_name(self.table_alias)}", parameters
