"""What a policy makes of one address's past: the same decisions, without doing them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lists.policy import Action, Decision, Policy, Standing, Unverified, decide

UNSUPPRESSED = "unsuppressed"


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened to an address."""

    at: datetime
    what: str
    """`hard`, `soft`, `block`, `complaint`, or `unsuppressed` by a person."""
    list_id: int = 0
    """0 for all lists, where it was unsuppressed."""
    reason: str = ""
    proved: bool = True
    by_origin: bool = False
    """Proved by the server that handed it over, for policies that believe that."""
    ours: bool = True
    """The address is a subscriber of the list: what is not proved may concern only those."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an address stands in the end: `cause` is empty where it is mailed."""

    cause: str = ""
    removed: bool = False

    @property
    def is_kept_away(self) -> bool:
        return bool(self.cause) or self.removed


@dataclass(frozen=True, slots=True)
class _Hold:
    cause: str
    until: datetime | None


def replay(policy: Policy, pasts: Iterable[Past], now: datetime) -> Outcome:
    """Where `pasts`, oldest first, leave the address at `now` on the lists of one policy."""
    standings: dict[int, Standing] = {}
    fresh = Standing()
    hold: _Hold | None = None
    removed: set[int] = set()
    for past in pasts:
        if past.what == UNSUPPRESSED:
            fresh = Standing(unsuppressed_at=past.at)
            standings, hold, removed = {}, None, set()
            continue
        what = _judged_as(policy, past)
        if not what:
            continue
        standing = standings.get(past.list_id, fresh)
        decision = decide(policy, standing, what, past.at, past.reason)
        standings[past.list_id] = decision.standing
        if decision.action in (Action.SUPPRESS, Action.REMOVE):
            hold = _stronger(hold, what, decision, past.at)
        if decision.action == Action.REMOVE:
            removed.add(past.list_id)
    if hold and hold.until and hold.until <= now:
        hold = None
    return Outcome(hold.cause if hold else "", bool(removed))


def _judged_as(policy: Policy, past: Past) -> str:
    if past.proved or (past.by_origin and policy.believe_origin):
        return past.what
    if not past.ours or policy.unverified == Unverified.NOTHING:
        return ""
    if policy.unverified == Unverified.SCORE and past.what != "block":
        return "soft"
    return past.what


def _stronger(hold: _Hold | None, what: str, decision: Decision, at: datetime) -> _Hold:
    """As `lists.suppressing` has it: a complaint and what is for good stand over the rest."""
    new = _Hold(what, decision.until)
    if hold is None or (hold.until and hold.until <= at):
        return new
    if what == "complaint" != hold.cause:
        return _Hold(what, None)
    if hold.cause == "complaint" != what or hold.until is None:
        return hold
    return new if new.until is None or new.until > hold.until else hold
