"""What is wrong with an SPF policy, what follows from it, and what to publish instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnostics.checks.asking import Answered, Resolver
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, Status, unanswered
from diagnostics.checks.spf.evaluate import STANDARD_LIMITS, check_host
from diagnostics.checks.spf.names import is_mail_domain, is_same_or_below, to_ascii
from diagnostics.checks.spf.suggest import LONGEST, mended_term, suggest
from diagnostics.checks.spf.survey import RecordSurvey, TermSurvey, reachable, survey
from diagnostics.checks.spf.terms import Mechanism, Record
from diagnostics.checks.spf.types import SpfResult

CHECK = "spf"
_NEARLY = 9
"""Lookups from which the next provider that is added breaks the record."""
_WIDEST = {4: 16, 6: 32}
"""Networks with a shorter prefix than this let more strangers in than a sender can own."""

RESULT_MEANS: dict[str, tuple[Status, str, str]] = {
    "pass": ("ok", "The record allows this address to send.", ""),
    "fail": (
        "problem",
        "The record forbids this address to send: receivers may refuse the mail.",
        "Add {ip} to the record, or stop sending from it.",
    ),
    "softfail": (
        "problem",
        "The record doubts this address: receivers tend to mark its mail as spam.",
        "Add {ip} to the record, or stop sending from it.",
    ),
    "neutral": (
        "warning",
        "The record says nothing of this address: SPF does not help its mail.",
        "Add {ip} to the record.",
    ),
    "none": (
        "problem",
        "There is no record that could allow this address.",
        "Publish a record with {ip} in it.",
    ),
    "permerror": (
        "problem",
        "The record is broken: receivers ignore it or refuse the mail.",
        "Mend the record.",
    ),
    "temperror": (
        "could-not-check",
        "The DNS did not answer, so nothing can be said of this address.",
        "Try again.",
    ),
}
"""What each result means for a sending address of ours, and what to do."""


@dataclass(frozen=True, slots=True)
class SpfAdvice:
    """All that was found out of the policy of one domain."""

    domain: str
    findings: tuple[Finding, ...]
    survey: RecordSurvey
    results: tuple[tuple[str, SpfResult], ...]
    """Each sending address and what the record makes of it."""
    records: tuple[DnsRecord, ...]
    """What to publish so that all sending addresses pass; empty where nothing needs changing."""


def advise(
    domain: str,
    resolver: Resolver,
    *,
    sending_ips: Sequence[str] = (),
    helo: str = "",
    header_from: str = "",
) -> SpfAdvice:
    """Judge the SPF policy of `domain`, the domain of the envelope sender.

    `sending_ips` are the addresses that mail really leaves from; `helo` is the name they greet
    with; `header_from` is the domain that people see, only to say that SPF does not look at it.
    """
    domain = to_ascii(domain.strip().rstrip(".")).lower()
    if not is_mail_domain(domain):
        nothing = RecordSurvey(domain, "missing")
        return SpfAdvice(domain, (_no_domain(domain),), nothing, (), ())
    found = survey(domain, resolver)
    sender = f"postmaster@{domain}"
    results = tuple((ip, check_host(ip, sender, helo or domain, resolver)) for ip in sending_ips)
    findings = [*_about_record(found), *_about_addresses(results)]
    records: tuple[DnsRecord, ...] = ()
    needs_change = any(finding.status in ("problem", "warning") for finding in findings)
    if needs_change and found.state != "unknown":
        records = suggest(found, sending_ips, resolver)
        if any(record.value in found.texts for record in records[:1]) and len(found.texts) == 1:
            records = ()
    if records:
        findings.append(_to_publish(found, records))
    if header_from and not _same(header_from, domain):
        findings.append(_not_the_header(domain, header_from))
    if not needs_change and all(finding.status in ("ok", "info") for finding in findings):
        findings.insert(0, _sound(found))
    return SpfAdvice(domain, tuple(dict.fromkeys(findings)), found, results, records)


def _about_record(found: RecordSurvey) -> Iterator[Finding]:
    """What is wrong with the record itself, whoever sends."""
    domain = found.domain
    asked = _evidence(found.answered)
    if found.state == "unknown":
        yield unanswered(CHECK, f"The SPF record of {domain}", asked)
    elif found.state == "missing":
        yield Finding(
            CHECK,
            "problem",
            f"{domain} publishes no SPF record.",
            "Receivers cannot tell your servers from a forger's; large providers refuse such mail.",
            "Publish one TXT record that begins with v=spf1.",
            asked,
        )
    elif found.state == "several":
        yield Finding(
            CHECK,
            "problem",
            f"{domain} publishes {len(found.texts)} SPF records.",
            "Only one is allowed: with more, every evaluation ends in an error (RFC 7208 4.5).",
            "Join them to one record and delete the others.",
            asked,
        )
    elif found.record is not None and found.record.faults:
        yield from _about_faults(found, found.record)
    elif found.record is not None:
        yield from _about_ending(found, found.record)
        yield from _about_limits(found)
        for owner, term in found.walk():
            yield from _about_term(found, owner, term)


def _about_faults(found: RecordSurvey, record: Record) -> Iterator[Finding]:
    for fault in record.faults:
        mended = mended_term(fault)
        remedy = f"Write {mended} instead." if mended else "Correct or remove this term."
        yield Finding(
            CHECK,
            "problem",
            f"Syntax error at character {fault.position + 1}, in {fault.term!r}: {fault.message}.",
            "One wrong term makes receivers ignore or refuse the whole record (RFC 7208 4.6).",
            remedy,
            _evidence(found.answered),
        )


ENDINGS: dict[str, tuple[Status, str, str]] = {
    "+": (
        "problem",
        "ends in +all, which lets anyone on the Internet send as you.",
        "Forgers pass SPF with your name, and some receivers distrust the domain for it.",
    ),
    "?": (
        "warning",
        "ends in ?all, which says nothing of senders that are not listed.",
        "Mail from your servers passes, but a forger's is not told apart.",
    ),
}
"""The endings that protect nobody, by the qualifier of `all`."""


def _about_ending(found: RecordSurvey, record: Record) -> Iterator[Finding]:
    asked = _evidence(found.answered)
    last = record.all
    if last is not None and last.qualifier in ENDINGS:
        status, title, meaning = ENDINGS[last.qualifier]
        action = "End the record in ~all, later in -all, when every server of yours is listed."
        yield Finding(CHECK, status, f"The record {title}", meaning, action, asked)
    if last is None and record.redirect is None:
        yield Finding(
            CHECK,
            "warning",
            "The record has no `all` at its end.",
            "Senders that are not listed get `neutral`, as if there were no record.",
            "End the record in ~all or -all.",
            asked,
        )
    reached = reachable(record)
    dropped = [term.text for term in record.terms if _is_idle(term, record) and term not in reached]
    if dropped:
        yield Finding(
            CHECK,
            "warning",
            f"These terms stand after `all` or beside it and never count: {' '.join(dropped)}.",
            "Evaluation ends at `all`; servers listed only there do not pass.",
            "Move them before `all`, or remove them.",
            asked,
        )


def _is_idle(term: object, record: Record) -> bool:
    is_redirect = getattr(term, "name", "") == "redirect"
    return isinstance(term, Mechanism) or (is_redirect and record.all is not None)


def _about_limits(found: RecordSurvey) -> Iterator[Finding]:
    """Lookups, void lookups and length."""
    most = STANDARD_LIMITS.lookups
    costs = "\n".join(f"{term.term.text}: {term.lookups}" for term in found.terms if term.lookups)
    asked = (*_evidence(found.answered), Evidence("lookups by term", costs))
    count = found.lookups
    if count > most:
        yield Finding(
            CHECK,
            "problem",
            f"The record needs {count} DNS lookups; {most} are allowed.",
            "Receivers stop at the eleventh and treat the record as broken (RFC 7208 4.6.4).",
            "Remove providers that no longer send for you, or list their addresses instead.",
            asked,
        )
    elif count >= _NEARLY:
        yield Finding(
            CHECK,
            "info",
            f"The record needs {count} of the {most} DNS lookups that are allowed.",
            "The next provider that is added, or one that grows, breaks the record.",
            "Remove providers that no longer send for you.",
            asked,
        )
    void_terms = [term for _, term in found.walk() if term.dead and not term.below]
    if len(void_terms) > STANDARD_LIMITS.void_lookups:
        names = ", ".join(term.term.text for term in void_terms)
        yield Finding(
            CHECK,
            "problem",
            f"{len(void_terms)} terms ask for names that do not exist; two are allowed: {names}.",
            "At the third, receivers treat the record as broken (RFC 7208 4.6.4).",
            "Remove these terms.",
            tuple(answered.evidence() for term in void_terms for answered in term.dead),
        )
    text = found.texts[0] if found.texts else ""
    if len(text) > LONGEST:
        yield Finding(
            CHECK,
            "warning",
            f"The record is {len(text)} octets long; over {LONGEST} do not fit one UDP answer.",
            "Resolvers that cannot ask again over TCP see no record (RFC 7208 3.4).",
            "Move part of it to a record of its own and include that.",
            _evidence(found.answered),
        )


def _about_term(found: RecordSurvey, owner: RecordSurvey, survey: TermSurvey) -> Iterator[Finding]:
    """What is wrong with one term, here or in an included record."""
    term, below = survey.term, survey.below
    ours = owner is found
    where = "" if ours else f" in the record of {owner.domain}"
    if survey.failed:
        yield Finding(
            CHECK,
            "could-not-check",
            f"{term.text}{where} could not be looked up.",
            "Receivers that meet the same get a temporary error and may defer the mail.",
            "Try again; if it stays so, ask whoever runs these name servers.",
            tuple(answered.evidence() for answered in survey.failed),
        )
    elif survey.dead and below is None:
        yield Finding(
            CHECK,
            "warning",
            f"{term.text}{where} finds nothing in the DNS.",
            "It allows no address, and it spends one of the two void lookups.",
            "Remove it." if ours else f"Tell whoever runs {owner.domain}.",
            tuple(answered.evidence() for answered in survey.dead),
        )
    if below is not None and below.state in _BROKEN_BELOW:
        yield Finding(
            CHECK,
            "problem",
            f"{term.text}{where} {_BROKEN_BELOW[below.state]}",
            "Whoever is not matched before it gets an error instead of a result (RFC 7208 5.2).",
            "Remove it, or replace it by what the provider publishes today.",
            _evidence(below.answered),
        )
    if below is not None and below.record is not None and below.record.faults:
        fault = below.record.faults[0]
        yield Finding(
            CHECK,
            "problem",
            f"{term.text}{where} has a syntax error in {fault.term!r}: {fault.message}.",
            "Whoever is not matched before it gets an error instead of a result (RFC 7208 5.2).",
            "Remove it until its owner has corrected it.",
            _evidence(below.answered),
        )
    if isinstance(term, Mechanism):
        yield from _about_mechanism(term, survey, where)


_BROKEN_BELOW = {
    "missing": "leads to a domain without an SPF record.",
    "several": "leads to a domain with several SPF records.",
    "loop": "leads back to a record that includes it.",
}


def _about_mechanism(term: Mechanism, survey: TermSurvey, where: str) -> Iterator[Finding]:
    if term.name == "ptr":
        yield Finding(
            CHECK,
            "warning",
            f"The record uses ptr{where}.",
            "It is slow, fails when reverse DNS does, and many receivers skip it (RFC 7208 5.5).",
            "Remove it and list the addresses with ip4 and ip6.",
        )
    if survey.hosts > STANDARD_LIMITS.names:
        yield Finding(
            CHECK,
            "problem",
            f"{term.text}{where} has {survey.hosts} mail hosts; ten are allowed.",
            "Receivers treat the record as broken (RFC 7208 4.6.4).",
            "List the addresses with ip4 and ip6 instead.",
        )
    network = term.network
    if network is not None and term.qualifier == "+" and network.prefix < _WIDEST[network.version]:
        yield Finding(
            CHECK,
            "warning",
            f"{term.text}{where} allows a very large network.",
            "Strangers in it can send as you and pass.",
            "List only the addresses that send.",
        )


def _about_addresses(results: Sequence[tuple[str, SpfResult]]) -> Iterator[Finding]:
    """What the record makes of each of our addresses."""
    for ip, result in results:
        status, meaning, action = RESULT_MEANS[result.result]
        yield Finding(
            CHECK,
            status,
            f"Mail from {ip}: {result.result}.",
            meaning,
            action.format(ip=ip),
            (Evidence(f"SPF for {ip}", result.reason),),
        )


def _to_publish(found: RecordSurvey, records: tuple[DnsRecord, ...]) -> Finding:
    instead = "Replace the SPF record of" if found.texts else "Publish at"
    return Finding(
        CHECK,
        "info",
        "This is what to publish.",
        "It was tried here: all sending addresses given pass, within every limit. Addresses that"
        " stand in it for a provider's include must be watched, for the provider may change them.",
        f"{instead} {found.domain} by what follows.",
        records=records,
    )


def _not_the_header(domain: str, header_from: str) -> Finding:
    return Finding(
        CHECK,
        "info",
        f"SPF is judged for {domain}, the envelope sender's domain, not for {header_from}.",
        f"What people see in From ({header_from}) plays no part in SPF; DMARC compares the two.",
        "See the DMARC check for whether the two domains align.",
    )


def _sound(found: RecordSurvey) -> Finding:
    return Finding(
        CHECK,
        "ok",
        f"The SPF record of {found.domain} is sound.",
        f"It needs {found.lookups} of {STANDARD_LIMITS.lookups} lookups.",
        evidence=_evidence(found.answered),
    )


def _no_domain(domain: str) -> Finding:
    return Finding(
        CHECK,
        "problem",
        f"{domain!r} is no domain that mail can come from.",
        "SPF can only be judged for a full domain name.",
        "Set the bounce domain to a name such as bounces.example.com.",
    )


def _same(one: str, other: str) -> bool:
    return is_same_or_below(one, other) and is_same_or_below(other, one)


def _evidence(answered: Answered | None) -> tuple[Evidence, ...]:
    return (answered.evidence(),) if answered else ()
