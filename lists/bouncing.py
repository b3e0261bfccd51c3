"""What verified bounces do to the people they are about: one call for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from lists import bulk, kept_words, suppressing
from lists.models import MailingList, Subscription, Suppression
from lists.outgoing import telling
from lists.people import ensure_subscribers
from lists.policies import policies_of
from lists.policy import Action, Decision, Policy, Standing, decide
from lists.suppressing import Removal, SuppressionWish, scoped

ACTOR = "policy"
_CAUSES = {
    "hard": (Suppression.Cause.HARD, kept_words.HARD_BOUNCE),
    "soft": (Suppression.Cause.SOFT, kept_words.SOFT_BOUNCES),
    "complaint": (Suppression.Cause.COMPLAINT, kept_words.COMPLAINED),
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """One verified bounce or complaint about one of our recipients."""

    address: str
    """Canonical."""
    list_id: int
    what: str
    """`hard`, `soft`, `block` or `complaint`."""
    reason: str
    at: datetime
    evidence: str
    """The public key of the event."""


def apply(bounces: Sequence[Bounce]) -> dict[str, Action]:
    """Judge and act on `bounces`, in the order they came; return what each one (by evidence) did.

    Call it within the transaction that makes the bounces count. An address that is not known yet
    becomes a subscriber: the signed return path says that it was mailed.
    """
    bounces = sorted((b for b in bounces if b.what != "block"), key=lambda b: (b.at, b.evidence))
    if not bounces:
        return {}
    lists = MailingList.objects.in_bulk({b.list_id for b in bounces})
    policies = policies_of(lists.values())
    now = timezone.now()
    subscriptions = _locked_subscriptions(bounces)
    done: dict[str, Action] = {}
    wishes: list[SuppressionWish] = []
    removed: dict[int, tuple[str, str]] = {}
    for bounce in bounces:
        mailing_list = lists[bounce.list_id]
        policy = policies[bounce.list_id]
        subscription = subscriptions[bounce.address, bounce.list_id]
        decision = _judge(subscription, bounce, policy, now)
        done[bounce.evidence] = decision.action
        if decision.action in (Action.SUPPRESS, Action.REMOVE):
            wishes.append(_wish(bounce, mailing_list, policy, decision))
        if decision.action == Action.REMOVE:
            removed.setdefault(
                subscription.pk, (_why_removed(bounce, subscription), bounce.evidence)
            )
    _save(subscriptions, {(b.address, b.list_id) for b in bounces})
    suppressing.suppress(wishes, ACTOR)
    suppressing.log_removals(_removals(removed), ACTOR)
    telling.complained(
        [(b.address, b.list_id, b.at, b.evidence) for b in bounces if b.what == "complaint"]
    )
    return done


def _judge(subscription: Subscription, bounce: Bounce, policy: Policy, now: datetime) -> Decision:
    standing = Standing(
        subscription.hard_bounces,
        subscription.soft_score,
        subscription.soft_score_at,
        subscription.unsuppressed_at,
    )
    decision = decide(policy, standing, bounce.what, bounce.at, bounce.reason)
    if decision.until and decision.until <= now:
        # An old bounce that would have suppressed for a time that is over.
        decision = Decision(decision.standing, Action.COUNTED)
    subscription.hard_bounces = decision.standing.hard_bounces
    subscription.soft_score = decision.standing.soft_score
    subscription.soft_score_at = decision.standing.soft_score_at
    if bounce.what != "complaint":
        subscription.last_bounce_at = max(bounce.at, subscription.last_bounce_at or bounce.at)
    mailable = (Subscription.Status.ACTIVE, Subscription.Status.BOUNCED)
    if subscription.status in mailable:
        if decision.action == Action.REMOVE:
            subscription.status = Subscription.Status.REMOVED
        elif bounce.what == "hard" or decision.action == Action.SUPPRESS:
            subscription.status = Subscription.Status.BOUNCED
    return decision


def _removals(removed: dict[int, tuple[str, str]]) -> list[Removal]:
    """Of subscription -> (why, evidence); only the few that are removed need their names."""
    rows = Subscription.objects.select_related("subscriber", "mailing_list").in_bulk(removed)
    return [Removal(rows[pk], why, evidence) for pk, (why, evidence) in removed.items()]


def _why_removed(bounce: Bounce, subscription: Subscription) -> str:
    if bounce.what == "complaint":
        return kept_words.COMPLAINED
    return kept_words.HARD_BOUNCE_NUMBER % {"n": subscription.hard_bounces}


def _wish(
    bounce: Bounce, mailing_list: MailingList, policy: Policy, decision: Decision
) -> SuppressionWish:
    cause, why = _CAUSES[bounce.what]
    reach = policy.complaint_reach if bounce.what == "complaint" else policy.bounce_reach
    return SuppressionWish(
        address=bounce.address,
        cause=cause,
        why=why % {"reason": bounce.reason},
        reason=bounce.reason,
        evidence=bounce.evidence,
        at=bounce.at,
        until=decision.until,
        **scoped(reach, mailing_list),
    )


def _locked_subscriptions(bounces: Sequence[Bounce]) -> dict[tuple[str, int], Subscription]:
    """The subscriptions the bounces are about, made where missing, locked in one order."""
    ids = ensure_subscribers({b.address for b in bounces})
    pairs = {(ids[b.address], b.list_id) for b in bounces}
    found = _lock(pairs)
    if missing := sorted(pairs - {(row.subscriber_id, row.mailing_list_id) for row in found}):
        bulk.insert([Subscription(subscriber_id=s, mailing_list_id=m) for s, m in missing])
        found = _lock(pairs)
    addresses = {pk: address for address, pk in ids.items()}
    return {(addresses[row.subscriber_id], row.mailing_list_id): row for row in found}


def _lock(pairs: set[tuple[int, int]]) -> list[Subscription]:
    found = Subscription.objects.select_for_update().filter(
        subscriber_id__any_of={s for s, _ in pairs},
        mailing_list_id__in={m for _, m in pairs},
    )
    return bulk.read(found.order_by("pk"), but=("created_at",))


def _save(subscriptions: dict[tuple[str, int], Subscription], touched: set) -> None:
    bulk.update(
        [row for key, row in subscriptions.items() if key in touched],
        ["status", "hard_bounces", "soft_score", "soft_score_at", "last_bounce_at"],
    )
