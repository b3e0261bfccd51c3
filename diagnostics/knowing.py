"""The steps of a run that ask no network: what our own tables say, and what it all adds up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from diagnostics import reported
from diagnostics.checking import Checked
from diagnostics.checks import dmarc_reports
from diagnostics.checks.findings import Finding
from diagnostics.checks.sentences import say
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
    reports = reported.summed_up(asked.subject, since)
    if not reports:
        return Checked(
            (
                Finding(
                    "dmarc-reports",
                    "info",
                    say(
                        "No DMARC report came in for {domains}.",
                        domains=asked.subject.header_from,
                    )
                    if asked.subject.header_from
                    else say("No DMARC report came in."),
                    say("Receivers say in them who sends as you, and what passes."),
                    say("Let rua= of the DMARC record name an address whose mail comes in here."),
                ),
            )
        )
    return Checked(dmarc_reports.findings(reports, sending_ips=asked.subject.sending_ips))


def _events(asked: Asked) -> Checked:
    known = facts(asked.subject, asked.now)
    return Checked(_answering(known, asked.subject.domain), known.as_data())


def _answering(known: Facts, domain: str) -> tuple[Finding, ...]:
    """Whether something seems to answer at the bounce address."""
    if known.about_ourselves >= 2:
        return (
            Finding(
                "events",
                "warning",
                say(
                    "{count} bounces or replies of the last {days} days are about"
                    " addresses at {domain} itself.",
                    count=known.about_ourselves,
                    days=known.days,
                    domain=domain,
                ),
                say(
                    "Something of yours seems to answer there, and its answers come back: a"
                    " bounce has an empty sender and must never be answered (RFC 5321"
                    " 4.5.5)."
                ),
                say(
                    "Look for an automatic reply, a forwarding or a ticket system at the"
                    " bounce address and switch it off; the question “A bounce loop” looks"
                    " closer."
                ),
            ),
        )
    if not known.sampled:
        return ()
    return (
        Finding(
            "events",
            "ok",
            say("Nothing looks as if somebody answered at the bounce address."),
            say(
                "None of the newest {sampled} bounces is about an address at {domain}.",
                sampled=f"{known.sampled:,}",
                domain=domain,
            ),
        ),
    )


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
            "verdict": ranked[0].title if ranked else say("Nothing found speaks for a cause."),
            "ranked": [one.as_data() for one in ranked],
        },
    )


KNOWN: dict[str, Callable[[Asked], Checked]] = {
    "dmarc-reports": _dmarc_reports,
    "events": _events,
    "cause": _cause,
}
"""Steps that ask our own tables, by name."""
