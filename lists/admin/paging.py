"""Pages of large tables: each begins after a row, so that the last costs what the first does.

A page's number would have the database walk over all rows of the pages before it, and the number
of pages would have it count them all. Instead the address of a page names the last row of the one
before (`?after=…`) or the first of the one behind (`?before=…`), by the values that the list is
ordered by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from lists import looking
from lists.looking import Looked, look

AFTER, BEFORE = "after", "before"
_BETWEEN = "~"


def cursor_of(row: Model, ordering: Sequence[str]) -> str:
    """What stands for `row` in an address: the values of the fields of `ordering`."""
    return _BETWEEN.join(field.value_to_string(row) for field in _fields(type(row), ordering))


def beyond(model: type[Model], ordering: Sequence[str], cursor: str, *, back: bool = False) -> Q:
    """The rows behind the one that `cursor` stands for, or before it.

    `ordering` descends in all of its fields, none is empty in any row, the last is the key.
    ValueError where the cursor is none.
    """
    fields = _fields(model, ordering)
    parts = cursor.split(_BETWEEN)
    if len(parts) != len(fields):
        raise ValueError(cursor)
    try:
        values = [field.to_python(part) for field, part in zip(fields, parts, strict=True)]
    except ValidationError as error:
        raise ValueError(cursor) from error
    if None in values:
        raise ValueError(cursor)
    sign = "gt" if back else "lt"
    found = Q(**{f"{fields[-1].name}__{sign}": values[-1]})
    for field, value in reversed(list(zip(fields[:-1], values[:-1], strict=True))):
        # The first condition says nothing new, but is one that an index can begin at.
        nearer = Q(**{f"{field.name}__{sign}": value})
        found = Q(**{f"{field.name}__{sign}e": value}) & (nearer | found)
    return found


def in_pieces(rows: QuerySet, ordering: Sequence[str], size: int = 2000) -> Iterator[Any]:
    """All `rows`, some at a time in the order of an index: the first come at once.

    A cursor would have PostgreSQL sort the whole table first. For tables that `looking` knows.
    """
    part = rows = rows.order_by(*ordering)
    while True:
        looked = look(part, size)
        yield from looked.rows
        last = looked.rows[-1] if len(looked.rows) == size else looked.end
        if last is None:
            return
        part = rows.filter(beyond(rows.model, ordering, cursor_of(last, ordering)))


def _fields(model: type[Model], ordering: Sequence[str]) -> list[Field]:
    names = [name.removeprefix("-") for name in ordering]
    return [
        model._meta.pk if name == "pk" else model._meta.get_field(name)  # type: ignore[misc]
        for name in names
    ]


class KeysetPaginator(InfinitePaginator):
    """Counts nothing; its links are those of `KeysetChangeList`."""

    template_name = "bounceadmin/parts/keyset_pagination.html"


class KeysetChangeList(ChangeList):
    """A list whose pages begin after a row. It is in one order, that of its admin."""

    next_url = ""
    previous_url = ""
    # Where looking ended before the page was full, and where it goes on.
    looked_to: object = None
    further_url = ""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str]:
        return list(self.model_admin.ordering)

    def get_queryset(self, request: HttpRequest, exclude_parameters=None) -> QuerySet:
        # A filter begins at its first page; nothing takes these for a filter.
        for name in (AFTER, BEFORE):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        # What the page's template needs besides the rows; it runs no query.
        self.page_num, self.show_all = 1, False
        super().get_results(request)
        # Nothing was counted: the header must not tell the paginator's made-up number.
        self.full_result_count = self.result_count
        after, before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
        back = bool(before) and not after
        rows = self.queryset.reverse() if back else self.queryset
        if after or before:
            try:
                wanted = beyond(self.model, self._order, after or before, back=back)
            except (ValueError, OverflowError) as error:
                raise IncorrectLookupParameters(error) from error
            rows = rows.filter(wanted)
        if hasattr(self.model, "SERVED"):
            looked = look(rows, self.list_per_page + 1)
        else:
            looked = Looked(list(rows[: self.list_per_page + 1]))
        found = looked.rows
        more = len(found) > self.list_per_page
        found = found[: self.list_per_page]
        if back:
            found.reverse()
        self.result_list = found
        if found and (more or back):
            self.next_url = self._url(AFTER, found[-1])
        if found and (more if back else after):
            self.previous_url = self._url(BEFORE, found[0])
        if looked.end is not None:
            self._look_further(looked.end, back)

    @property
    def _order(self) -> Sequence[str]:
        return self.model_admin.ordering

    @property
    def first_url(self) -> str:
        """The list's beginning, under the same filters."""
        return self.get_query_string()

    def _look_further(self, end: Model, back: bool) -> None:
        self.looked_to = getattr(end, self._order[0].removeprefix("-"))
        self.looked_through = looking.MOST
        self.further_url = self._url(BEFORE if back else AFTER, end)
        if back:
            self.previous_url = ""
        else:
            self.next_url = ""

    def _url(self, name: str, row: Model) -> str:
        return self.get_query_string({name: cursor_of(row, self._order)})


class LargeTable:
    """For the admin of a table of millions of rows: nothing is counted, pages begin after a row.

    `ordering` must descend in all of its fields and end with the key; an index must serve it.
    """

    paginator = KeysetPaginator
    show_full_result_count = False
    # Counting what each filter would leave reads the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_disable_select_all = True
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return KeysetChangeList
