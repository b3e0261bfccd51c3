"""Every band and every cause has its sentence."""

from __future__ import annotations

import pytest

from lists.advice import advise
from lists.bands import Band
from lists.counted import Counts, Domain
from lists.health import Health


def health(band: Band, counts: Counts, worst: Domain | None = None) -> Health:
    return Health(counts, Counts(), band, (), worst)


def test_one_domain_that_refuses_most_is_named_with_its_share():
    found = advise(
        health(
            Band.CRITICAL,
            Counts(sent=1000, hard=18, block=102),
            Domain("mail.example.net", Counts(sent=500, block=98, hard=1)),
        )
    )

    assert found.cause == "82 % of it is mail.example.net refusing your server."
    assert found.action.startswith("Deliverability is at risk: stop sending and diagnose.")
    assert found.category == "block"


def test_what_is_spread_over_domains_is_told_by_category():
    found = advise(
        health(
            Band.POOR,
            Counts(sent=1000, hard=45, soft=15),
            Domain("example.net", Counts(hard=6)),
        )
    )

    assert found.cause == "75 % of it is addresses that do not exist."
    assert found.category == "hard"


@pytest.mark.parametrize("category", ["hard", "soft", "block"])
@pytest.mark.parametrize("band", [Band.ATTENTION, Band.POOR, Band.CRITICAL])
def test_each_category_has_a_cause_an_action_and_a_step(band, category):
    bounced = {category: 100}
    everywhere = advise(health(band, Counts(sent=1000, **bounced)))
    at_one = advise(health(band, Counts(sent=1000, **bounced), Domain("a.test", Counts(**bounced))))

    assert everywhere.category == at_one.category == category
    assert everywhere.cause.startswith("100 % of it is")
    assert "a.test" in at_one.cause
    assert everywhere.action
    assert everywhere.step


def test_a_healthy_list_is_left_alone():
    found = advise(health(Band.HEALTHY, Counts(sent=1000, hard=1)))

    assert found.action == "Keep monitoring."
    assert found.cause == ""


def test_too_few_to_judge_claims_nothing():
    assert advise(health(Band.UNKNOWN, Counts(sent=3, hard=3))).cause == ""


def test_bounces_without_sends_ask_for_the_number_sent():
    found = advise(health(Band.UNKNOWN, Counts(hard=5)))

    assert found.cause == "5 bounces came, and no sends are reported."


def test_an_idle_list_says_that_nothing_was_sent():
    assert advise(health(Band.UNKNOWN, Counts())).action == "Nothing was sent in this period."
