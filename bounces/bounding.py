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
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.db import connection

from bounces.drafting import Draft, dedupe_key
from bounces.models import BounceEvent
from bounces.once import Key
from lists import bulk

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
    here = Counter(_day_of(draft.event) for draft in bounded)
    believed = _believed(here)
    if busy := _with_more_than(1, here, believed):
        _one_at_a_time(busy)
        believed = _believed(here)
    most = settings.RETURN_PATH_DAILY_LIMIT
    crowded = set(_with_more_than(most, here, believed))
    counted: set[Key] = set()
    for draft in bounded if crowded else ():
        event, day = draft.event, _day_of(draft.event)
        if day not in crowded or (key := dedupe_key(draft)) in counted:
            continue
        if believed[day] >= most:
            event.trust, event.proof, event.effect = Trust.UNVERIFIED, Proof.NONE, EFFECT
            event.proof_note = ""
        else:
            believed[day] += 1
            counted.add(key)


def _with_more_than(number: int, here: Counter[Day], believed: Counter[Day]) -> list[Day]:
    """Those that have more events: hardly any, unless somebody repeats a path."""
    return [day for day in here if here[day] + believed[day] > number]


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


def _believed(asked: Collection[Day]) -> Counter[Day]:
    """How many events each person, campaign and day has by these proofs."""
    addresses, _, days = map(set, zip(*asked, strict=True))
    known = BounceEvent.objects.filter(
        proof__in=_BOUNDED, occurred_at__gte=datetime.combine(min(days), time(), UTC)
    ).values_list("address", "campaign_id", "occurred_at")
    return Counter(
        (address, campaign_id, at.astimezone(UTC).date())
        for address, campaign_id, at in bulk.of_each(known, "address", addresses)
    )
