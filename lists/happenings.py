"""What happened to lists: changes of band, and what people did, in one line of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from lists.bands import BANDS, SEVERITY, Band
from lists.counted import Counts, Period
from lists.models import BandChange, Campaign, MailingList, Note, SuppressionLog
from lists.noting import notes_of
from lists.words import rate_text

_MOST = 50
# Log entries are counted up to this many.
COUNT_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, in words."""

    at: datetime
    title: str
    text: str
    who: str = ""
    mailing_list: MailingList | None = None
    campaign: Campaign | None = None
    tone: str = ""
    """`bad`, `good` or empty."""


@dataclass(frozen=True, slots=True)
class SinceYesterday:
    """The last day, for the dashboard."""

    happenings: tuple[Happening, ...]
    suppressed: int
    unsuppressed: int
    """Both up to `COUNT_UP_TO`."""


def happenings_of(row: MailingList | Campaign, period: Period) -> list[Happening]:
    """What happened to a list or campaign in `period`, newest first; two queries."""
    start = datetime.combine(period.first, time.min, UTC)
    end = datetime.combine(period.last + timedelta(days=1), time.min, UTC)
    if isinstance(row, Campaign):
        changes = BandChange.objects.filter(campaign=row)
    else:
        changes = BandChange.objects.filter(mailing_list=row, campaign=None)
    found = [
        of_change(change)
        for change in changes.filter(at__gte=start, at__lt=end).order_by("-at")[:_MOST]
    ]
    found += [of_note(note) for note in notes_of(row, period)]
    return sorted(found, key=lambda happening: happening.at, reverse=True)[:_MOST]


def since_yesterday(now: datetime, most: int = 6) -> SinceYesterday:
    """What happened to all lists in the last 24 hours; four queries."""
    start = now - timedelta(days=1)
    # That there is enough to judge now is no news.
    changes = BandChange.objects.filter(at__gte=start, campaign=None).exclude(before=Band.UNKNOWN)
    changes = changes.select_related("mailing_list").order_by("-at", "-id")[:most]
    notes = Note.objects.filter(at__gte=start).select_related("mailing_list", "campaign")[:most]
    found = [*map(of_change, changes), *map(of_note, notes)]
    found.sort(key=lambda happening: happening.at, reverse=True)

    def logged(what: str) -> int:
        rows = SuppressionLog.objects.filter(at__gte=start, what=what)
        return rows.order_by()[:COUNT_UP_TO].count()

    return SinceYesterday(
        happenings=tuple(found[:most]),
        suppressed=logged(SuppressionLog.What.SUPPRESSED),
        unsuppressed=logged(SuppressionLog.What.UNSUPPRESSED),
    )


def of_change(change: BandChange) -> Happening:
    """A change of band in words."""
    after, before = Band(change.after), Band(change.before)
    rate = rate_text(Counts(sent=change.sent, hard=change.bounced))
    known = Band.UNKNOWN not in (after, before)
    worse = SEVERITY[after] > SEVERITY[before]
    return Happening(
        at=change.at,
        title=_("%(before)s → %(after)s")
        % {"before": _(BANDS[before].label), "after": _(BANDS[after].label)},
        text=_("Bounce rate then: %(rate)s.") % {"rate": rate},
        mailing_list=change.mailing_list,
        campaign=change.campaign,
        tone=("bad" if worse else "good") if known else "",
    )


def of_note(note: Note) -> Happening:
    """A note as what happened."""
    return Happening(
        at=note.at,
        title=note.get_what_display(),
        text=note.text,
        who=note.actor,
        mailing_list=note.mailing_list,
        campaign=note.campaign,
    )
