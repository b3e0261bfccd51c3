"""How lists and campaigns do: rate, band, what drives it and what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from bounceadmin.api.auth import Token
from bounceadmin.api.fields import PathId, one_of
from bounceadmin.api.lists import StreamName
from lists import advice, health, kept_rankings
from lists.bands import Band
from lists.counted import TALLIES, Counts, Period
from lists.health import Health
from lists.models import Campaign, MailingList
from lists.picking import DEFAULT_PERIOD, LONGEST_PERIOD

router = Router(tags=["Health"], auth=Token("health:read"))
Days = Annotated[
    int, Field(ge=1, le=LONGEST_PERIOD, description="The period: so many days, with today.")
]
BandName = one_of(*Band)


class CountsOut(Schema):
    """Recipients. `rate` is bounced in percent of sent; null where no sends are reported."""

    sent: int
    delivered: int
    bounced: int
    hard: int
    soft: int
    block: int
    complaint: int
    unverified: int
    rate: float | None


class AdviceOut(Schema):
    """What to do, and what drives the rate, in sentences."""

    action: str
    cause: str


class DomainOut(Schema):
    """What one recipient domain did."""

    domain: str
    counts: CountsOut


class ReasonOut(Schema):
    """How often one reason was given."""

    reason: str
    count: int


class HealthOut(Schema):
    """`trend` is in percentage points against the period before; null where it is not known.

    `domains_as_of` is when the domains were counted, null where it was for this answer. Where they
    are still to be counted `domains_pending` is true: ask again in a minute.
    """

    first: date
    last: date
    band: BandName
    counts: CountsOut
    trend: float | None
    advice: AdviceOut
    domains: list[DomainOut] = []
    reasons: list[ReasonOut] = []
    domains_as_of: datetime | None = None
    domains_pending: bool = False


class ListHealthOut(Schema):
    """A list and how it does."""

    list: int
    name: str
    stream: str
    health: HealthOut


class ListsHealthOut(Schema):
    """Every list, the worst first."""

    items: list[ListHealthOut]


@router.get("/health", response=ListsHealthOut, summary="Health of all lists")
def of_all(request: HttpRequest, stream: StreamName | None = None, days: Days = DEFAULT_PERIOD):
    now = timezone.now()
    period = _period(days, now)
    pending = kept_rankings.ask(days, now) and kept_rankings.is_much(period)
    return {
        "items": [
            {
                "list": row.mailing_list.pk,
                "name": row.mailing_list.name,
                "stream": row.mailing_list.stream,
                "health": {**_health(row.health, period), "domains_pending": pending},
            }
            for row in health.lists_health(period, stream or "", with_domains=not pending)
        ]
    }


@router.get("/lists/{list_id}/health", response=HealthOut, summary="Health of a list")
def of_list(request: HttpRequest, list_id: PathId, days: Days = DEFAULT_PERIOD):
    return _details(MailingList.objects.get(pk=list_id), days)


@router.get("/campaigns/{campaign_id}/health", response=HealthOut, summary="Health of a campaign")
def of_campaign(request: HttpRequest, campaign_id: PathId, days: Days = DEFAULT_PERIOD):
    return _details(Campaign.objects.select_related("mailing_list").get(pk=campaign_id), days)


def _period(days: int, now: datetime) -> Period:
    return Period.ending(now.astimezone(UTC).date(), days)


def _details(row: MailingList | Campaign, days: int) -> dict[str, object]:
    now = timezone.now()
    period = _period(days, now)
    campaign = row if isinstance(row, Campaign) else None
    pending = kept_rankings.ask(days, now) and kept_rankings.is_much(period, campaign)
    found = health.details(row, period, with_domains=not pending)
    return {
        **_health(found.health, period),
        "domains": [{"domain": d.domain, "counts": _counts(d.counts)} for d in found.domains],
        "reasons": [{"reason": r.name, "count": r.count} for r in found.reasons],
        "domains_as_of": found.domains_as_of,
        "domains_pending": pending,
    }


def _health(found: Health, period: Period) -> dict[str, object]:
    words = advice.advise(found)
    return {
        "first": period.first,
        "last": period.last,
        "band": found.band,
        "counts": _counts(found.counts),
        "trend": found.trend,
        "advice": {"action": words.action, "cause": words.cause},
    }


def _counts(counts: Counts) -> dict[str, object]:
    names = ("bounced", "rate", *TALLIES)
    return {name: getattr(counts, name) for name in names}
