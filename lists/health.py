"""List and campaign health, read from the counts kept per day: no page scans events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from lists.bands import SEVERITY, Band, Thresholds, band_for, bounce_rate
from lists.models import Campaign, CampaignDay, DomainDay, MailingList, ReasonDay, StreamPolicy

# A day's own rate jumps about, since bounces come the day after; this many days are taken together.
ROLLING_DAYS = 7
_TOP = 8


@dataclass(frozen=True, slots=True)
class Period:
    """Days (UTC), `first` and `last` among them."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Period:
        """The `days` days up to and with `last`."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The period of the same length that ended the day before."""
        return Period.ending(self.first - timedelta(days=1), self.length)

    @property
    def days(self) -> list[date]:
        """Its days, oldest first."""
        return [self.first + timedelta(days=n) for n in range(self.length)]


@dataclass(frozen=True, slots=True)
class Counts:
    """Recipients, as the counts keep them."""

    sent: int = 0
    delivered: int = 0
    hard: int = 0
    soft: int = 0
    block: int = 0
    complaint: int = 0
    unverified: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, n) + getattr(other, n) for n in TALLIES))

    @property
    def bounced(self) -> int:
        """Verified bounces of every category."""
        return self.hard + self.soft + self.block

    @property
    def rate(self) -> float | None:
        """Bounced in percent of sent; None where no sends are reported."""
        return bounce_rate(self.sent, self.bounced)

    @property
    def by_category(self) -> dict[str, int]:
        """`hard`, `soft`, `block` -> how many."""
        return {"hard": self.hard, "soft": self.soft, "block": self.block}


TALLIES = tuple(field.name for field in fields(Counts))
_SUMS = {name: Sum(name) for name in TALLIES}
_BOUNCED = F("hard") + F("soft") + F("block")


@dataclass(frozen=True, slots=True)
class Day:
    """One day, and the rate of the `ROLLING_DAYS` that end with it."""

    day: date
    counts: Counts
    rolling_rate: float | None


@dataclass(frozen=True, slots=True)
class Domain:
    """What one recipient domain did."""

    domain: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Reason:
    """How often one reason was given."""

    name: str
    count: int


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


def lists_health(
    period: Period, stream: str = "", *, with_domains: bool = True
) -> list[ListHealth]:
    """Every list (of `stream`, where given) with its health, worst band first.

    Four queries, however many lists and campaigns there are. Without the worst domain of each list
    it is one less, which takes most of the time where many domains are mailed.
    """
    found = MailingList.objects.filter(stream=stream) if stream else MailingList.objects.all()
    by_list = _days_by_list(period, stream)
    worst = _worst_domains(period, stream) if with_domains else {}
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


def details(row: MailingList | Campaign, period: Period) -> Details:
    """All about one list or campaign, in four queries."""
    if isinstance(row, MailingList):
        scope, stream = {"mailing_list": row}, row.stream
    else:
        scope, stream = {"campaign": row}, row.mailing_list.stream
    domains = top_domains(period, **scope)
    rows = _scoped(CampaignDay.objects.all(), _with_the_time_before(period), **scope)
    by_day = {r["day"]: _counts(r) for r in rows.values("day").annotate(**_SUMS).order_by()}
    worst = domains[0] if domains else None
    return Details(
        health=_health(by_day, period, _thresholds()[stream], worst),
        domains=tuple(domains),
        reasons=tuple(top_reasons(period, **scope)),
    )


def campaigns_health(campaigns: Sequence[Campaign]) -> list[CampaignHealth]:
    """What each campaign has come to, whenever its bounces came, in two queries.

    Give campaigns whose lists are loaded.
    """
    rows = CampaignDay.objects.filter(campaign__in=campaigns).values("campaign").annotate(**_SUMS)
    sums = {row["campaign"]: _counts(row) for row in rows.order_by()}
    thresholds = _thresholds()
    found = []
    for campaign in campaigns:
        counts = sums.get(campaign.pk, Counts())
        band = band_for(counts.sent, counts.bounced, thresholds[campaign.mailing_list.stream])
        found.append(CampaignHealth(campaign, counts, band))
    return found


