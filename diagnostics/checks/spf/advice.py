"""What is wrong with an SPF policy, what follows from it, and what to publish instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnostics.checks.asking import Answered, Resolver
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, Status, unanswered
from diagnostics.checks.sentences import say, to_say
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
    "pass": ("ok", to_say("The record allows this address to send."), ""),
    "fail": (
        "problem",
        to_say("The record forbids this address to send: receivers may refuse the mail."),
        to_say("Add {ip} to the record, or stop sending from it."),
    ),
    "softfail": (
        "problem",
        to_say("The record doubts this address: receivers tend to mark its mail as spam."),
        to_say("Add {ip} to the record, or stop sending from it."),
    ),
    "neutral": (
        "warning",
        to_say("The record says nothing of this address: SPF does not help its mail."),
        to_say("Add {ip} to the record."),
    ),
    "none": (
        "problem",
        to_say("There is no record that could allow this address."),
        to_say("Publish a record with {ip} in it."),
    ),
    "permerror": (
        "problem",
        to_say("The record is broken: receivers ignore it or refuse the mail."),
        to_say("Mend the record."),
    ),
    "temperror": (
        "could-not-check",
        to_say("The DNS did not answer, so nothing can be said of this address."),
        to_say("Try again."),
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
        yield unanswered(CHECK, say("The SPF record of {domain}", domain=domain), asked)
    elif found.state == "missing":
        yield Finding(
            CHECK,
            "problem",
            say("{domain} publishes no SPF record.", domain=domain),
            say(
                "Receivers cannot tell your servers from a forger's; large providers"
                " refuse such mail."
            ),
            say("Publish one TXT record that begins with v=spf1."),
            asked,
        )
    elif found.state == "several":
        yield Finding(
            CHECK,
            "problem",
            say("{domain} publishes {count} SPF records.", domain=domain, count=len(found.texts)),
            say(
                "Only one is allowed: with more, every evaluation ends in an error (RFC 7208 4.5)."
            ),
            say("Join them to one record and delete the others."),
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
        yield Finding(
            CHECK,
            "problem",
            say(
                "Syntax error at character {position}, in {term}: {message}.",
                position=fault.position + 1,
                term=repr(fault.term),
                message=fault.message,
            ),
            say("One wrong term makes receivers ignore or refuse the whole record (RFC 7208 4.6)."),
            say("Write {mended} instead.", mended=mended)
            if mended
            else say("Correct or remove this term."),
            _evidence(found.answered),
        )


ENDINGS: dict[str, tuple[Status, str, str]] = {
    "+": (
        "problem",
        to_say("The record ends in +all, which lets anyone on the Internet send as you."),
        to_say("Forgers pass SPF with your name, and some receivers distrust the domain for it."),
    ),
    "?": (
        "warning",
        to_say("The record ends in ?all, which says nothing of senders that are not listed."),
        to_say("Mail from your servers passes, but a forger's is not told apart."),
    ),
}
"""The endings that protect nobody, by the qualifier of `all`."""


def _about_ending(found: RecordSurvey, record: Record) -> Iterator[Finding]:
    asked = _evidence(found.answered)
    last = record.all
    if last is not None and last.qualifier in ENDINGS:
        status, title, meaning = ENDINGS[last.qualifier]
        action = say("End the record in ~all, later in -all, when every server of yours is listed.")
        yield Finding(CHECK, status, say(title), say(meaning), action, asked)
    if last is None and record.redirect is None:
        yield Finding(
            CHECK,
            "warning",
            say("The record has no `all` at its end."),
            say("Senders that are not listed get `neutral`, as if there were no record."),
            say("End the record in ~all or -all."),
            asked,
        )
    reached = reachable(record)
    dropped = [term.text for term in record.terms if _is_idle(term, record) and term not in reached]
    if dropped:
        yield Finding(
            CHECK,
            "warning",
            say(
                "These terms stand after `all` or beside it and never count: {dropped}.",
                dropped=" ".join(dropped),
            ),
            say("Evaluation ends at `all`; servers listed only there do not pass."),
            say("Move them before `all`, or remove them."),
            asked,
        )


def _is_idle(term: object, record: Record) -> bool:
    is_redirect = getattr(term, "name", "") == "redirect"
    return isinstance(term, Mechanism) or (is_redirect and record.all is not None)


def _about_limits(found: RecordSurvey) -> Iterator[Finding]:
    """Lookups, void lookups and length."""
    most = STANDARD_LIMITS.lookups
    costs = "\n".join(f"{term.term.text}: {term.lookups}" for term in found.terms if term.lookups)
    asked = (*_evidence(found.answered), Evidence(say("lookups by term"), costs))
    count = found.lookups
    if count > most:
        yield Finding(
            CHECK,
            "problem",
            say(
                "The record needs {count} DNS lookups; {most} are allowed.", count=count, most=most
            ),
            say("Receivers stop at the eleventh and treat the record as broken (RFC 7208 4.6.4)."),
            say("Remove providers that no longer send for you, or list their addresses instead."),
            asked,
        )
    elif count >= _NEARLY:
        yield Finding(
            CHECK,
            "info",
            say(
                "The record needs {count} of the {most} DNS lookups that are allowed.",
                count=count,
                most=most,
            ),
            say("The next provider that is added, or one that grows, breaks the record."),
            say("Remove providers that no longer send for you."),
            asked,
        )
    void_terms = [term for _, term in found.walk() if term.dead and not term.below]
    if len(void_terms) > STANDARD_LIMITS.void_lookups:
        names = tuple(term.term.text for term in void_terms)
        yield Finding(
            CHECK,
            "problem",
            say(
                "{count} terms ask for names that do not exist; two are allowed: {names}.",
                count=len(void_terms),
                names=names,
            ),
            say("At the third, receivers treat the record as broken (RFC 7208 4.6.4)."),
            say("Remove these terms."),
            tuple(answered.evidence() for term in void_terms for answered in term.dead),
        )
    text = found.texts[0] if found.texts else ""
    if len(text) > LONGEST:
        yield Finding(
            CHECK,
            "warning",
            say(
                "The record is {count} octets long; over {longest} do not fit one UDP answer.",
                count=len(text),
                longest=LONGEST,
            ),
            say("Resolvers that cannot ask again over TCP see no record (RFC 7208 3.4)."),
            say("Move part of it to a record of its own and include that."),
            _evidence(found.answered),
        )


def _about_term(found: RecordSurvey, owner: RecordSurvey, survey: TermSurvey) -> Iterator[Finding]:
    """What is wrong with one term, here or in an included record."""
    term, below = survey.term, survey.below
    ours = owner is found
    named: str = term.text
    if not ours:
        named = say("{term} in the record of {domain}", term=term.text, domain=owner.domain)
    if survey.failed:
        yield Finding(
            CHECK,
            "could-not-check",
            say("{term} could not be looked up.", term=named),
            say("Receivers that meet the same get a temporary error and may defer the mail."),
            say("Try again; if it stays so, ask whoever runs these name servers."),
            tuple(answered.evidence() for answered in survey.failed),
        )
    elif survey.dead and below is None:
        yield Finding(
            CHECK,
            "warning",
            say("{term} finds nothing in the DNS.", term=named),
            say("It allows no address, and it spends one of the two void lookups."),
            say("Remove it.") if ours else say("Tell whoever runs {domain}.", domain=owner.domain),
            tuple(answered.evidence() for answered in survey.dead),
        )
    if below is not None and below.state in _BROKEN_BELOW:
        yield Finding(
            CHECK,
            "problem",
            say(_BROKEN_BELOW[below.state], term=named),
            say(
                "Whoever is not matched before it gets an error instead of a result (RFC 7208 5.2)."
            ),
            say("Remove it, or replace it by what the provider publishes today."),
            _evidence(below.answered),
        )
    if below is not None and below.record is not None and below.record.faults:
        fault = below.record.faults[0]
        yield Finding(
            CHECK,
            "problem",
            say(
                "{term} has a syntax error in {fault}: {message}.",
                term=named,
                fault=repr(fault.term),
                message=fault.message,
            ),
            say(
                "Whoever is not matched before it gets an error instead of a result (RFC 7208 5.2)."
            ),
            say("Remove it until its owner has corrected it."),
            _evidence(below.answered),
        )
    if isinstance(term, Mechanism):
        yield from _about_mechanism(term, survey, named)


_BROKEN_BELOW = {
    "missing": to_say("{term} leads to a domain without an SPF record."),
    "several": to_say("{term} leads to a domain with several SPF records."),
    "loop": to_say("{term} leads back to a record that includes it."),
}


def _about_mechanism(term: Mechanism, survey: TermSurvey, named: str) -> Iterator[Finding]:
    if term.name == "ptr":
        yield Finding(
            CHECK,
            "warning",
            say("The record uses {term}.", term=named),
            say(
                "It is slow, fails when reverse DNS does, and many receivers skip it"
                " (RFC 7208 5.5)."
            ),
            say("Remove it and list the addresses with ip4 and ip6."),
        )
    if survey.hosts > STANDARD_LIMITS.names:
        yield Finding(
            CHECK,
            "problem",
            say(
                "{term} has {hosts} mail hosts; ten are allowed.",
                term=named,
                hosts=survey.hosts,
            ),
            say("Receivers treat the record as broken (RFC 7208 4.6.4)."),
            say("List the addresses with ip4 and ip6 instead."),
        )
    network = term.network
    if network is not None and term.qualifier == "+" and network.prefix < _WIDEST[network.version]:
        yield Finding(
            CHECK,
            "warning",
            say("{term} allows a very large network.", term=named),
            say("Strangers in it can send as you and pass."),
            say("List only the addresses that send."),
        )


def _about_addresses(results: Sequence[tuple[str, SpfResult]]) -> Iterator[Finding]:
    """What the record makes of each of our addresses."""
    for ip, result in results:
        status, meaning, action = RESULT_MEANS[result.result]
        yield Finding(
            CHECK,
            status,
            say("Mail from {ip}: {result}.", ip=ip, result=result.result),
            say(meaning),
            say(action, ip=ip) if action else "",
            (Evidence(say("SPF for {ip}", ip=ip), result.reason),),
        )


def _to_publish(found: RecordSurvey, records: tuple[DnsRecord, ...]) -> Finding:
    return Finding(
        CHECK,
        "info",
        say("This is what to publish."),
        say(
            "It was tried here: all sending addresses given pass, within every"
            " limit. Addresses that stand in it for a provider's include must be"
            " watched, for the provider may change them."
        ),
        say("Replace the SPF record of {domain} by what follows.", domain=found.domain)
        if found.texts
        else say("Publish what follows at {domain}.", domain=found.domain),
        records=records,
    )


def _not_the_header(domain: str, header_from: str) -> Finding:
    return Finding(
        CHECK,
        "info",
        say(
            "SPF is judged for {domain}, the envelope sender's domain, not for {header_from}.",
            domain=domain,
            header_from=header_from,
        ),
        say(
            "What people see in From ({header_from}) plays no part in SPF; DMARC compares the two.",
            header_from=header_from,
        ),
        say("See the DMARC check for whether the two domains align."),
    )


def _sound(found: RecordSurvey) -> Finding:
    return Finding(
        CHECK,
        "ok",
        say("The SPF record of {domain} is sound.", domain=found.domain),
        say(
            "It needs {lookups} of {most} lookups.",
            lookups=found.lookups,
            most=STANDARD_LIMITS.lookups,
        ),
        evidence=_evidence(found.answered),
    )


def _no_domain(domain: str) -> Finding:
    return Finding(
        CHECK,
        "problem",
        say("{domain} is no domain that mail can come from.", domain=repr(domain)),
        say("SPF can only be judged for a full domain name."),
        say("Set the bounce domain to a name such as bounces.example.com."),
    )


def _same(one: str, other: str) -> bool:
    return is_same_or_below(one, other) and is_same_or_below(other, one)


def _evidence(answered: Answered | None) -> tuple[Evidence, ...]:
    return (answered.evidence(),) if answered else ()
