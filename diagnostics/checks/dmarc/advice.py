"""What the DMARC policy of the header From's domain means for mail with our envelope sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.dmarc.record import ALLOWED, DmarcRecord, ReportAddress, is_dmarc
from diagnostics.checks.dmarc.tree import Applied, TreeWalk, aligned, tree_walk
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, unanswered
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.names import for_query, is_mail_domain, is_same_or_below, to_ascii

CHECK = "dmarc"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Whether another domain agreed to take our reports (RFC 9990 4)."""

    address: ReportAddress
    record: DnsRecord
    """What the other domain must publish."""
    answered: Answered

    @property
    def granted(self) -> bool:
        """True if the record is there."""
        return any(is_dmarc(text) for text in self.answered.strings())


@dataclass(frozen=True, slots=True)
class DmarcJudgement:
    """All that was found out."""

    domain: str
    """The header From's domain."""
    walk: TreeWalk
    applied: Applied | None
    exists: bool = True
    """False where the domain itself is not in the DNS, so that `np` applies."""
    spf_aligned: tuple[tuple[str, bool], ...] = ()
    """Each envelope sender's domain, and whether it aligns."""
    dkim_aligned: tuple[tuple[str, bool], ...] = ()
    """Each signing domain, and whether it aligns."""
    authorisations: tuple[Authorisation, ...] = ()
    """One for each report address outside the organization."""


def judge(
    header_from: str,
    resolver: Resolver,
    *,
    envelope_domains: Sequence[str] = (),
    dkim_domains: Sequence[str] = (),
) -> DmarcJudgement:
    """Find the policy for `header_from`, the domain people see, and what aligns with it."""
    domain = to_ascii(header_from.strip().rstrip(".")).lower()
    if not is_mail_domain(domain):
        return DmarcJudgement(domain or header_from, TreeWalk(domain, ()), None)
    walk = tree_walk(domain, resolver)
    applied = walk.applied()
    exists = ask(resolver, for_query(domain), "A").outcome != "nxdomain"
    record = applied.record if applied else None

    def alignment(domains: Sequence[str], *, strict: bool) -> tuple[tuple[str, bool], ...]:
        return tuple(
            (one, aligned(to_ascii(one), walk, strict=strict, resolver=resolver)) for one in domains
        )

    return DmarcJudgement(
        domain,
        walk,
        applied,
        exists,
        alignment(envelope_domains, strict=record.strict_spf if record else False),
        alignment(dkim_domains, strict=record.strict_dkim if record else False),
        tuple(_authorisations(applied, walk, resolver)) if applied else (),
    )


def _authorisations(
    applied: Applied, walk: TreeWalk, resolver: Resolver
) -> Iterator[Authorisation]:
    organization = walk.organization
    seen: set[str] = set()
    for address in (*applied.record.aggregate, *applied.record.failure):
        if not address.domain or address.domain in seen:
            continue
        seen.add(address.domain)
        if tree_walk(address.domain, resolver).organization == organization:
            continue
        name = f"{applied.domain}._report._dmarc.{address.domain}"
        answered = ask(resolver, for_query(name), "TXT")
        yield Authorisation(address, DnsRecord(name, "TXT", "v=DMARC1"), answered)


def check_dmarc(
    header_from: str,
    resolver: Resolver,
    *,
    envelope_domains: Sequence[str] = (),
    dkim_domains: Sequence[str] = (),
    report_to: str = "",
) -> tuple[Finding, ...]:
    """Judge DMARC for mail from `header_from`; `report_to` is where reports could be sent."""
    judged = judge(
        header_from, resolver, envelope_domains=envelope_domains, dkim_domains=dkim_domains
    )
    return findings(judged, report_to=report_to)


def findings(judged: DmarcJudgement, *, report_to: str = "") -> tuple[Finding, ...]:
    """What the judgement means, and what to publish."""
    return tuple(_findings(judged, report_to or f"dmarc@{judged.walk.organization}"))


