"""DMARC aggregate reports among the messages that come in: recognised and kept, once.

They come by the same roads as bounces. Nothing proves who wrote a report, so only those about a
domain that a list here uses are kept, and what they say changes nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta

from django.utils import timezone

from bounces import kept_words
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
from lists import tidying
from lists.models import MailingList

KIND = "dmarc"
MOST_ROWS = 2000
"""Rows of one report that are kept, those with the most mail."""
KEPT = timedelta(days=400)
# Each with up to `MOST_ROWS`.
_DELETED_AT_ONCE = 100
_LOOKED_AT = 64 * 1024
_MAY_BE = re.compile(
    # RFC 9990 4.2.2: the subject; RFC 7489 7.2.1.1: `receiver!domain!begin!end.xml.gz`
    # No `!` within its parts: so that no text makes the search slow.
    rb"report[ _]domain:|report-type=\"?dmarc|name\*?=\"?[^\"\r\n;!]{1,300}![^\"\r\n;!]{1,300}"
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
    return _MAY_BE.search(item.row.raw[:_LOOKED_AT]) is not None


def _our_domains() -> frozenset[str]:
    rows = MailingList.objects.values_list("header_from", "bounce_domain")
    return frozenset(
        domain for header, bounce in rows for domain in (header.rpartition("@")[2].lower(), bounce)
    )


def _taken(item: Understood, ours: frozenset[str]) -> Taken | None:
    try:
        reports = reports_in_message(item.row.raw)
    except ReportError as error:
        return Taken("other", kept_words.DMARC_UNREADABLE % {"error": error})
    if not reports:
        return None
    wanted = [one for one in reports if any(is_same_or_below(d, one.domain) for d in ours)]
    if not wanted:
        return Taken(KIND, kept_words.DMARC_OF_OTHERS % {"domain": reports[0].domain})
    total = sum(report.count for report in wanted)
    passed = sum(row.count for report in wanted for row in report.rows if row.passes)
    about = {"domain": wanted[0].domain, "passed": f"{passed:,}", "total": f"{total:,}"}
    return Taken(KIND, kept_words.DMARC_READ % about, lambda: _keep(item, wanted))


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


def delete_old() -> Iterator[int]:
    """Delete reports that came in long ago, with their rows; yield how many reports."""
    old = DmarcReport.objects.filter(received_at__lt=timezone.now() - KEPT)
    return tidying.delete(old, _DELETED_AT_ONCE)
