"""Who would be taken off a list, and why. All of them have bounced: that is an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, OuterRef, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lists.models import MailingList, Subscription, Suppression

SAMPLE = 20
# So many that bounced are looked at for a page: more would keep it waiting.
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of dead address, in words."""

    name: str
    label: str | Promise
    why: str | Promise
    advised: bool
    """Whether it is ticked unless a person thinks otherwise."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many there are of each kind, by its name."""

    by_kind: dict[str, int]
    is_all: bool
    """False where there are more that bounced than were looked at."""


KINDS: tuple[Kind, ...] = (
    Kind(
        "hard",
        _("Addresses that do not exist"),
        _("A verified hard bounce said so."),
        advised=True,
    ),
    Kind(
        "complaint",
        _("People who reported you as spam"),
        _("They asked their provider to be rid of your mail."),
        advised=True,
    ),
    Kind(
        "soft",
        _("Addresses that keep failing"),
        _("Full or broken for so long that policy suppressed them. Some may come back."),
        advised=False,
    ),
)
KIND_NAMES = tuple(kind.name for kind in KINDS)


def candidates(mailing_list: MailingList, kinds: Sequence[str]) -> QuerySet[Subscription]:
    """The subscriptions of `kinds`, each with its `kind`."""
    return _by_kind(mailing_list).filter(kind__in=list(kinds))


def numbers(mailing_list: MailingList) -> Numbers:
    """How many there are, among the first `LOOKED_AT` that bounced."""
    bounced = _bounced(mailing_list)
    rows = _by_kind(mailing_list).filter(pk__in=bounced[:LOOKED_AT])
    rows = rows.values("kind").annotate(number=Count("pk")).order_by()
    found = {row["kind"]: row["number"] for row in rows}
    return Numbers(
        {name: found.get(name, 0) for name in KIND_NAMES},
        is_all=not bounced[LOOKED_AT : LOOKED_AT + 1].exists(),
    )


def sample(mailing_list: MailingList, kinds: Sequence[str]) -> list[Subscription]:
    """A few of those that `numbers` counts, those that bounced last first."""
    rows = candidates(mailing_list, kinds).filter(pk__in=_bounced(mailing_list)[:LOOKED_AT])
    rows = rows.select_related("subscriber").order_by("-last_bounce_at", "pk")
    return list(rows[:SAMPLE])


def _bounced(mailing_list: MailingList) -> QuerySet:
    """The keys of all subscriptions that bounced, in the order of an index."""
    bounced = Subscription.objects.filter(
        mailing_list=mailing_list, status=Subscription.Status.BOUNCED
    )
    return bounced.order_by("pk").values("pk")


def _by_kind(mailing_list: MailingList) -> QuerySet[Subscription]:
    active = Suppression.objects.active().for_list(mailing_list)
    of_this_person = active.filter(address=OuterRef("subscriber__canonical"))
    complained = Exists(of_this_person.filter(cause=Suppression.Cause.COMPLAINT))
    suppressed = Exists(of_this_person)
    return Subscription.objects.filter(
        mailing_list=mailing_list, status=Subscription.Status.BOUNCED
    ).annotate(
        kind=Case(
            When(complained, then=Value("complaint")),
            When(hard_bounces__gte=1, then=Value("hard")),
            When(suppressed, then=Value("soft")),
            default=Value(""),
            output_field=CharField(),
        )
    )
