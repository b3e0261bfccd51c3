"""The four scenarios: from facts and findings to a ranked cause. No database."""

from __future__ import annotations

import pytest

from diagnostics.checks.findings import Finding
from diagnostics.plans import PLANS, STEPS
from diagnostics.scenarios import Facts, Provider, Said, offered, rank
from diagnostics.scenarios.causes import CAUSES
from diagnostics.scenarios.signs import Known
from lists.bands import Band


def problem(check: str, title: str = "Something is wrong.") -> Finding:
    return Finding(check, "problem", title)


# Scenario, what is known, the cause that must come first.
CASES = {
    "listed and refused for it": (
        "everything-bounces",
        Known(
            Facts(
                sent=1000, block=400, reasons=(("blocked", 400),),
                named_lists=(Said("zen.spamhaus.org", 40),),
            ),
            (problem("blocklists", "192.0.2.1 is on Spamhaus ZEN: CSS."),),
        ),
        "blocklisted",
    ),
    "SPF broken and named": (
        "everything-bounces",
        Known(
            Facts(
                sent=1000, block=300, reasons=(("authfailure", 300),),
                texts=(Said("550 5.7.23 SPF validation failed", 250),),
            ),
            (problem("spf"),),
        ),
        "spf",
    ),
    "one provider, nothing else found": (
        "everything-bounces",
        Known(
            Facts(
                sent=1000, hard=5, block=300, reasons=(("blocked", 300), ("userunknown", 5)),
                providers=(Provider("big.org", 400, 2, 0, 290), Provider("x.org", 10, 3, 0, 10)),
            )
        ),
        "one-provider-blocks",
    ),
    "a bought list": (
        "everything-bounces",
        Known(
            Facts(
                sent=1000, hard=300, reasons=(("userunknown", 290), ("hostunknown", 10)),
                providers=tuple(Provider(f"d{n}.org", 100, 30) for n in range(10)),
            )
        ),
        "dead-addresses",
    ),
    "no reverse name": (
        "everything-bounces",
        Known(Facts(sent=100, block=50, reasons=(("requireptr", 50),)), (problem("ptr"),)),
        "reverse-name",
    ),
    "no MX": (
        "no-bounces",
        Known(Facts(sent=5000, silent_hours=100.0), (problem("mx", "It has no MX."),)),
        "mx-broken",
    ),
    "the address is refused": (
        "no-bounces",
        Known(Facts(sent=5000, probe="lost"), (problem("mailbox", "It refuses mail."),)),
        "mailbox-refuses",
    ),
    "nobody fetches": (
        "no-bounces",
        Known(
            Facts(sent=5000, silent_hours=72.0),
            (Finding("mailbox", "ok", "mx takes mail for bounces@example.com."),),
        ),
        "not-fetched",
    ),
    "another envelope sender": (
        "no-bounces",
        Known(Facts(sent=5000, silent_hours=1.0, unattributed=800)),
        "other-envelope",
    ),
    "they do arrive": (
        "no-bounces",
        Known(Facts(sent=500, hard=20, quiet_hours=3.0, silent_hours=1.0)),
        "arriving",
    ),
    "too fast": (
        "many-soft",
        Known(
            Facts(
                sent=9000, soft=500, reasons=(("ratelimited", 400),), sampled=500, busiest=0.8,
                texts=(Said("421 4.7.28 unusual rate of mail", 400),),
            )
        ),
        "too-fast",
    ),
    "full mailboxes": (
        "many-soft",
        Known(Facts(sent=9000, soft=100, reasons=(("mailboxfull", 90),))),
        "full-mailboxes",
    ),
    "too large": (
        "many-soft",
        Known(
            Facts(
                sent=900, soft=100, reasons=(("mesgtoobig", 60), ("mailboxfull", 20)),
                size_limits=(10485760,),
            )
        ),
        "too-large",
    ),
    "one receiver is down": (
        "many-soft",
        Known(
            Facts(
                sent=900, soft=100, reasons=(("systemerror", 90),),
                providers=(Provider("down.org", 100, 0, 95, 0), Provider("up.org", 10, 0, 5, 0)),
            )
        ),
        "receiver-down",
    ),
    "our own network": (
        "many-soft",
        Known(
            Facts(
                sent=900, soft=100, reasons=(("networkerror", 70), ("expired", 20)),
                providers=tuple(Provider(f"d{n}.org", 50, 0, 10, 0) for n in range(10)),
            )
        ),
        "own-network",
    ),
    "our address answers": (
        "loop",
        Known(Facts(about_ourselves=40, autoreplies=60)),
        "own-autoreply",
    ),
    "a stranger answers": (
        "loop",
        Known(Facts(repliers=(Said("ticket@example.net", 80),))),
        "their-autoreply",
    ),
    "mailed again and again": (
        "loop",
        Known(Facts(repeated=(Said("gone@example.net", 12), Said("off@example.net", 9)))),
        "mailed-again",
    ),
    "backscatter": (
        "loop",
        Known(
            Facts(unattributed=1000, unverified=500),
            (Finding("mailbox", "warning", "mx takes mail for addresses that do not exist."),),
        ),
        "backscatter",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_likeliest_cause_comes_first(name):
    scenario, known, expected = CASES[name]
    ranked = rank(scenario, known)
    assert [one.name for one in ranked][:1] == [expected]
    assert ranked[0].evidence
    assert ranked[0].step


def test_every_scenario_has_a_case_and_every_case_a_scenario():
    scenarios = {plan.name for plan in PLANS.values() if plan.is_scenario}
    assert {scenario for scenario, _, _ in CASES.values()} == scenarios
    assert {name for cause in CAUSES for name in cause.scenarios} == scenarios


@pytest.mark.parametrize("scenario", [plan.name for plan in PLANS.values() if plan.is_scenario])
def test_what_nothing_speaks_for_is_never_named(scenario):
    # Sends that are well and bounces that are few: only what is true of them may be said.
    known = Known(Facts(sent=1000, hard=3, silent_hours=1.0))
    assert rank(scenario, known) == ()


def test_a_returned_round_trip_speaks_against_a_broken_way():
    broken = problem("mx")
    lost = rank("no-bounces", Known(Facts(sent=10, probe="lost"), (broken,)))
    back = rank("no-bounces", Known(Facts(sent=10, probe="returned"), (broken,)))
    assert lost[0].name == "mx-broken"
    assert "mx-broken" not in [one.name for one in back]


def test_every_cause_is_complete():
    names = [cause.name for cause in CAUSES]
    assert len(set(names)) == len(names)
    for cause in CAUSES:
        assert cause.title.endswith("."), cause.name
        assert cause.step.endswith("."), cause.name
        assert any(sign.points > 0 for sign in cause.signs), cause.name
        assert not cause.check or cause.check in STEPS, cause.name
        checks = {check for name in cause.scenarios for check in PLANS[name].checks}
        assert not cause.check or cause.check in checks, cause.name


def test_facts_survive_being_kept_as_json():
    for _scenario, known, _expected in CASES.values():
        assert Facts.from_data(known.facts.as_data()) == known.facts


@pytest.mark.parametrize(
    ("band", "sent", "hard", "soft", "block", "plan"),
    [
        (Band.CRITICAL, 1000, 5, 0, 200, "everything-bounces"),
        (Band.POOR, 1000, 5, 80, 0, "many-soft"),
        (Band.HEALTHY, 5000, 0, 0, 0, "no-bounces"),
        (Band.HEALTHY, 5000, 3, 0, 0, ""),
        (Band.UNKNOWN, 50, 0, 0, 0, ""),
    ],
)
def test_a_band_offers_the_scenario_that_fits(band, sent, hard, soft, block, plan):
    assert offered(band, sent, hard, soft, block) == plan
