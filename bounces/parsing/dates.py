"""Dates of header fields (RFC 5322 3.3), as aware times in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

# The form that nearly all mail has; the standard library reads the others.
_USUAL = re.compile(
    r"(?:[A-Za-z]{3}, {1,2})?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) "
    r"([+-]\d\d\d\d)(?: \([^()]{0,40}\))?",
    re.A,
)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_MONTH_NAMES, 1)}


@lru_cache(maxsize=128)
def _offset(zone: str) -> timedelta:
    """How far `+0900` is ahead of UTC; raises ValueError where no clock is."""
    return datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").utcoffset() or timedelta()


def read(value: str) -> datetime | None:
    """The time of a Date field, in UTC; None where it is missing or broken."""
    if not value:
        return None
    match = _USUAL.fullmatch(value)
    try:
        if match and (month := _MONTHS.get(match[2])):
            day, _, year, time, zone = match.groups()
            date = datetime.fromisoformat(f"{year}-{month}-{day:0>2}T{time}+00:00")
            return date - _offset(zone)
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
