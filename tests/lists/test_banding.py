"""Changes of band are recorded once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lists.banding import record
from lists.counting import Count, add
from lists.models import BandChange
from lists.sending import SentCount
from lists.sending import record as report
from tests.factories import NOW, make_campaign

pytestmark = pytest.mark.django_db


def send(campaign, sent, hard, at=NOW):
    report([SentCount(campaign.pk, at.date(), "a.example", sent)])
    add([Count(campaign.pk, at.date(), "a.example", "hard", hard)])


def seen():
    rows = BandChange.objects.order_by("pk")
    return [(row.campaign_id is not None, row.before, row.after) for row in rows]


def test_too_few_to_judge_is_no_change():
    send(make_campaign(), 10, 5)
    assert record(NOW) == []


def test_the_first_band_is_a_change_from_unknown_for_the_list_and_its_campaign():
    campaign = make_campaign()
    send(campaign, 1000, 30)
    changes = record(NOW)
    assert seen() == [(False, "unknown", "attention"), (True, "unknown", "attention")]
    assert {(c.mailing_list_id, c.sent, c.bounced) for c in changes} == {
        (campaign.mailing_list_id, 1000, 30)
    }


def test_looking_again_changes_nothing():
    send(make_campaign(), 1000, 30)
    record(NOW)
    assert record(NOW) == []
    assert len(seen()) == 2


def test_getting_worse_is_a_change_from_the_last_band():
    campaign = make_campaign()
    send(campaign, 1000, 30)
    record(NOW)
    send(campaign, 0, 100)
    record(NOW + timedelta(minutes=2))
    assert seen()[2:] == [(False, "attention", "critical"), (True, "attention", "critical")]


def test_a_list_is_unknown_again_when_its_month_is_over_and_the_campaign_keeps_its_band():
    send(make_campaign(), 1000, 30)
    record(NOW)
    record(NOW + timedelta(days=40))
    assert seen()[2:] == [(False, "attention", "unknown")]


def test_it_costs_the_same_for_one_campaign_and_for_many(django_assert_num_queries):
    def queries():
        with django_assert_num_queries(13):
            record(NOW)

    campaign = make_campaign()
    send(campaign, 1000, 30)
    queries()
    for _ in range(5):
        send(make_campaign(mailing_list=campaign.mailing_list), 1000, 300)
    queries()
