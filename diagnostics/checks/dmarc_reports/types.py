"""What an aggregate report says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class ReportError(Exception):
    """What was handed in is no report that can be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class AuthResult:
    """What SPF or one DKIM signature came to at the receiver."""

    domain: str
    result: str
    """`pass`, `fail`, ... in lower case."""
    selector: str = ""
    """For DKIM."""
    scope: str = ""
    """For SPF: `mfrom` or `helo`."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Mail of one kind from one address."""

    source_ip: str
    count: int
    disposition: str
    """What the receiver did: `none` or `pass` (delivered), `quarantine`, `reject`."""
    dkim_aligned: bool
    spf_aligned: bool
    header_from: str
    envelope_from: str = ""
    envelope_to: str = ""
    dkim: tuple[AuthResult, ...] = ()
    spf: tuple[AuthResult, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why the receiver did otherwise than the policy asks, such as `forwarded`."""

    @property
    def passes(self) -> bool:
        """True if DMARC passed: one of the two aligns."""
        return self.dkim_aligned or self.spf_aligned


@dataclass(frozen=True, slots=True)
class AggregateReport:
    """One report."""

    reporter: str
    """The organization that wrote it."""
    email: str
    report_id: str
    begin: datetime
    """In UTC."""
    end: datetime
    domain: str
    """Whose policy it is about."""
    policy: str = ""
    subdomain_policy: str = ""
    rows: tuple[ReportRow, ...] = ()
    errors: tuple[str, ...] = ()
    """What the reporter complained of."""
    version: str = ""

    @property
    def count(self) -> int:
        """How many messages it counts."""
        return sum(row.count for row in self.rows)