def _findings(judged: DmarcJudgement, report_to: str) -> Iterator[Finding]:
    evidence = tuple(step.answered.evidence() for step in judged.walk.steps)
    if not judged.walk.steps:
        yield Finding(
            CHECK,
            "problem",
            say("{domain} is no domain that mail can come from.", domain=repr(judged.domain)),
            say("DMARC can only be judged for a full domain name."),
            say("Correct the From address."),
        )
        return
    if judged.walk.failed and (judged.applied is None or judged.applied.place != "author"):
        yield unanswered(CHECK, say("The DMARC policy of {domain}", domain=judged.domain), evidence)
        return
    several = [step for step in judged.walk.steps if len(step.texts) > 1]
    for step in several:
        yield Finding(
            CHECK,
            "problem",
            say(
                "_dmarc.{domain} holds {count} DMARC records.",
                domain=step.domain,
                count=len(step.texts),
            ),
            say("Receivers ignore them all (RFC 9989 4.10)."),
            say("Delete all but one."),
            (step.answered.evidence(),),
        )
    if judged.applied is None:
        if not several:
            yield _missing(judged, report_to, evidence)
    else:
        yield from _about_record(judged, judged.applied, report_to)
        yield from _about_reports(judged, judged.applied, report_to)
    yield from _about_alignment(judged)


