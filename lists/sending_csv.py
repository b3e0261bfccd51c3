"""Reports of sends as files: CSV with the columns day, sent and more, read in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from lists import reporting, sending
from lists.addresses import canonical, to_ascii_domain
from lists.importing.rows import Row, rows
from lists.importing.shapes import HEAD_BYTES, UnreadableFileError, shape_of
from lists.models import Campaign, SendReport
from lists.reporting import Taken
from lists.sending import Recorded, SentCount

COLUMNS = ("campaign", "day", "domain", "sent", "delivered")
# Refused rows that a report keeps to be looked at.
MOST_REFUSED_KEPT = 100
_BATCH_ROWS = 5000
_MOST_SENT = 10**12
_BIGGEST_ID = 2**63 - 1


class TooManyRowsError(ValueError):
    """More than may be taken at once. Its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that says nothing that can be counted, and why."""

    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be taken."""

    actor: str
    campaign: Campaign | None = None
    """For files that name none."""
    replace: bool = False
    again: bool = False
    """Count it although the same file was counted before."""
    most_rows: int | None = None


@dataclass(slots=True)
class _Progress:
    rows: int = 0
    refused: int = 0
    changed: Recorded = field(default_factory=Recorded)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)


def take(
    file: IO[bytes],
    options: Options,
    *,
    on_rows: Callable[[int], None] = lambda number: None,
    on_refusal: Callable[[Refusal], None] = lambda refusal: None,
) -> Taken:
    """Count what a file says, all of it in one transaction; rows that say nothing are refused.

    The same file again counts nothing, unless `options.again`. Raises UnreadableFileError,
    TooManyRowsError and BelowZeroError, and then has counted nothing.
    """
    digest = _digest(file)
    about = f"{options.campaign.pk if options.campaign else ''}:{options.replace}"
    return reporting.take(
        lambda: _count(file, options, on_rows, on_refusal),
        source=SendReport.Source.CSV,
        actor=options.actor,
        digest=digest,
        key=None if options.again else f"csv:{digest}:{about}",
        campaign_id=options.campaign.pk if options.campaign else None,
    )


def read(file: IO[bytes], campaign: Campaign | None = None) -> Iterator[SentCount | Refusal]:
    """What each row of a file says. Raises UnreadableFileError."""
    file.seek(0)
    shape = shape_of(file.read(HEAD_BYTES))
    columns = {"day" if name == "date" else name for name in shape.columns}
    missing = {"day", "sent"} - columns
    if campaign is None and "campaign" not in columns:
        missing.add("campaign")
    if missing:
        raise UnreadableFileError(
            _("The file lacks these columns: %(names)s. It may have: %(all)s.")
            % {"names": ", ".join(sorted(missing)), "all": ", ".join(COLUMNS)}
        )
    campaigns = _Campaigns(campaign)
    for row in rows(file, shape):
        yield _read(row, campaigns)


def _count(
    file: IO[bytes],
    options: Options,
    on_rows: Callable[[int], None],
    on_refusal: Callable[[Refusal], None],
) -> dict[str, object]:
    done = _Progress()
    found = read(file, options.campaign)
    while batch := list(islice(found, _BATCH_ROWS)):
        done.rows += len(batch)
        if options.most_rows is not None and done.rows > options.most_rows:
            raise TooManyRowsError(
                _("More than %(n)d rows: take it in with manage.py import_sends.")
                % {"n": options.most_rows}
            )
        refusals = [said for said in batch if isinstance(said, Refusal)]
        counts = [said for said in batch if isinstance(said, SentCount)]
        done.changed += sending.record(counts, replace=options.replace)
        done.refused += len(refusals)
        for refusal in refusals:
            on_refusal(refusal)
            if len(done.refusals) < MOST_REFUSED_KEPT:
                done.refusals.append((refusal.row.number, refusal.why, refusal.row.text[:200]))
        on_rows(len(batch))
    return {
        "sent": done.changed.sent,
        "delivered": done.changed.delivered,
        "rows": done.rows,
        "refused": done.refused,
        "refusals": done.refusals,
    }


class _Campaigns:
    """Campaigns by number or bounce address, each looked up once."""

    def __init__(self, only: Campaign | None) -> None:
        self._only = only.pk if only else None
        self._known: dict[str, int | None] = {}

    def find(self, text: str) -> int | None:
        """The id of the campaign that a row names; None where there is none."""
        if not text:
            return self._only
        if text not in self._known:
            self._known[text] = self._look_up(text)
        return self._known[text]

    def _look_up(self, text: str) -> int | None:
        if text.isascii() and text.isdigit():
            found = Campaign.objects.filter(pk=int(text)) if int(text) <= _BIGGEST_ID else None
        else:
            found = Campaign.objects.filter(bounce_address=canonical(text) or None)
        return found.values_list("pk", flat=True).first() if found is not None else None


def _read(row: Row, campaigns: _Campaigns) -> SentCount | Refusal:
    values = {name: value.strip() for name, value in row.values.items()}
    if row.error:
        return Refusal(row, _(row.error))
    campaign = campaigns.find(values.get("campaign", ""))
    if campaign is None:
        return Refusal(row, _("There is no such campaign: give its number or bounce address."))
    day = _day(values.get("day") or values.get("date", ""))
    if day is None:
        return Refusal(row, _("The day must be written as 2026-11-20, and not be to come."))
    written = values.get("domain", "")
    domain = to_ascii_domain(written) if written else ""
    if written and not domain:
        return Refusal(row, _("This is no domain, such as example.net."))
    numbers = [_number(values.get(name, "")) for name in sending.TALLIES]
    if None in numbers or numbers == ["", ""]:
        return Refusal(row, _("How many must be a whole number."))
    sent, delivered = (None if number == "" else number for number in numbers)
    return SentCount(campaign, day, domain, sent, delivered)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Tomorrow has begun somewhere.
    return day if day <= timezone.now().date() + timedelta(days=1) else None


def _number(text: str) -> int | str | None:
    """The number; empty text where there is none, None where it is something else."""
    digits = text.removeprefix("-")
    if not text:
        return ""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 13:
        return None
    return int(text) if abs(int(text)) <= _MOST_SENT else None


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
