"""The record to publish: the old one mended, with the sending addresses in it, tried before use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from diagnostics.checks.asking import Resolver
from diagnostics.checks.findings import DnsRecord
from diagnostics.checks.spf.evaluate import STANDARD_LIMITS, check_host
from diagnostics.checks.spf.identity import read_client
from diagnostics.checks.spf.survey import IpNetwork, RecordSurvey, TermSurvey, reachable
from diagnostics.checks.spf.terms import VERSION, Fault, Mechanism, Record, read_record
from diagnostics.checks.zones import ZoneResolver

LONGEST = 450
"""Octets of a TXT that fits a plain UDP answer (RFC 7208 3.4)."""

_STRANGERS = {4: "240.0.0.1", 6: "100::1"}
"""Addresses nobody sends from, by IP version: reserved (RFC 1112 4), discarded (RFC 6666)."""

SLIPS: tuple[tuple[str, str], ...] = (
    (r"[,;]+$", ""),
    (r"^([-+~?]?)ip[v]?(4|6)[:=]+", r"\1ip\2:"),
    (r"^([-+~?]?)ip4:([0-9a-f]*:[0-9a-f:.]*(?:/\d+)?)$", r"\1ip6:\2"),
    (r"^([-+~?]?)ip6:(\d+\.\d+\.\d+\.\d+(?:/\d+)?)$", r"\1ip4:\2"),
    (r"^([-+~?]?)(?:a|mx|host|ip):(\d+\.\d+\.\d+\.\d+(?:/\d+)?)$", r"\1ip4:\2"),
    (r"^(\d+\.\d+\.\d+\.\d+(?:/\d+)?)$", r"ip4:\1"),
    (r"^([-+~?]?)(include|exists)=", r"\1\2:"),
    (r"^(redirect|exp):", r"\1="),
    (r"^([-+~?]?)(?:host|domain):", r"\1a:"),
    (r"^([-+~?])\1+", r"\1"),
    (r"^([-+~?]?)all[.:/].*$", r"\1all"),
)
"""Slips that people make, each with what they meant: a pattern and its replacement."""


def mended_term(fault: Fault) -> str:
    """What the writer of a faulty term most likely meant; empty where there is no telling."""
    term = fault.term
    for pattern, replacement in SLIPS:
        term = re.sub(pattern, replacement, term, flags=re.IGNORECASE)
    return term if term != fault.term and not read_record(f"{VERSION} {term}").faults else ""


def suggest(
    found: RecordSurvey, sending_ips: Sequence[str], resolver: Resolver
) -> tuple[DnsRecord, ...]:
    """The records to publish at the domain of `found` so that mail from `sending_ips` passes.

    Keeps what works of the old record, drops what is dead or harmful, and replaces includes by
    their addresses where more than ten lookups would be needed. What comes out was evaluated for
    every address; empty where nothing that works can be offered.
    """
    lookup_terms, networks = _kept(found)
    ending = _ending(found)
    wanted = [network for ip in sending_ips if (network := _single(ip)) is not None]
    while True:
        kept = [survey.term.text.removeprefix("+") for survey in lookup_terms]
        spare = [one for one in wanted if not _covered(one, networks)]
        missing = [
            one for one in spare if not _passes(found, one, kept, networks, ending, resolver)
        ]
        records = _written(found.domain, kept, [*networks, *missing], ending)
        if _holds(records, wanted, resolver) or not lookup_terms:
            break
        # Too dear: put the addresses of the dearest term in its place.
        flat = [survey for survey in lookup_terms if survey.networks is not None]
        if not flat:
            break
        dearest = max(flat, key=lambda survey: survey.lookups)
        lookup_terms.remove(dearest)
        networks += dearest.networks or ()
    return records if _holds(records, wanted, resolver) else ()


def _kept(found: RecordSurvey) -> tuple[list[TermSurvey], list[IpNetwork]]:
    """The old record's terms worth keeping: those that ask, and the plain networks."""
    asking: list[TermSurvey] = []
    networks: list[IpNetwork] = []
    for survey in found.terms:
        term = survey.term
        if not isinstance(term, Mechanism) or term.name in ("all", "ptr"):
            continue
        if survey.dead or (survey.below and survey.below.state != "found"):
            continue
        if term.network is not None and term.qualifier == "+":
            networks += survey.networks or ()
        else:
            asking.append(survey)
    for text in () if found.record else found.texts:
        networks += _networks_in(read_record(text))
    if found.record and found.record.faults:
        for fault in found.record.faults:
            networks += _networks_in(read_record(f"{VERSION} {mended_term(fault)}"))
    return asking, networks


