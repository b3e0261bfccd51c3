"""The rows of a file that were refused, as a download."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from lists.admin.csv_answers import csv_answer
from lists.kept_words import shown

_ROWS_AT_ONCE = 5000


def refused_csv(refused: QuerySet, name: str) -> StreamingHttpResponse:
    """Number, why and text of each of a job's `refused_rows`."""
    return csv_answer(name, ("row", "why", "text"), _rows(refused.order_by("number")))


def _rows(refused: QuerySet) -> Iterator[tuple[object, ...]]:
    # By number rather than by cursor: no transaction stays open while a slow reader takes it.
    last = -1
    while found := list(refused.filter(number__gt=last)[:_ROWS_AT_ONCE]):
        yield from ((row.number, shown(row.why), row.text) for row in found)
        last = found[-1].number
