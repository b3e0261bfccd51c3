"""The checks of a run, by name: each turns a subject into findings, with the tools it is given.

No database: a check is a function of what is known of the subject and of what the network says,
so that it can run in any thread, over a real resolver or over zones from memory.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from diagnostics import spf_tree
from diagnostics.checks import dkim, dmarc, mailbox, mta_sts, mx, ptr, spf, tls_rpt
from diagnostics.checks.asking import Resolver
from diagnostics.checks.blocklists import ZONES, Zone, check_blocklists
from diagnostics.checks.connecting import Connect
from diagnostics.checks.fetching import Fetch
from diagnostics.checks.findings import Finding
from diagnostics.checks.sentences import Sentence, say
from diagnostics.checks.smtp import Bounds
from diagnostics.subject import Subject
from network.addresses import AddressPolicy

_TALK = Bounds(seconds=20.0, connect_seconds=8.0)


@dataclass(frozen=True, slots=True)
class Tools:
    """What checks reach the world with."""

    resolver: Resolver
    policy: AddressPolicy
    connect: Connect
    fetch: Fetch
    now: datetime
    helo: str = "localhost"
    smtp_port: int = 25
    zones: tuple[Zone, ...] = ZONES


@dataclass(frozen=True, slots=True)
class Checked:
    """What one step came to."""

    findings: tuple[Finding, ...]
    detail: dict[str, Any] = field(default_factory=dict)
    """What the page draws besides, as JSON can hold it."""


Check = Callable[[Subject, Tools], Checked]


def _spf(subject: Subject, tools: Tools) -> Checked:
    other = [one for one in subject.header_from if one != subject.domain]
    advice = spf.advise(
        subject.domain,
        tools.resolver,
        sending_ips=subject.sending_ips,
        header_from=other[0] if other else "",
    )
    findings = advice.findings
    if not subject.sending_ips:
        findings = (
            *findings,
            _no_addresses(
                "spf",
                say(
                    "Without the addresses that mail leaves from, nobody can say"
                    " whether SPF lets them pass."
                ),
            ),
        )
    return Checked(findings, spf_tree.as_data(advice))


def _dmarc(subject: Subject, tools: Tools) -> Checked:
    signing = tuple(dict.fromkeys(domain for _, domain in subject.selectors))
    report_to = f"dmarc-reports@{subject.domain}"
    return Checked(
        tuple(
            finding
            for domain in subject.header_from
            for finding in dmarc.check_dmarc(
                domain,
                tools.resolver,
                envelope_domains=(subject.domain,),
                dkim_domains=signing,
                report_to=report_to,
            )
        )
        or (
            Finding(
                "dmarc",
                "could-not-check",
                say("No list has {domain} as its bounce domain.", domain=subject.domain),
                say("DMARC is about the domain people see, and none is known."),
                say("Add the list that sends with this bounce domain."),
            ),
        )
    )


def _dkim(subject: Subject, tools: Tools) -> Checked:
    if not subject.selectors:
        return Checked(
            (
                Finding(
                    dkim.CHECK,
                    "could-not-check",
                    say("No DKIM selector is written down for this list."),
                    say(
                        "Keys cannot be looked up without their selector: the DNS has no list"
                        " of them."
                    ),
                    say(
                        "Read s= and d= in the DKIM-Signature header of a message that was"
                        " sent, and enter them in the list's settings."
                    ),
                ),
            )
        )
    return Checked(
        tuple(
            finding
            for selector, domain in subject.selectors
            for finding in dkim.check_dkim(selector, domain, tools.resolver)
        )
    )


def _ptr(subject: Subject, tools: Tools) -> Checked:
    if not subject.sending_ips:
        return Checked(
            (
                _no_addresses(
                    ptr.CHECK,
                    say(
                        "Without the addresses that mail leaves from, nobody can say"
                        " what they are called."
                    ),
                ),
            )
        )
    return Checked(
        tuple(
            finding for ip in subject.sending_ips for finding in ptr.check_ptr(ip, tools.resolver)
        )
    )


def _blocklists(subject: Subject, tools: Tools) -> Checked:
    subjects = (
        *subject.sending_ips,
        subject.domain,
        *subject.header_from,
        *subject.blocklist_domains,
    )
    found = check_blocklists(dict.fromkeys(subjects), tools.resolver, zones=tools.zones)
    if not subject.sending_ips:
        found = (
            *found,
            _no_addresses(
                "blocklists",
                say(
                    "Without the addresses that mail leaves from, nobody can say"
                    " whether they are listed."
                ),
            ),
        )
    return Checked(found)


def _mx(subject: Subject, tools: Tools) -> Checked:
    return Checked(mx.check_mx(subject.domain, tools.resolver, policy=tools.policy))


def _mailbox(subject: Subject, tools: Tools) -> Checked:
    route = mx.mail_route(subject.domain, tools.resolver)
    if not route.reachable:
        return Checked(
            (
                Finding(
                    mailbox.CHECK,
                    "could-not-check",
                    say("No mail host of {domain} is known to ask.", domain=subject.domain),
                    say("The MX check says why."),
                    say("See to the MX first."),
                    route.evidence(),
                ),
            )
        )
    # Nobody has an address of twelve random digits.
    unknown = f"no-such-user-{secrets.token_hex(6)}@{subject.domain}"
    probed = mailbox.probe(
        route,
        subject.bounce_addresses or (f"postmaster@{subject.domain}",),
        unknown,
        tools.connect,
        port=tools.smtp_port,
        helo=tools.helo,
        bounds=_TALK,
    )
    return Checked(
        (
            *mailbox.findings(probed, now=tools.now),
            *(
                mailbox.about_reverse_name(
                    talked, ptr.reverse_names(talked.address, tools.resolver)
                )
                for talked in probed.talks
                if talked.address
            ),
        )
    )


def _mta_sts(subject: Subject, tools: Tools) -> Checked:
    route = mx.mail_route(subject.domain, tools.resolver)
    return Checked(mta_sts.check_mta_sts(subject.domain, tools.resolver, tools.fetch, route))


def _tls_rpt(subject: Subject, tools: Tools) -> Checked:
    return Checked(tls_rpt.check_tls_rpt(subject.domain, tools.resolver))


def _no_addresses(check: str, meaning: Sentence) -> Finding:
    return Finding(
        check,
        "could-not-check",
        say("No sending address is written down for this list."),
        meaning,
        say("Enter them in the list's settings, under “How it is sent”."),
    )


CHECKS: dict[str, Check] = {
    "spf": _spf,
    "dmarc": _dmarc,
    "dkim": _dkim,
    "ptr": _ptr,
    "blocklists": _blocklists,
    "mx": _mx,
    "mailbox": _mailbox,
    "mta-sts": _mta_sts,
    "tls-rpt": _tls_rpt,
}
"""Steps that ask the network."""


def failed(check: str, why: str) -> Checked:
    """What a check says that did not come to its end: nothing of the subject."""
    return Checked(
        (
            Finding(
                check,
                "could-not-check",
                say("The check “{check}” did not come to its end: {why}", check=check, why=why),
                say("Nothing can be said; this is neither a pass nor a fail."),
                say("Run it again."),
            ),
        )
    )
