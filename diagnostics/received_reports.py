"""DMARC aggregate reports among the messages that come in: recognised, kept once, summed up.

They come by the same roads as bounces. Nothing proves who wrote a report, so only those about a
domain that a list here uses are kept, and what they say changes nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, Count, F, Max, Q, Sum, Value, When

from bounces.taking import Taken, Understood
from bounces.text import storable
from diagnostics.checks.dmarc_reports import (
    AggregateReport,
    ReportError,
    ReportRow,
    reports_in_message,
)
from diagnostics.checks.spf.names import is_same_or_below
from diagnostics.models import DmarcReport, DmarcSource
from diagnostics.subject import Subject
from lists.models import MailingList
from lists.sending_facts import entries

KIND = "dmarc"
MOST_ROWS = 2000
"""Rows of one report that are kept, those with the most mail."""
_MOST_SUMMED = 500
_LOOKED_AT = 64 * 1024
_MAY_BE = re.compile(
    # RFC 9990 4.2.2: the subject; RFC 7489 7.2.1.1: `receiver!domain!begin!end.xml.gz`
    rb"report[ _]domain:|report-type=\"?dmarc|name\*?=\"?[^\"\r\n;]{1,300}![^\"\r\n;]{1,300}"
    rb"!\d{6,12}!\d{6,12}",
    re.IGNORECASE,
)


def take(understood: Sequence[Understood]) -> Mapping[int, Taken]:
    """A `bounces.taking.Taker` of DMARC reports."""
    candidates = [item for item in understood if _may_be_report(item)]
    if not candidates:
        return {}
    ours = _our_domains()
    return {item.row.pk: taken for item in candidates if (taken := _taken(item, ours))}


def _may_be_report(item: Understood) -> bool:
    """Cheap: nothing is unpacked for a message that looks like no report."""
    if item.parsed.kind not in ("other", "autoreply"):
        return False
    return _MAY_BE.search(bytes(item.row.raw[:_LOOKED_AT])) is not None


def _our_domains() -> frozenset[str]:
    rows = MailingList.objects.values_list("header_from", "bounce_domain")
    return frozenset(
        domain for header, bounce in rows for domain in (header.rpartition("@")[2].lower(), bounce)
    )


def _taken(item: Understood, ours: frozenset[str]) -> Taken | None:
    try:
        reports = reports_in_message(bytes(item.row.raw))
    except ReportError as error:
        return Taken("other", f"It looks like a DMARC report but cannot be read: {error}.")
    if not reports:
        return None
    wanted = [one for one in reports if any(is_same_or_below(d, one.domain) for d in ours)]
    if not wanted:
        return Taken(
            KIND, f"A DMARC report about {reports[0].domain}, which no list here uses: not kept."
        )
    total = sum(report.count for report in wanted)
    passed = sum(row.count for report in wanted for row in report.rows if row.passes)
    note = f"A DMARC report about {wanted[0].domain}: {passed:,} of {total:,} messages passed."
    return Taken(KIND, note, lambda: _keep(item, wanted))


def _keep(item: Understood, reports: Sequence[AggregateReport]) -> None:
    """Write the reports that are not there yet; call it within a transaction."""
    for report in reports:
        combined = _combined(report.rows)
        listed = combined[:MOST_ROWS]
        row, is_new = DmarcReport.objects.get_or_create(
            digest=_digest(report),
            defaults={
                "message": item.row,
                "reporter": storable(report.reporter, 255),
                "email": storable(report.email, 320),
                "report_id": storable(report.report_id, 255),
                "domain": report.domain[:253],
                "policy": storable(report.policy, 16),
                "begin": report.begin,
                "end": report.end,
                "received_at": item.row.received_at,
                "count": report.count,
                "passed": sum(one.count for one in report.rows if one.passes),
                "errors": [storable(error, 500) for error in report.errors[:20]],
                "rows_left_out": len(combined) - len(listed),
            },
        )
        if is_new:
            DmarcSource.objects.bulk_create(
                (_source(row, kind, count) for kind, count in listed), batch_size=500
            )


_Kind = tuple[str, str, str, str, bool, bool]


def _combined(rows: Sequence[ReportRow]) -> list[tuple[_Kind, int]]:
    """Rows that differ in nothing we keep as one, those with the most mail first."""
    counts: Counter[_Kind] = Counter()
    for row in rows:
        envelope = row.envelope_from or next((spf.domain for spf in row.spf), "")
        counts[
            row.source_ip,
            storable(row.header_from, 253),
            storable(envelope, 253),
            storable(row.disposition, 16),
            row.spf_aligned,
            row.dkim_aligned,
        ] += row.count
    return counts.most_common()


def _source(report: DmarcReport, kind: _Kind, count: int) -> DmarcSource:
    source_ip, header_from, envelope_from, disposition, spf_aligned, dkim_aligned = kind
    return DmarcSource(
        report=report,
        domain=report.domain,
        day=report.begin.astimezone(UTC).date(),
        source_ip=source_ip,
        header_from=header_from,
        envelope_from=envelope_from,
        disposition=disposition,
        spf_aligned=spf_aligned,
        dkim_aligned=dkim_aligned,
        count=count,
    )


def _digest(report: AggregateReport) -> str:
    parts = (report.domain, report.reporter, report.report_id, report.begin.isoformat())
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


# --- reading them back ------------------------------------------------------------------------
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


def _rows(domain: str, first: date, last: date):
    return DmarcSource.objects.filter(domain=domain, day__range=(first, last))
