"""Which recipient domains and reasons had the most bounces.

Where few rows have to be summed, that is done when it is asked for. Where there are many, the
answer is read from what `kept_rankings` summed some minutes ago, and says when that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from lists.counted import TALLIES, Counts, Domain, Period, Reason
from lists.models import (
    Campaign,
    CampaignTotal,
    DomainDay,
    DomainRanking,
    DomainTotal,
    MailingList,
    ReasonDay,
)

TOP = 8
SUMS = {name: Sum(name) for name in TALLIES}
BOUNCED = F("hard") + F("soft") + F("block")
# A ranking of the day before still does until the one of today is made, not longer.
_MAY_LAG = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TopDomains:
    """The recipient domains with the most bounces."""

    domains: tuple[Domain, ...]
    as_of: datetime | None = None
    """When they were summed; None where it was just now."""


@dataclass(frozen=True, slots=True)
class _Kept:
    made_at: datetime
    by_scope: Mapping[str, tuple[Domain, ...]]


def top_domains(
    period: Period,
    stream: str = "",
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
) -> TopDomains:
    """The domains with the most bounces of a campaign, else a list, else a stream, else all."""
    scope = scope_of(stream, mailing_list, campaign)
    kept = _kept(period, [scope])
    # Small campaigns are kept nowhere.
    if kept is not None and (campaign is None or scope in kept.by_scope):
        return TopDomains(kept.by_scope.get(scope, ()), kept.made_at)
    rows = scoped(DomainDay.objects.all(), period, stream, mailing_list, campaign)
    sums = rows.values("domain").annotate(**SUMS).annotate(bounced=BOUNCED)
    found = sums.filter(bounced__gt=0).order_by("-bounced", "domain")[:TOP]
    return TopDomains(tuple(Domain(row["domain"], counts_of(row)) for row in found))


def worst_domains(
    period: Period, lists: Iterable[MailingList], stream: str = ""
) -> dict[int, Domain]:
    """List (those of `stream`, where given) -> the domain with most of its bounces; two queries."""
    by_scope = {scope_of(mailing_list=row): row.pk for row in lists}
    kept = _kept(period, by_scope)
    if kept is not None:
        return {
            by_scope[scope]: domains[0]
            for scope, domains in kept.by_scope.items()
            if scope in by_scope and domains
        }
    rows = scoped(DomainDay.objects.all(), period, stream)
    ranked = ranked_by("campaign__mailing_list", rows, 1)
    return {row["campaign__mailing_list"]: Domain(row["domain"], counts_of(row)) for row in ranked}


def worst_first(campaign_id: int) -> QuerySet[DomainTotal]:
    """A campaign's domains that bounced, on folded days; an index has them in this order."""
    rows = DomainTotal.objects.filter(campaign=campaign_id).annotate(bounced=BOUNCED)
    return rows.filter(bounced__gt=0).order_by("-bounced", "domain")


def unfolded(days: QuerySet) -> QuerySet:
    """Those `days` (of any kind) of campaigns that are not folded into totals yet."""
    folded_to = F("campaign__total__folded_to")
    return days.filter(Q(campaign__total__folded_to__isnull=True) | Q(day__gte=folded_to))


def since_folded(campaigns: Iterable[Campaign]) -> Q:
    """The days (of any kind) of `campaigns` that are not folded yet; a query.

    Named one by one, so that an index finds them, however many folded ones there are.
    """
    totals = CampaignTotal.objects.filter(campaign__in=campaigns)
    folded = dict(totals.values_list("campaign", "folded_to"))
    days = Q(pk__in=[])
    for one in campaigns:
        days |= Q(campaign=one, day__gte=folded.get(one.pk) or date.min)
    return days


def top_reasons(
    period: Period,
    stream: str = "",
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
) -> list[Reason]:
    """The reasons given most often, of the same as `top_domains`."""
    rows = (
        scoped(ReasonDay.objects.all(), period, stream, mailing_list, campaign)
        .values("reason")
        .annotate(number=Sum("count"))
        .order_by("-number", "reason")[:TOP]
    )
    return [Reason(row["reason"], row["number"]) for row in rows]


def scope_of(
    stream: str = "",
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
) -> str:
    """What a ranking is called that is kept of it."""
    if campaign is not None:
        return f"campaign:{campaign.pk}"
    if mailing_list is not None:
        return f"list:{mailing_list.pk}"
    return f"stream:{stream}" if stream else "all"


def scoped(
    rows: QuerySet,
    period: Period,
    stream: str = "",
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
) -> QuerySet:
    """Those `rows` of a table of counts that are of a period, and of what is given."""
    rows = rows.filter(day__range=(period.first, period.last))
    if campaign is not None:
        return rows.filter(campaign=campaign)
    if mailing_list is not None:
        return rows.filter(campaign__mailing_list=mailing_list)
    return rows.filter(campaign__mailing_list__stream=stream) if stream else rows


def ranked_by(column: str, rows: QuerySet, most: int) -> QuerySet:
    """For each value of `column`, the `most` domains with the most bounces, worst first."""
    return (
        rows.values(column, "domain")
        .annotate(**SUMS)
        .annotate(bounced=BOUNCED)
        .filter(bounced__gt=0)
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F(column),
                order_by=[F("bounced").desc(), F("domain").asc()],
            )
        )
        .filter(place__lte=most)
        .order_by(column, "place")
    )


def counts_of(row: Mapping[str, object]) -> Counts:
    """The tallies of a row of sums."""
    return Counts(*(int(row[name] or 0) for name in TALLIES))  # type: ignore[call-overload]


def _kept(period: Period, scopes: Iterable[str]) -> _Kept | None:
    """The rankings that are kept of `scopes`; None where none are, of this period at least."""
    found = DomainRanking.objects.filter(
        # That of all mail tells that the period is kept.
        scope__in=[scope_of(), *scopes],
        period__days=period.length,
        period__last__range=(period.last - _MAY_LAG, period.last),
    ).values_list("period__made_at", "scope", "domains")
    rows = list(found)
    if not rows:
        return None
    by_scope = {
        scope: tuple(Domain(name, Counts(*tallies)) for name, *tallies in domains)
        for _made_at, scope, domains in rows
    }
    return _Kept(rows[0][0], by_scope)
