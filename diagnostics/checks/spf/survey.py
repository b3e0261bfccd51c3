"""A record looked at as a whole: every term of it and of what it includes, matched or not.

`check_host()` stops at the first match, so it never sees what the rest would cost another
client. The survey does: it is what advice is drawn from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask, host_name
from diagnostics.checks.spf.macros import MacroString
from diagnostics.checks.spf.names import for_query, is_well_formed, shorten
from diagnostics.checks.spf.terms import Mechanism, Modifier, Record, is_spf, read_record

IpNetwork = IPv4Network | IPv6Network
State = Literal["found", "missing", "several", "unknown", "loop"]

MOST_QUESTIONS = 120
"""Where a survey stops asking; a record that needs more is far beyond the limit of ten anyway."""


@dataclass(frozen=True, slots=True)
class TermSurvey:
    """One term, whatever the client."""

    term: Mechanism | Modifier
    lookups: int
    """Lookups of the ten that it and all below it cost a client that matches nothing."""
    target: str = ""
    """The domain it looks at; empty where that depends on the message."""
    dead: tuple[Answered, ...] = ()
    """Its own questions that found nothing."""
    failed: tuple[Answered, ...] = ()
    """Its own questions that could not be answered."""
    networks: tuple[IpNetwork, ...] | None = ()
    """The addresses it makes pass; None where they depend on the message or are not known."""
    hosts: int = 0
    """MX records behind it."""
    below: RecordSurvey | None = None


@dataclass(frozen=True, slots=True)
class RecordSurvey:
    """The record of one domain, whatever the client."""

    domain: str
    state: State
    answered: Answered | None = None
    texts: tuple[str, ...] = ()
    """The SPF records that were found."""
    record: Record | None = None
    """The one record, where there is one."""
    terms: tuple[TermSurvey, ...] = ()
    """The terms that evaluation can reach, `redirect=` last."""

    @property
    def lookups(self) -> int:
        """What a client that matches nothing costs."""
        return sum(term.lookups for term in self.terms)

    def walk(self) -> Iterator[tuple[RecordSurvey, TermSurvey]]:
        """Every term here and below, each with the record it stands in."""
        for term in self.terms:
            yield self, term
            if term.below is not None:
                yield from term.below.walk()

    def networks(self) -> tuple[IpNetwork, ...] | None:
        """The addresses it lets pass; None where that cannot be said once for all messages."""
        found: list[IpNetwork] = []
        for survey in self.terms:
            term = survey.term
            is_all = isinstance(term, Mechanism) and term.name == "all"
            if is_all and isinstance(term, Mechanism) and term.qualifier != "+":
                break
            excluding = isinstance(term, Mechanism) and term.qualifier != "+"
            if is_all or excluding or survey.networks is None:
                return None
            found.extend(survey.networks)
        return tuple(found) if self.state == "found" else None


def survey(domain: str, resolver: Resolver) -> RecordSurvey:
    """Look at all that the record of `domain` says; asks at most `MOST_QUESTIONS` questions."""
    return _Surveyor(resolver).record(domain, ())


class _Surveyor:
    """One survey: its resolver, and the questions asked so far."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.known: dict[tuple[str, str], Answered] = {}

    def ask(self, name: str, rdtype: str) -> Answered:
        key = (name.lower(), rdtype)
        if key not in self.known:
            if len(self.known) >= MOST_QUESTIONS:
                return Answered(name, rdtype, "failed", error="too many questions were asked")
            self.known[key] = ask(self.resolver, name, rdtype)
        return self.known[key]

    def record(self, domain: str, above: tuple[str, ...]) -> RecordSurvey:
        """The record of `domain`, included by the records of `above`."""
        if domain.lower() in above:
            return RecordSurvey(domain, "loop")
        if not is_well_formed(domain):
            return RecordSurvey(domain, "missing")
        answered = self.ask(for_query(domain), "TXT")
        if answered.outcome == "failed":
            return RecordSurvey(domain, "unknown", answered)
        texts = tuple(text for text in answered.strings() if is_spf(text))
        if len(texts) != 1:
            return RecordSurvey(domain, "several" if texts else "missing", answered, texts)
        record = read_record(texts[0])
        within = (*above, domain.lower())
        terms = tuple(self.term(term, domain, within) for term in reachable(record))
        return RecordSurvey(domain, "found", answered, texts, record, terms)

    def term(self, term: Mechanism | Modifier, domain: str, above: tuple[str, ...]) -> TermSurvey:
        """One term of the record of `domain`."""
        if isinstance(term, Mechanism) and not term.queries:
            return TermSurvey(term, 0, networks=_network_of(term))
        spec = term.value if isinstance(term, Modifier) else term.target
        target = _fixed_name(spec, domain)
        if not target or term.name in ("ptr", "exists"):
            return TermSurvey(term, 1, target, networks=None)
        if term.name in ("include", "redirect"):
            below = self.record(target, above)
            return TermSurvey(
                term,
                1 + below.lookups,
                target,
                dead=(below.answered,) if below.answered and below.answered.void else (),
                failed=(below.answered,) if below.state == "unknown" and below.answered else (),
                networks=below.networks(),
                below=below,
            )
        return self.hosts(term, target)

    def hosts(self, term: Mechanism | Modifier, target: str) -> TermSurvey:
        """An `a` or `mx` whose target is known."""
        asked: list[Answered] = []
        hosts = [for_query(target)]
        if term.name == "mx":
            asked.append(self.ask(hosts[0], "MX"))
            found = sorted(
                (rdata.preference, host_name(rdata.exchange)) for rdata in asked[0].rdatas
            )
            hosts = [host for _, host in found if is_well_formed(host)]
        networks: list[IpNetwork] = []
        for host in hosts[:10]:
            pair = (self.ask(host, "A"), self.ask(host, "AAAA"))
            # One family is enough for a host to be alive.
            both_void = all(answered.void for answered in pair)
            asked += pair if both_void else [answered for answered in pair if not answered.void]
            for answered, prefix in zip(pair, _prefixes(term), strict=True):
                networks += [
                    ip_network(f"{address}/{prefix}", strict=False)
                    for address in answered.addresses()
                ]
        failed = tuple(answered for answered in asked if answered.outcome == "failed")
        return TermSurvey(
            term,
            1,
            target,
            dead=tuple(answered for answered in asked if answered.void),
            failed=failed,
            networks=None if failed else tuple(networks),
            hosts=len(hosts) if term.name == "mx" else 0,
        )


def reachable(record: Record) -> tuple[Mechanism | Modifier, ...]:
    """The terms that evaluation can come to: up to the first `all`, or to `redirect=`."""
    terms: list[Mechanism | Modifier] = []
    for mechanism in record.mechanisms:
        terms.append(mechanism)
        if mechanism.name == "all":
            return tuple(terms)
    return (*terms, record.redirect) if record.redirect else tuple(terms)


def _network_of(term: Mechanism) -> tuple[IpNetwork, ...]:
    if term.network is None:
        return ()
    kind = IPv4Network if term.network.version == 4 else IPv6Network
    return (kind((term.network.address, term.network.prefix), strict=False),)


def _prefixes(term: Mechanism | Modifier) -> tuple[int, int]:
    return (term.prefix4, term.prefix6) if isinstance(term, Mechanism) else (32, 128)


def _fixed_name(spec: MacroString | None, domain: str) -> str:
    """The name a domain-spec means if it is the same for every message; else empty."""
    if spec is None:
        return domain
    if spec.letters - {"d"}:
        return ""
    name = shorten(spec.expand(lambda _: domain).removesuffix("."))
    return name if is_well_formed(name) else ""
