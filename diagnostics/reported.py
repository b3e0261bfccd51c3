"""What DMARC reports that came in say, summed up by day, by sending address and by receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, Count, F, Max, Q, QuerySet, Sum, Value, When

from diagnostics.checks.dmarc_reports import AggregateReport, ReportRow
from diagnostics.checks.spf.names import is_same_or_below
from diagnostics.models import DmarcReport, DmarcSource
from diagnostics.subject import Subject
from lists.models import MailingList
from lists.sending_facts import entries

_MOST_SUMMED = 500


@dataclass(frozen=True, slots=True)
class ReportedDomain:
    """A domain that reports came in about."""

    domain: str
    reports: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages, as receivers counted them."""

    count: int = 0
    passed: int = 0
    spf_aligned: int = 0
    dkim_aligned: int = 0
    refused: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.count + other.count,
            self.passed + other.passed,
            self.spf_aligned + other.spf_aligned,
            self.dkim_aligned + other.dkim_aligned,
            self.refused + other.refused,
        )

    @property
    def failed(self) -> int:
        """Messages for which neither aligned."""
        return self.count - self.passed


@dataclass(frozen=True, slots=True)
class ReportedDay:
    """One day of a domain."""

    day: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class ReportedSource:
    """One sending address of a domain."""

    source_ip: str
    tally: Tally
    reporters: int
    is_ours: bool
    """Whether a list here names it among its sending addresses."""


_PASSES = Q(spf_aligned=True) | Q(dkim_aligned=True)
_REFUSED = Q(disposition__in=["quarantine", "reject"])


def _sum_where(condition: Q) -> Sum:
    return Sum(Case(When(condition, then=F("count")), default=Value(0)))


_SUMS = {
    "n": Sum("count"),
    "n_passed": _sum_where(_PASSES),
    "n_spf": _sum_where(Q(spf_aligned=True)),
    "n_dkim": _sum_where(Q(dkim_aligned=True)),
    "n_refused": _sum_where(_REFUSED),
}


def _tally(row: Mapping[str, int]) -> Tally:
    return Tally(*(int(row[name] or 0) for name in _SUMS))


def reported_domains() -> list[ReportedDomain]:
    """The domains that there are reports about, the latest first."""
    rows = DmarcReport.objects.values("domain").annotate(n=Count("id"), last=Max("end")).order_by()
    found = [ReportedDomain(row["domain"], row["n"], row["last"]) for row in rows]
    return sorted(found, key=lambda one: one.last, reverse=True)


def by_day(domain: str, first: date, last: date) -> list[ReportedDay]:
    """Every day from `first` to `last`, also those without a report."""
    rows = _rows(domain, first, last).values("day").annotate(**_SUMS).order_by()
    tallies = {row["day"]: _tally(row) for row in rows}
    length = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(length)]
    return [ReportedDay(day, tallies.get(day, Tally())) for day in days]


def by_source(
    domain: str, first: date, last: date, ours: frozenset[str], most: int = 100
) -> list[ReportedSource]:
    """The sending addresses with the most mail."""
    rows = (
        _rows(domain, first, last)
        .values("source_ip")
        .annotate(**_SUMS, reporters=Count("report__reporter", distinct=True))
        .order_by("-n", "source_ip")[:most]
    )
    return [
        ReportedSource(row["source_ip"], _tally(row), row["reporters"], row["source_ip"] in ours)
        for row in rows
    ]


def sending_addresses() -> frozenset[str]:
    """Every address that a list here is sent from."""
    texts = MailingList.objects.exclude(sending_ips="").values_list("sending_ips", flat=True)
    return frozenset(ip for text in texts for ip in entries(text))


def summed_up(subject: Subject, since: datetime) -> list[AggregateReport]:
    """What came in about a subject's header From domains, as one report a receiver."""
    domains = {d for name in subject.header_from for d in _and_above(name)}
    rows = (
        DmarcSource.objects.filter(domain__in=domains, day__gte=since.astimezone(UTC).date())
        .values(
            "report__reporter",
            "domain",
            "source_ip",
            "header_from",
            "envelope_from",
            "disposition",
            "spf_aligned",
            "dkim_aligned",
        )
        .annotate(n=Sum("count"))
        .order_by("-n")[:_MOST_SUMMED]
    )
    by_reporter: dict[tuple[str, str], list[ReportRow]] = {}
    for row in rows:
        if not any(is_same_or_below(row["header_from"], own) for own in subject.header_from):
            continue
        by_reporter.setdefault((row["report__reporter"], row["domain"]), []).append(
            ReportRow(
                row["source_ip"],
                row["n"],
                row["disposition"],
                row["dkim_aligned"],
                row["spf_aligned"],
                row["header_from"],
                row["envelope_from"],
            )
        )
    return [
        AggregateReport(reporter, "", "", since, since, domain, rows=tuple(held))
        for (reporter, domain), held in by_reporter.items()
    ]


def _and_above(domain: str) -> list[str]:
    """A domain and all above it but the last label: the policy may be an organization's."""
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]


def _rows(domain: str, first: date, last: date) -> QuerySet[DmarcSource]:
    return DmarcSource.objects.filter(domain=domain, day__range=(first, last))
