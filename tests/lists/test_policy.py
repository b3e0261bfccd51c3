from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounces.parsing.reasons.names import REASONS
from lists.policy import SOFT_POINTS, Action, Policy, Standing, decide, faded_score

NOW = datetime(2026, 11, 20, tzinfo=UTC)
POLICY = Policy()


def _after(what, *days, policy=POLICY, reason="mailboxfull", standing=None):
    standing, action = standing or Standing(), None
    for day in days:
        decision = decide(policy, standing, what, NOW + timedelta(days=day), reason)
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


def test_a_complaint_does_what_the_policy_says():
    for action in (Action.COUNTED, Action.SUPPRESS, Action.REMOVE):
        assert _after("complaint", 0, policy=Policy(complaint_action=action))[1] == action


def test_points_depend_on_the_reason():
    assert _after("soft", 0, reason="suspend")[0].soft_score == 2
    assert _after("soft", 0, reason="networkerror")[0].soft_score == 0.5
    assert _after("soft", 0, reason="a reason of tomorrow")[0].soft_score == 1


def test_what_is_the_senders_doing_adds_nothing():
    standing, action = _after("soft", *range(20), reason="mesgtoobig")
    assert (standing, action) == (Standing(), Action.NOTHING)


def test_repeated_soft_bounces_suppress_for_a_while():
    policy = Policy(soft_suppress_at=1, soft_cool_off_days=10)
    assert decide(policy, Standing(), "soft", NOW).until == NOW + timedelta(days=10)
    for_good = Policy(soft_suppress_at=1, soft_cool_off_days=0)
    decision = decide(for_good, Standing(), "soft", NOW)
    assert (decision.action, decision.until) == (Action.SUPPRESS, None)


def test_on_probation_one_hard_bounce_is_enough():
    policy = Policy(
        hard_suppress_at=3, hard_remove_at=5, probation_days=30, probation_action=Action.REMOVE
    )
    lifted = Standing(unsuppressed_at=NOW)
    assert _after("hard", 29, policy=policy, standing=lifted)[1] == Action.REMOVE
    assert _after("hard", 30, policy=policy, standing=lifted)[1] == Action.COUNTED
    assert _after("hard", 29, policy=policy)[1] == Action.COUNTED


def test_a_bounce_from_before_it_was_lifted_is_no_breach_of_probation():
    policy = Policy(hard_suppress_at=3, hard_remove_at=5)
    lifted = Standing(unsuppressed_at=NOW)
    assert _after("hard", -1, policy=policy, standing=lifted)[1] == Action.COUNTED


def test_probation_does_not_soften_a_removal():
    lifted = Standing(hard_bounces=2, unsuppressed_at=NOW)
    assert _after("hard", 1, standing=lifted)[1] == Action.REMOVE


def test_the_table_of_points_has_every_soft_reason_and_no_other():
    assert set(SOFT_POINTS) == {r.name for r in REASONS.values() if r.category == "soft"}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hard", "soft", "block", "complaint"]),
            st.sampled_from(sorted(SOFT_POINTS)),
            st.integers(0, 90),
        ),
        max_size=30,
    )
)
def test_a_stricter_policy_never_does_less(bounces):
    strict = Policy(hard_suppress_at=1, hard_remove_at=2, soft_suppress_at=2)
    lax = Policy(hard_suppress_at=2, hard_remove_at=4, soft_suppress_at=4)
    order = list(Action)
    one = other = Standing()
    for what, reason, day in bounces:
        at = NOW + timedelta(days=day)
        first = decide(strict, one, what, at, reason)
        second = decide(lax, other, what, at, reason)
        one, other = first.standing, second.standing
        assert order.index(first.action) >= order.index(second.action)
        assert first.standing.soft_score >= 0
        if what == "block":
            assert first.action == Action.NOTHING
