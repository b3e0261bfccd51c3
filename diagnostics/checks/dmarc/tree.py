"""The DNS tree walk: which policy applies to a domain, and which organization it belongs to.

RFC 9989 4.10 replaced the Public Suffix List by this walk towards the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.dmarc.record import DmarcRecord, Policy, is_dmarc, read_dmarc
from diagnostics.checks.spf.names import for_query, is_same_or_below

MOST_LABELS = 8
"""A name with this many labels or more is cut to seven after the first question (4.10)."""

Place = Literal["author", "organization", "public suffix"]


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the walk."""

    domain: str
    answered: Answered
    texts: tuple[str, ...]
    """The DMARC records there; more than one count as none (RFC 9989 4.10)."""
    record: DmarcRecord | None


@dataclass(frozen=True, slots=True)
class TreeWalk:
    """The walk from one domain to the root."""

    domain: str
    steps: tuple[Step, ...]

    @property
    def failed(self) -> tuple[Answered, ...]:
        """Questions that were not answered: with any, what the walk found is not certain."""
        return tuple(one.answered for one in self.steps if one.answered.outcome == "failed")

    @property
    def organization(self) -> str:
        """The organizational domain (RFC 9989 4.10.2); the domain itself where none is found."""
        found = [step for step in self.steps if step.record]
        for step in found:
            if step.record and step.record.psd == "n":
                return step.domain
            if step.record and step.record.psd == "y" and step.domain != self.domain:
                return _one_label_below(self.domain, step.domain)
        return found[-1].domain if found else self.domain

    def applied(self) -> Applied | None:
        """The policy that applies to the domain; None where there is none (RFC 9989 4.10.1)."""
        places: list[tuple[str, Place]] = [
            (self.domain, "author"),
            (self.organization, "organization"),
        ]
        places += [
            (step.domain, "public suffix")
            for step in self.steps
            if step.record and step.record.psd == "y"
        ]
        records = {step.domain: step.record for step in self.steps if step.record}
        for domain, place in places:
            if (record := records.get(domain)) is not None:
                return Applied(domain, place, record)
        return None


@dataclass(frozen=True, slots=True)
class Applied:
    """The record that applies to a domain."""

    domain: str
    """Where it is published, below `_dmarc`."""
    place: Place
    record: DmarcRecord

    def policy(self, *, exists: bool = True) -> Policy:
        """What the owner asks to do with mail that fails; `exists` is the domain itself."""
        if self.place == "author":
            return self.record.policy
        return self.record.subdomain_policy if exists else self.record.nonexistent_policy


def tree_walk(domain: str, resolver: Resolver) -> TreeWalk:
    """Walk from `domain` (in A-labels) towards the root, in at most eight questions."""
    domain = domain.rstrip(".").lower()
    steps: list[Step] = []
    target = domain
    while target:
        step = _step(target, resolver)
        steps.append(step)
        if step.record is not None and step.record.psd in ("y", "n"):
            break
        labels = target.split(".")
        target = ".".join(
            labels[-(MOST_LABELS - 1) :] if len(labels) >= MOST_LABELS else labels[1:]
        )
    return TreeWalk(domain, tuple(steps))


def _step(domain: str, resolver: Resolver) -> Step:
    answered = ask(resolver, for_query(f"_dmarc.{domain}"), "TXT")
    texts = tuple(text for text in answered.strings() if is_dmarc(text))
    return Step(domain, answered, texts, read_dmarc(texts[0]) if len(texts) == 1 else None)


def aligned(authenticated: str, author: TreeWalk, *, strict: bool, resolver: Resolver) -> bool:
    """True if `authenticated`, the domain that SPF or DKIM passed for, aligns (RFC 9989 4.10.2)."""
    authenticated = authenticated.rstrip(".").lower()
    if authenticated == author.domain:
        return True
    if strict:
        return False
    organization = author.organization
    if not is_same_or_below(authenticated, organization):
        return False
    return tree_walk(authenticated, resolver).organization == organization


def _one_label_below(domain: str, suffix: str) -> str:
    """The name one label below `suffix` on the way to `domain`."""
    return ".".join(domain.split(".")[-(suffix.count(".") + 2) :])
