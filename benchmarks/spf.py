"""SPF evaluations a second, ours against pyspf, on the same zones in memory and in one run.

    python -m benchmarks.spf [seconds for each measurement]

Both get their answers from the same dictionary as the same dnspython objects, so what is
compared is the evaluation, not the network. Rounds alternate, and each case shows the median
round of both. "unseen record" empties our cache of parsed records before every evaluation.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import spf as pyspf

from diagnostics.checks.spf import check_host
from diagnostics.checks.spf.terms import forget_records
from diagnostics.checks.zones import ZoneResolver

ROUNDS = 5

PROVIDER = " ".join(f"ip4:198.51.{block}.0/24" for block in range(20))
ZONES: dict[str, dict[str, Any]] = {
    "plain.test": {"TXT": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"]},
    "provider.test": {"TXT": ["v=spf1 include:_spf.provider.test ~all"]},
    "_spf.provider.test": {
        "TXT": ["v=spf1 include:_a.provider.test include:_b.provider.test ~all"]
    },
    "_a.provider.test": {"TXT": [f"v=spf1 {PROVIDER} ~all"]},
    "_b.provider.test": {"TXT": [f"v=spf1 {PROVIDER} ip4:192.0.2.0/24 ~all"]},
    "hosts.test": {
        "TXT": ["v=spf1 a mx a:relay.hosts.test -all"],
        "A": ["203.0.113.1"],
        "MX": ["10 mx1.hosts.test.", "20 mx2.hosts.test."],
    },
    "mx1.hosts.test": {"A": ["203.0.113.2"]},
    "mx2.hosts.test": {"A": ["203.0.113.3"]},
    "relay.hosts.test": {"A": ["192.0.2.10"]},
    "macro.test": {"TXT": ["v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} -all"]},
    "10.2.0.192.list._spf.macro.test": {"A": ["127.0.0.2"]},
    "moved.test": {"TXT": ["v=spf1 redirect=plain.test"]},
    "named.test": {"TXT": ["v=spf1 ptr:named.test -all"]},
    "mail.named.test": {"A": ["192.0.2.10"]},
    "10.2.0.192.in-addr.arpa": {"PTR": ["mail.named.test."]},
    "closed.test": {"TXT": ["v=spf1 -all exp=why.closed.test"]},
    "why.closed.test": {"TXT": ["%{i} may not send mail from %{d}"]},
    "broken.test": {"TXT": ["v=spf1 ip4:192.0.2.300 -all"]},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluation that is measured."""

    title: str
    domain: str
    ip: str = "192.0.2.10"
    result: str = "pass"


CASES = (
    Case("ip4", "plain.test"),
    Case("ip6", "plain.test", ip="2001:db8::10"),
    Case("include of a large provider", "provider.test"),
    Case("a, mx, a host", "hosts.test"),
    Case("exists with macros", "macro.test"),
    Case("redirect", "moved.test"),
    Case("ptr", "named.test"),
    Case("fail with explanation", "closed.test", result="fail"),
    Case("syntax error", "broken.test", result="permerror"),
    Case("no record", "nothing.test", result="none"),
)


def rate(run: Callable[[], object], seconds: float) -> float:
    """How often `run` runs in a second, measured for about `seconds`."""
    count, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        for _ in range(20):
            run()
        count += 20
    return count / elapsed


def main(seconds: float = 0.2) -> int:
    """Print the table; return 1 if the two disagree on a result."""
    resolver = ZoneResolver(ZONES)
    ratios: list[float] = []
    disagree = 0
    print(f"{'evaluations a second':30}{'ours':>10}{'unseen':>10}{'pyspf':>10}{'ratio':>8}")
    # pyspf asks dns.resolver.query; the rest of its own driver stays as it is.
    with mock.patch("dns.resolver.query", lambda name, rdtype, **_: resolver.resolve(name, rdtype)):
        for case in CASES:
            sender = f"list@{case.domain}"

            def ours(case: Case = case, sender: str = sender) -> str:
                return check_host(case.ip, sender, "mail.test", resolver).result

            def unseen(run: Callable[[], str] = ours) -> str:
                forget_records()
                return run()

            def theirs(case: Case = case, sender: str = sender) -> str:
                return str(pyspf.check2(i=case.ip, s=sender, h="mail.test")[0])

            if not ours() == theirs() == case.result:
                disagree += 1
                print(f"{case.title}: expected {case.result}, ours {ours()}, pyspf {theirs()}")
            rounds = [
                (rate(ours, seconds), rate(unseen, seconds), rate(theirs, seconds))
                for _ in range(ROUNDS)
            ]
            fast, cold, other = (statistics.median(row) for row in zip(*rounds, strict=True))
            ratios.append(fast / other)
            print(f"{case.title:30}{fast:10,.0f}{cold:10,.0f}{other:10,.0f}{fast / other:7.1f}x")
    print(f"geometric mean: {statistics.geometric_mean(ratios):.1f} times pyspf")
    return int(disagree > 0)


if __name__ == "__main__":
    sys.exit(main(*(float(argument) for argument in sys.argv[1:2])))
