"""Aggregate DMARC reports (RFC 9990, and RFC 7489's before it): from a message to findings."""

from diagnostics.checks.dmarc_reports.advice import SourceSummary, by_source, findings
from diagnostics.checks.dmarc_reports.packing import reports_in_file, reports_in_message
from diagnostics.checks.dmarc_reports.reading import read_report
from diagnostics.checks.dmarc_reports.types import (
    AggregateReport,
    AuthResult,
    ReportError,
    ReportRow,
)

__all__ = [
    "AggregateReport",
    "AuthResult",
    "ReportError",
    "ReportRow",
    "SourceSummary",
    "by_source",
    "findings",
    "read_report",
    "reports_in_file",
    "reports_in_message",
]
