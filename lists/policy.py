"""What one bounce does to one address: a decision on plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Action(StrEnum):
    """What is to be done about the address, from nothing to most."""

    NOTHING = "nothing"
    COUNTED = "counted"
    SUPPRESS = "suppress"
    REMOVE = "remove"


class Unverified(StrEnum):
    """What a bounce may do that nothing proves to be about mail of ours."""

    NOTHING = "nothing"
    SCORE = "score"
    """Adds points like a soft bounce, so that no single forgery suppresses anybody."""
    EVERYTHING = "everything"


# Reason of a soft bounce -> points it adds. What is the sender's doing (too large, too fast) adds
# none; trouble of the whole server adds less than trouble of the mailbox.
SOFT_POINTS: Mapping[str, float] = MappingProxyType(
    {
        "exceedlimit": 0,
        "expired": 1,
        "filtered": 1,
        "mailboxfull": 1,
        "mailererror": 0.5,
        "mesgtoobig": 0,
        "networkerror": 0.5,
        "onhold": 1,
        "ratelimited": 0,
        "suspend": 2,
        "syntaxerror": 0,
        "systemerror": 0.5,
        "systemfull": 0.5,
        "toomanyconn": 0,
        "undefined": 1,
    }
)
# Points of a reason that the table does not have.
_OTHER_POINTS = 1.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What bounces and complaints do in one stream or on one list. Days of 0 mean "not at all"."""

    hard_suppress_at: int = 1
    hard_remove_at: int = 3
    soft_suppress_at: float = 5
    soft_half_life_days: float = 14
    soft_cool_off_days: int = 30
    """How long repeated soft bounces suppress; 0 is for good."""
    soft_points: Mapping[str, float] = field(default_factory=lambda: SOFT_POINTS)
    complaint_action: Action = Action.SUPPRESS
    unverified: Unverified = Unverified.NOTHING
    believe_origin: bool = False
    """A report that the recipient's own mail servers hand over counts as proved."""
    probation_days: int = 30
    """How long after it was lifted by hand a hard bounce acts at once, whatever the counts."""
    probation_action: Action = Action.SUPPRESS
    bounce_reach: str = "stream"
    """How far a suppression for bounces reaches: `global`, `stream` or `list`."""
    complaint_reach: str = "stream"


@dataclass(frozen=True, slots=True)
class Standing:
    """What an address has on a list so far."""

    hard_bounces: int = 0
    soft_score: float = 0
    soft_score_at: datetime | None = None
    unsuppressed_at: datetime | None = None
    """When a person last lifted its suppression."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The new standing, and what to do."""

    standing: Standing
    action: Action
    until: datetime | None = None
    """When a suppression ends by itself; None is for good."""


def decide(
    policy: Policy, standing: Standing, what: str, at: datetime, reason: str = ""
) -> Decision:
    """Judge one `what` (`hard`, `soft`, `block`, `complaint`) for `reason` that came at `at`.

    A block is the sender's fault and never touches the address.
    """
    if what == "complaint":
        return Decision(standing, policy.complaint_action)
    if what == "hard":
        return _after_hard(policy, standing, at)
    if what == "soft":
        return _after_soft(policy, standing, at, reason)
    return Decision(standing, Action.NOTHING)


def faded_score(standing: Standing, at: datetime, half_life_days: float) -> float:
    """The soft score as it stands at `at`, halved for every half-life that has passed."""
    if standing.soft_score_at is None:
        return standing.soft_score
    days = max(0.0, (at - standing.soft_score_at).total_seconds() / 86400)
    faded: float = 0.5 ** (days / half_life_days)
    return standing.soft_score * faded


def _after_hard(policy: Policy, standing: Standing, at: datetime) -> Decision:
    count = standing.hard_bounces + 1
    if count >= policy.hard_remove_at:
        action = Action.REMOVE
    elif count >= policy.hard_suppress_at:
        action = Action.SUPPRESS
    else:
        action = Action.COUNTED
    if action != Action.REMOVE and _on_probation(policy, standing, at):
        action = policy.probation_action
    return Decision(replace(standing, hard_bounces=count), action)


def _on_probation(policy: Policy, standing: Standing, at: datetime) -> bool:
    began = standing.unsuppressed_at
    # What came before it was lifted is about mail from before.
    return began is not None and began <= at < began + timedelta(days=policy.probation_days)


def _after_soft(policy: Policy, standing: Standing, at: datetime, reason: str) -> Decision:
    points = policy.soft_points.get(reason, _OTHER_POINTS)
    if not points:
        return Decision(standing, Action.NOTHING)
    score = faded_score(standing, at, policy.soft_half_life_days) + points
    # A bounce that arrives late must not turn the clock back.
    latest = max(at, standing.soft_score_at or at)
    after = replace(standing, soft_score=score, soft_score_at=latest)
    if score < policy.soft_suppress_at:
        return Decision(after, Action.COUNTED)
    days = policy.soft_cool_off_days
    return Decision(after, Action.SUPPRESS, at + timedelta(days=days) if days else None)
