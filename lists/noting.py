"""Writing down what was done about a list, and finding it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from lists.counted import Period
from lists.models import Campaign, MailingList, Note

# What one page shows.
_MOST = 50


def note(
    what: str,
    text: str,
    actor: str,
    *,
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
    stream: str = "",
    at: datetime | None = None,
) -> Note:
    """Keep a note on a list, one of its campaigns, or a whole stream."""
    return Note.objects.create(
        what=what,
        text=text[:300],
        actor=actor,
        mailing_list=campaign.mailing_list if campaign else mailing_list,
        campaign=campaign,
        stream=stream,
        at=at or timezone.now(),
    )


def notes_of(row: MailingList | Campaign, period: Period) -> Sequence[Note]:
    """What was done about a list or campaign in `period`, newest first, its stream's among it."""
    if isinstance(row, Campaign):
        about = Q(campaign=row) | Q(mailing_list=row.mailing_list_id, campaign=None)
        stream = row.mailing_list.stream
    else:
        about = Q(mailing_list=row)
        stream = row.stream
    about |= Q(mailing_list=None, stream__in=["", stream])
    start = datetime.combine(period.first, time.min, UTC)
    end = datetime.combine(period.last + timedelta(days=1), time.min, UTC)
    found = Note.objects.filter(about, at__gte=start, at__lt=end)
    return list(found.select_related("campaign")[:_MOST])
