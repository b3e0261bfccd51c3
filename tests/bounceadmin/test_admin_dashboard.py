"""The dashboard shows the worst first, says why, and costs the same however much there is."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from bounceadmin.dashboard import dashboard
from bounces import roads
from bounces.models import RoadState
from bounces.parsing.reasons.names import REASONS
from bounces.sweeping import sweep
from lists.counting import Count, add
from lists.models.choices import Stream
from lists.picking import picked
from tests.factories import make_campaign, make_event, make_list, make_message, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(client):
    client.force_login(make_user("Marketer"))

    def get(**query):
        return client.get(reverse("admin:index"), query).content.decode()

    return get


def today():
    return timezone.now().astimezone(UTC).date()


def sending(sent=1000, domain="example.net", ago=0, reason="", **bounced):
    campaign = make_campaign()
    return count(campaign, sent, domain, ago, reason, **bounced)


def count(campaign, sent=1000, domain="example.net", ago=0, reason="", **bounced):
    day = today() - timedelta(days=ago)
    add([Count(campaign.pk, day, domain, "sent", sent)] if sent else [])
    add([Count(campaign.pk, day, domain, t, n, reason) for t, n in bounced.items()])
    return campaign


def test_a_critical_list_shows_its_cause_and_a_way_to_act(seen):
    campaign = sending(domain="mail.example.net", block=150, reason="blocked")

    page = seen()

    assert "Critical" in page
    assert "15 %" in page
    assert "100 % of it is mail.example.net refusing your server." in page
    assert "stop sending and diagnose" in page
    assert f"mailing_list__id__exact={campaign.mailing_list_id}" in page
    assert "category__exact=block" in page
    assert escape(REASONS["blocked"].sentence) in page


def test_worst_list_stands_first(seen):
    make_campaign(mailing_list=make_list(name="Fine list"))
    bad = make_campaign(mailing_list=make_list(name="Zoo list"))
    count(bad, hard=500)

    page = seen()

    assert page.index("Zoo list") < page.index("Fine list")


def test_a_rate_without_sends_is_no_rate(seen):
    sending(sent=0, hard=3)

    page = seen()

    assert "no sends reported" in page
    assert "0.0 %" not in page


def test_without_lists_the_page_says_what_to_do_next(seen, client):
    assert "No list yet" in seen()
    client.force_login(make_user("Admin"))
    assert reverse("start") in seen()


def test_period_and_stream_are_taken_from_the_address_and_kept_in_links(seen):
    receipts = make_list(name="Receipts", stream=Stream.TRANSACTIONAL)
    count(make_campaign(mailing_list=receipts))
    count(make_campaign(mailing_list=make_list(name="News")))

    page = seen(days=7, stream="transactional")

    assert "Receipts" in page
    assert "News" not in page
    assert "days=90&amp;stream=transactional" in page


@pytest.mark.parametrize("query", [{"days": "0"}, {"days": "x"}, {"stream": "<b>"}])
def test_nonsense_in_the_address_shows_the_default(seen, query):
    sending()

    assert 'aria-current="true">30 days' in seen(**query)
    assert "<b>" not in seen(**query)


def test_state_of_the_system_counts_what_waits_fails_and_belongs_to_nobody(seen):
    campaign = sending(unverified=4)
    make_message()
    make_message(state="failed", error="x")
    make_message(state="failed", error="x")
    make_event(trust="unverified", proof="", occurred_at=timezone.now())
    make_event(campaign=campaign, occurred_at=timezone.now())

    found = dashboard(picked({}, today()))

    assert found.backlog.pending == 1
    assert found.backlog.failed == 2
    assert found.backlog.unattributed == 1
    assert found.total.counts.unverified == 4
    assert "state__exact=failed" in seen()


def test_state_of_the_system_names_each_road_and_why_it_fails(seen):
    sending()
    roads.worked("listener", "Listener")
    roads.failed("mailbox:7", "Old mailbox", "The server refused the login.")

    page = seen()

    assert "Old mailbox" in page
    assert "The server refused the login." in page
    assert [road.name for road in roads.states()] == ["Old mailbox", "Listener"]


@pytest.mark.parametrize("much", [1, 8])
def test_more_lists_campaigns_and_days_cost_no_more_queries(much, django_assert_num_queries):
    for _ in range(much):
        campaign = make_campaign()
        for ago in range(much):
            count(campaign, 10, f"{ago}.test", ago, "userunknown", hard=1)
    with django_assert_num_queries(20):
        dashboard(picked({}, today()))


def test_the_page_asks_no_other_host_and_escapes_names(seen):
    make_list(name="<script>alert(1)</script>")

    page = seen()

    assert "<script>alert(1)" not in page
    assert "//cdn" not in page


def test_the_last_sweep_is_told_and_a_sweep_that_stays_away_is_an_alarm(seen):
    make_campaign()
    sweep()
    assert "looks for what was left over" in seen()
    RoadState.objects.update(last_success_at=timezone.now() - timedelta(minutes=11))
    assert "see that scheduler and worker run" in seen()
    assert not roads.states()
