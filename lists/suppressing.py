"""Suppressing and unsuppressing addresses, with the log entry in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lists import bulk
from lists.addresses import domain_of
from lists.models import MailingList, Subscriber, Subscription, Suppression, SuppressionLog
from lists.models.choices import Scope
from lists.outgoing import telling
from lists.pseudonyms import forms

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class SuppressionWish:
    """A suppression to be made: `address` is canonical, `scope` with its stream or list."""

    address: str
    cause: str
    why: str
    scope: str = Scope.GLOBAL
    stream: str = ""
    list_id: int | None = None
    reason: str = ""
    evidence: str = ""
    at: datetime | None = None
    until: datetime | None = None
    """When it ends by itself; None is for good."""

    @property
    def target(self) -> tuple[str, str, str, int | None]:
        """What at most one suppression may be in force for."""
        return self.address, self.scope, self.stream, self.list_id


@dataclass(frozen=True, slots=True)
class Removal:
    """A subscription that policy took off its list, and why."""

    subscription: Subscription
    why: str
    evidence: str = ""


def scoped(scope: str, mailing_list: MailingList) -> dict[str, object]:
    """The fields of a wish (and of a suppression) that reaches `scope` from a list."""
    return {
        "scope": scope,
        "stream": mailing_list.stream if scope == Scope.STREAM else "",
        "list_id": mailing_list.pk if scope == Scope.LIST else None,
    }


@transaction.atomic
def suppress(wishes: Iterable[SuppressionWish], actor: str) -> int:
    """Make the suppressions that are not in force yet and log them; return how many were made.

    A wish that outranks what is in force (a complaint over a bounce, for good over for a while)
    changes its cause and end, and is logged too. An address that was forgotten is found by its
    pseudonym, so that it is not written down again.
    """
    wanted: dict[tuple, SuppressionWish] = {}
    for wish in wishes:
        known = wanted.setdefault(wish.target, wish)
        if _outranks(wish, known):
            wanted[wish.target] = wish
    if not wanted:
        return 0
    known_as = _forms({wish.address for wish in wanted.values()})
    before = _in_force(known_as)
    if _lift_expired(before.values()):
        before = _in_force(known_as)
    after = before | _make([wish for target, wish in wanted.items() if target not in before])
    now = timezone.now()
    made = 0
    entries = []
    told = []
    reaches: dict[tuple, str] = {}
    for target, wish in wanted.items():
        row = after[target]
        raises = _outranks(wish, row)
        if target in before and not raises:
            continue
        if raises:
            row.cause, row.reason, row.evidence = wish.cause, wish.reason, wish.evidence
            row.until = _later(wish.until, row.until)
            row.save(update_fields=["cause", "reason", "evidence", "until"])
        made += target not in before
        # In words, which costs more than the rest: once for each stream or list.
        reach = reaches.get(target[1:]) or reaches.setdefault(target[1:], row.reach)
        entries.append(
            _entry(row, reach, SuppressionLog.What.SUPPRESSED, actor, wish.why, wish.evidence, now)
        )
        told.append((row, wish.why))
    bulk.insert(entries)
    telling.suppressed(told, actor)
    return made


def count_new(wishes: Iterable[SuppressionWish]) -> int:
    """How many suppressions `suppress` would make of `wishes`; changes nothing."""
    targets = {wish.target for wish in wishes}
    now = timezone.now()
    before = _in_force(_forms({target[0] for target in targets}))
    return len(targets) - sum(
        target in targets and not (row.until and row.until <= now) for target, row in before.items()
    )


def _outranks(wish: SuppressionWish, other: SuppressionWish | Suppression) -> bool:
    if wish.cause == Suppression.Cause.COMPLAINT != other.cause:
        return True
    if other.cause == Suppression.Cause.COMPLAINT != wish.cause:
        return False
    return other.until is not None and (wish.until is None or wish.until > other.until)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else None


@transaction.atomic
def unsuppress(suppressions: Sequence[Suppression], actor: str, why: str) -> int:
    """Lift suppressions, let their subscriptions be mailed again, log it; return how many.

    ValidationError without a `why`. One that is lifted already is left as it is.
    """
    if not why.strip():
        raise ValidationError(_("Say why: the log keeps it."))
    rows = list(
        Suppression.objects.select_for_update(of=("self",))
        .select_related("mailing_list")
        .filter(pk__in=[s.pk for s in suppressions], lifted_at__isnull=True)
        .order_by("pk")
    )
    now = timezone.now()
    Suppression.objects.filter(pk__in=[row.id for row in rows]).update(lifted_at=now)
    reaches: dict[tuple, set[str]] = defaultdict(set)
    for row in rows:
        reaches[row.scope, row.stream, row.mailing_list_id].add(row.address)
    for (scope, stream, list_id), addresses in reaches.items():
        _start_afresh(_reached(addresses, scope, stream, list_id), now)
    SuppressionLog.objects.bulk_create(
        [
            _entry(
                row,
                row.reach,
                SuppressionLog.What.UNSUPPRESSED,
                actor,
                why.strip(),
                row.evidence,
                now,
            )
            for row in rows
        ],
        batch_size=_ROWS_AT_ONCE,
    )
    telling.unsuppressed(rows, why.strip(), actor)
    return len(rows)


def log_removals(removals: Sequence[Removal], actor: str) -> None:
    """Log that subscriptions were taken off their lists."""
    _log_subscriptions(removals, SuppressionLog.What.REMOVED, actor)
    telling.removed(removals, actor)


def log_restorals(removals: Sequence[Removal], actor: str) -> None:
    """Log that subscriptions were put back on their lists."""
    _log_subscriptions(removals, SuppressionLog.What.RESTORED, actor)
    telling.restored(removals, actor)


def _log_subscriptions(removals: Sequence[Removal], what: str, actor: str) -> None:
    bulk.insert(
        [
            SuppressionLog(
                address=removal.subscription.subscriber.canonical,
                what=what,
                reach=str(removal.subscription.mailing_list),
                actor=actor,
                why=removal.why[:500],
                evidence=removal.evidence,
            )
            for removal in removals
        ]
    )


def _reached(
    addresses: set[str], scope: str, stream: str, list_id: int | None
) -> QuerySet[Subscription]:
    """The subscriptions that suppressions of these addresses kept from being mailed.

    By the numbers of people and lists: through their tables an UPDATE would join its own table to
    itself, which may take hours while PostgreSQL does not know yet how full the tables are.
    """
    people = Subscriber.objects.filter(canonical__any_of=addresses).values_list("pk", flat=True)
    found = Subscription.objects.filter(subscriber__any_of=set(people))
    if scope == Scope.STREAM:
        lists = MailingList.objects.filter(stream=stream).values_list("pk", flat=True)
        return found.filter(mailing_list__any_of=set(lists))
    return found.filter(mailing_list=list_id) if scope == Scope.LIST else found


def _start_afresh(subscriptions: QuerySet[Subscription], now: datetime) -> None:
    """Count from zero, on probation. Who unsubscribed stays so: that was the person's own wish."""
    away = [Subscription.Status.BOUNCED, Subscription.Status.REMOVED]
    subscriptions.filter(status__in=away).update(status=Subscription.Status.ACTIVE)
    subscriptions.update(hard_bounces=0, soft_score=0, soft_score_at=None, unsuppressed_at=now)


