"""List and campaign health, read from the counts kept per day: no page scans events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum

from lists.bands import SEVERITY, Band, Thresholds, band_for
from lists.counted import TALLIES, Counts, Domain, Period, Reason
from lists.models import (
    Campaign,
    CampaignDay,
    CampaignTotal,
    DomainDay,
    DomainTotal,
    MailingList,
    ReasonDay,
    ReasonTotal,
    StreamPolicy,
)
from lists.ranking import (
    BOUNCED,
    SUMS,
    TOP,
    TopDomains,
    counts_of,
    scoped,
    since_folded,
    top_domains,
    top_reasons,
    worst_domains,
    worst_first,
)

# Of campaigns that are compared: so many domains of each are candidates.
_WORST_OF_EACH = 3 * TOP
# A day's own rate jumps about, since bounces come the day after; this many days are taken together.
ROLLING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day, and the rate of the `ROLLING_DAYS` that end with it."""

    day: date
    counts: Counts
    rolling_rate: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """How a list or campaign, or all of them, did in a period."""

    counts: Counts
    before: Counts
    band: Band
    days: tuple[Day, ...]
    worst_domain: Domain | None = None

    @property
    def trend(self) -> float | None:
        """Percentage points since the period before (below zero is better); None if unknown."""
        now, then = self.counts.rate, self.before.rate
        return None if now is None or then is None else now - then


@dataclass(frozen=True, slots=True)
class ListHealth:
    """A list and how it did."""

    mailing_list: MailingList
    health: Health


@dataclass(frozen=True, slots=True)
class CampaignHealth:
    """A campaign and what it has come to since it started."""

    campaign: Campaign
    counts: Counts
    band: Band


