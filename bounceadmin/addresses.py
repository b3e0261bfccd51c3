"""One address: why it is (not) mailed, and everything that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bounces.explaining import consequence, explain
from bounces.kept_words import shown
from bounces.models import BounceEvent
from lists.models import MailingList, Subscriber, Subscription, Suppression, SuppressionLog
from lists.models.choices import Scope
from lists.pseudonyms import forms

_MOMENTS = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription, and the suppression that forbids mailing it, if one does."""

    subscription: Subscription
    suppression: Suppression | None

    @property
    def is_mailed(self) -> bool:
        """Whether this list mails the address."""
        mailable = self.subscription.status in (
            Subscription.Status.ACTIVE,
            Subscription.Status.BOUNCED,
        )
        return mailable and self.suppression is None


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    title: str
    detail: str
    who: str = ""
    evidence: str = ""
    tone: str = ""
    """`bad`, `good` or empty."""


@dataclass(frozen=True, slots=True)
class AddressFile:
    """All that is known of an address."""

    address: str
    subscriber: Subscriber | None
    suppressions: tuple[Suppression, ...]
    standings: tuple[Standing, ...]
    moments: tuple[Moment, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything is."""
        return bool(self.subscriber or self.suppressions or self.moments)

    @property
    def answer(self) -> str:
        """The answer to "why does this person get no mail?", in a sentence."""
        if not self.is_known:
            return _("Nothing is known of this address: no list has it, and nothing came back.")
        mailed = [s for s in self.standings if s.is_mailed]
        if self.suppressions and not mailed:
            return _("It is not mailed: it is suppressed.")
        if not self.standings:
            return _("It is not mailed: it is on no list.")
        if not mailed:
            return _("It is not mailed: it is off every list it was on.")
        if len(mailed) < len(self.standings) or self.suppressions:
            return _("Some of its mail is held back; the rest is sent.")
        return _("Nothing stands in the way: it is mailed.")

    @property
    def tone(self) -> str:
        """`good` where all of its mail is sent, else `bad`."""
        all_mailed = self.standings and all(s.is_mailed for s in self.standings)
        return "good" if all_mailed and not self.suppressions else "bad"


def look_up(address: str) -> AddressFile:
    """Everything about a canonical `address`, in five queries."""
    subscriber = Subscriber.objects.filter(canonical=address).first()
    known_as = list(forms([address]))
    active = Suppression.objects.active().filter(address__in=known_as)
    suppressions = tuple(active.select_related("mailing_list").order_by("-since"))
    subscriptions = subscriber.subscriptions.select_related("mailing_list") if subscriber else ()
    return AddressFile(
        address=address,
        subscriber=subscriber,
        suppressions=suppressions,
        standings=tuple(
            Standing(row, _reaching(suppressions, row.mailing_list)) for row in subscriptions
        ),
        moments=_moments(known_as),
    )


def _reaching(suppressions: tuple[Suppression, ...], to: MailingList) -> Suppression | None:
    for row in suppressions:
        if (
            row.scope == Scope.GLOBAL
            or (row.scope == Scope.STREAM and row.stream == to.stream)
            or (row.scope == Scope.LIST and row.mailing_list_id == to.pk)
        ):
            return row
    return None


def _moments(known_as: list[str]) -> tuple[Moment, ...]:
    """Events and log entries together, newest first."""
    events = BounceEvent.objects.filter(address__in=known_as).select_related(
        "mailing_list", "campaign"
    )
    log = SuppressionLog.objects.filter(address__in=known_as)
    moments = [_of_event(event) for event in events.order_by("-occurred_at")[:_MOMENTS]]
    moments += [_of_entry(entry) for entry in log.order_by("-at")[:_MOMENTS]]
    return tuple(sorted(moments, key=lambda m: m.at, reverse=True)[:_MOMENTS])


def _of_event(event: BounceEvent) -> Moment:
    kind = event.get_category_display() or event.get_kind_display()
    where = " · ".join(str(part) for part in (event.mailing_list, event.campaign) if part)
    return Moment(
        at=event.occurred_at,
        title=f"{kind}: {explain(event).sentence}",
        detail=str(consequence(event)),
        who=where,
        evidence=f"event:{event.pk}",
        tone="bad" if event.category == "hard" or event.kind == "complaint" else "",
    )


def _of_entry(entry: SuppressionLog) -> Moment:
    lifted = entry.what in (SuppressionLog.What.UNSUPPRESSED, SuppressionLog.What.RESTORED)
    reach = f" ({entry.reach})" if entry.reach else ""
    return Moment(
        at=entry.at,
        title=f"{entry.get_what_display()}{reach}",
        detail=shown(entry.why),
        who=_("by %(actor)s") % {"actor": entry.actor},
        evidence=entry.evidence,
        tone="good" if lifted else "bad",
    )
