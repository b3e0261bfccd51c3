"""One question to the DNS and what became of it, as a value: a check never meets an exception.

`Resolver` is the whole of what the checks need from a resolver; dnspython's own
`dns.resolver.Resolver`, the bounded one in `resolving` and a dictionary in a test all fit.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import dns.exception
import dns.resolver

from diagnostics.checks.findings import Evidence
from diagnostics.checks.resolving import BoundReached
from diagnostics.checks.sentences import say, to_say

Outcome = Literal["answer", "nodata", "nxdomain", "failed"]

_SAID = {
    "nodata": to_say("no such record"),
    "nxdomain": to_say("no such name (NXDOMAIN)"),
}


class Resolver(Protocol):
    """Anything that resolves as dnspython does."""

    def resolve(self, qname: Any, rdtype: Any) -> Iterable[Any]:
        """Return the rdatas at `qname`.

        Raises `NXDOMAIN`, `NoAnswer`, `LifetimeTimeout`, `NoNameservers` of `dns.resolver`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What one question brought."""

    name: str
    rdtype: str
    outcome: Outcome
    rdatas: tuple[Any, ...] = ()
    """dnspython's rdatas, in the order of the answer."""
    error: str = ""
    """Why it failed, in a few words, where `outcome` is `failed`."""
    seconds: float = field(default=0.0, compare=False)

    @property
    def void(self) -> bool:
        """True for a sound answer that holds nothing (RFC 7208 4.6.4)."""
        return self.outcome in ("nodata", "nxdomain")

    def evidence(self) -> Evidence:
        """The question and its answer for a person to read."""
        if self.outcome == "answer":
            answer = "\n".join(rdata.to_text() for rdata in self.rdatas)
        else:
            answer = self.error or say(_SAID[self.outcome])
        return Evidence(f"{self.rdtype} {self.name}", answer, self.seconds)

    def strings(self) -> tuple[str, ...]:
        """The TXT records, each glued from its pieces; octet for octet (ISO 8859-1)."""
        return tuple(b"".join(rdata.strings).decode("latin-1") for rdata in self.rdatas)

    def addresses(self) -> tuple[str, ...]:
        """The addresses of an A or AAAA answer, as text."""
        return tuple(rdata.address for rdata in self.rdatas)


def ask(resolver: Resolver, name: str, rdtype: str) -> Answered:
    """Ask `resolver` for `rdtype` at `name` and return what became of it; raises nothing of DNS."""
    began = time.perf_counter()
    outcome: Outcome = "failed"
    rdatas: tuple[Any, ...] = ()
    error = ""
    try:
        rdatas = tuple(resolver.resolve(name, rdtype))
        outcome = "answer" if rdatas else "nodata"
    except dns.resolver.NXDOMAIN:
        outcome = "nxdomain"
    except dns.resolver.NoAnswer:
        outcome = "nodata"
    except dns.exception.Timeout:
        error = say("the name servers did not answer in time")
    except dns.resolver.NoNameservers:
        error = say("every name server failed or refused to answer")
    except BoundReached as fault:
        error = fault.why
    except (dns.exception.DNSException, OSError, UnicodeError) as fault:
        error = say("the question could not be asked ({kind})", kind=type(fault).__name__)
    return Answered(name, rdtype, outcome, rdatas, error, time.perf_counter() - began)


def host_name(name: Any) -> str:
    """A name from an rdata as text: lower case, without the last dot; empty for the root."""
    return str(name).rstrip(".").lower()