def _make(wishes: list[SuppressionWish]) -> dict[tuple, Suppression]:
    """Make these suppressions; return what is then in force for them, whoever made it."""
    if not wishes:
        return {}
    lists = MailingList.objects.in_bulk({wish.list_id for wish in wishes} - {None})
    made = {wish.target: _row(wish) for wish in sorted(wishes, key=_in_order)}
    for row, pk in zip(made.values(), bulk.reserve_ids(Suppression, len(made)), strict=True):
        row.id = pk
        if row.mailing_list_id is not None:
            row.mailing_list = lists[row.mailing_list_id]
    if bulk.insert(list(made.values())) < len(made):
        # Somebody else was quicker with some of them.
        return made | _in_force(_forms({wish.address for wish in wishes}))
    return made


def _forms(addresses: Collection[str]) -> dict[str, str]:
    """What suppressions may keep these addresses under -> the address."""
    if Suppression.objects.forgotten().exists():
        return forms(sorted(addresses))
    return {address: address for address in addresses}


def _in_order(wish: SuppressionWish) -> tuple:
    address, scope, stream, list_id = wish.target
    return address, scope, stream, list_id or 0


def _in_force(known_as: dict[str, str]) -> dict[tuple, Suppression]:
    """What is in force for the addresses with these `forms`, by what it is in force for."""
    rows = Suppression.objects.filter(address__any_of=known_as, lifted_at__isnull=True)
    return {
        (known_as[row.address], row.scope, row.stream, row.mailing_list_id): row
        for row in rows.select_related("mailing_list")
    }


def _lift_expired(rows: Iterable[Suppression]) -> bool:
    """One that ran out no longer stands in the way of a new one. Whether there is one."""
    now = timezone.now()
    expired = [row.pk for row in rows if row.until and row.until <= now]
    if expired:
        Suppression.objects.filter(pk__in=expired, until__lte=now, lifted_at=None).update(
            lifted_at=now
        )
    return bool(expired)


def _row(wish: SuppressionWish) -> Suppression:
    return bulk.made(
        Suppression,
        address=wish.address,
        domain=domain_of(wish.address),
        scope=wish.scope,
        stream=wish.stream,
        mailing_list_id=wish.list_id,
        cause=wish.cause,
        reason=wish.reason,
        evidence=wish.evidence,
        since=wish.at or timezone.now(),
        until=wish.until,
    )


def _entry(
    row: Suppression, reach: str, what: str, actor: str, why: str, evidence: str, at: datetime
) -> SuppressionLog:
    return bulk.made(
        SuppressionLog,
        suppression_id=row.id,
        address=row.address,
        what=what,
        reach=reach,
        actor=actor,
        why=why[:500],
        evidence=evidence,
    )
