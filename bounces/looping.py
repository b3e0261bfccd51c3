"""Loops and storms: what machines send to a bounce address, told apart, counted and capped.

A message counts here if it is a turn of a loop, or nothing proves that it is about our mail. Its
sender may send `STORM_CAP_PER_HOUR` of them in an hour; what is beyond is held back: stored, and
processed when an admin says so. A proved bounce, an archive's message or an authenticated webhook's
is never held back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounces.eventing import accepting_campaigns
from bounces.models import InboundMessage, SenderHour
from bounces.parsing.loops import Loop, loop_of
from bounces.retrying import process_again
from bounces.taking import Taken, Understood, kind_labels
from bounces.text import storable
from lists import tidying
from lists.counting import merge
from lists.models import MailingList
from lists.policies import policies_of
from lists.policy import Unverified

Source, Kind = InboundMessage.Source, SenderHour.Kind

# Roads that anyone can send by.
_OPEN_ROADS = (Source.LISTENER, Source.MAILBOX, Source.PIPE)
# These say nothing of a person, so that they become no event.
_NO_EVENT = (Kind.CHALLENGE, Kind.DOUBLE_BOUNCE)
kind_labels[Kind.CHALLENGE] = _("Challenge")
kind_labels[Kind.DOUBLE_BOUNCE] = _("Bounce of a bounce")
_RELEASED_AT_ONCE = 1000
_MOST_HELD = 50
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message of a sender, and whether it is one too many."""

    sender: str
    kind: str
    is_held: bool


@dataclass(slots=True)
class Loops:
    """What a batch has of them."""

    taken: dict[int, Taken] = field(default_factory=dict)
    """What becomes no event, by the rows' ids."""
    _turns: dict[int, _Turn] = field(default_factory=dict)

    def count(self, ids: Collection[int]) -> None:
        """Count the messages `ids`; call it within the transaction that finishes them."""
        # `merge` writes SQL of its own, and each database has its own form of a time.
        hour = connection.ops.adapt_datetimefield_value(_this_hour())
        rows: dict[tuple, Counter[str]] = defaultdict(Counter)
        for pk in self._turns.keys() & set(ids):
            turn = self._turns[pk]
            rows[hour, turn.sender, turn.kind].update(seen=1, held=int(turn.is_held))
        merge(SenderHour, ("hour", "sender", "kind"), ("seen", "held"), rows)


def tell_apart(understood: Sequence[Understood], proved: Collection[int] = ()) -> Loops:
    """Find loops and storms in a batch, in a few queries.

    `proved` are the ids of rows that are proved by who handed them over.
    """
    found = Loops()
    open_roads = [item for item in understood if item.row.source in _OPEN_ROADS]
    believing = _Believing.of(open_roads)
    doubtful = []
    for item in open_roads:
        loop = _loop(item)
        is_proved = item.attribution.proof or item.row.id in proved
        if loop or not (is_proved or _is_believed(item, believing)):
            doubtful.append((item, _sender(item), loop))
    seen = _seen_this_hour({sender for _, sender, _ in doubtful})
    for item, sender, loop in doubtful:
        seen[sender] += 1
        # Who has been held back once and let through is not held back again.
        held = seen[sender] > settings.STORM_CAP_PER_HOUR and not item.row.held_sender
        found._turns[item.row.id] = _Turn(sender, loop or Kind.OTHER, held)
        if held:
            found.taken[item.row.id] = Taken(loop or item.parsed.kind, held_sender=sender)
        elif loop in _NO_EVENT:
            found.taken[item.row.id] = Taken(loop)
    return found


def _loop(item: Understood) -> Loop:
    """What is proved to be about our mail is no bounce of a bounce, whatever it looks like."""
    if item.parsed.kind in ("bounce", "delayed") and item.attribution.proof:
        return ""
    return loop_of(item.parsed, item.row.raw)


@dataclass(frozen=True, slots=True)
class _Believing:
    """Lists and campaigns that act on bounces that nothing proves."""

    lists: set[int]
    campaigns: set[int]

    @classmethod
    def of(cls, items: Sequence[Understood]) -> _Believing:
        about = [
            item.attribution
            for item in items
            if item.parsed.kind == "bounce" and not item.attribution.proof
        ]
        lists = MailingList.objects.in_bulk({one.list_id for one in about} - {None})
        policies = policies_of(lists.values()) if lists else {}
        return cls(
            {pk for pk, policy in policies.items() if policy.unverified != Unverified.NOTHING},
            accepting_campaigns({one.campaign_id for one in about}),
        )


def _is_believed(item: Understood, believing: _Believing) -> bool:
    about = item.attribution
    return item.parsed.kind == "bounce" and (
        about.list_id in believing.lists or about.campaign_id in believing.campaigns
    )


def _sender(item: Understood) -> str:
    """Whoever it says it is from; storms are of one address."""
    return storable((item.parsed.sender or item.row.envelope_sender or "<>").lower(), 320)


def _seen_this_hour(senders: set[str]) -> Counter[str]:
    if not senders:
        return Counter()
    rows = SenderHour.objects.filter(hour=_this_hour(), sender__in=senders)
    return Counter(dict(rows.values_list("sender").annotate(Sum("seen"))))


def _this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


# --- for people -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SenderSum:
    """What one sender sent since some time."""

    sender: str
    autoreplies: int
    challenges: int
    double_bounces: int
    others: int
    held: int
    last_hour: datetime

    @property
    def total(self) -> int:
        return self.autoreplies + self.challenges + self.double_bounces + self.others


def senders(since: datetime, most: int) -> list[SenderSum]:
    """The busiest senders, in one query."""

    def number(kind: str) -> Sum:
        return Sum("seen", filter=Q(kind=kind), default=0)

    rows = (
        SenderHour.objects.filter(hour__gte=since)
        .values("sender")
        .annotate(
            total=Sum("seen"),
            autoreplies=number(Kind.AUTOREPLY),
            challenges=number(Kind.CHALLENGE),
            double_bounces=number(Kind.DOUBLE_BOUNCE),
            others=number(Kind.OTHER),
            all_held=Sum("held"),
            last_hour=Max("hour"),
        )
        .order_by("-total", "sender")[:most]
    )
    return [
        SenderSum(
            row["sender"],
            row["autoreplies"],
            row["challenges"],
            row["double_bounces"],
            row["others"],
            row["all_held"],
            row["last_hour"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many messages of a sender wait for an admin."""

    sender: str
    number: int


def held_back() -> list[HeldBack]:
    """Whose messages are held back, the most first."""
    rows = InboundMessage.objects.held().values("held_sender").annotate(number=Count("id"))
    busiest = rows.order_by("-number", "held_sender")[:_MOST_HELD]
    return [HeldBack(row["held_sender"], row["number"]) for row in busiest]


def release(sender: str) -> int:
    """Have what was held back of `sender` processed after all; return how many."""
    held = InboundMessage.objects.held().filter(held_sender=sender).order_by("pk")
    released = 0
    while ids := list(held.values_list("pk", flat=True)[:_RELEASED_AT_ONCE]):
        again = process_again(ids)
        released += again
        if not again:
            break
    return released


def forget_old() -> Iterator[int]:
    """Delete counts of senders that are old; yield how many."""
    return tidying.delete(SenderHour.objects.filter(hour__lt=timezone.now() - _KEPT))
