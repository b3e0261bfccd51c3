"""What aggregate reports say, by the address that mail came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from diagnostics.checks.dmarc_reports.types import AggregateReport, ReportRow
from diagnostics.checks.findings import Evidence, Finding
from diagnostics.checks.sentences import say

CHECK = "dmarc-reports"
MOST_SHOWN = 10
SERIOUS = 0.05
"""Share of our own mail that fails above which something is broken; less than that is mostly
forwarding, which breaks SPF always and DKIM sometimes."""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """All mail from one address, over some reports."""

    source_ip: str
    count: int
    passed: int
    """Messages for which DMARC passed."""
    spf_aligned: int
    dkim_aligned: int
    refused: int
    """Messages that receivers rejected or put in quarantine."""
    reporters: tuple[str, ...]
    header_from: tuple[str, ...]
    envelope_from: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Messages for which DMARC failed."""
        return self.count - self.passed


@dataclass(slots=True)
class _Sums:
    counts: Counter[str] = field(default_factory=Counter)
    reporters: dict[str, None] = field(default_factory=dict)
    header_from: dict[str, None] = field(default_factory=dict)
    envelope_from: dict[str, None] = field(default_factory=dict)

    def add(self, reporter: str, row: ReportRow) -> None:
        self.counts["all"] += row.count
        self.counts["passed"] += row.count * row.passes
        self.counts["spf"] += row.count * row.spf_aligned
        self.counts["dkim"] += row.count * row.dkim_aligned
        self.counts["refused"] += row.count * (row.disposition in ("quarantine", "reject"))
        envelope = row.envelope_from or next((spf.domain for spf in row.spf), "")
        for found, word in (
            (self.reporters, reporter),
            (self.header_from, row.header_from),
            (self.envelope_from, envelope),
        ):
            if word:
                found[word] = None


def by_source(reports: Iterable[AggregateReport]) -> tuple[SourceSummary, ...]:
    """All mail by address, the most mail first."""
    sums: dict[str, _Sums] = {}
    for report in reports:
        for row in report.rows:
            sums.setdefault(row.source_ip, _Sums()).add(report.reporter, row)
    summaries = [
        SourceSummary(
            ip,
            one.counts["all"],
            one.counts["passed"],
            one.counts["spf"],
            one.counts["dkim"],
            one.counts["refused"],
            tuple(one.reporters),
            tuple(one.header_from),
            tuple(one.envelope_from),
        )
        for ip, one in sums.items()
    ]
    return tuple(sorted(summaries, key=lambda one: (-one.count, one.source_ip)))


def findings(
    reports: Iterable[AggregateReport], *, sending_ips: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What the reports mean; `sending_ips` are the addresses that mail of ours leaves from."""
    reports = tuple(reports)
    return tuple(_findings(reports, by_source(reports), set(sending_ips)))


def _findings(
    reports: tuple[AggregateReport, ...], sources: tuple[SourceSummary, ...], ours: set[str]
) -> Iterator[Finding]:
    total = sum(source.count for source in sources)
    if not total:
        yield Finding(
            CHECK,
            "info",
            say("The reports count no mail yet."),
            say("Receivers write one a day where they got mail from the domain."),
        )
        return
    passed = sum(source.passed for source in sources)
    yield Finding(
        CHECK,
        "ok" if passed == total else "info",
        say(
            "{passed} of {total} messages passed DMARC ({percent} %).",
            passed=f"{passed:,}",
            total=f"{total:,}",
            percent=f"{100 * passed / total:.1f}",
        ),
        say("Counted by {count} receivers.", count=len({report.reporter for report in reports})),
        evidence=tuple(_evidence(source) for source in sources[:MOST_SHOWN]),
    )
    failing = sorted((one for one in sources if one.failed), key=lambda one: -one.failed)
    for source in failing[:MOST_SHOWN]:
        yield _failing(source, source.source_ip in ours)
    for error in dict.fromkeys(error for report in reports for error in report.errors):
        yield Finding(
            CHECK,
            "warning",
            say("A receiver complains of the DMARC record: {error}", error=error[:200]),
            say("It may not apply the policy."),
            say("Run the DMARC check."),
        )


def _failing(source: SourceSummary, is_ours: bool) -> Finding:
    part = say(
        "{failed} of {count} messages from {ip} failed DMARC",
        failed=f"{source.failed:,}",
        count=f"{source.count:,}",
        ip=source.source_ip,
    )
    refused = f"{source.refused:,}" if source.refused else ""
    if is_ours:
        missing = "SPF" if source.spf_aligned < source.dkim_aligned else "DKIM"
        return Finding(
            CHECK,
            "problem" if source.failed > SERIOUS * source.count else "warning",
            say("{part}, and it is an address of yours.", part=part),
            say(
                "Your own mail fails; receivers refused or junked {refused}."
                " {missing} aligns least often.",
                refused=refused,
                missing=missing,
            )
            if refused
            else say("Your own mail fails. {missing} aligns least often.", missing=missing),
            say(
                "Run the SPF and DKIM checks for the domains it used: {domains}.",
                domains=source.envelope_from,
            )
            if source.envelope_from
            else say("Run the SPF and DKIM checks for the domains it used."),
            (_evidence(source),),
        )
    return Finding(
        CHECK,
        "info",
        say("{part}.", part=part),
        say(
            "Someone forwards your mail, sends for you without being set up, or forges you;"
            " receivers refused or junked {refused}.",
            refused=refused,
        )
        if refused
        else say("Someone forwards your mail, sends for you without being set up, or forges you."),
        say(
            "If it is a service of yours, let it sign with DKIM as your domain;"
            " else nothing needs doing."
        ),
        (_evidence(source),),
    )


def _evidence(source: SourceSummary) -> Evidence:
    return Evidence(
        source.source_ip,
        say(
            "{count} messages, SPF aligned {spf}, DKIM aligned {dkim}, refused {refused};"
            " From {header_from}; envelope {envelope_from}; seen by {reporters}",
            count=source.count,
            spf=source.spf_aligned,
            dkim=source.dkim_aligned,
            refused=source.refused,
            header_from=source.header_from,
            envelope_from=source.envelope_from,
            reporters=source.reporters,
        ),
    )
