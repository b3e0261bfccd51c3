from datetime import UTC, datetime, timedelta

import pytest

from lists.policy import Action, Policy, Standing, decide, faded_score

NOW = datetime(2026, 11, 20, tzinfo=UTC)
POLICY = Policy()


def _after(what, *days, policy=POLICY):
    standing, action = Standing(), None
    for day in days:
        decision = decide(policy, standing, what, NOW + timedelta(days=day))
        standing, action = decision.standing, decision.action
    return standing, action


def test_first_hard_bounce_suppresses_and_third_removes():
    assert _after("hard", 0)[1] == Action.SUPPRESS
    assert _after("hard", 0, 1)[1] == Action.SUPPRESS
    assert _after("hard", 0, 1, 2)[1] == Action.REMOVE


def test_thresholds_are_the_policys():
    policy = Policy(hard_suppress_at=2, hard_remove_at=4)
    assert _after("hard", 0, policy=policy)[1] == Action.COUNTED
    assert _after("hard", 0, 1, policy=policy)[1] == Action.SUPPRESS
    assert _after("hard", 0, 1, 2, 3, policy=policy)[1] == Action.REMOVE


def test_soft_bounces_add_up_to_a_suppression():
    assert _after("soft", 0, 0, 0, 0)[1] == Action.COUNTED
    assert _after("soft", 0, 0, 0, 0, 0)[1] == Action.SUPPRESS


def test_soft_bounces_fade():
    assert _after("soft", *range(0, 300, 30))[1] == Action.COUNTED
    assert faded_score(Standing(0, 4, NOW), NOW + timedelta(days=14), 14) == 2


def test_a_late_bounce_does_not_turn_the_clock_back():
    standing, _ = _after("soft", 10, 0)
    assert standing.soft_score_at == NOW + timedelta(days=10)
    assert standing.soft_score == 2


@pytest.mark.parametrize("standing", [Standing(), Standing(2, 4, NOW)])
def test_a_block_never_counts_against_the_address(standing):
    decision = decide(POLICY, standing, "block", NOW)
    assert (decision.standing, decision.action) == (standing, Action.NOTHING)


def test_a_complaint_suppresses_at_once():
    assert _after("complaint", 0)[1] == Action.SUPPRESS
