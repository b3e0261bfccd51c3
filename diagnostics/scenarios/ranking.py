"""The causes in the order of what speaks for them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from diagnostics.checks.sentences import as_data, say
from diagnostics.scenarios.causes import CAUSES
from diagnostics.scenarios.signs import Known

LEAST = 20
"""Points below which a cause is not named."""
_WORDS = ((70, "very likely"), (45, "likely"), (LEAST, "possible"))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A cause, and what speaks for it."""

    name: str
    title: str
    step: str
    score: int
    """0 to 100."""
    evidence: tuple[str, ...]
    """A sentence for each sign that is there; those that speak against it begin with `But`."""
    reason: str = ""
    check: str = ""

    @property
    def likelihood(self) -> str:
        """The score in words."""
        return next(word for least, word in _WORDS if self.score >= least)

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it, with the likelihood in words."""
        return {
            **asdict(self),
            **{name: as_data(getattr(self, name)) for name in ("title", "step", "evidence")},
            "likelihood": self.likelihood,
        }


def rank(scenario: str, known: Known) -> tuple[Ranked, ...]:
    """The causes of `scenario` that something speaks for, the likeliest first."""
    ranked = []
    for cause in CAUSES:
        if scenario not in cause.scenarios:
            continue
        there = [(sign, words) for sign in cause.signs if (words := sign.evidence(known))]
        score = max(0, min(100, sum(sign.points for sign, _ in there)))
        if score < LEAST:
            continue
        evidence = tuple(
            words if sign.points > 0 else say("But: {evidence}", evidence=words)
            for sign, words in there
        )
        ranked.append(
            Ranked(
                cause.name,
                say(cause.title),
                say(cause.step),
                score,
                evidence,
                cause.reason,
                cause.check,
            )
        )
    # The table's order decides between equals: what was checked stands before what was guessed.
    return tuple(sorted(ranked, key=lambda one: -one.score))
