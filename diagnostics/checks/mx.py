"""Where mail for a domain goes: MX, their hosts and addresses (RFC 5321 5.1, RFC 7505)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask, host_name
from diagnostics.checks.findings import DnsRecord, Evidence, Finding, unanswered
from diagnostics.checks.sentences import say, to_say
from diagnostics.checks.spf.identity import read_client
from network.addresses import AddressPolicy

CHECK = "mx"
MOST_HOSTS = 16

State = Literal["found", "implicit", "null", "missing", "no domain", "unknown"]


@dataclass(frozen=True, slots=True)
class MailHost:
    """One host that takes mail for a domain."""

    name: str
    preference: int
    addresses: tuple[str, ...] = ()
    alias_of: str = ""
    """Where a CNAME leads; empty where the name is no alias, as it must be (RFC 2181 10.3)."""
    is_literal: bool = False
    """True where an address stands where a name must (RFC 5321 5.1)."""
    queries: tuple[Answered, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """True where the DNS did not say which addresses it has."""
        return not self.addresses and any(one.outcome == "failed" for one in self.queries)


@dataclass(frozen=True, slots=True)
class MailRoute:
    """Where mail for one domain goes."""

    domain: str
    state: State
    hosts: tuple[MailHost, ...] = ()
    """Best first."""
    queries: tuple[Answered, ...] = ()
    null_among_others: bool = False
    """True where a null MX stands beside others, which RFC 7505 3 forbids."""

    @property
    def reachable(self) -> tuple[MailHost, ...]:
        """The hosts that have an address."""
        return tuple(host for host in self.hosts if host.addresses)

    def evidence(self) -> tuple[Evidence, ...]:
        """What was asked for the domain itself."""
        return tuple(answered.evidence() for answered in self.queries)


def mail_route(domain: str, resolver: Resolver) -> MailRoute:
    """Find the hosts that take mail for `domain`; without MX it is the domain's own address."""
    domain = domain.rstrip(".").lower()
    asked = ask(resolver, domain, "MX")
    if asked.outcome == "failed":
        return MailRoute(domain, "unknown", queries=(asked,))
    if asked.outcome == "nxdomain":
        return MailRoute(domain, "no domain", queries=(asked,))
    if not asked.rdatas:
        host = _host(domain, 0, resolver)
        if host.is_unknown:
            return MailRoute(domain, "unknown", queries=(asked, *host.queries))
        state: State = "implicit" if host.addresses else "missing"
        return MailRoute(domain, state, (host,) if host.addresses else (), (asked, *host.queries))
    ranked = sorted((rdata.preference, host_name(rdata.exchange)) for rdata in asked.rdatas)
    named = [(preference, name) for preference, name in ranked if name]
    if not named:
        return MailRoute(domain, "null", queries=(asked,))
    hosts = tuple(_host(name, preference, resolver) for preference, name in named[:MOST_HOSTS])
    return MailRoute(domain, "found", hosts, (asked,), len(named) < len(ranked))


def _host(name: str, preference: int, resolver: Resolver) -> MailHost:
    if read_client(name) is not None:
        return MailHost(name, preference, is_literal=True)
    alias = ask(resolver, name, "CNAME")
    target = host_name(alias.rdatas[0].target) if alias.rdatas else ""
    asked = tuple(ask(resolver, name, rdtype) for rdtype in ("A", "AAAA"))
    addresses = tuple(address for answered in asked for address in answered.addresses())
    queries = (alias, *asked) if target else asked
    return MailHost(name, preference, addresses, target, queries=queries)


def check_mx(
    domain: str, resolver: Resolver, *, policy: AddressPolicy | None = None
) -> tuple[Finding, ...]:
    """Judge where bounces for `domain` go."""
    return findings(mail_route(domain, resolver), policy=policy or AddressPolicy())


NOWHERE: dict[State, tuple[str, str]] = {
    "null": (
        to_say("{domain} says that it takes no mail at all (null MX)."),
        to_say("No bounce can arrive: senders do not even try (RFC 7505)."),
    ),
    "missing": (
        to_say("{domain} has neither an MX nor an address."),
        to_say("No bounce can arrive: senders have nowhere to deliver to."),
    ),
    "no domain": (
        to_say("{domain} does not exist in the DNS."),
        to_say(
            "No bounce can arrive, and many receivers refuse mail from a domain that does not"
            " exist."
        ),
    ),
}
"""The states in which mail goes nowhere: title and meaning."""


