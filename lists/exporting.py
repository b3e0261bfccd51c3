"""Suppressions as CSV, one piece after another, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import QuerySet

from lists.models import Suppression

COLUMNS = (
    "address",
    "reaches",
    "stream",
    "list",
    "cause",
    "reason",
    "since",
    "until",
    "lifted",
    "evidence",
)
_ROWS_AT_ONCE = 5000


def as_csv(suppressions: QuerySet[Suppression]) -> Iterator[str]:
    """The header, then the rows in the order they were made, some thousand a piece.

    `importing` reads it again. Forgotten addresses are given by their pseudonyms, which only an
    installation with the same keys can make use of.
    """
    yield _written([COLUMNS])
    for rows in _pieces(suppressions):
        yield _written(_values(row) for row in rows)


def _pieces(suppressions: QuerySet[Suppression]) -> Iterator[list[Suppression]]:
    # By key rather than by cursor: no transaction stays open while a slow reader takes it.
    ordered = suppressions.select_related("mailing_list").order_by("pk")
    last = 0
    while rows := list(ordered.filter(pk__gt=last)[:_ROWS_AT_ONCE]):
        yield rows
        last = rows[-1].pk


def _values(row: Suppression) -> tuple[str, ...]:
    return (
        row.address,
        row.scope,
        row.stream,
        row.mailing_list.name if row.mailing_list else "",
        row.cause,
        row.reason,
        row.since.isoformat(),
        row.until.isoformat() if row.until else "",
        row.lifted_at.isoformat() if row.lifted_at else "",
        row.evidence,
    )


def _written(rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
