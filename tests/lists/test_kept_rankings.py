"""Where much is sent, pages read which domains had the most bounces instead of summing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from lists import health, kept_rankings, ranking
from lists.counted import Counts, Period
from lists.counting import Count, add
from lists.models import DomainRanking, RankedPeriod
from lists.models.choices import Stream
from tests.factories import make_campaign, make_list, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MONTH = Period.ending(NOW.date(), 30)
LATER = NOW + timedelta(minutes=6)


@pytest.fixture(autouse=True)
def pages_sum_little(monkeypatch):
    monkeypatch.setattr(kept_rankings, "SUMMED_BY_PAGES", 2)


def count(campaign, domain, number, ago=0, tally="hard"):
    day = NOW.date() - timedelta(days=ago)
    add([Count(campaign.pk, day, domain, tally, number)])


def names(found):
    return [domain.domain for domain in found.domains]


def some_mail():
    """Two campaigns of a list, one of another stream; more than a page sums."""
    one = make_campaign()
    two = make_campaign(mailing_list=one.mailing_list)
    other = make_campaign(mailing_list=make_list(stream=Stream.TRANSACTIONAL))
    for domain, number in (("a.test", 3), ("b.test", 5), ("c.test", 1)):
        count(one, domain, number)
    count(two, "a.test", 4, ago=10)
    count(two, "a.test", 1000, ago=40)
    count(one, "c.test", 200, tally="sent")
    count(other, "c.test", 50)
    return one, two, other


def every_answer():
    scopes = [{}, *({"stream": stream} for stream in Stream.values)]
    for campaign in some_mail():
        scopes += [{"mailing_list": campaign.mailing_list}, {"campaign": campaign}]
    return scopes


@pytest.mark.parametrize("days", [7, 30, 90])
def test_what_is_kept_is_what_summing_finds(days):
    scopes = every_answer()
    period = Period.ending(NOW.date(), days)
    summed = [ranking.top_domains(period, **scope).domains for scope in scopes]
    lists = [scope["mailing_list"] for scope in scopes if "mailing_list" in scope]
    worst = ranking.worst_domains(period, lists)

    assert kept_rankings.refresh(NOW) == 3

    kept = [ranking.top_domains(period, **scope) for scope in scopes]
    assert [found.domains for found in kept] == summed
    assert all(found.as_of == NOW for found in kept if "campaign" not in scopes[kept.index(found)])
    assert ranking.worst_domains(period, lists) == worst


def test_a_kept_ranking_does_not_follow_until_it_is_made_anew():
    campaign, *_others = some_mail()
    kept_rankings.refresh(NOW)
    count(campaign, "new.test", 100)

    assert "new.test" not in names(ranking.top_domains(MONTH))
    kept_rankings.refresh(LATER)
    assert names(ranking.top_domains(MONTH))[0] == "new.test"
    assert ranking.top_domains(MONTH).as_of == LATER


def test_a_correction_and_a_deleted_campaign_are_gone_with_the_next_ranking():
    campaign, _two, other = some_mail()
    count(campaign, "d.test", 1)
    kept_rankings.refresh(NOW)
    count(campaign, "b.test", -5)
    other.delete()
    kept_rankings.refresh(LATER)

    found = {d.domain: d.counts for d in ranking.top_domains(MONTH).domains}

    assert found == {
        "a.test": Counts(hard=7),
        "c.test": Counts(sent=200, hard=1),
        "d.test": Counts(hard=1),
    }
    assert not DomainRanking.objects.filter(scope=f"list:{other.mailing_list_id}").exists()


def test_little_mail_is_summed_when_it_is_asked_for():
    campaign = make_campaign()
    count(campaign, "a.test", 1)
    kept_rankings.refresh(NOW)
    count(campaign, "b.test", 2)

    found = ranking.top_domains(MONTH)

    assert names(found) == ["b.test", "a.test"]
    assert found.as_of is None


def test_a_small_campaign_is_summed_when_it_is_asked_for_among_much_mail():
    _one, two, _other = some_mail()
    kept_rankings.refresh(NOW)
    count(two, "new.test", 100)

    assert names(ranking.top_domains(MONTH, campaign=two)) == ["new.test", "a.test"]


def test_a_list_made_since_has_no_domains_yet():
    some_mail()
    kept_rankings.refresh(NOW)
    count(make_campaign(), "new.test", 100)

    assert len(health.lists_health(MONTH)) == 3


def test_a_period_that_is_not_kept_is_summed():
    some_mail()
    kept_rankings.refresh(NOW)
    assert ranking.top_domains(Period.ending(NOW.date(), 41)).as_of is None


def test_a_period_that_was_asked_for_is_kept_until_it_is_asked_for_a_week_later():
    some_mail()
    period = Period.ending(NOW.date(), 41)
    summed = ranking.top_domains(period).domains
    kept_rankings.ask(41, NOW)
    assert kept_rankings.refresh(NOW) == 4
    assert ranking.top_domains(period) == ranking.TopDomains(summed, NOW)
    assert kept_rankings.refresh(NOW + timedelta(days=7)) == 4
    assert kept_rankings.refresh(NOW + timedelta(days=9)) == 3
    assert not DomainRanking.objects.filter(period__days=41).exists()


def test_who_goes_on_asking_has_it_kept_and_that_is_seldom_written(django_assert_num_queries):
    kept_rankings.ask(41, NOW)
    with django_assert_num_queries(1):
        kept_rankings.ask(41, NOW + timedelta(minutes=59))
    kept_rankings.ask(41, NOW + timedelta(days=7))
    assert kept_rankings.refresh(NOW + timedelta(days=9)) == 4


def test_not_every_period_that_somebody_asks_for_is_kept(django_assert_num_queries):
    for days in range(41, 60):
        kept_rankings.ask(days, NOW)
    with django_assert_num_queries(0):
        kept_rankings.ask(30, NOW)
    assert set(RankedPeriod.objects.values_list("days", flat=True)) == {41, 42, 43}
    assert not kept_rankings.ask(59, NOW)
    kept_rankings.refresh(NOW + timedelta(days=9))
    assert set(RankedPeriod.objects.values_list("days", flat=True)) == {7, 30, 90}


def test_one_takes_the_place_of_one_that_nobody_asked_for_since_yesterday():
    for days in (41, 42, 43):
        kept_rankings.ask(days, NOW)
    tomorrow = NOW + timedelta(hours=25)
    kept_rankings.ask(41, tomorrow)
    assert kept_rankings.ask(59, tomorrow)
    assert not kept_rankings.ask(60, NOW + timedelta(hours=23))
    known = set(RankedPeriod.objects.values_list("days", flat=True))
    assert len(known) == 3 and {41, 59} < known


def test_it_is_awaited_until_it_was_summed_once_but_not_for_long_where_nobody_sums():
    some_mail()
    assert kept_rankings.ask(41, NOW)
    assert kept_rankings.ask(41, NOW + timedelta(minutes=4))
    assert not kept_rankings.ask(41, NOW + timedelta(minutes=6))
    kept_rankings.refresh(NOW)
    assert not kept_rankings.ask(41, NOW)
    assert not kept_rankings.ask(30, NOW)


def test_what_is_much_is_told_of_all_mail_and_of_a_campaign():
    one, two, _other = some_mail()
    assert kept_rankings.is_much(MONTH)
    assert kept_rankings.is_much(MONTH, one)
    assert not kept_rankings.is_much(MONTH, two)


def test_one_that_is_forgotten_while_it_is_made_stays_forgotten(monkeypatch):
    some_mail()
    kept_rankings.ask(41, NOW)
    real = kept_rankings._rankings

    def forgotten_meanwhile(known, period):
        RankedPeriod.objects.filter(days=41).delete()
        return real(known, period)

    monkeypatch.setattr(kept_rankings, "_rankings", forgotten_meanwhile)
    assert kept_rankings.refresh(NOW) == 3
    assert not DomainRanking.objects.filter(period__days=41).exists()


def test_a_ranking_of_the_day_before_does_after_midnight_but_no_older_one():
    some_mail()
    kept_rankings.refresh(NOW)

    def as_of(days_later):
        period = Period.ending(NOW.date() + timedelta(days=days_later), 30)
        return ranking.top_domains(period).as_of

    assert as_of(1) == NOW
    assert as_of(2) is None


def test_it_is_not_made_again_at_once_and_rests_after_long_work():
    some_mail()
    assert kept_rankings.refresh(NOW) == 3
    assert kept_rankings.refresh(NOW + timedelta(minutes=4)) == 0
    RankedPeriod.objects.filter(days=90).update(seconds=60)
    assert kept_rankings.refresh(LATER) == 2
    assert kept_rankings.refresh(NOW + timedelta(minutes=21)) == 3


def test_pages_ask_no_more_for_it_and_say_when_it_was_counted(
    client, django_assert_max_num_queries
):
    campaign, *_others = some_mail()
    now = datetime.now(UTC)
    for domain in "abc":
        add([Count(campaign.pk, now.date(), f"{domain}.test", "hard", 1)])
    month = Period.ending(now.date(), 30)
    page = reverse("admin:lists_mailinglist_change", args=[campaign.mailing_list_id])
    client.force_login(make_user("Marketer"))
    assert "Domains as counted at" not in client.get(page).content.decode()

    kept_rankings.refresh(now)

    with django_assert_max_num_queries(4):
        health.lists_health(month)
    with django_assert_max_num_queries(4):
        health.details(campaign.mailing_list, month)
    for shown in (page, reverse("admin:index")):
        assert "Domains as counted at" in client.get(shown).content.decode()
