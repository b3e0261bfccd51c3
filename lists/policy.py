"""What one bounce does to one address: a decision on plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What is to be done about the address."""

    NOTHING = "nothing"
    COUNTED = "counted"
    SUPPRESS = "suppress"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Policy:
    """How many hard bounces suppress and remove, and how soft ones add up and fade."""

    hard_suppress_at: int = 1
    hard_remove_at: int = 3
    soft_suppress_at: float = 5
    soft_half_life_days: float = 14


@dataclass(frozen=True, slots=True)
class Standing:
    """What an address has on a list so far."""

    hard_bounces: int = 0
    soft_score: float = 0
    soft_score_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The new standing, and what to do."""

    standing: Standing
    action: Action


def decide(policy: Policy, standing: Standing, what: str, at: datetime) -> Decision:
    """Judge one verified `what` (`hard`, `soft`, `block`, `complaint`) that came at `at`.

    A block is the sender's fault and never touches the address; a complaint suppresses at once.
    """
    if what == "complaint":
        return Decision(standing, Action.SUPPRESS)
    if what == "hard":
        count = standing.hard_bounces + 1
        if count >= policy.hard_remove_at:
            action = Action.REMOVE
        elif count >= policy.hard_suppress_at:
            action = Action.SUPPRESS
        else:
            action = Action.COUNTED
        return Decision(replace(standing, hard_bounces=count), action)
    if what == "soft":
        score = faded_score(standing, at, policy.soft_half_life_days) + 1
        # A bounce that arrives late must not turn the clock back.
        latest = max(at, standing.soft_score_at or at)
        reached = score >= policy.soft_suppress_at
        return Decision(
            replace(standing, soft_score=score, soft_score_at=latest),
            Action.SUPPRESS if reached else Action.COUNTED,
        )
    return Decision(standing, Action.NOTHING)


def faded_score(standing: Standing, at: datetime, half_life_days: float) -> float:
    """The soft score as it stands at `at`, halved for every half-life that has passed."""
    if standing.soft_score_at is None:
        return standing.soft_score
    days = max(0.0, (at - standing.soft_score_at).total_seconds() / 86400)
    faded: float = 0.5 ** (days / half_life_days)
    return standing.soft_score * faded
