"""Health is read from the counts, and costs the same however much there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lists import health, ranking
from lists.bands import Band
from lists.counted import Counts, Period
from lists.counting import Count, add
from lists.models.choices import Stream
from tests.factories import make_campaign, make_list

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
MONTH = Period.ending(TODAY, 30)


def count(campaign, tally, number, domain="example.net", ago=0, reason=""):
    day = TODAY - timedelta(days=ago)
    add([Count(campaign.pk, day, domain, tally, number, reason)])


def newest_campaigns(mailing_list):
    return health.campaigns_health(list(mailing_list.campaigns.all()))


def only(rows):
    (row,) = rows
    return row.health


def test_a_period_has_its_last_day_and_as_many_as_asked_for():
    assert MONTH.length == 30
    assert MONTH.days[0] == MONTH.first
    assert MONTH.days[-1] == TODAY
    assert MONTH.before.last == MONTH.first - timedelta(days=1)
    assert MONTH.before.length == 30


def test_rate_and_band_come_from_all_categories_of_verified_bounces():
    campaign = make_campaign()
    count(campaign, "sent", 1000)
    for tally, number in (("hard", 60), ("soft", 30), ("block", 20), ("unverified", 500)):
        count(campaign, tally, number)

    found = only(health.lists_health(MONTH))

    assert found.counts.bounced == 110
    assert found.counts.rate == pytest.approx(11)
    assert found.band == Band.CRITICAL


def test_without_sends_there_is_no_rate():
    campaign = make_campaign()
    count(campaign, "hard", 5)

    found = only(health.lists_health(MONTH))

    assert found.counts.rate is None
    assert found.trend is None
    assert found.band == Band.UNKNOWN


def test_trend_is_percentage_points_since_the_period_before():
    campaign = make_campaign()
    count(campaign, "sent", 1000)
    count(campaign, "hard", 30)
    count(campaign, "sent", 1000, ago=30)
    count(campaign, "hard", 50, ago=30)

    assert only(health.lists_health(MONTH)).trend == pytest.approx(-2)


def test_days_outside_the_period_do_not_count():
    campaign = make_campaign()
    count(campaign, "sent", 7, ago=29)
    count(campaign, "sent", 1000, ago=30)

    assert only(health.lists_health(MONTH)).counts.sent == 7


def test_worst_list_comes_first():
    for name, hard in (("fine", 1), ("awful", 200), ("poor", 70)):
        campaign = make_campaign(mailing_list=make_list(name=name))
        count(campaign, "sent", 1000)
        count(campaign, "hard", hard)
    make_list(name="unused")

    names = [row.mailing_list.name for row in health.lists_health(MONTH)]

    assert names == ["awful", "poor", "fine", "unused"]


def test_a_stream_is_judged_by_its_own_bands_and_shown_alone():
    transactional = make_list(stream=Stream.TRANSACTIONAL)
    for mailing_list in (transactional, make_list()):
        campaign = make_campaign(mailing_list=mailing_list)
        count(campaign, "sent", 1000)
        count(campaign, "hard", 60)

    assert only(health.lists_health(MONTH, Stream.TRANSACTIONAL)).band == Band.CRITICAL
    assert only(health.lists_health(MONTH, Stream.MARKETING)).band == Band.POOR


def test_rolling_rate_takes_the_days_before_the_period_into_account():
    campaign = make_campaign()
    count(campaign, "sent", 100, ago=7)
    count(campaign, "hard", 10, ago=6)

    days = only(health.lists_health(Period.ending(TODAY, 7))).days

    assert days[0].rolling_rate == pytest.approx(10)
    assert days[-1].rolling_rate is None


def test_worst_domain_of_each_list_is_found():
    campaign, other = make_campaign(), make_campaign()
    for domain, number in (("a.test", 3), ("b.test", 9), ("c.test", 1)):
        count(campaign, "block", number, domain)
    count(other, "hard", 1, "a.test")

    rows = {row.mailing_list: row.health for row in health.lists_health(MONTH)}

    assert rows[campaign.mailing_list].worst_domain.domain == "b.test"
    assert rows[campaign.mailing_list].worst_domain.counts == Counts(block=9)
    assert rows[other.mailing_list].worst_domain.domain == "a.test"


def test_total_adds_the_lists_up_day_by_day():
    for _ in range(2):
        count(make_campaign(), "sent", 10, ago=3)

    together = health.total(health.lists_health(MONTH), MONTH)

    assert together.counts.sent == 20
    assert {day.day: day.counts.sent for day in together.days}[TODAY - timedelta(days=3)] == 20


def test_total_of_no_lists_is_empty_and_has_every_day():
    together = health.total([], MONTH)

    assert together.counts == Counts()
    assert len(together.days) == 30


def test_reasons_and_domains_can_be_asked_of_a_stream_a_list_or_a_campaign():
    campaign = make_campaign()
    sister = make_campaign(mailing_list=campaign.mailing_list)
    stranger = make_campaign(mailing_list=make_list(stream=Stream.TRANSACTIONAL))
    for number, one in enumerate((campaign, sister, stranger), start=1):
        count(one, "hard", number, "a.test", reason="userunknown")

    def counted(**scope):
        (reason,) = ranking.top_reasons(MONTH, **scope)
        (domain,) = ranking.top_domains(MONTH, **scope).domains
        assert reason.count == domain.counts.hard
        return reason.count

    assert counted() == 6
    assert counted(stream=Stream.MARKETING) == 3
    assert counted(mailing_list=campaign.mailing_list) == 3
    assert counted(campaign=campaign) == 1


def test_list_and_campaign_have_health_of_their_own():
    campaign = make_campaign()
    sister = make_campaign(mailing_list=campaign.mailing_list)
    for one in (campaign, sister):
        count(one, "sent", 100)
        count(one, "block", 3, "a.test")

    assert health.details(campaign.mailing_list, MONTH).health.counts.sent == 200
    own = health.details(campaign, MONTH).health
    assert own.counts.sent == 100
    assert own.worst_domain.domain == "a.test"


def test_campaigns_are_judged_over_their_whole_life():
    campaign = make_campaign()
    count(campaign, "sent", 1000, ago=200)
    count(campaign, "hard", 30, ago=199)
    make_campaign(mailing_list=campaign.mailing_list)

    found = {row.campaign: row for row in newest_campaigns(campaign.mailing_list)}

    assert found[campaign].counts.rate == pytest.approx(3)
    assert found[campaign].band == Band.ATTENTION
    assert len(found) == 2


@pytest.mark.parametrize("campaigns", [1, 12])
def test_more_campaigns_domains_and_days_cost_no_more_queries(campaigns, django_assert_num_queries):
    mailing_list = make_list()
    for _ in range(campaigns):
        campaign = make_campaign(mailing_list=mailing_list)
        for ago in range(campaigns):
            count(campaign, "hard", 1, f"{ago}.test", ago, "userunknown")
    with django_assert_num_queries(5):
        health.lists_health(MONTH)
    with django_assert_num_queries(5):
        health.details(mailing_list, MONTH)
    with django_assert_num_queries(5):
        health.details(campaign, MONTH)
    with django_assert_num_queries(3):
        newest_campaigns(mailing_list)