def compared(campaigns: Sequence[Campaign]) -> Compared:
    """What campaigns have come to since they started, by reason and domain, in four queries.

    The rows are the reasons and domains with the most bounces of all of them together.
    """
    reasons: dict[str, Counter[int]] = defaultdict(Counter)
    rows = ReasonDay.objects.filter(campaign__in=campaigns).values("reason", "campaign")
    for row in rows.annotate(number=Sum("count")).order_by():
        reasons[row["reason"]][row["campaign"]] = row["number"]
    domains: dict[str, dict[int, Counts]] = defaultdict(dict)
    most = (
        DomainDay.objects.filter(campaign__in=campaigns)
        .values("domain")
        .annotate(bounced=Sum(_BOUNCED))
        .filter(bounced__gt=0)
        .order_by("-bounced", "domain")
        .values_list("domain", flat=True)[:_TOP]
    )
    rows = DomainDay.objects.filter(campaign__in=campaigns, domain__in=list(most))
    for row in rows.values("domain", "campaign").annotate(**_SUMS).order_by():
        domains[row["domain"]][row["campaign"]] = _counts(row)
    ids = [campaign.pk for campaign in campaigns]
    ranked = sorted(reasons.items(), key=lambda item: (-item[1].total(), item[0]))[:_TOP]
    return Compared(
        campaigns=tuple(campaigns_health(campaigns)),
        reasons=tuple((name, tuple(counts[pk] for pk in ids)) for name, counts in ranked),
        domains=tuple(
            (name, tuple(domains[name].get(pk, Counts()) for pk in ids))
            for name in sorted(domains, key=lambda d: -sum(c.bounced for c in domains[d].values()))
        ),
    )


def top_domains(period: Period, **scope) -> list[Domain]:
    """The recipient domains with the most bounces; `scope` is a stream, list or campaign."""
    rows = (
        _scoped(DomainDay.objects.all(), period, **scope)
        .values("domain")
        .annotate(**_SUMS)
        .annotate(bounced=_BOUNCED)
        .filter(bounced__gt=0)
        .order_by("-bounced", "domain")[:_TOP]
    )
    return [Domain(row["domain"], _counts(row)) for row in rows]


def top_reasons(period: Period, **scope) -> list[Reason]:
    """The reasons given most often; `scope` is a stream, list or campaign."""
    rows = (
        _scoped(ReasonDay.objects.all(), period, **scope)
        .values("reason")
        .annotate(number=Sum("count"))
        .order_by("-number", "reason")[:_TOP]
    )
    return [Reason(row["reason"], row["number"]) for row in rows]


def _scoped(
    rows: QuerySet,
    period: Period,
    stream: str = "",
    mailing_list: MailingList | None = None,
    campaign: Campaign | None = None,
) -> QuerySet:
    rows = rows.filter(day__range=(period.first, period.last))
    if campaign is not None:
        return rows.filter(campaign=campaign)
    if mailing_list is not None:
        return rows.filter(campaign__mailing_list=mailing_list)
    return rows.filter(campaign__mailing_list__stream=stream) if stream else rows


def _days_by_list(period: Period, stream: str) -> Mapping[int, dict[date, Counts]]:
    rows = _scoped(CampaignDay.objects.all(), _with_the_time_before(period), stream)
    found: dict[int, dict[date, Counts]] = defaultdict(dict)
    for row in rows.values("campaign__mailing_list", "day").annotate(**_SUMS).order_by():
        found[row["campaign__mailing_list"]][row["day"]] = _counts(row)
    return found


def _worst_domains(period: Period, stream: str) -> dict[int, Domain]:
    """List -> the recipient domain with most of its bounces, in one query."""
    rows = (
        _scoped(DomainDay.objects.all(), period, stream)
        .values("campaign__mailing_list", "domain")
        .annotate(**_SUMS)
        .annotate(bounced=_BOUNCED)
        .filter(bounced__gt=0)
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F("campaign__mailing_list"),
                order_by=[F("bounced").desc(), F("domain").asc()],
            )
        )
        .filter(place=1)
        .order_by()
    )
    return {row["campaign__mailing_list"]: Domain(row["domain"], _counts(row)) for row in rows}


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


def _counts(row: Mapping[str, object]) -> Counts:
    return Counts(*(int(row[name] or 0) for name in TALLIES))


def _thresholds() -> dict[str, Thresholds]:
    return {policy.stream: policy.thresholds for policy in StreamPolicy.objects.all()}
