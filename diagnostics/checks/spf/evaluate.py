"""`check_host()`: may this address send mail from this domain? (RFC 7208 4)"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from diagnostics.checks.asking import Resolver
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.identity import (
    Address,
    Identity,
    address_number,
    read_client,
    read_identity,
)
from diagnostics.checks.spf.lookups import Lookups, Stop
from diagnostics.checks.spf.macros import MacroError, MacroString, read_macro_string
from diagnostics.checks.spf.names import (
    for_query,
    is_mail_domain,
    is_same_or_below,
    is_well_formed,
    shorten,
)
from diagnostics.checks.spf.terms import Mechanism, Modifier, Record, is_spf, read_record
from diagnostics.checks.spf.types import Limits, Outcome, Result, SpfResult, Trace

_RESULT_OF: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_LONGEST_EXPLANATION = 4096  # characters; a reply to SMTP holds far less
_ERRORS: dict[str, Outcome] = {"temperror": "temperror", "permerror": "permerror"}

STANDARD_LIMITS = Limits()


def check_host(
    ip: str | Address,
    sender: str | None,
    helo: str | None,
    resolver: Resolver,
    *,
    receiver: str = "unknown",
    limits: Limits = STANDARD_LIMITS,
    now: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> SpfResult:
    """Evaluate the SPF policy of `sender`'s domain for mail from `ip` (RFC 7208 4).

    `sender` is the envelope sender, empty for a bounce; then `helo` is judged instead. To judge
    HELO itself, pass `postmaster@` and the name. `receiver` is our own host's name, for `%{r}`;
    `now` is the time in seconds since 1970, for `%{t}`; `clock` measures the time limit.
    Nothing that DNS or a sender may say makes it raise.
    """
    client = read_client(ip)
    if client is None:
        return SpfResult("none", reason=say("{ip} is no IP address.", ip=repr(ip)))
    identity = read_identity(client, sender, helo)
    if not is_mail_domain(identity.domain):
        return SpfResult(
            "none",
            reason=say(
                "{domain} is no domain that could have a policy.", domain=repr(identity.domain)
            ),
        )
    lookups = Lookups(resolver, limits, clock)
    evaluation = _Evaluation(identity, lookups, receiver, time.time() if now is None else now)
    return evaluation.run()


@dataclass(slots=True)
class _Checked:
    """What the record of one domain came to."""

    result: Result
    why: str
    record: str = ""
    children: tuple[Trace, ...] = ()
    explanation: Modifier | None = None
    explained_by: str = ""
    """The domain whose `exp=` it is."""


@dataclass(slots=True)
class _Matched:
    """What one mechanism made of the client."""

    matched: bool
    why: str
    target: str = ""
    below: _Checked | None = None


class _BelowError(Stop):
    """An included record that ended in an error."""

    def __init__(self, result: Result, why: str, target: str, below: _Checked) -> None:
        super().__init__(result, why)
        self.target = target
        self.below = below


class _Evaluation:
    """One run of `check_host()`: the identity, and the lookups spent so far."""

    __slots__ = ("client", "identity", "lookups", "now", "receiver", "values")

    def __init__(self, identity: Identity, lookups: Lookups, receiver: str, now: float) -> None:
        self.identity = identity
        self.client = identity.client
        self.lookups = lookups
        self.receiver = receiver
        self.now = now
        self.values: dict[str, str] = {}
        """Macro letters and their values, empty until the first macro asks for one."""

    def run(self) -> SpfResult:
        """Evaluate the sender's domain."""
        domain = self.identity.domain
        queries = self.lookups.begin_term()
        checked = self._check(domain, counts_void=False)
        explanation = ""
        if checked.result == "fail" and checked.explanation is not None:
            explanation = self._explain(checked.explanation.value, checked.explained_by)
        trace = Trace(
            "",
            domain,
            _ERRORS.get(checked.result, "match" if checked.children else "no match"),
            checked.result,
            self.lookups.spent,
            checked.why,
            domain,
            checked.record,
            tuple(queries),
            checked.children,
        )
        return SpfResult(
            checked.result,
            explanation,
            self.lookups.spent,
            self.lookups.voids,
            checked.why,
            trace,
        )

    # -- records -------------------------------------------------------------------------------

    def _check(self, domain: str, *, counts_void: bool = True) -> _Checked:
        """Find and evaluate the record of `domain`, which is well formed."""
        try:
            answered = self.lookups.ask(for_query(domain), "TXT", counts_void=counts_void)
        except Stop as stop:
            return _Checked(stop.result, stop.why)
        if answered.outcome == "failed":
            return _Checked(
                "temperror",
                say(
                    "The record of {domain} is unknown: {error}.",
                    domain=domain,
                    error=answered.error,
                ),
            )
        texts = [text for text in answered.strings() if is_spf(text)]
        if not texts:
            return _Checked("none", say("{domain} publishes no SPF record.", domain=domain))
        if len(texts) > 1:
            why = say(
                "{domain} publishes {count} SPF records; one is allowed.",
                domain=domain,
                count=len(texts),
            )
            return _Checked("permerror", why, "\n".join(texts))
        record = read_record(texts[0])
        if record.faults:
            fault = record.faults[0]
            why = say(
                "The record of {domain} breaks the grammar at {term}: {message}.",
                domain=domain,
                term=repr(fault.term),
                message=fault.message,
            )
            return _Checked("permerror", why, record.text)
        return self._evaluate(record, domain)

    def _evaluate(self, record: Record, domain: str) -> _Checked:
        """Go through the terms of `record` until one decides."""
        steps: list[Trace] = []
        terms = (*record.mechanisms, *((record.redirect,) if record.redirect else ()))
        result: Result = "neutral"
        why: str = say(
            "No term of {domain} matched, and no `all` stands at the end.", domain=domain
        )
        explanation, explained_by = record.explanation, domain
        for at, term in enumerate(terms, 1):
            if isinstance(term, Mechanism) and self._is_outside(term):
                steps.append(_outside(term.text, domain))
                continue
            step, below = self._step(term, domain)
            steps.append(step)
            if step.outcome == "no match":
                continue
            result, why = step.result or "neutral", step.why
            if below is not None:  # a redirect: the target's exp= is the one that speaks
                explanation, explained_by = below.explanation, below.explained_by
            steps.extend(_not_reached(rest.text, domain) for rest in terms[at:])
            break
        return _Checked(result, why, record.text, tuple(steps), explanation, explained_by)

    def _step(self, term: Mechanism | Modifier, domain: str) -> tuple[Trace, _Checked | None]:
        """Do one term; return its trace and, for a redirect, what the other record came to."""
        spent_before = self.lookups.spent
        queries = self.lookups.begin_term()
        target, below, redirected = "", None, None
        result: Result | None = None
        outcome: Outcome
        try:
            if term.queries:
                self.lookups.spend()
            if isinstance(term, Modifier):
                target, redirected = self._redirect(term, domain)
                below, result, why = redirected, redirected.result, redirected.why
                outcome = _ERRORS.get(result, "match")
            else:
                done = _MATCHERS[term.name](self, term, domain)
                target, below, why = done.target, done.below, done.why
                outcome = "match" if done.matched else "no match"
                if done.matched:
                    result = _RESULT_OF[term.qualifier]
        except Stop as stop:
            result, why, outcome = stop.result, stop.why, _ERRORS[stop.result]
            if isinstance(stop, _BelowError):
                target, below = stop.target, stop.below
        trace = Trace(
            term.text,
            domain,
            outcome,
            result,
            self.lookups.spent - spent_before,
            why,
            target,
            below.record if below else "",
            tuple(queries),
            below.children if below else (),
        )
        return trace, redirected

    def _redirect(self, term: Modifier, domain: str) -> tuple[str, _Checked]:
        """`redirect=` (RFC 7208 6.1): the target's result is ours; having none is an error."""
        target = self._expand(term.value, domain)
        if not is_well_formed(target):
            return target, _Checked(
                "permerror",
                say("redirect= leads to {target}, which is no name.", target=repr(target)),
            )
        below = self._check(target)
        if below.result == "none":
            below = _Checked(
                "permerror",
                say("redirect= leads to {target}, which has no SPF record.", target=target),
            )
        return target, below

    # -- mechanisms ----------------------------------------------------------------------------

    def _match_all(self, term: Mechanism, domain: str) -> _Matched:
        return _Matched(True, say("`all` matches every address."))

    def _is_outside(self, term: Mechanism) -> bool:
        """True for `ip4` and `ip6` (RFC 7208 5.6) that do not match: most terms of most records."""
        network = term.network
        return network is not None and not self.client.is_within(
            network.version, network.address, network.prefix
        )

    def _match_network(self, term: Mechanism, domain: str) -> _Matched:
        return _Matched(
            True,
            say(
                "{client} is in {network}.",
                client=str(self.client),
                network=term.text.lstrip("+-~?"),
            ),
        )

    def _match_include(self, term: Mechanism, domain: str) -> _Matched:
        """`include` (RFC 7208 5.2): matches if the other record passes."""
        target = self._target(term, domain)
        if is_well_formed(target):
            below = self._check(target)
        else:
            below = _Checked("none", say("{target} is no domain name.", target=repr(target)))
        if below.result == "none":
            why = say("{target} has no SPF record to include.", target=target)
            raise _BelowError("permerror", why, target, below)
        if below.result in _ERRORS:
            raise _BelowError(below.result, below.why, target, below)
        return _Matched(
            below.result == "pass",
            say("{target} says {result}.", target=target, result=below.result),
            target=target,
            below=below,
        )

    def _match_a(self, term: Mechanism, domain: str) -> _Matched:
        """`a` (RFC 7208 5.3)."""
        target = self._target(term, domain)
        if not is_well_formed(target):
            return _Matched(False, say("{target} is no domain name.", target=repr(target)), target)
        return self._among_hosts((for_query(target),), term, target)

    def _match_mx(self, term: Mechanism, domain: str) -> _Matched:
        """`mx` (RFC 7208 5.4): no MX record means no match, never the A record instead."""
        target = self._target(term, domain)
        if not is_well_formed(target):
            return _Matched(False, say("{target} is no domain name.", target=repr(target)), target)
        hosts = self.lookups.mail_hosts(for_query(target))
        if not hosts:
            return _Matched(False, say("{target} has no MX.", target=target), target)
        return self._among_hosts(hosts, term, target)

    def _match_exists(self, term: Mechanism, domain: str) -> _Matched:
        """`exists` (RFC 7208 5.7): any A record will do, for IPv6 clients too."""
        target = self._target(term, domain)
        if not is_well_formed(target):
            return _Matched(False, say("{target} is no domain name.", target=repr(target)), target)
        found = bool(self.lookups.addresses(for_query(target), 4))
        return _Matched(
            found,
            say("{target} has an A record.", target=target)
            if found
            else say("{target} has no A record.", target=target),
            target,
        )

    def _match_ptr(self, term: Mechanism, domain: str) -> _Matched:
        """`ptr` (RFC 7208 5.5), where only the names that could match are worth validating."""
        target = self._target(term, domain)
        for name in self.lookups.reverse_names(self.client):
            if is_same_or_below(name, target) and self._is_validated(name):
                return _Matched(
                    True, say("{client} is {name}.", client=str(self.client), name=name), target
                )
        return _Matched(
            False,
            say("{client} has no valid name in {target}.", client=str(self.client), target=target),
            target,
        )

    def _among_hosts(self, hosts: tuple[str, ...], term: Mechanism, target: str) -> _Matched:
        """Whether the client is among the addresses of `hosts`, widened by the CIDR lengths."""
        version = self.client.version
        prefix = term.prefix4 if version == 4 else term.prefix6
        for host in hosts:
            for address in self.lookups.addresses(host, version):
                number = address_number(address, version)
                if number is not None and self.client.is_within(version, number, prefix):
                    why = say(
                        "{client} is {host}'s ({address}/{prefix}).",
                        client=str(self.client),
                        host=host,
                        address=address,
                        prefix=prefix,
                    )
                    return _Matched(True, why, target)
        return _Matched(
            False,
            say(
                "{client} is none of {target}'s addresses.", client=str(self.client), target=target
            ),
            target,
        )

    # -- macros --------------------------------------------------------------------------------

    def _target(self, term: Mechanism, domain: str) -> str:
        """The `<target-name>` (RFC 7208 4.8): the domain-spec expanded, or the domain itself."""
        return domain if term.target is None else self._expand(term.target, domain)

    def _expand(self, spec: MacroString, domain: str) -> str:
        return shorten(self._text(spec, domain).removesuffix("."))

    def _text(self, spec: MacroString, domain: str) -> str:
        def value_of(letter: str) -> str:
            if letter == "d":
                return domain
            if letter == "p":
                return self._validated_name(domain)
            if not self.values:
                self.values |= self.identity.macro_values()
                self.values |= {"r": self.receiver or "unknown", "t": str(int(self.now))}
            return self.values[letter]

        return spec.expand(value_of)

    def _validated_name(self, domain: str) -> str:
        """`%{p}`: the client's valid name, best one in `domain`, or `unknown` (RFC 7208 7.3)."""
        names = self.lookups.reverse_names(self.client, counts_void=False)
        best = sorted(
            names,
            key=lambda name: (
                0 if name == domain.lower() else 1 if is_same_or_below(name, domain) else 2
            ),
        )
        return next(
            (name for name in best if self._is_validated(name, counts_void=False)), "unknown"
        )

    def _is_validated(self, name: str, *, counts_void: bool = True) -> bool:
        """True if `name` leads back to the client's address; an error means no (RFC 7208 5.5)."""
        found = self.lookups.addresses(
            name, self.client.version, counts_void=counts_void, tolerant=True
        )
        client = self.client
        return any(address_number(one, client.version) == client.number for one in found)

    def _explain(self, spec: MacroString, domain: str) -> str:
        """The owner's explanation of a `fail` (RFC 7208 6.2); empty if anything is wrong."""
        try:
            self.lookups.begin_term()
            name = self._expand(spec, domain)
            if not is_well_formed(name):
                return ""
            texts = self.lookups.ask(for_query(name), "TXT", counts_void=False).strings()
            if len(texts) != 1 or len(texts[0]) > _LONGEST_EXPLANATION:
                return ""
            words = _read_words(texts[0])
            return self._text(words, domain)[:_LONGEST_EXPLANATION]
        except (Stop, MacroError):
            return ""


@lru_cache(maxsize=256)
def _read_words(text: str) -> MacroString:
    """The words of an explanation, of at most `_LONGEST_EXPLANATION`. Raises `MacroError`."""
    return read_macro_string(text, spaces=True)


@lru_cache(maxsize=4096)
def _outside(term: str, domain: str) -> Trace:
    """The trace of a network that does not match: the same every time, so made once."""
    return Trace(term, domain, "no match", why=say("The client is not in this network."))


def _not_reached(term: str, domain: str) -> Trace:
    """The trace of a term after the one that decided."""
    return Trace(term, domain, "not reached")


_MATCHERS: dict[str, Callable[[_Evaluation, Mechanism, str], _Matched]] = {
    "all": _Evaluation._match_all,
    "include": _Evaluation._match_include,
    "a": _Evaluation._match_a,
    "mx": _Evaluation._match_mx,
    "ptr": _Evaluation._match_ptr,
    "ip4": _Evaluation._match_network,
    "ip6": _Evaluation._match_network,
    "exists": _Evaluation._match_exists,
}
