"""The period and stream that a page was asked for, out of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lists.counted import Period
from lists.models.choices import Stream

PERIODS = (7, 30, 90)
DEFAULT_PERIOD = 30
# The most days that the API tells the health of.
LONGEST_PERIOD = 366


@dataclass(frozen=True, slots=True)
class Picked:
    """What a page shows."""

    days: int
    """One of `PERIODS`."""
    stream: str
    """A stream, or empty for all of them."""
    period: Period


def picked(query: Mapping[str, str], today: date) -> Picked:
    """Read `days` and `stream` from `query`; anything unknown is the default."""
    text = query.get("days", "")
    days = int(text) if text in map(str, PERIODS) else DEFAULT_PERIOD
    stream = query.get("stream", "")
    return Picked(days, stream if stream in Stream.values else "", Period.ending(today, days))
