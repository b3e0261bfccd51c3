"""How often one signed return path can be believed in a day.

Whoever has seen a signed return path (its own recipient, at least) could send any number of bounces
to it, each about another invented mail. They can hurt nobody else, and with this not the rates
either: what goes beyond a day's likely mails to one person is kept as unverified. Mail that we know
by its Message-ID is not bounded: each of those can bounce but once. What is believed for who handed
it over is bounded in the same way, and together with these.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, timedelta

from django.conf import settings
from django.db import connection

from bounces.drafting import Draft, dedupe_key
from bounces.models import BounceEvent
from bounces.once import Key

Proof, Trust = BounceEvent.Proof, BounceEvent.Trust
# Address, campaign, day.
Day = tuple[str, int | None, date]
_BOUNDED = (Proof.SIGNED_RETURN_PATH, Proof.ORIGIN)
# Kept on the event, for its page to say why it is not believed.
EFFECT = "bounded"


def bound(waiting: Sequence[Draft]) -> None:
    """Make those drafts unverified that are too many for one person, campaign and day."""
    bounded = [
        draft for draft in waiting if draft.event.proof in _BOUNDED and not draft.is_known_mail
    ]
    if not bounded:
        return
    believed = _believed(bounded)
    if busy := _busy(bounded, believed):
        _one_at_a_time(busy)
        believed = _believed(bounded)
    counted: set[Key] = set()
    for draft in bounded:
        event, key = draft.event, dedupe_key(draft)
        if key in counted:
            continue
        if believed[_day_of(event)] >= settings.RETURN_PATH_DAILY_LIMIT:
            event.trust, event.proof, event.effect = Trust.UNVERIFIED, Proof.NONE, EFFECT
            event.proof_note = ""
        else:
            believed[_day_of(event)] += 1
            counted.add(key)


def _busy(drafts: Sequence[Draft], believed: Counter[Day]) -> list[Day]:
    """Those that have more than one event: hardly any, unless somebody repeats a path."""
    here = Counter(_day_of(draft.event) for draft in drafts)
    return [day for day in here if here[day] + believed[day] > 1]


def _one_at_a_time(days: Sequence[Day]) -> None:
    """Wait until no other worker is at one of these, until the end of the transaction.

    What it believed is seen then. Two that both have the first event of a day do not wait: so many
    may be believed beyond the limit as there are workers, less one. SQLite has one writer anyway.
    """
    if connection.vendor != "postgresql":
        return
    # In one order, so that two workers wait for each other rather than deadlock.
    keys = sorted(_key_of(day) for day in days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def _key_of(day: Day) -> int:
    """A number of 63 bits that hardly anything else locks."""
    digest = hashlib.sha256(f"bounding {day}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def _day_of(event: BounceEvent) -> Day:
    return event.address, event.campaign_id, event.day


def _believed(drafts: Sequence[Draft]) -> Counter[Day]:
    """How many events each person, campaign and day has by these proofs."""
    days = [draft.event.occurred_at.astimezone(UTC) for draft in drafts]
    midnight = min(days).replace(hour=0, minute=0, second=0, microsecond=0)
    known = BounceEvent.objects.filter(
        address__any_of={draft.event.address for draft in drafts},
        campaign_id__in={draft.event.campaign_id for draft in drafts},
        proof__in=_BOUNDED,
        occurred_at__gte=midnight,
        occurred_at__lt=max(days) + timedelta(days=1),
    )
    return Counter(
        (address, campaign_id, at.astimezone(UTC).date())
        for address, campaign_id, at in known.values_list("address", "campaign_id", "occurred_at")
    )
