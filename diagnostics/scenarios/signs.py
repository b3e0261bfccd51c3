"""Signs: what speaks for a cause, and the sentence of evidence where it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from diagnostics.checks.findings import Finding, Status
from diagnostics.checks.sentences import say
from diagnostics.scenarios.facts import Facts, Provider


@dataclass(frozen=True, slots=True)
class Known:
    """All that a diagnosis knows when it weighs causes."""

    facts: Facts
    findings: tuple[Finding, ...] = ()
    sending_ips: tuple[str, ...] = ()


_FEW = 10
"""Bounces below which their shares say nothing."""

Evidence = Callable[[Known], str]
"""The sentence that a sign shows; empty where it is not there."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a cause."""

    points: int
    """How loudly, of 100; below zero it speaks against."""
    evidence: Evidence


def found(check: str, points: int, *, status: Status = "problem", words: str = "") -> Sign:
    """A check found something with `status` (whose title has `words`, a pattern)."""
    pattern = re.compile(words, re.IGNORECASE)

    def evidence(known: Known) -> str:
        titles = [
            finding.title
            for finding in known.findings
            if finding.check == check and finding.status == status and pattern.search(finding.title)
        ]
        return titles[0] if titles else ""

    return Sign(points, evidence)


def reasons(names: Collection[str], points: int, *, share: float, what: str) -> Sign:
    """At least `share` of the bounces have one of these reasons; `what` is the sentence to say."""

    def evidence(known: Known) -> str:
        count = known.facts.of_reasons(*names)
        total = known.facts.bounced
        if total < _FEW or count / total < share:
            return ""
        return say(what, percent=_percent(count, total), count=f"{count:,}", total=f"{total:,}")

    return Sign(points, evidence)


def category(name: str, points: int, *, share: float, what: str) -> Sign:
    """At least `share` of the bounces are of one category; `what` is the sentence to say."""

    def evidence(known: Known) -> str:
        count, total = getattr(known.facts, name), known.facts.bounced
        if total < _FEW or count / total < share:
            return ""
        return say(what, percent=_percent(count, total))

    return Sign(points, evidence)


def said(pattern: str, points: int, *, at_least: int = 3) -> Sign:
    """Replies say something; the loudest of them is the evidence."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def evidence(known: Known) -> str:
        texts = [text for text in known.facts.texts if compiled.search(text.text)]
        count = sum(text.count for text in texts)
        if count < at_least:
            return ""
        return say(
            "Receivers wrote {count} times, such as: “{text}”",
            count=f"{count:,}",
            text=texts[0].text[:160],
        )

    return Sign(points, evidence)


def one_provider(name: str, points: int, *, share: float = 0.6) -> Sign:
    """One provider has at least `share` of the bounces of one category."""

    def evidence(known: Known) -> str:
        worst = worst_provider(known.facts, name)
        total = getattr(known.facts, name)
        if worst is None or total < 3 or getattr(worst, name) / total < share:
            return ""
        count = getattr(worst, name)
        return say(
            "{percent} of them ({count}) come from {domain}.",
            percent=_percent(count, total),
            count=f"{count:,}",
            domain=worst.domain,
        )

    return Sign(points, evidence)


def many_providers(name: str, points: int, *, at_least: int = 3, share: float = 0.6) -> Sign:
    """No provider stands out: at least so many of them have bounces of one category."""

    def evidence(known: Known) -> str:
        having = [one for one in known.facts.providers if getattr(one, name)]
        worst = worst_provider(known.facts, name)
        total = getattr(known.facts, name)
        if worst is None or len(having) < at_least or getattr(worst, name) / total >= share:
            return ""
        return say("They come from {n} providers, none with most of them.", n=len(having))

    return Sign(points, evidence)


def fact(points: int, evidence: Callable[[Facts], str]) -> Sign:
    """Anything else that the facts alone tell."""
    return Sign(points, lambda known: evidence(known.facts))


def worst_provider(facts: Facts, name: str) -> Provider | None:
    """The provider with the most bounces of a category."""
    having = [one for one in facts.providers if getattr(one, name)]
    return max(having, key=lambda one: int(getattr(one, name)), default=None)


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"