def findings(route: MailRoute, *, policy: AddressPolicy) -> tuple[Finding, ...]:
    """What a mail route means for the bounces that should take it."""
    domain = route.domain
    to_publish = (DnsRecord(domain, "MX", f"10 mail.{domain}."),)
    if route.state == "unknown":
        return (
            unanswered(CHECK, say("Where mail for {domain} goes", domain=domain), route.evidence()),
        )
    if route.state in NOWHERE:
        title, meaning = NOWHERE[route.state]
        return (
            Finding(
                CHECK,
                "problem",
                say(title, domain=domain),
                say(meaning),
                say("Publish an MX that names the host which takes the bounces."),
                route.evidence(),
                to_publish,
            ),
        )
    return tuple(_about_route(route, to_publish, policy))


def _about_route(
    route: MailRoute, to_publish: tuple[DnsRecord, ...], policy: AddressPolicy
) -> Iterator[Finding]:
    domain = route.domain
    if route.reachable and route.state == "found":
        names = tuple(host.name for host in route.reachable)
        yield Finding(
            CHECK,
            "ok",
            say("Mail for {domain} goes to {names}.", domain=domain, names=names),
            say("Senders know where to deliver bounces."),
            evidence=route.evidence(),
        )
    if route.state == "implicit":
        yield Finding(
            CHECK,
            "warning",
            say(
                "{domain} has no MX; mail goes to its own address {address}.",
                domain=domain,
                address=route.hosts[0].addresses[0],
            ),
            say("It works (RFC 5321 5.1), but often a web server stands there that takes no mail."),
            say("Publish an MX that names the host which takes the bounces."),
            route.evidence(),
            to_publish,
        )
    if route.null_among_others:
        yield Finding(
            CHECK,
            "warning",
            say("{domain} has a null MX beside others.", domain=domain),
            say("It must stand alone (RFC 7505 3); what senders make of this is not defined."),
            say("Delete the MX whose host is a single dot."),
            route.evidence(),
        )
    if not route.reachable and not any(host.is_unknown for host in route.hosts):
        yield Finding(
            CHECK,
            "problem",
            say("No mail host of {domain} has an address.", domain=domain),
            say("No bounce can arrive."),
            say("Publish an address for one of them, or name another host."),
            route.evidence(),
            to_publish,
        )
    for host in route.hosts:
        yield from _about_host(host, policy)


def _about_host(host: MailHost, policy: AddressPolicy) -> Iterator[Finding]:
    evidence = tuple(answered.evidence() for answered in host.queries)
    if host.is_literal:
        yield Finding(
            CHECK,
            "problem",
            say("The MX names the address {host} instead of a host.", host=host.name),
            say("Senders take it for a name that does not exist (RFC 5321 5.1)."),
            say("Give the host a name, and name that in the MX."),
            evidence,
        )
        return
    if host.alias_of:
        yield Finding(
            CHECK,
            "warning",
            say(
                "The mail host {host} is an alias (CNAME) of {alias_of}.",
                host=host.name,
                alias_of=host.alias_of,
            ),
            say("An MX must name a real host (RFC 2181 10.3); some senders refuse aliases."),
            say("Name {alias_of} in the MX.", alias_of=host.alias_of),
            evidence,
        )
    if host.is_unknown:
        yield unanswered(CHECK, say("The addresses of {host}", host=host.name), evidence)
    elif not host.addresses:
        yield Finding(
            CHECK,
            "warning",
            say("The mail host {host} has no address.", host=host.name),
            say("Senders waste time on it before they try the next."),
            say("Publish its address, or remove it from the MX."),
            evidence,
        )
    elif not any("." in address for address in host.addresses):
        yield Finding(
            CHECK,
            "warning",
            say("The mail host {host} has no IPv4 address.", host=host.name),
            say("Senders without IPv6, still very many, cannot reach it."),
            say("Publish an A record for it too."),
            evidence,
        )
    for address in host.addresses:
        if policy.refusal(address):
            yield Finding(
                CHECK,
                "problem",
                say(
                    "The mail host {host} is at {address}, which the Internet cannot reach.",
                    host=host.name,
                    address=address,
                ),
                say("It is an internal address; bounces from outside cannot arrive there."),
                say("Publish the public address of the host."),
                evidence,
            )
