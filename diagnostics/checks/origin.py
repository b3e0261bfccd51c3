"""Whether the server that handed a report over is one of the recipient's own: by MX, SPF or DKIM.

No answer is no proof. Only exact domains count: the recipient's, its mail hosts, and the
organizational domains of these (RFC 9989 4.10.2); a provider may give any name below its own to a
customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from diagnostics.checks.asking import Resolver
from diagnostics.checks.dmarc.tree import tree_walk
from diagnostics.checks.mx import MailRoute, mail_route
from diagnostics.checks.spf import check_host
from diagnostics.checks.spf.names import is_mail_domain, is_same_or_below, to_ascii
from network.addresses import innermost

# Nobody sends from these (RFC 1112 4, RFC 6666): a policy that lets them lets everybody.
_NOBODYS = ("240.0.0.1", "100::1")
_MOST_CANDIDATES = 8
_MOST_HOSTS = 4


@dataclass(frozen=True, slots=True)
class OriginEvidence:
    """What became of the question."""

    proved: bool
    sentence: str
    """Why it is so, or why it is not."""
    is_certain: bool = True
    """False where the DNS left something unanswered."""


def judge(
    recipient_domain: str,
    resolver: Resolver,
    *,
    ip: str,
    helo: str = "",
    from_domain: str = "",
    passed: Sequence[tuple[str, str]] = (),
) -> OriginEvidence:
    """Whether the server at `ip` that said `helo` is one of `recipient_domain`'s own.

    `from_domain` is the domain of the report's From; both are asked whether SPF lets `ip` send.
    `passed` are methods (`spf`, `dkim`) and the domains that they passed for, as a host of ours
    says. Raises nothing for whatever the DNS says.
    """
    recipient_domain = to_ascii(recipient_domain.lower())
    try:
        address = str(innermost(ip_address(ip)))
    except ValueError:
        return OriginEvidence(False, f"{ip!r} is no IP address.")
    if not is_mail_domain(recipient_domain):
        return OriginEvidence(False, f"{recipient_domain!r} is no domain.")
    route = mail_route(recipient_domain, resolver)
    if route.state not in ("found", "implicit"):
        return OriginEvidence(
            False, f"Where mail for {recipient_domain} goes is not known.", route.state != "unknown"
        )
    for host in route.hosts:
        if any(str(innermost(ip_address(known))) == address for known in host.addresses):
            return OriginEvidence(True, f"{address} is {host.name}, an MX of {recipient_domain}.")
    is_certain = not any(host.is_unknown for host in route.hosts)
    own = _OwnDomains(recipient_domain, route, resolver)
    for method, domain in list(dict.fromkeys(passed))[:_MOST_CANDIDATES]:
        whose = own.whose(domain)
        if whose:
            said = f"{method.upper()} passed for {domain}, {whose}, as a host of ours says."
            return OriginEvidence(True, said)
    for domain in dict.fromkeys((helo, from_domain)):
        whose = own.whose(domain) if is_mail_domain(domain) else ""
        if not whose:
            continue
        results = [
            check_host(one, f"postmaster@{domain}", helo, resolver).result
            for one in (address, _NOBODYS[":" in address])
        ]
        is_certain = is_certain and "temperror" not in results
        if results[0] == "pass" and results[1] in ("fail", "softfail", "neutral"):
            return OriginEvidence(True, f"SPF lets {address} send for {domain}, {whose}.")
    is_certain = is_certain and own.is_certain
    return OriginEvidence(
        False, f"Nothing shows that {address} is a mail server of {recipient_domain}.", is_certain
    )


class _OwnDomains:
    """The domains that are the recipient's own, asked for only where that may matter."""

    def __init__(self, domain: str, route: MailRoute, resolver: Resolver) -> None:
        self.is_certain = True
        self._domain = domain
        self._hosts = [host.name for host in route.hosts[:_MOST_HOSTS]]
        self._resolver = resolver

    def whose(self, candidate: str) -> str:
        """What `candidate` is to the recipient, in words; empty where it is nothing."""
        return next(self._relations(to_ascii(candidate.lower().rstrip("."))), "")

    def _relations(self, candidate: str) -> Iterator[str]:
        if not candidate:
            return
        if candidate == self._domain:
            yield "the recipient's domain"
        if candidate in self._hosts:
            yield f"an MX of {self._domain}"
        for name in (self._domain, *self._hosts):
            if is_same_or_below(name, candidate):
                walk = tree_walk(name, self._resolver)
                self.is_certain = self.is_certain and not walk.failed
                if not walk.failed and walk.organization == candidate:
                    yield f"the organizational domain of {name}"