@dataclass(frozen=True, slots=True)
class Compared:
    """Campaigns side by side: a cell a campaign in every row."""

    campaigns: tuple[CampaignHealth, ...]
    reasons: tuple[tuple[str, tuple[int, ...]], ...]
    domains: tuple[tuple[str, tuple[Counts, ...]], ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Health, and what it is made of."""

    health: Health
    domains: tuple[Domain, ...]
    reasons: tuple[Reason, ...]
    domains_as_of: datetime | None = None
    """When the domains were summed; None where it was just now."""


def lists_health(
    period: Period, stream: str = "", *, with_domains: bool = True
) -> list[ListHealth]:
    """Every list (of `stream`, where given) with its health, worst band first.

    At most five queries, however many lists and campaigns there are; three without the worst domain
    of each list.
    """
    found = MailingList.objects.filter(stream=stream) if stream else MailingList.objects.all()
    by_list = _days_by_list(period, stream)
    worst = worst_domains(period, found, stream) if with_domains else {}
    thresholds = _thresholds()
    rows = [
        ListHealth(row, _health(by_list[row.pk], period, thresholds[row.stream], worst.get(row.pk)))
        for row in found
    ]
    return sorted(
        rows,
        key=lambda row: (
            -SEVERITY[row.health.band],
            -(row.health.counts.rate or 0),
            -row.health.counts.bounced,
            row.mailing_list.name,
        ),
    )


def total(rows: Iterable[ListHealth], period: Period) -> Health:
    """All of the lists taken together. They have no band: each stream has its own."""
    rows = list(rows)
    counts = sum((row.health.counts for row in rows), Counts())
    before = sum((row.health.before for row in rows), Counts())
    columns = zip(*(row.health.days for row in rows), strict=True)
    by_day = {column[0].day: sum((d.counts for d in column), Counts()) for column in columns}
    return Health(counts, before, Band.UNKNOWN, _rolling(by_day, period))


def details(row: MailingList | Campaign, period: Period, *, with_domains: bool = True) -> Details:
    """All about one list or campaign, in at most five queries."""
    scope = {"mailing_list" if isinstance(row, MailingList) else "campaign": row}
    found = top_domains(period, **scope) if with_domains else TopDomains(())
    return Details(
        health=health_of(row, period, next(iter(found.domains), None)),
        domains=found.domains,
        reasons=tuple(top_reasons(period, **scope)),
        domains_as_of=found.as_of,
    )


def health_of(
    row: MailingList | Campaign, period: Period, worst_domain: Domain | None = None
) -> Health:
    """The health of one list or campaign, in two queries."""
    if isinstance(row, MailingList):
        scope, stream = {"mailing_list": row}, row.stream
    else:
        scope, stream = {"campaign": row}, row.mailing_list.stream
    rows = scoped(CampaignDay.objects.all(), _with_the_time_before(period), **scope)
    by_day = {r["day"]: counts_of(r) for r in rows.values("day").annotate(**SUMS).order_by()}
    return _health(by_day, period, _thresholds()[stream], worst_domain)


def campaigns_health(campaigns: Sequence[Campaign]) -> list[CampaignHealth]:
    """What each campaign has come to, whenever its bounces came, in two queries.

    Give campaigns whose lists are loaded.
    """
    totals = CampaignTotal.objects.filter(campaign__in=campaigns).values("campaign", *TALLIES)
    sums = {row["campaign"]: counts_of(row) for row in totals}
    thresholds = _thresholds()
    found = []
    for campaign in campaigns:
        counts = sums.get(campaign.pk, Counts())
        band = band_for(counts.sent, counts.bounced, thresholds[campaign.mailing_list.stream])
        found.append(CampaignHealth(campaign, counts, band))
    return found


def compared(campaigns: Sequence[Campaign]) -> Compared:
    """What campaigns have come to since they started, in eight queries and one for each of them.

    The rows are the reasons with the most bounces of all of them together, and likewise the
    domains, which are looked for among the worst of each on folded days, and of all since.
    """
    reasons: dict[str, Counter[int]] = defaultdict(Counter)
    of_campaigns, lately = Q(campaign__in=campaigns), since_folded(campaigns)
    for rows in (ReasonTotal.objects.filter(of_campaigns), ReasonDay.objects.filter(lately)):
        sums = rows.values("reason", "campaign").annotate(number=Sum("count")).order_by()
        for row in sums:
            reasons[row["reason"]][row["campaign"]] += row["number"]
    since = DomainDay.objects.filter(lately)
    bounces = since.values("domain").annotate(bounced=Sum(BOUNCED)).filter(bounced__gt=0)
    most = bounces.order_by("-bounced", "domain").values_list("domain", flat=True)
    worst = set(most[:_WORST_OF_EACH])
    for one in campaigns:
        worst |= set(worst_first(one.pk).values_list("domain", flat=True)[:_WORST_OF_EACH])
    domains: dict[str, dict[int, Counts]] = defaultdict(lambda: defaultdict(Counts))
    for cells in (DomainTotal.objects.filter(of_campaigns), since):
        sums = cells.filter(domain__in=worst).values("domain", "campaign").annotate(**SUMS)
        for row in sums.order_by():
            domains[row["domain"]][row["campaign"]] += counts_of(row)
    ids = [campaign.pk for campaign in campaigns]
    ranked = sorted(reasons.items(), key=lambda item: (-item[1].total(), item[0]))[:TOP]

    def bounced(domain: str) -> tuple[int, str]:
        return -sum(counts.bounced for counts in domains[domain].values()), domain

    return Compared(
        campaigns=tuple(campaigns_health(campaigns)),
        reasons=tuple((name, tuple(counts[pk] for pk in ids)) for name, counts in ranked),
        domains=tuple(
            (name, tuple(domains[name].get(pk, Counts()) for pk in ids))
            for name in sorted(domains, key=bounced)[:TOP]
        ),
    )


def _days_by_list(period: Period, stream: str) -> Mapping[int, dict[date, Counts]]:
    rows = scoped(CampaignDay.objects.all(), _with_the_time_before(period), stream)
    found: dict[int, dict[date, Counts]] = defaultdict(dict)
    for row in rows.values("campaign__mailing_list", "day").annotate(**SUMS).order_by():
        found[row["campaign__mailing_list"]][row["day"]] = counts_of(row)
    return found


def _health(
    by_day: Mapping[date, Counts], period: Period, thresholds: Thresholds, worst: Domain | None
) -> Health:
    def counted(days: Iterable[date]) -> Counts:
        return sum((by_day[day] for day in days if day in by_day), Counts())

    counts = counted(period.days)
    band = band_for(counts.sent, counts.bounced, thresholds)
    return Health(counts, counted(period.before.days), band, _rolling(by_day, period), worst)


def _rolling(by_day: Mapping[date, Counts], period: Period) -> tuple[Day, ...]:
    days = []
    for day in period.days:
        window = Period.ending(day, ROLLING_DAYS).days
        together = sum((by_day[d] for d in window if d in by_day), Counts())
        days.append(Day(day, by_day.get(day, Counts()), together.rate))
    return tuple(days)


def _with_the_time_before(period: Period) -> Period:
    return Period(
        min(period.before.first, Period.ending(period.first, ROLLING_DAYS).first), period.last
    )


def _thresholds() -> dict[str, Thresholds]:
    return {policy.stream: policy.thresholds for policy in StreamPolicy.objects.all()}
