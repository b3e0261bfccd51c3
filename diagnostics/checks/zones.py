"""Answers from memory: zones given as data, alone or laid over a real resolver.

The advice uses it to try a record before anyone publishes it; tests and benchmarks use it to
have a DNS of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from diagnostics.checks.asking import Resolver

_MOST_ALIASES = 16

Fault = type[dns.exception.DNSException]
Zones = Mapping[str, Mapping[str, Iterable[Any] | Fault]]
"""Name → type → values: texts of rdata (for TXT plain text, octets, or a list of pieces), or the
exception that asking raises."""


class ZoneResolver:
    """Resolves from `zones`; what they do not hold does not exist, or goes to `beyond`."""

    def __init__(self, zones: Zones, beyond: Resolver | None = None) -> None:
        self._beyond = beyond
        self._names = {
            name.rstrip(".").lower(): {
                rdtype: held
                if isinstance(held, type)
                else tuple(make_rdata(rdtype, value) for value in held)
                for rdtype, held in types.items()
            }
            for name, types in zones.items()
        }

    def resolve(self, qname: Any, rdtype: Any) -> Iterable[Any]:
        """As dnspython's, for the names and types it holds; aliases are followed."""
        name = str(qname)
        for _ in range(_MOST_ALIASES):
            types = self._names.get(name.rstrip(".").lower())
            held = None if types is None else types.get(str(rdtype))
            alias = types.get("CNAME") if types and held is None else None
            if not alias or isinstance(alias, type) or str(rdtype) == "CNAME":
                break
            name = str(alias[0].target)
        if held is None and self._beyond is not None:
            return self._beyond.resolve(name, rdtype)
        if types is None:
            raise dns.resolver.NXDOMAIN
        if isinstance(held, type):
            raise held
        if not held:
            raise dns.resolver.NoAnswer
        return held


def make_rdata(rdtype: str, value: Any) -> Any:
    """One dnspython rdata from its text; for TXT from plain text, octets or a list of pieces."""
    if rdtype == "TXT":
        pieces = value if isinstance(value, list | tuple) else [value]
        octets = [p if isinstance(p, bytes) else p.encode("latin-1") for p in pieces]
        cut = [o[at : at + 255] for o in octets for at in range(0, max(len(o), 1), 255)]
        return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, cut)
    return dns.rdata.from_text("IN", rdtype, str(value), origin=dns.name.root, relativize=False)
