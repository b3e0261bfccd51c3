"""What happened to lists, in one line of time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lists.counted import Period
from lists.happenings import happenings_of, since_yesterday
from lists.models import BandChange, Suppression
from lists.noting import note
from lists.suppressing import SuppressionWish, suppress, unsuppress
from tests.factories import NOW, make_campaign

pytestmark = pytest.mark.django_db

WEEK = Period.ending(NOW.date(), 7)
HOUR = timedelta(hours=1)


def change(campaign, before: str, after: str, at, *, of_campaign: bool = False) -> BandChange:
    return BandChange.objects.create(
        mailing_list=campaign.mailing_list,
        campaign=campaign if of_campaign else None,
        before=before,
        after=after,
        sent=1000,
        bounced=120,
        at=at,
    )


def test_a_list_shows_its_changes_of_band_among_what_people_did_newest_first():
    campaign = make_campaign()
    change(campaign, "healthy", "critical", NOW - HOUR)
    change(campaign, "healthy", "poor", NOW, of_campaign=True)
    note("remark", "New host.", "olga", mailing_list=campaign.mailing_list, at=NOW - 2 * HOUR)
    first, second = happenings_of(campaign.mailing_list, WEEK)
    assert (first.title, first.tone) == ("Healthy → Critical", "bad")
    assert first.text == "Bounce rate then: 12 %."
    assert (second.title, second.text, second.who) == ("Remark", "New host.", "olga")


def test_a_campaign_shows_its_own_changes():
    campaign = make_campaign()
    change(campaign, "healthy", "critical", NOW)
    change(campaign, "critical", "attention", NOW, of_campaign=True)
    (only,) = happenings_of(campaign, WEEK)
    assert (only.title, only.tone) == ("Critical → Attention", "good")


def test_the_first_band_is_neither_good_nor_bad():
    campaign = make_campaign()
    change(campaign, "unknown", "critical", NOW)
    assert happenings_of(campaign.mailing_list, WEEK)[0].tone == ""


def test_the_last_day_is_told_in_few_queries(django_assert_num_queries):
    campaign = make_campaign()
    for n in range(5):
        change(campaign, "healthy", "poor", NOW - n * HOUR)
    change(campaign, "poor", "healthy", NOW - 25 * HOUR)
    note("remark", "New host.", "olga", mailing_list=campaign.mailing_list, at=NOW)
    with django_assert_num_queries(4):
        found = since_yesterday(NOW)
    assert len(found.happenings) == 6


def test_suppressions_and_their_lifting_are_counted():
    suppress([SuppressionWish(f"p{n}@example.net", "hard", "It bounced.") for n in range(3)], "x")
    unsuppress([Suppression.objects.first()], "olga", "She called.")
    found = since_yesterday(Suppression.objects.first().since)
    assert (found.suppressed, found.unsuppressed) == (3, 1)


def test_that_there_is_enough_to_judge_is_no_news():
    change(make_campaign(), "unknown", "healthy", NOW)
    assert since_yesterday(NOW).happenings == ()
