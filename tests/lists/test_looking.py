"""What hardly any row fits is looked for through so many rows at a time, and none is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bounces.models import BounceEvent, InboundMessage
from lists import looking
from lists.models import Suppression
from tests.bounceadmin.api.conftest import make_token
from tests.factories import NOW, make_campaign, make_event, make_message, make_user

pytestmark = pytest.mark.django_db
EVENTS = reverse("admin:bounces_bounceevent_changelist")
MOST = 10


@pytest.fixture(autouse=True)
def little_at_a_time(monkeypatch):
    monkeypatch.setattr(looking, "MOST", MOST)


@pytest.fixture
def seen(client):
    client.force_login(make_user("Admin"))
    return lambda url: client.get(url).context["cl"]


def make_events(number=35, rare=(3, 17, 18, 34), **fields):
    """Hard bounces, newest first; those of the numbers `rare` are blocks. Several a moment."""
    rows = [
        make_event(
            occurred_at=NOW - timedelta(minutes=n // 4),
            category="block" if n in rare else "hard",
            **fields,
        )
        for n in range(number)
    ]
    rows.sort(key=lambda row: (row.occurred_at, row.pk), reverse=True)
    return [row for row in rows if row.category == "block"]


def newest(**filters):
    return BounceEvent.objects.filter(**filters).order_by("-occurred_at", "-id")


def walk(seen, url, link):
    """All rows from page to page, and how many pages there were."""
    found, pages = [], 0
    while url:
        page = seen(url)
        pages += 1
        found += reversed(page.result_list) if link == "previous_url" else page.result_list
        url = page.further_url or getattr(page, link)
        url = EVENTS + url if url else ""
    return found, pages


def test_looking_further_finds_every_row_once_and_in_order(seen):
    rare = make_events()
    found, pages = walk(seen, EVENTS + "?category__exact=block", "next_url")
    assert found == rare
    assert pages == 4


def test_the_way_back_finds_the_same(seen):
    rare = make_events()
    last = newest().last()
    cursor = f"{last.occurred_at.isoformat()}~{last.pk}".replace("+", "%2B")
    found, _pages = walk(seen, f"{EVENTS}?category__exact=block&before={cursor}", "previous_url")
    assert found == [row for row in rare[::-1] if row != last]


def test_a_page_says_how_far_it_looked(client):
    make_events(rare=())
    client.force_login(make_user("Admin"))
    page = client.get(EVENTS + "?category__exact=block").content.decode()
    assert "10 rows were looked through" in page
    assert page.count("Look further") == 1
    # That none was found yet is not that there is none.
    assert "No results found" not in page


def test_what_an_index_finds_is_found_however_far_back(seen):
    campaign = make_campaign()
    make_events()
    old = make_event(campaign=campaign, occurred_at=NOW - timedelta(days=400), address="a@b.test")
    for asked in (f"campaign__id__exact={campaign.pk}", "q=a@b.test", "q=@b.test"):
        page = seen(f"{EVENTS}?{asked}")
        assert (page.result_list, page.further_url) == ([old], "")


def test_other_filters_are_looked_for_among_what_an_index_finds(seen):
    campaign = make_campaign()
    of_campaign = make_events(8, rare=(7,), campaign=campaign)
    make_events(20, rare=())
    page = seen(f"{EVENTS}?category__exact=block&campaign__id__exact={campaign.pk}")
    assert (page.result_list, page.further_url) == (of_campaign, "")


def test_of_two_that_an_index_finds_the_one_with_fewer_rows_is_taken():
    campaign = make_campaign()
    make_events(30, rare=(), reason="mailboxfull")
    one = make_event(campaign=campaign, reason="mailboxfull", occurred_at=NOW - timedelta(days=9))
    looked = looking.look(newest(reason="mailboxfull", campaign=campaign), 5)
    assert (looked.rows, looked.end) == ([one], None)


def test_a_full_page_ends_no_look_and_neither_does_the_last_row():
    make_events(35, rare=range(0, 35, 2))
    assert looking.look(newest(category="block"), 5).end is None
    assert looking.look(newest(category="soft", occurred_at__lt=NOW - timedelta(minutes=7)), 5) == (
        looking.Looked([])
    )


def test_what_nothing_can_be_is_not_looked_for(seen, django_assert_num_queries):
    make_events()
    with django_assert_num_queries(0):
        assert looking.look(BounceEvent.objects.none(), 5) == looking.Looked([])
    assert seen(EVENTS + "?q=not%20an%20address&category__exact=block").further_url == ""


def test_messages_that_failed_are_found_however_far_back(seen):
    old = make_message(state=InboundMessage.State.FAILED, received_at=NOW - timedelta(days=300))
    for n in range(15):
        make_message(received_at=NOW - timedelta(minutes=n), kind="bounce", state="processed")
    messages = reverse("admin:bounces_inboundmessage_changelist")
    assert seen(messages + "?state__exact=failed").result_list == [old]
    page = seen(messages + "?source__exact=webhook")
    assert (page.result_list, bool(page.further_url)) == ([], True)


def test_suppressions_in_force_are_found_behind_many_that_were_lifted(seen):
    for n in range(15):
        Suppression.objects.create(
            address=f"a{n}@x.test",
            scope="global",
            cause="hard",
            since=NOW - timedelta(minutes=n),
            lifted_at=NOW if n < 14 else None,
        )
    suppressions = reverse("admin:lists_suppression_changelist")
    first = seen(suppressions)
    assert first.result_list == []
    assert [row.address for row in seen(suppressions + first.further_url).result_list] == [
        "a14@x.test"
    ]


def test_the_api_goes_on_until_next_is_null(client):
    rare = make_events()
    _token, secret = make_token()
    found, cursor, calls = [], "", 0
    while cursor is not None:
        answer = client.get(
            "/api/v1/events",
            {"category": "block", "cursor": cursor},
            headers={"authorization": f"Bearer {secret}"},
        ).json()
        found += [row["id"] for row in answer["items"]]
        cursor, calls = answer["next"], calls + 1
    assert found == [row.pk for row in rare]
    assert calls == 4
