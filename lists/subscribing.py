"""Putting people on lists and taking them off, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from lists.models import MailingList, Subscription
from lists.people import ensure_subscribers, spellings

Status = Subscription.Status


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What came of one address."""

    address: str
    """As it was given."""
    result: str
    """`subscribed`, `resubscribed`, `known`, `unsubscribed`, `unknown` or `invalid`."""
    status: str = ""
    """The subscription's status now; empty where there is none."""


@transaction.atomic
def subscribe(
    mailing_list: MailingList, addresses: Sequence[str], *, again: bool = False
) -> list[Subscribed]:
    """Put `addresses` on the list; what came of each, in their order.

    Who unsubscribed is put on again only with `again`: they must have asked for it. Who bounced or
    was removed stays so: unsuppressing them is what lets them be mailed.
    """
    spelled = spellings(addresses)
    ids = ensure_subscribers(set(spelled.values()) - {""})
    known = _subscriptions(mailing_list, ids.values())
    Subscription.objects.bulk_create(
        [
            Subscription(subscriber_id=pk, mailing_list=mailing_list)
            for pk in sorted(set(ids.values()) - known.keys())
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    asked_again = [row.pk for row in known.values() if again and row.status == Status.UNSUBSCRIBED]
    Subscription.objects.filter(pk__in=asked_again).update(status=Status.ACTIVE)

    def came_of(text: str) -> Subscribed:
        if not spelled[text]:
            return Subscribed(text, "invalid")
        row = known.get(ids[spelled[text]])
        if row is None:
            return Subscribed(text, "subscribed", Status.ACTIVE)
        if row.pk in asked_again:
            return Subscribed(text, "resubscribed", Status.ACTIVE)
        return Subscribed(text, "known", row.status)

    return [came_of(text) for text in addresses]


@transaction.atomic
def unsubscribe(mailing_list: MailingList, addresses: Sequence[str]) -> list[Subscribed]:
    """Take `addresses` off the list by their own wish; what came of each, in their order."""
    spelled = spellings(addresses)
    rows = Subscription.objects.filter(
        mailing_list=mailing_list, subscriber__canonical__in=set(spelled.values()) - {""}
    )
    found = dict(rows.values_list("subscriber__canonical", "pk"))
    Subscription.objects.filter(pk__in=found.values()).update(status=Status.UNSUBSCRIBED)

    def came_of(text: str) -> Subscribed:
        if not spelled[text]:
            return Subscribed(text, "invalid")
        if spelled[text] not in found:
            return Subscribed(text, "unknown")
        return Subscribed(text, "unsubscribed", Status.UNSUBSCRIBED)

    return [came_of(text) for text in addresses]


def _subscriptions(mailing_list: MailingList, ids) -> dict[int, Subscription]:
    """Subscriber -> subscription, locked in one order."""
    rows = Subscription.objects.select_for_update().filter(
        mailing_list=mailing_list, subscriber_id__in=ids
    )
    return {row.subscriber_id: row for row in rows.order_by("pk")}
