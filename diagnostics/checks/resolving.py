"""A resolver with bounds: so many questions, so many seconds, answers of so much.

dnspython does the asking, the retry over TCP when an answer is cut, and the caching by TTL;
this adds the limits, which hold for one run of checks however many threads take part in it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver

from diagnostics.checks.sentences import say

_UDP_PAYLOAD = 1232  # octets; what passes every path unfragmented (DNS flag day 2020)


class BoundReached(dns.exception.DNSException):
    """A limit of ours was reached; the sentence says which."""

    def __init__(self, why: str) -> None:
        super().__init__(why)  # type: ignore[no-untyped-call]
        self.why = why


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one run of checks may ask."""

    questions: int = 400
    seconds: float = 60.0
    """For all questions together, from the first."""
    question_seconds: float = 5.0
    """For one question, with all its retries."""
    try_seconds: float = 2.0
    """For one try at one name server."""
    records: int = 256
    """Records in one answer."""


STANDARD_BOUNDS = Bounds()


def new_cache(entries: int = 10_000) -> dns.resolver.LRUCache:
    """A cache to share between resolvers and threads; it keeps answers for their TTL."""
    return dns.resolver.LRUCache(entries)


class BoundedResolver:
    """Resolves as dnspython's `Resolver.resolve` does, within `bounds`.

    Raises what dnspython raises, and `BoundReached`. Safe to use from several threads.
    """

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        *,
        port: int = 53,
        bounds: Bounds = STANDARD_BOUNDS,
        cache: dns.resolver.LRUCache | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`nameservers` are addresses; with none, those the system is configured for are asked.

        Raises `dns.resolver.NoResolverConfiguration` where the system is configured for none.
        """
        self.bounds = bounds
        self.questions = 0
        """Questions so far, answered from the cache or not."""
        self._clock = clock
        self._deadline: float | None = None
        self._lock = threading.Lock()
        self._resolver = dns.resolver.Resolver(configure=not nameservers)
        if nameservers:
            self._resolver.nameservers = list(nameservers)
            self._resolver.port = port
        self._resolver.cache = cache if cache is not None else new_cache()
        self._resolver.timeout = bounds.try_seconds
        self._resolver.use_edns(0, 0, _UDP_PAYLOAD)

    def resolve(self, qname: Any, rdtype: Any = "A") -> dns.resolver.Answer:
        """The answer for `rdtype` at `qname`, which is taken as absolute."""
        left = self._spend()
        answer = self._resolver.resolve(
            qname, rdtype, lifetime=min(self.bounds.question_seconds, left), search=False
        )
        if answer.rrset is not None and len(answer.rrset) > self.bounds.records:
            raise BoundReached(say("the answer holds more than {n} records", n=self.bounds.records))
        return answer

    def _spend(self) -> float:
        """Count one question and return the seconds that are left."""
        with self._lock:
            now = self._clock()
            if self._deadline is None:
                self._deadline = now + self.bounds.seconds
            if self.questions >= self.bounds.questions:
                raise BoundReached(
                    say("more than {n} questions were needed", n=self.bounds.questions)
                )
            self.questions += 1
            left = self._deadline - now
        if left <= 0:
            raise BoundReached(
                say("the checks took longer than {n} seconds", n=f"{self.bounds.seconds:g}")
            )
        return left
