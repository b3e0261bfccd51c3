"""/metrics: what Prometheus reads, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from bounces.models import RoadState
from lists import counting
from tests.factories import make_campaign, make_event, make_list, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_to_the_test_client(settings):
    settings.METRICS_NETWORKS = ["127.0.0.0/8"]


def scrape(client) -> dict[tuple, float]:
    text = client.get("/metrics").content.decode()
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_nobody_reads_them_by_default(client, settings):
    settings.METRICS_NETWORKS = []
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_the_token_opens_them_and_another_does_not(client, settings):
    settings.METRICS_NETWORKS = []
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200
    assert client.get("/metrics", headers={"authorization": "Bearer guess"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer \xff"}).status_code == 404


def test_a_network_opens_them_and_a_forged_forward_does_not(client, settings):
    settings.METRICS_NETWORKS = ["10.0.0.0/8", "fd00::/8"]
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::ffff:10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="fd00::17").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    forged = {"x-forwarded-for": "10.1.2.3"}
    assert client.get("/metrics", headers=forged, REMOTE_ADDR="192.0.2.1").status_code == 404


def test_behind_a_proxy_the_client_counts_and_not_the_proxy(client, settings):
    settings.METRICS_NETWORKS = ["10.0.0.0/8"]
    settings.BEHIND_PROXY = True
    through_the_proxy = {"x-forwarded-for": "10.9.9.9, 192.0.2.1"}
    response = client.get("/metrics", headers=through_the_proxy, REMOTE_ADDR="10.0.0.1")
    assert response.status_code == 404
    # The scraper inside the network asks the application itself.
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.2").status_code == 200


def test_the_queue_has_a_length_and_an_age(client):
    make_message(received_at=timezone.now() - timedelta(minutes=10))
    make_message()
    make_message(state="failed")
    make_message(state="processed")
    found = scrape(client)
    assert found["bounceadmin_queue_messages",] == 2
    assert 599 < found["bounceadmin_queue_age_seconds",] < 660
    assert found["bounceadmin_failed_messages",] == 1


def test_an_empty_queue_has_no_age(client):
    assert scrape(client)["bounceadmin_queue_age_seconds",] == 0


def test_each_road_says_when_it_last_worked(client):
    now = timezone.now()
    RoadState.objects.create(key="listener", name="Listener", last_success_at=now)
    RoadState.objects.create(key="mailbox:7", name="Box", last_error_at=now, last_error="No.")
    found = scrape(client)
    last = "bounceadmin_road_last_success_timestamp_seconds"
    assert found[last, "listener"] == pytest.approx(now.timestamp())
    assert found[last, "mailbox:7"] == 0
    assert found["bounceadmin_road_failing", "listener"] == 0
    assert found["bounceadmin_road_failing", "mailbox:7"] == 1


def test_recipients_are_counted_by_what_happened_to_them(client):
    campaign = make_campaign()
    today = timezone.now().date()
    counting.add([counting.Count(campaign.pk, today, "example.net", "sent", 1000)])
    counting.add([counting.Count(campaign.pk, today, "example.net", "hard", 7, "userunknown")])
    found = scrape(client)
    assert found["bounceadmin_recipients_total", "sent"] == 1000
    assert found["bounceadmin_recipients_total", "hard"] == 7
    assert found["bounceadmin_recipients_total", "complaint"] == 0


def test_each_list_has_its_band_and_rate(client):
    news, quiet = make_list(name="News"), make_list(name="Quiet", stream="transactional")
    today = timezone.now().date()
    pk = make_campaign(mailing_list=news).pk
    counting.add([counting.Count(pk, today, "example.net", "sent", 1000)])
    counting.add([counting.Count(pk, today, "example.net", "hard", 70)])
    found = scrape(client)
    assert found["bounceadmin_list_bounce_rate_percent", "News", "marketing"] == 7
    assert found["bounceadmin_list_band", "News", "marketing", "poor"] == 1
    assert found["bounceadmin_list_band", "News", "healthy", "marketing"] == 0
    assert found["bounceadmin_list_band", quiet.name, "transactional", "unknown"] == 1


def test_a_scrape_costs_the_same_queries_however_much_there_is(client, django_assert_num_queries):
    # PostgreSQL is asked for the parts of tables, too.
    number = 9 if connection.vendor == "postgresql" else 8
    with django_assert_num_queries(number):
        scrape(client)
    for _ in range(3):
        campaign = make_campaign()
        make_event(campaign=campaign)
        counting.add([counting.Count(campaign.pk, timezone.now().date(), "a.example", "hard")])
        make_message()
    with django_assert_num_queries(number):
        scrape(client)
