"""May we mail these people? The one place that answers it, for pages, the API and the pipeline.

It knows addresses that were forgotten too: they are found by their pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q

from lists.models import MailingList, Subscription, Suppression
from lists.models.choices import Scope
from lists.pseudonyms import forms

# SQLite takes 32,766 variables in a statement; an address has two forms, or more with old keys.
_FORMS_PER_QUERY = 30_000
_UNWANTED = (Subscription.Status.REMOVED, Subscription.Status.UNSUBSCRIBED)
_SEVERITY = {
    Suppression.Cause.COMPLAINT: 4,
    Suppression.Cause.UNSUBSCRIBE: 3,
    Suppression.Cause.HARD: 3,
    Suppression.Cause.MANUAL: 2,
    Suppression.Cause.IMPORT: 2,
    Suppression.Cause.SOFT: 1,
}
_REACH = {Scope.GLOBAL: 3, Scope.STREAM: 2, Scope.LIST: 1}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an address may be mailed, and what forbids it.

    `suppression` is the weightiest in force, with its `mailing_list` loaded; `status` is that of
    the subscription to the list that was asked about, empty where there is none.
    """

    address: str
    suppression: Suppression | None = None
    status: str = ""

    @property
    def allowed(self) -> bool:
        return self.suppression is None and self.status not in _UNWANTED

    @property
    def why(self) -> str:
        """What forbids it, as a name: a cause (`hard`, `complaint`, …) or `removed`,
        `unsubscribed`; empty where nothing does."""
        if self.suppression:
            return self.suppression.cause
        return self.status if self.status in _UNWANTED else ""


def may_send(
    addresses: Iterable[str],
    *,
    mailing_list: MailingList | None = None,
    stream: str = "",
    now: datetime | None = None,
) -> dict[str, Answer]:
    """An answer for each of the canonical `addresses`, in their order.

    Asked about a `mailing_list`, everything that reaches it counts: suppressions of the list, of
    its stream and global ones, and who left the list. Asked about a `stream`, suppressions of it
    and global ones; about neither, global ones alone. A thousand addresses or ten thousand cost
    the same one or two queries.
    """
    wanted = list(dict.fromkeys(addresses))
    weightiest = suppressions_of(wanted, mailing_list=mailing_list, stream=stream, now=now)
    statuses = _statuses(wanted, mailing_list) if mailing_list else {}
    return {
        address: Answer(address, weightiest.get(address), statuses.get(address, ""))
        for address in wanted
    }


def suppressions_of(
    addresses: Sequence[str],
    *,
    mailing_list: MailingList | None = None,
    stream: str = "",
    now: datetime | None = None,
) -> dict[str, Suppression]:
    """The weightiest suppression in force for each address that has one."""
    reaching = Suppression.objects.active(now).filter(_reaching(mailing_list, stream))
    known_as = forms(addresses)
    found: dict[str, Suppression] = {}
    for part in _parts(known_as):
        for row in reaching.filter(address__in=part).select_related("mailing_list"):
            address = known_as[row.address]
            if address not in found or _weight(row) > _weight(found[address]):
                found[address] = row
    return found


def _reaching(mailing_list: MailingList | None, stream: str) -> Q:
    query = Q(scope=Scope.GLOBAL)
    if mailing_list:
        query |= Q(scope=Scope.LIST, mailing_list=mailing_list)
        stream = mailing_list.stream
    return query | Q(scope=Scope.STREAM, stream=stream) if stream else query


def _weight(row: Suppression) -> tuple[int, int]:
    return _SEVERITY.get(row.cause, 0), _REACH[row.scope]


def _statuses(addresses: Sequence[str], mailing_list: MailingList) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(addresses):
        rows = Subscription.objects.filter(
            mailing_list=mailing_list, subscriber__canonical__in=part
        )
        found.update(rows.values_list("subscriber__canonical", "status"))
    return found


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    left = iter(values)
    while part := list(islice(left, _FORMS_PER_QUERY)):
        yield part
