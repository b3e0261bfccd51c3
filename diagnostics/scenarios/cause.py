"""What a cause is: what speaks for it, and what to do then."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.scenarios.signs import Sign

EVERYTHING, NO_BOUNCES, MANY_SOFT, LOOP = (
    "everything-bounces",
    "no-bounces",
    "many-soft",
    "loop",
)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that may be at the bottom of it."""

    name: str
    scenarios: tuple[str, ...]
    title: str
    step: str
    """What to do next, in a sentence or two."""
    signs: tuple[Sign, ...]
    reason: str = ""
    """The reason whose bounces to look at, where one reason shows it."""
    check: str = ""
    """The check whose findings say what to change."""
