"""What a changed policy would have done: the last days' events, replayed under both policies.

One address after another, some hundred a step, so that it needs no more memory for a hundred
million events than for a thousand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from bounces.attributing import subscribed
from bounces.models import BounceEvent
from lists import jobs
from lists.jobs import Turn
from lists.models import PolicyDryRun, SuppressionLog
from lists.policies import governed_lists, proposed_rules
from lists.policy import Policy
from lists.pseudonyms import forms
from lists.replaying import UNSUPPRESSED, Outcome, Past, replay

ADDRESSES_A_STEP = 500
# Of those whose lot changes so many are named.
MOST_NAMED = 500
# What is needed to know of an event.
_TOLD = (
    "address",
    "occurred_at",
    "kind",
    "category",
    "reason",
    "trust",
    "proof",
    "mailing_list_id",
    "campaign__accepts_unverified",
)
_NOTHING_YET = {
    "addresses": 0,
    "now": {},
    "then": {},
    "changes": {},
    "named": [],
}


def run(pk: int, seconds: float = jobs.TURN_SECONDS) -> None:
    """Give a dry run a turn."""
    jobs.run(PolicyDryRun, pk, _work, seconds)


def _work(job: PolicyDryRun, turn: Turn) -> bool:
    events = _events(job)
    job.result = job.result or dict(_NOTHING_YET)
    job.total = job.total or events.count()
    before, after = job.policy.rules, proposed_rules(job)
    while addresses := _next_addresses(events, job.after_address):
        seen = 0
        for address, pasts in _pasts(events, addresses):
            seen += len(pasts)
            _tell(job.result, address, pasts, before, after, job.created_at)
        job.done += seen
        job.after_address = addresses[-1]
        with transaction.atomic():
            jobs.step(
                job,
                done=job.done,
                total=job.total,
                after_address=job.after_address,
                result=job.result,
            )
        if turn.is_over:
            return False
    with transaction.atomic():
        jobs.step(job, done=job.total, total=job.total, result=job.result)
    return True


def _events(job: PolicyDryRun) -> QuerySet[BounceEvent]:
    return BounceEvent.objects.filter(
        mailing_list__in=[row.pk for row in governed_lists(job.policy)],
        kind__in=[BounceEvent.Kind.BOUNCE, BounceEvent.Kind.COMPLAINT],
        occurred_at__gte=job.created_at - timedelta(days=job.days),
        occurred_at__lt=job.created_at,
    ).exclude(address="")


def _next_addresses(events: QuerySet[BounceEvent], after: str) -> list[str]:
    found = events.filter(address__gt=after).order_by("address").values_list("address", flat=True)
    return list(found.distinct()[:ADDRESSES_A_STEP])


def _pasts(events: QuerySet[BounceEvent], addresses: list[str]) -> Iterator[tuple[str, list[Past]]]:
    """What happened to each address, oldest first."""
    rows = list(events.filter(address__in=addresses).values_list(*_TOLD, named=True))
    ours = subscribed({(row.address, row.mailing_list_id) for row in rows if not _is_proved(row)})
    pasts: dict[str, list[Past]] = defaultdict(list)
    for row in rows:
        pasts[row.address].append(
            Past(
                at=row.occurred_at,
                what="complaint" if row.kind == BounceEvent.Kind.COMPLAINT else row.category,
                list_id=row.mailing_list_id,
                reason=row.reason,
                proved=_is_proved(row),
                by_origin=row.proof == BounceEvent.Proof.ORIGIN,
                ours=(row.address, row.mailing_list_id) in ours,
            )
        )
    for address, at in _unsuppressed(addresses):
        pasts[address].append(Past(at, UNSUPPRESSED))
    for address in addresses:
        yield address, sorted(pasts[address], key=lambda past: past.at)


def _is_proved(row) -> bool:
    # What a policy accepted was not proved: another policy may think otherwise. A campaign's own
    # choice stands whatever the policy is.
    proof = BounceEvent.Proof
    if row.proof == proof.ACCEPTED:
        return bool(row.campaign__accepts_unverified)
    return row.trust == BounceEvent.Trust.VERIFIED and row.proof != proof.ORIGIN


def _unsuppressed(addresses: list[str]) -> list[tuple[str, datetime]]:
    known_as = forms(addresses)
    log = SuppressionLog.objects.filter(
        address__in=list(known_as), what=SuppressionLog.What.UNSUPPRESSED
    )
    return [(known_as[form], at) for form, at in log.values_list("address", "at")]


def _tell(
    result: dict,
    address: str,
    pasts: list[Past],
    before: Policy,
    after: Policy,
    now: datetime,
) -> None:
    """Add one address's two outcomes to the result."""
    one, other = replay(before, pasts, now), replay(after, pasts, now)
    result["addresses"] += 1
    for name, outcome in (("now", one), ("then", other)):
        result[name] = dict(Counter(result[name]) + Counter(_counted(outcome)))
    if one == other:
        return
    change = f"{_word(one)}>{_word(other)}"
    result["changes"] = dict(Counter(result["changes"]) + Counter([change]))
    if len(result["named"]) < MOST_NAMED:
        result["named"].append([address, _word(one), _word(other)])


def _counted(outcome: Outcome) -> list[str]:
    found = [outcome.cause] if outcome.cause else []
    return [*found, "removed"] if outcome.removed else found


def _word(outcome: Outcome) -> str:
    """`mailed`, a cause, or `removed`."""
    return "removed" if outcome.removed else outcome.cause or "mailed"
