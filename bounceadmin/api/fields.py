"""The kinds of values that several resources take."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictInt, WithJsonSchema

BIGGEST = 2**63 - 1
MOST_ADDRESSES = 10_000


def one_of(*values: str) -> Any:
    """A text that is one of `values`."""
    return Literal[values]


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError(_("Leave out the character NUL."))
    return text


def _written(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(_("Write it as text, such as 2026-11-20."))
    return value


def in_utc(moment: datetime) -> datetime:
    """Databases do not take every offset that a text can have. Raises ValueError."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(_("This time is out of range.")) from None


Text = Annotated[str, AfterValidator(_storable)]
Id = Annotated[StrictInt, Field(ge=1, le=BIGGEST)]
PathId = Annotated[int, Field(ge=1, le=BIGGEST)]
"""In a path or query, where every number is written as text."""
Day = Annotated[
    date, BeforeValidator(_written), WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Without a zone it is UTC."""
Addresses = Annotated[
    list[Annotated[Text, Field(max_length=1000)]],
    Field(min_length=1, max_length=MOST_ADDRESSES, examples=[["ann@example.net"]]),
]


class Body(Schema):
    """What a request says: a name that is not known is an error rather than ignored."""

    model_config = ConfigDict(extra="forbid")
