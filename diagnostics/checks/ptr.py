"""Reverse DNS of a sending address, and whether it leads back (FCrDNS; RFC 1912 2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask, host_name
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, unanswered
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.identity import Client, address_number, read_client

CHECK = "ptr"
MOST_NAMES = 10

Standing = Literal["confirmed", "unconfirmed", "missing", "unknown", "no address"]

GENERIC = re.compile(
    r"(?:^|[.-])(?:dyn|dynamic|dhcp|dsl|adsl|pool|ppp|dial|dialup|broadband|cable|client)"
    r"(?:[.-]|\d|$)",
    re.IGNORECASE,
)
"""Names that providers give to home connections; many receivers refuse mail from them."""


@dataclass(frozen=True, slots=True)
class ReverseNames:
    """The names of one address."""

    ip: str
    standing: Standing
    names: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    """The names that lead back to the address."""
    queries: tuple[Answered, ...] = ()

    def evidence(self) -> tuple[Evidence, ...]:
        """What was asked and answered."""
        return tuple(answered.evidence() for answered in self.queries)


def reverse_names(ip: str, resolver: Resolver) -> ReverseNames:
    """Ask for the names of `ip` and whether each leads back to it; at most ten are tried."""
    client = read_client(ip)
    if client is None:
        return ReverseNames(ip, "no address")
    asked = ask(resolver, client.address.reverse_pointer, "PTR")
    if asked.outcome == "failed":
        return ReverseNames(client.text, "unknown", queries=(asked,))
    names = tuple(host_name(rdata.target) for rdata in asked.rdatas[:MOST_NAMES])
    if not names:
        return ReverseNames(client.text, "missing", queries=(asked,))
    forward = tuple(ask(resolver, name, "A" if client.version == 4 else "AAAA") for name in names)
    confirmed = tuple(
        name for name, found in zip(names, forward, strict=True) if _leads_to(client, found)
    )
    doubtful = any(found.outcome == "failed" for found in forward)
    standing: Standing = "confirmed" if confirmed else "unknown" if doubtful else "unconfirmed"
    return ReverseNames(client.text, standing, names, confirmed, (asked, *forward))


def check_ptr(ip: str, resolver: Resolver, *, helo: str = "") -> tuple[Finding, ...]:
    """Judge the reverse DNS of the sending address `ip`; `helo` is the name it greets with."""
    return findings(reverse_names(ip, resolver), helo=helo)


def findings(found: ReverseNames, *, helo: str = "") -> tuple[Finding, ...]:
    """What the names of an address mean for its mail."""
    ip, evidence = found.ip, found.evidence()
    if found.standing == "no address":
        return (
            Finding(
                CHECK,
                "problem",
                say("{ip} is no IP address.", ip=repr(ip)),
                action=say("Correct it."),
            ),
        )
    if found.standing == "unknown":
        return (unanswered(CHECK, say("The reverse name of {ip}", ip=ip), evidence),)
    if found.standing == "missing":
        return (
            Finding(
                CHECK,
                "problem",
                say("{ip} has no reverse name (PTR).", ip=ip),
                say("Many receivers refuse mail from addresses without one."),
                say("Ask the provider of the address to set its reverse name."),
                evidence,
                _to_publish(ip, helo or "mail.example.com"),
            ),
        )
    if found.standing == "unconfirmed":
        return (
            Finding(
                CHECK,
                "problem",
                say(
                    "{ip} is called {name}, but that name does not lead back to it.",
                    ip=ip,
                    name=found.names[0],
                ),
                say("The name counts for nothing: receivers treat it as missing."),
                say(
                    "Publish the address of {name}, or change the reverse name.",
                    name=found.names[0],
                ),
                evidence,
                (DnsRecord(found.names[0], _forward_type(ip), ip),),
            ),
        )
    return (_confirmed(found), *_doubts(found, helo))


def _confirmed(found: ReverseNames) -> Finding:
    return Finding(
        CHECK,
        "ok",
        say(
            "{ip} is called {confirmed}, and the name leads back to it.",
            ip=found.ip,
            confirmed=found.confirmed[0],
        ),
        say("Receivers that ask for a reverse name are content."),
        evidence=found.evidence(),
    )


def _doubts(found: ReverseNames, helo: str) -> tuple[Finding, ...]:
    name, doubts = found.confirmed[0], []
    if GENERIC.search(name):
        doubts.append(
            Finding(
                CHECK,
                "warning",
                say("The name {name} looks like that of a home connection.", name=name),
                say("Many receivers refuse mail from such names."),
                say("Ask the provider for a name in your own domain."),
                found.evidence(),
                _to_publish(found.ip, helo or "mail.example.com"),
            )
        )
    if helo and helo.lower().rstrip(".") not in found.confirmed:
        doubts.append(
            Finding(
                CHECK,
                "info",
                say(
                    "The server greets as {helo}, but its address is called {name}.",
                    helo=helo,
                    name=name,
                ),
                say("Some receivers count the difference against the mail."),
                say(
                    "Let the server greet as {name}, or change the reverse name to {helo}.",
                    name=name,
                    helo=helo,
                ),
                found.evidence(),
                _to_publish(found.ip, helo),
            )
        )
    return tuple(doubts)


def _to_publish(ip: str, name: str) -> tuple[DnsRecord, ...]:
    client = read_client(ip)
    if client is None:
        return ()
    return (
        DnsRecord(client.address.reverse_pointer, "PTR", f"{name.rstrip('.')}."),
        DnsRecord(name.rstrip("."), _forward_type(ip), client.text),
    )


def _forward_type(ip: str) -> str:
    return "AAAA" if ":" in ip else "A"


def _leads_to(client: Client, found: Answered) -> bool:
    return any(
        address_number(address, client.version) == client.number for address in found.addresses()
    )
