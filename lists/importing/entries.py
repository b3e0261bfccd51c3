"""From a record to what it asks for: an address, why, since when. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lists.addresses import canonical
from lists.importing.formats import Format
from lists.importing.rows import Row

_IN_BRACKETS = re.compile(r"<([^<>]+)>\s*$")
_PSEUDONYM = re.compile(r"~[A-Za-z0-9_-]{32}")
_NUMBER = re.compile(r"\d{9,11}(\.\d+)?")
# SendGrid, AWS and others write a zone where ISO 8601 wants an offset.
_ZONE = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A suppression that a file asks for. `address` is canonical, or a pseudonym of ours."""

    row: Row
    address: str
    cause: str
    reason: str = ""
    note: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reach: str = ""
    """`global`, `stream` or `list` where the file says so (ours does), with its name beside."""
    stream: str = ""
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that nothing can be done with, and why, in a sentence for gettext."""

    row: Row
    why: str


def entry_of(row: Row, fmt: Format, *, fold_local: bool = True) -> Entry | Refusal | None:
    """What a record asks for; None where it suppresses nobody (a block, an enabled subscriber)."""
    if row.error:
        return Refusal(row, row.error)
    value = _Values(row, fmt)
    cause = fmt.causes.get(_word(value("cause")), fmt.cause)
    if not cause:
        return None
    address = _address(value("address"), fold_local, own=fmt.name == "bounceadmin")
    if not address:
        why = "This is no address." if value("address") else "There is no address."
        return Refusal(row, why)
    until = when(value("until"))
    if value("until") and until is None:
        return Refusal(row, "The end is no date.")
    return Entry(
        row=row,
        address=address,
        cause=cause,
        reason=value("reason")[:64],
        note=value("note")[:300],
        since=when(value("since")),
        until=until,
        reach=value("reach"),
        stream=value("stream"),
        list_name=value("list"),
    )


def when(text: str) -> datetime | None:
    """A date in ISO 8601, RFC 5322 or seconds since 1970, aware; None where it is none."""
    text = text.strip()
    if not text:
        return None
    try:
        if _NUMBER.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(_ZONE.sub("+00:00", text))
    except (ValueError, OverflowError, OSError):
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class _Values:
    """The text of a field by the format's columns; empty where there is none."""

    def __init__(self, row: Row, fmt: Format) -> None:
        self._values, self._columns = row.values, fmt.columns

    def __call__(self, name: str) -> str:
        # PostgreSQL keeps no NUL.
        return self._values.get(self._columns.get(name, ""), "").replace("\0", "").strip()


def _word(text: str) -> str:
    return re.sub(r"[\s_-]", "", text.lower())


def _address(text: str, fold_local: bool, *, own: bool) -> str:
    if own and _PSEUDONYM.fullmatch(text):
        return text
    bracketed = _IN_BRACKETS.search(text)
    return canonical(bracketed[1] if bracketed else text, fold_local)
