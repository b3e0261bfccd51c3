"""Keyset pages: as quick at the millionth row as at the first, and steady while rows come in."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Schema

from bounceadmin.api.fields import BIGGEST, Text, in_utc
from bounceadmin.api.problems import ProblemError
from lists.looking import Looked, look

Item = TypeVar("Item")
MOST = 1000


class Page(Schema, Generic[Item]):
    """Some rows, and the cursor of those that follow; null where these are the last.

    There can be fewer than asked for, even none, with others to follow: each call looks through so
    many rows at most, and the cursor goes on where it ended.
    """

    items: list[Item]
    next: str | None


Limit = Annotated[int, Field(ge=1, le=MOST, description="How many rows at most.")]
Cursor = Annotated[
    Text,
    Field(max_length=200, description="`next` of the page before; without it, the first page."),
]


def by_id(rows: QuerySet, cursor: str, limit: int) -> dict[str, object]:
    """A page in the order of the ids."""
    if cursor:
        (last,) = _read(cursor, 1)
        rows = rows.filter(pk__gt=last)
    return _page(Looked(list(rows.order_by("pk")[: limit + 1])), limit, lambda row: [row.pk])


def newest_first(rows: QuerySet, column: str, cursor: str, limit: int) -> dict[str, object]:
    """A page by a time `column`, newest first; rows of the same moment by id, highest first."""
    if cursor:
        moment, last = _read(cursor, 2)
        # The first condition is what the index on (column, id) begins with.
        rows = rows.filter(**{f"{column}__lte": moment}).exclude(
            Q(**{column: moment, "pk__gte": last})
        )
    looked = look(rows.order_by(f"-{column}", "-pk"), limit + 1)
    return _page(looked, limit, lambda row: [getattr(row, column).isoformat(), row.pk])


def _page(looked: Looked, limit: int, key) -> dict[str, object]:
    items = looked.rows[:limit]
    last = items[-1] if len(looked.rows) > limit else looked.end
    return {"items": items, "next": None if last is None else _write(key(last))}


def _write(key: list) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> list:
    """The key in a cursor: an id, before it maybe a time."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        *times, last = key = json.loads(base64.urlsafe_b64decode(padded))
        if len(key) != length or not isinstance(last, int) or not 0 <= last <= BIGGEST:
            raise ValueError
        moments = [in_utc(datetime.fromisoformat(text)) for text in times]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        detail = _("This cursor is none that a page gave.")
        raise ProblemError(422, "invalid", detail, [("query.cursor", detail)]) from None
    return [*moments, last]