def _missing(judged: DmarcJudgement, report_to: str, evidence: tuple[Evidence, ...]) -> Finding:
    domain = judged.walk.organization
    return Finding(
        CHECK,
        "problem",
        say("No DMARC policy applies to {domain}.", domain=judged.domain),
        say(
            "Google, Yahoo and others refuse bulk mail without one, and forgers use"
            " the name freely."
        ),
        say("Publish one that only asks for reports; make it stricter when they show no failures."),
        evidence,
        (DnsRecord(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:{report_to}"),),
    )


def _about_record(judged: DmarcJudgement, applied: Applied, report_to: str) -> Iterator[Finding]:
    record, name = applied.record, f"_dmarc.{applied.domain}"
    shown = (Evidence(f"TXT {name}", record.text),)
    for fault in record.faults:
        yield Finding(
            CHECK,
            "problem",
            say("The record at {name} is wrong: {fault}.", name=name, fault=fault),
            say("Receivers ignore what is wrong, or the whole record."),
            say("Correct it."),
            shown,
            (DnsRecord(name, "TXT", _corrected(record, report_to)),),
        )
    for tag in (*record.removed, *record.unknown):
        was = tag in record.removed
        yield Finding(
            CHECK,
            "info",
            say("The tag {tag} is no longer part of DMARC.", tag=tag)
            if was
            else say("The tag {tag} is not known.", tag=tag),
            say("Receivers that follow RFC 9989 ignore it.")
            if was
            else say("Receivers ignore it."),
            say("Remove it; instead of pct=0, write t=y.") if tag == "pct" else say("Remove it."),
            shown,
        )
    policy = applied.policy(exists=judged.exists)
    domain: str = judged.domain
    if applied.place != "author":
        domain = say("{domain} (by the record of {owner})", domain=domain, owner=applied.domain)
    if record.is_test and policy != "none":
        yield Finding(
            CHECK,
            "info",
            say(
                "The policy for {domain} is {policy}, in test mode (t=y).",
                domain=domain,
                policy=policy,
            ),
            say("Receivers apply it one step milder."),
            say("Remove t=y when the reports show no failures."),
            shown,
        )
    elif policy == "none":
        yield Finding(
            CHECK,
            "info",
            say("The policy for {domain} is none.", domain=domain),
            say("Receivers report, and do nothing against forged mail."),
            say("When the reports show that your mail passes, set p=quarantine, later p=reject."),
            shown,
        )
    else:
        yield Finding(
            CHECK,
            "ok",
            say("The policy for {domain} is {policy}.", domain=domain, policy=policy),
            say("Mail that fails DMARC is not delivered to the inbox: all of yours must align."),
            evidence=shown,
        )
    if record.policy != "none" and record.subdomain_policy == "none":
        yield Finding(
            CHECK,
            "warning",
            say("The policy for subdomains of {domain} is none.", domain=applied.domain),
            say("Forgers can use any subdomain."),
            say("Remove sp=none, or publish a policy at each subdomain that sends."),
            shown,
        )


def _corrected(record: DmarcRecord, report_to: str) -> str:
    """The record with every sound tag of it, and a policy."""
    kept = {tag.name: tag.value for tag in record.tags.tags}
    addresses = [address.uri for address in record.aggregate if address.domain]
    pairs = {"v": "DMARC1", "p": record.policy}
    for name in ("sp", "np", "adkim", "aspf", "t", "psd"):
        if (value := kept.get(name, "").lower()) in ALLOWED[name]:
            pairs[name] = value
    pairs["rua"] = ",".join(addresses) or f"mailto:{report_to}"
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


def _about_reports(judged: DmarcJudgement, applied: Applied, report_to: str) -> Iterator[Finding]:
    record, name = applied.record, f"_dmarc.{applied.domain}"
    if not any(address.domain for address in record.aggregate):
        text = f"{record.text.rstrip('; ')}; rua=mailto:{report_to}"
        yield Finding(
            CHECK,
            "warning",
            say("Nobody gets the aggregate reports for {domain}.", domain=applied.domain),
            say("They are the only way to see which mail fails, and who sends in your name."),
            say("Name an address in rua."),
            (Evidence(f"TXT {name}", record.text),),
            () if record.faults else (DnsRecord(name, "TXT", text),),
        )
    for authorisation in judged.authorisations:
        answered, domain = authorisation.answered, authorisation.address.domain
        if authorisation.granted:
            continue
        failed = answered.outcome == "failed"
        yield Finding(
            CHECK,
            "could-not-check" if failed else "problem",
            say(
                "Whether {domain} takes the reports for {other} could not be looked up.",
                domain=domain,
                other=applied.domain,
            )
            if failed
            else say(
                "{domain} has not agreed to take the reports for {other}.",
                domain=domain,
                other=applied.domain,
            ),
            say("Receivers send no reports to another domain without its consent (RFC 9990 4)."),
            say("Try again.")
            if failed
            else say("Let whoever runs {domain} publish this.", domain=domain),
            (answered.evidence(),),
            () if failed else (authorisation.record,),
        )


def _common(one: str, other: str) -> str:
    """The shorter of two domains, if the other lies below it; else empty."""
    shorter, longer = sorted((one.rstrip(".").lower(), other), key=len)
    return shorter if is_same_or_below(longer, shorter) else ""


def _about_alignment(judged: DmarcJudgement) -> Iterator[Finding]:
    dkim = [domain for domain, aligns in judged.dkim_aligned if aligns]
    for domain, aligns in judged.spf_aligned:
        pair = (
            Evidence(say("organizational domain"), judged.walk.organization),
            Evidence(
                say("alignment"),
                say(
                    "envelope sender {domain}, header From {author}",
                    domain=domain,
                    author=judged.domain,
                ),
            ),
        )
        if aligns:
            yield Finding(
                CHECK,
                "ok",
                say(
                    "The envelope sender's domain {domain} aligns with From {other}.",
                    domain=domain,
                    other=judged.domain,
                ),
                say("Mail that passes SPF passes DMARC too."),
                evidence=pair,
            )
            continue
        common = _common(domain, judged.domain)
        if judged.applied is None and common:
            yield Finding(
                CHECK,
                "info",
                say(
                    "The envelope sender's domain {domain} and From {other} may align.",
                    domain=domain,
                    other=judged.domain,
                ),
                say("Without a policy nothing says that they are one organization's."),
                say("Publish the policy at {common}; then they align.", common=common),
                pair,
            )
            continue
        yield Finding(
            CHECK,
            "info" if dkim else "problem",
            say(
                "The envelope sender's domain {domain} does not align with From {other}.",
                domain=domain,
                other=judged.domain,
            ),
            say(
                "SPF cannot make this mail pass DMARC; only the signature of {dkim} can.",
                dkim=dkim[0],
            )
            if dkim
            else say(
                "SPF cannot make this mail pass DMARC, and no aligned DKIM signature is known."
            ),
            say(
                "Use a bounce domain below {organization}, such as"
                " bounces.{organization}, or sign with DKIM as {domain}.",
                organization=judged.walk.organization,
                domain=judged.domain,
            ),
            pair,
        )
    if judged.dkim_aligned and not dkim:
        names = tuple(domain for domain, _ in judged.dkim_aligned)
        yield Finding(
            CHECK,
            "warning",
            say(
                "No DKIM signature aligns with From {domain}: {names}.",
                domain=judged.domain,
                names=names,
            ),
            say("Forwarded mail fails DMARC, for SPF does not survive forwarding."),
            say("Sign with d={domain} or a domain of the same organization.", domain=judged.domain),
        )
