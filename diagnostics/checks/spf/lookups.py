"""The questions of one evaluation, and the limits on them (RFC 7208 4.6.4, 11.1)."""

from __future__ import annotations

from collections.abc import Callable

from diagnostics.checks.asking import Answered, Resolver, ask, host_name
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.identity import Client
from diagnostics.checks.spf.names import is_well_formed
from diagnostics.checks.spf.types import Limits, Result


class Stop(Exception):
    """Evaluation ends here with `result`."""

    def __init__(self, result: Result, why: str) -> None:
        super().__init__(why)
        self.result = result
        self.why = why


class Lookups:
    """Asks the DNS for one evaluation, each question once, and keeps the counts."""

    __slots__ = (
        "_asked",
        "_known",
        "_void_counted",
        "clock",
        "deadline",
        "limits",
        "resolver",
        "spent",
        "voids",
    )

    def __init__(self, resolver: Resolver, limits: Limits, clock: Callable[[], float]) -> None:
        self.resolver = resolver
        self.limits = limits
        self.clock = clock
        self.deadline = clock() + limits.seconds
        self.spent = 0
        """Terms that asked so far; never above the limit."""
        self.voids = 0
        """Terms that found nothing so far; never above the limit."""
        self._known: dict[tuple[str, str], Answered] = {}
        self._asked: list[Answered] = []
        self._void_counted = False

    def begin_term(self) -> list[Answered]:
        """Begin a new term; the list returned fills with what the term asks."""
        self._asked = []
        self._void_counted = False
        return self._asked

    def spend(self) -> None:
        """Count one term that asks; raises `Stop` where the limit is reached already."""
        if self.spent >= self.limits.lookups:
            raise Stop(
                "permerror",
                say("More than {lookups} terms need a DNS lookup.", lookups=self.limits.lookups),
            )
        self.spent += 1

    def ask(self, name: str, rdtype: str, *, counts_void: bool = True) -> Answered:
        """Ask for `name`, escaped as dnspython reads it, or remember.

        A term with void answers counts once, however many it has. Raises `Stop` when the time
        is up or the term is one void term too many.
        """
        if self.clock() > self.deadline:
            raise Stop(
                "temperror",
                say(
                    "Evaluation took longer than {seconds} seconds.",
                    seconds=f"{self.limits.seconds:g}",
                ),
            )
        key = (name.lower(), rdtype)
        answered = self._known.get(key)
        if answered is None:
            answered = self._known[key] = ask(self.resolver, name, rdtype)
        self._asked.append(answered)
        if counts_void and answered.void and not self._void_counted:
            if self.voids >= self.limits.void_lookups:
                raise Stop(
                    "permerror",
                    say(
                        "More than {void_lookups} terms asked for what does not exist (now"
                        " {rdtype} {name}).",
                        void_lookups=self.limits.void_lookups,
                        rdtype=rdtype,
                        name=name,
                    ),
                )
            self.voids += 1
            self._void_counted = True
        return answered

    def addresses(
        self, host: str, version: int, *, counts_void: bool = True, tolerant: bool = False
    ) -> tuple[str, ...]:
        """The A (4) or AAAA (6) addresses of `host`; empty where `host` can have none.

        A failed lookup raises `Stop` with `temperror` unless `tolerant`.
        """
        if not is_well_formed(host):
            return ()
        answered = self.ask(host, "A" if version == 4 else "AAAA", counts_void=counts_void)
        if answered.outcome == "failed" and not tolerant:
            raise Stop(
                "temperror",
                say(
                    "The addresses of {host} are unknown: {error}.", host=host, error=answered.error
                ),
            )
        return answered.addresses()

    def mail_hosts(self, domain: str) -> tuple[str, ...]:
        """The MX hosts of `domain`, each once, best first; more than ten are an error."""
        answered = self.ask(domain, "MX")
        if answered.outcome == "failed":
            raise Stop(
                "temperror",
                say("The MX of {domain} is unknown: {error}.", domain=domain, error=answered.error),
            )
        if len(answered.rdatas) > self.limits.names:
            raise Stop(
                "permerror",
                say(
                    "{domain} has {count} MX records; `mx` allows {names}.",
                    domain=domain,
                    count=len(answered.rdatas),
                    names=self.limits.names,
                ),
            )
        ranked = sorted((rdata.preference, host_name(rdata.exchange)) for rdata in answered.rdatas)
        return tuple(dict.fromkeys(host for _, host in ranked))

    def reverse_names(self, client: Client, *, counts_void: bool = True) -> tuple[str, ...]:
        """The first ten names of `client`, not yet validated; an error counts as none."""
        answered = self.ask(client.address.reverse_pointer, "PTR", counts_void=counts_void)
        return tuple(host_name(rdata.target) for rdata in answered.rdatas[: self.limits.names])
