"""The steps of a run that ask no network: what our own tables say, and what it all adds up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from diagnostics import received_reports
from diagnostics.checking import Checked
from diagnostics.checks import dmarc_reports
from diagnostics.checks.findings import Finding
from diagnostics.gathering import facts
from diagnostics.scenarios import Facts, rank
from diagnostics.scenarios.signs import Known
from diagnostics.subject import Subject

# Aggregate reports of so many days are looked at.
_REPORT_DAYS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step may use: the question, and what the steps before it came to."""

    plan: str
    subject: Subject
    now: datetime
    findings: tuple[Finding, ...]
    details: Mapping[str, dict[str, Any]]
    """Of the steps that are done, by name."""


def _dmarc_reports(asked: Asked) -> Checked:
    since = asked.now - _REPORT_DAYS
    reports = received_reports.summed_up(asked.subject, since)
    if not reports:
        return Checked(
            (
                Finding(
                    dmarc_reports.CHECK,
                    "info",
                    f"No DMARC report came in for {', '.join(asked.subject.header_from)}"
                    if asked.subject.header_from
                    else "No DMARC report came in.",
                    "Receivers say in them who sends as you, and what passes.",
                    "Let rua= of the DMARC record name an address whose mail comes in here.",
                ),
            )
        )
    return Checked(dmarc_reports.findings(reports, sending_ips=asked.subject.sending_ips))


def _events(asked: Asked) -> Checked:
    return Checked((), facts(asked.subject, asked.now).as_data())


def _cause(asked: Asked) -> Checked:
    said = asked.details.get("events")
    known = Known(
        Facts.from_data(said) if said else facts(asked.subject, asked.now),
        asked.findings,
        asked.subject.sending_ips,
    )
    ranked = rank(asked.plan, known)
    return Checked(
        (),
        {
            "verdict": ranked[0].title if ranked else "Nothing found speaks for a cause.",
            "ranked": [one.as_data() for one in ranked],
        },
    )


KNOWN: dict[str, Callable[[Asked], Checked]] = {
    "dmarc-reports": _dmarc_reports,
    "events": _events,
    "cause": _cause,
}
"""Steps that ask our own tables, by name."""