def _networks_in(record: Record) -> list[IpNetwork]:
    found: list[IpNetwork] = []
    for term in record.mechanisms:
        if term.network is not None and term.qualifier == "+":
            kind = IPv4Network if term.network.version == 4 else IPv6Network
            found.append(kind((term.network.address, term.network.prefix), strict=False))
    return found


def _ending(found: RecordSurvey) -> str:
    """How the new record ends: as the old one did, or with `~all` where that was no protection."""
    record = found.record
    if record is None:
        return "~all"
    if record.redirect and found.terms and found.terms[-1].below:
        return record.redirect.text if found.terms[-1].below.state == "found" else "~all"
    last = reachable(record)[-1] if record.mechanisms else None
    is_safe = isinstance(last, Mechanism) and last.name == "all" and last.qualifier in "-~"
    tail = last.text if is_safe and last else "~all"
    return f"{tail} {record.explanation.text}" if record.explanation else tail


def _written(
    domain: str, kept: Sequence[str], networks: Iterable[IpNetwork], ending: str
) -> tuple[DnsRecord, ...]:
    """The record as text, networks first, in as many records as its length needs."""
    words = [_word(network) for network in _collapsed(networks)]
    text = " ".join([VERSION, *words, *kept, ending])
    if len(text) <= LONGEST:
        return (DnsRecord(domain, "TXT", text),)
    parts: list[list[str]] = [[]]
    for word in words:
        if len(" ".join([VERSION, *parts[-1], word, "?all"])) > LONGEST:
            parts.append([])
        parts[-1].append(word)
    names = [f"_spf{at}.{domain}" for at in range(1, len(parts) + 1)]
    below = tuple(
        DnsRecord(name, "TXT", " ".join([VERSION, *part, "?all"]))
        for name, part in zip(names, parts, strict=True)
    )
    includes = [f"include:{name}" for name in names]
    return (DnsRecord(domain, "TXT", " ".join([VERSION, *includes, *kept, ending])), *below)


def _collapsed(networks: Iterable[IpNetwork]) -> list[IpNetwork]:
    networks = list(networks)
    four = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return [*four, *six]


def _word(network: IpNetwork) -> str:
    whole = network.prefixlen == network.max_prefixlen
    return f"ip{network.version}:{network.network_address if whole else network}"


def _single(ip: str) -> IpNetwork | None:
    client = read_client(ip)
    if client is None:
        return None
    kind = IPv4Network if client.version == 4 else IPv6Network
    return kind((client.number, client.bits))


def _covered(one: IpNetwork, networks: Iterable[IpNetwork]) -> bool:
    return any(
        one.version == network.version and one.network_address in network for network in networks
    )


def _passes(
    found: RecordSurvey,
    one: IpNetwork,
    kept: Sequence[str],
    networks: Iterable[IpNetwork],
    ending: str,
    resolver: Resolver,
) -> bool:
    """True if the record without `one` would let it pass already."""
    return _holds(_written(found.domain, kept, networks, ending), [one], resolver)


def _holds(records: Sequence[DnsRecord], wanted: Sequence[IpNetwork], resolver: Resolver) -> bool:
    """True if, once published, every address passes and a stranger's costs no error."""
    zones = {record.name: {"TXT": [record.value]} for record in records}
    overlay = ZoneResolver(zones, resolver)
    sender = f"postmaster@{records[0].name}"

    def result(ip: str) -> str:
        return check_host(ip, sender, records[0].name, overlay, limits=STANDARD_LIMITS).result

    # A stranger goes through the whole record. Only IP versions that we send with matter: an `a`
    # without AAAA is a void lookup for every IPv6 client.
    strangers = {_STRANGERS[one.version] for one in wanted} or {_STRANGERS[4]}
    return all(result(str(one.network_address)) == "pass" for one in wanted) and not any(
        result(ip) in ("permerror", "temperror") for ip in strangers
    )
