"""What was sent and what was delivered, counted once a mail and person, without an event each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from bounces import once
from bounces.drafting import Draft, digest
from bounces.models import BounceEvent, Receipt
from lists import counting, tidying

# Small rows, and as many as mails.
_DELETED_AT_ONCE = 10_000

Kind, Trust = BounceEvent.Kind, BounceEvent.Trust


def counts(waiting: Iterable[Draft], fresh: Sequence[BounceEvent]) -> list[counting.Count]:
    """What `waiting` adds to the counts of sent and delivered mail; `fresh` are its new events.

    Leaves the receipts; call it within the transaction that adds the counts.
    """
    new = {id(event) for event in fresh}
    wanted: dict[once.Key, counting.Count] = {}
    oldest = timezone.now() - timedelta(days=settings.RECEIPT_RETENTION_DAYS)
    for draft in waiting:
        event = draft.event
        if event.trust != Trust.VERIFIED or event.campaign_id is None or not event.address:
            continue
        # An old one's receipt may be deleted already: unless a new event vouches for it, it would
        # count twice.
        is_recent = event.occurred_at > oldest
        for tally in _tallies(draft, is_new=id(event) in new, is_recent=is_recent):
            key = once.key_of(digest(tally, event.address, draft.mail))
            count = counting.Count(event.campaign_id, event.day, event.domain, tally)
            wanted.setdefault(key, count)
    ours = once.leave(Receipt, {key: count.day for key, count in wanted.items()})
    return [count for key, count in wanted.items() if key in ours]


def delete_old() -> Iterator[int]:
    """Delete receipts of events that are too old to be counted again; yield how many."""
    before = timezone.now().date() - timedelta(days=settings.RECEIPT_RETENTION_DAYS + 1)
    return tidying.delete(Receipt.objects.filter(day__lt=before), _DELETED_AT_ONCE)


def _tallies(draft: Draft, *, is_new: bool, is_recent: bool) -> Iterator[str]:
    kind = draft.event.kind
    if kind == Kind.DELIVERED and (is_new or (is_recent and not draft.is_kept)):
        yield "delivered"
    # Whatever became of it, it was sent: not every service says so by itself.
    if draft.counts_sent and is_recent and kind in ("sent", Kind.DELIVERED, Kind.BOUNCE):
        yield "sent"
