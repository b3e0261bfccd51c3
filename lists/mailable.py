"""May I send to these? For a list, thousands of addresses at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from lists.addresses import canonical
from lists.models import MailingList, Subscription, Suppression
from lists.models.choices import Scope

# SQLite takes 32,766 variables in a statement.
_AT_ONCE = 10_000

# Why an address must not be mailed, in the order in which it is looked for.
REFUSALS = ("invalid", "suppressed", "unsubscribed", "removed")
_OFF_THE_LIST = (Subscription.Status.UNSUBSCRIBED, Subscription.Status.REMOVED)
# Of several suppressions the one that reaches farthest is named.
_REACH = {Scope.GLOBAL: 0, Scope.STREAM: 1, Scope.LIST: 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one address may be mailed, and if not, why."""

    address: str
    """As it was asked."""
    refusal: str = ""
    """One of `REFUSALS`; empty where it may be mailed."""
    suppression: Suppression | None = None
    since: datetime | None = None

    @property
    def may_send(self) -> bool:
        """Whether it may be mailed."""
        return not self.refusal


def may_send(mailing_list: MailingList, addresses: Sequence[str]) -> list[Answer]:
    """An answer for each of `addresses`, in their order, in two queries for ten thousand.

    An address that is not on the list may be mailed: whom the list has is the sender's to know.
    """
    spelled = {text: canonical(text, settings.FOLD_LOCAL_PART) for text in addresses}
    asked = sorted(set(spelled.values()) - {""})
    suppressed: dict[str, Suppression] = {}
    off: dict[str, str] = {}
    for start in range(0, len(asked), _AT_ONCE):
        chunk = asked[start : start + _AT_ONCE]
        suppressed |= _suppressed(mailing_list, chunk)
        off |= _off_the_list(mailing_list, chunk)
    return [_answer(text, spelled[text], suppressed, off) for text in addresses]


def _answer(
    text: str, address: str, suppressed: dict[str, Suppression], off: dict[str, str]
) -> Answer:
    if not address:
        return Answer(text, "invalid")
    if row := suppressed.get(address):
        return Answer(text, "suppressed", row, row.since)
    return Answer(text, off.get(address, ""))


def _suppressed(mailing_list: MailingList, addresses: Iterable[str]) -> dict[str, Suppression]:
    rows = Suppression.objects.active().for_list(mailing_list).filter(address__in=addresses)
    farthest_last = sorted(rows, key=lambda row: -_REACH[row.scope])
    return {row.address: row for row in farthest_last}


def _off_the_list(mailing_list: MailingList, addresses: Iterable[str]) -> dict[str, str]:
    rows = Subscription.objects.filter(
        mailing_list=mailing_list,
        status__in=_OFF_THE_LIST,
        subscriber__canonical__in=addresses,
    )
    return dict(rows.values_list("subscriber__canonical", "status"))
