"""TLS reporting: who is told when senders cannot encrypt to us (RFC 8460)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.findings import DnsRecord, Finding, unanswered
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.names import for_query
from diagnostics.checks.tags import read_tags

CHECK = "tls-rpt"

_BEGINS = re.compile(r"v=TLSRPTv1(?:;|$)", re.ASCII)
_URI = re.compile(r"(?:mailto:[^@\s,;!]+@[^@\s,;!]+\.[^@\s,;!]+|https://[^\s,;!]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TlsReporting:
    """What a domain publishes at `_smtp._tls`."""

    domain: str
    answered: Answered
    texts: tuple[str, ...] = ()
    """The TLSRPT records; one is allowed."""
    uris: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def tls_reporting(domain: str, resolver: Resolver) -> TlsReporting:
    """Look up where TLS reports for `domain` go."""
    answered = ask(resolver, for_query(f"_smtp._tls.{domain}"), "TXT")
    texts = tuple(text for text in answered.strings() if _BEGINS.match(text))
    if len(texts) != 1:
        return TlsReporting(domain, answered, texts)
    tags = read_tags(texts[0])
    uris = tuple(uri.strip() for uri in (tags.get("rua") or "").split(",") if uri.strip())
    faults = list(tags.faults)
    faults += [
        say("{uri} is no mailto: or https: address", uri=repr(uri))
        for uri in uris
        if not _URI.fullmatch(uri)
    ]
    if not uris:
        faults.append(say("rua= names no address"))
    return TlsReporting(domain, answered, texts, uris, tuple(faults))


def check_tls_rpt(domain: str, resolver: Resolver, *, report_to: str = "") -> tuple[Finding, ...]:
    """Judge TLS reporting for `domain`; `report_to` is an address that could get the reports."""
    found = tls_reporting(domain, resolver)
    evidence = (found.answered.evidence(),)
    address = f"mailto:{report_to or f'tls-reports@{domain}'}"
    record = (DnsRecord(f"_smtp._tls.{domain}", "TXT", f"v=TLSRPTv1; rua={address}"),)
    if found.answered.outcome == "failed":
        return (unanswered(CHECK, say("TLS reporting for {domain}", domain=domain), evidence),)
    if not found.texts:
        return (
            Finding(
                CHECK,
                "info",
                say("{domain} does not ask for TLS reports.", domain=domain),
                say("Nobody tells you when senders fail to encrypt to you. It is optional."),
                say("Publish this to get daily reports."),
                evidence,
                record,
            ),
        )
    if len(found.texts) > 1:
        return (
            Finding(
                CHECK,
                "problem",
                say(
                    "_smtp._tls.{domain} holds {count} TLSRPT records.",
                    domain=domain,
                    count=len(found.texts),
                ),
                say("Senders ignore them all (RFC 8460 3)."),
                say("Delete all but one."),
                evidence,
            ),
        )
    if found.faults:
        return tuple(
            Finding(
                CHECK,
                "problem",
                say("The TLSRPT record of {domain} is wrong: {fault}.", domain=domain, fault=fault),
                say("No reports arrive."),
                say("Correct it."),
                evidence,
                record,
            )
            for fault in found.faults
        )
    return (
        Finding(
            CHECK,
            "ok",
            say("TLS reports for {domain} go to {uris}.", domain=domain, uris=found.uris),
            say("You learn when senders fail to encrypt."),
            evidence=evidence,
        ),
    )
