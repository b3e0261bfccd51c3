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

from lists import kept_words, reporting, sending
from lists.addresses import canonical, to_ascii_domain
from lists.importing.rows import Row, rows
from lists.importing.shapes import HEAD_BYTES, Shape, UnreadableFileError, shape_of
from lists.models import Campaign, SendReport
from lists.reporting import Taken
from lists.sending import Recorded, SentCount

COLUMNS = ("campaign", "day", "domain", "sent", "delivered")
# Refused rows that a report keeps to be looked at.
MOST_REFUSED_KEPT = 100
_BATCH_ROWS = 5000
_MOST_SENT = 10**12
_BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that says nothing that can be counted, and why, as `kept_words` has it."""

    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A row of a file, and what it says."""

    row: Row
    said: SentCount | Refusal


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be taken."""

    actor: str
    campaign: Campaign | None = None
    """For files that name none."""
    replace: bool = False
    again: bool = False
    """Count it although the same file was counted before."""


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

    The same file again counts nothing, unless `options.again`. Raises UnreadableFileError and
    CorrectionError, and then has counted nothing.
    """
    digest = _digest(file)
    campaign_id = options.campaign.pk if options.campaign else None
    return reporting.take(
        lambda: _count(file, options, on_rows, on_refusal),
        source=SendReport.Source.CSV,
        actor=options.actor,
        digest=digest,
        key=None if options.again else key_of(digest, campaign_id, replace=options.replace),
        campaign_id=campaign_id,
    )


def key_of(digest: str, campaign_id: int | None, *, replace: bool) -> str:
    """What a file is counted once under, taken so."""
    return f"csv:{digest}:{campaign_id or ''}:{replace}"


def shape_of_file(head: bytes, *, names_none: bool) -> Shape:
    """How a file that begins with `head` is built. UnreadableFileError where it lacks a column.

    `names_none`: the campaign is known, so that the file need not name any.
    """
    shape = shape_of(head)
    columns = {"day" if name == "date" else name for name in shape.columns}
    missing = {"day", "sent"} - columns
    if not names_none and "campaign" not in columns:
        missing.add("campaign")
    if missing:
        raise UnreadableFileError(
            _("The file lacks these columns: %(names)s. It may have: %(all)s.")
            % {"names": ", ".join(sorted(missing)), "all": ", ".join(COLUMNS)}
        )
    return shape


def readings(
    file: IO[bytes], shape: Shape, campaign: Campaign | None, *, after: int = 0, at_byte: int = -1
) -> Iterator[Reading]:
    """What each row after the first `after` ones says; see `lists.importing.rows.rows`."""
    campaigns = _Campaigns(campaign)
    for row in rows(file, shape, after=after, at_byte=at_byte):
        yield Reading(row, _read(row, campaigns))


def _count(
    file: IO[bytes],
    options: Options,
    on_rows: Callable[[int], None],
    on_refusal: Callable[[Refusal], None],
) -> dict[str, object]:
    done = _Progress()
    file.seek(0)
    shape = shape_of_file(file.read(HEAD_BYTES), names_none=options.campaign is not None)
    found = (reading.said for reading in readings(file, shape, options.campaign))
    while batch := list(islice(found, _BATCH_ROWS)):
        done.rows += len(batch)
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
        return Refusal(row, row.error)
    campaign = campaigns.find(values.get("campaign", ""))
    if campaign is None:
        return Refusal(row, kept_words.NO_CAMPAIGN)
    day = _day(values.get("day") or values.get("date", ""))
    if day is None:
        return Refusal(row, kept_words.NO_DAY)
    written = values.get("domain", "")
    domain = to_ascii_domain(written) if written else ""
    if written and not domain:
        return Refusal(row, kept_words.NO_SUCH_DOMAIN)
    numbers = [_number(values.get(name, "")) for name in sending.TALLIES]
    if None in numbers or numbers == ["", ""]:
        return Refusal(row, kept_words.NO_NUMBER)
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
