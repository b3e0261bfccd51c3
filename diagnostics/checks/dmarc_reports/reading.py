"""The XML of an aggregate report, read as it streams by, within bounds.

No DTD and no entity is let in, so neither bombs nor outside files can be. Reporters differ in
name space and order, and leave things out; only what a row cannot do without is insisted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.parsers import expat

from diagnostics.checks.dmarc_reports.types import (
    AggregateReport,
    AuthResult,
    ReportError,
    ReportRow,
)
from diagnostics.checks.spf.identity import read_client

MOST_ROWS = 100_000
DEEPEST = 16
"""Elements inside one another; a report has six."""
LONGEST_TEXT = 4096
"""Characters in one element."""
MOST_LISTED = 100
"""Signatures or reasons in one row, and errors in one report."""
_MOST_MAIL = 10**12


@dataclass(slots=True)
class _Row:
    """A row while it is read."""

    values: dict[str, str] = field(default_factory=dict)
    dkim: list[AuthResult] = field(default_factory=list)
    spf: list[AuthResult] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    part: dict[str, str] = field(default_factory=dict)
    """The signature, SPF result or reason that is open."""


def read_report(octets: bytes | Iterable[bytes]) -> AggregateReport:
    """Read one report from its XML, whole or in pieces. Raises `ReportError`."""
    reader = _Reader()
    pieces = (octets,) if isinstance(octets, bytes) else octets
    try:
        for piece in pieces:
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ReportError(f"it is no sound XML: {error}") from error
    except (UnicodeError, LookupError, ValueError) as error:
        raise ReportError(f"its characters cannot be read: {error}") from error
    return reader.report()


class _Reader:
    """Turns the events of one document into one report."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = _refuse_dtd
        self.parser.EntityDeclHandler = _refuse_dtd
        self.parser.ExternalEntityRefHandler = _refuse_dtd
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True
        self.path: list[str] = []
        self.text: list[str] = []
        self.length = 0
        self.values: dict[str, str] = {}
        self.errors: list[str] = []
        self.rows: list[ReportRow] = []
        self.row = _Row()

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not self.path and local != "feedback":
            raise ReportError(f"it is no DMARC report but <{local[:40]}>")
        if len(self.path) >= DEEPEST:
            raise ReportError("its elements lie too deep in one another")
        self.path.append(local)
        self.text, self.length = [], 0
        if local == "record" and len(self.path) == 2:
            self.row = _Row()
        elif tuple(self.path[-2:]) in _PARTS:
            self.row.part = {}

    def _text(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise ReportError(f"an element holds more than {LONGEST_TEXT} characters")
        self.text.append(text)

    def _close(self, name: str) -> None:
        value = "".join(self.text).strip()
        self.text, self.length = [], 0
        path = tuple(self.path)
        self.path.pop()
        if path[1:2] != ("record",):
            self._take(path, value)
        elif path == ("feedback", "record"):
            if len(self.rows) >= MOST_ROWS:
                raise ReportError(f"it has more than {MOST_ROWS} rows")
            self.rows.append(_finished(self.row))
        elif (take := _PARTS.get(path[-2:])) is not None:
            take(self.row)
        elif path[-3:-1] in _PARTS:
            self.row.part.setdefault(path[-1], value)
        else:
            self.row.values.setdefault("/".join(path[-2:]), value)

    def _take(self, path: tuple[str, ...], value: str) -> None:
        if path[-1] == "error":
            if value and len(self.errors) < MOST_LISTED:
                self.errors.append(value)
        elif len(path) > 1:
            self.values.setdefault("/".join(path[1:]), value)

    def report(self) -> AggregateReport:
        """The report. Raises `ReportError` where it lacks what every report has."""
        domain = self.values.get("policy_published/domain", "").rstrip(".").lower()
        if not domain:
            raise ReportError("it does not say which domain it is about")
        return AggregateReport(
            reporter=self.values.get("report_metadata/org_name", ""),
            email=self.values.get("report_metadata/email", ""),
            report_id=self.values.get("report_metadata/report_id", ""),
            begin=_time(self.values.get("report_metadata/date_range/begin", "")),
            end=_time(self.values.get("report_metadata/date_range/end", "")),
            domain=domain,
            policy=self.values.get("policy_published/p", "").lower(),
            subdomain_policy=self.values.get("policy_published/sp", "").lower(),
            rows=tuple(self.rows),
            errors=tuple(self.errors),
            version=self.values.get("version", ""),
        )


def _refuse_dtd(*_: object) -> int:
    raise ReportError("it declares entities, which no report needs")


def _end_dkim(row: _Row) -> None:
    if "domain" in row.part and len(row.dkim) < MOST_LISTED:
        row.dkim.append(_auth_result(row.part))


def _end_spf(row: _Row) -> None:
    if "domain" in row.part and len(row.spf) < MOST_LISTED:
        row.spf.append(_auth_result(row.part))


def _end_reason(row: _Row) -> None:
    kind, comment = row.part.get("type", ""), row.part.get("comment", "")
    words = f"{kind}: {comment}" if kind and comment else kind or comment
    if words and len(row.reasons) < MOST_LISTED:
        row.reasons.append(words)


_PARTS: dict[tuple[str, ...], Callable[[_Row], None]] = {
    ("auth_results", "dkim"): _end_dkim,
    ("auth_results", "spf"): _end_spf,
    ("policy_evaluated", "reason"): _end_reason,
}
"""Elements that may stand several times in a row, by their last two names, and what ends them."""


def _auth_result(part: dict[str, str]) -> AuthResult:
    return AuthResult(
        part.get("domain", "").rstrip(".").lower(),
        part.get("result", "").lower(),
        part.get("selector", ""),
        part.get("scope", "").lower(),
    )


def _finished(row: _Row) -> ReportRow:
    values = row.values
    client = read_client(values.get("row/source_ip", ""))
    if client is None:
        raise ReportError(f"a row has no source address: {values.get('row/source_ip', '')[:60]!r}")
    count = values.get("row/count", "1")
    return ReportRow(
        source_ip=client.text,
        count=min(int(count[:15]), _MOST_MAIL) if count.isascii() and count.isdigit() else 0,
        disposition=values.get("policy_evaluated/disposition", "").lower(),
        dkim_aligned=values.get("policy_evaluated/dkim", "").lower() == "pass",
        spf_aligned=values.get("policy_evaluated/spf", "").lower() == "pass",
        header_from=values.get("identifiers/header_from", "").rstrip(".").lower(),
        envelope_from=values.get("identifiers/envelope_from", "").rstrip(".").lower(),
        envelope_to=values.get("identifiers/envelope_to", "").rstrip(".").lower(),
        dkim=tuple(row.dkim),
        spf=tuple(row.spf),
        reasons=tuple(row.reasons),
    )


def _time(seconds: str) -> datetime:
    """Seconds since 1970 as a time; the epoch itself where they are none."""
    number = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 12 else 0
    return datetime.fromtimestamp(number, UTC)
