"""Pages of large tables follow one another without gaps, under the filters, without an offset."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bounces.models import BounceEvent
from lists.admin.paging import beyond
from tests.factories import NOW, make_event, make_user

pytestmark = pytest.mark.django_db
EVENTS = reverse("admin:bounces_bounceevent_changelist")
PAGE = 50


@pytest.fixture
def seen(client):
    client.force_login(make_user("Admin"))
    return lambda url: client.get(EVENTS + url).context["cl"]


@pytest.fixture
def events():
    """Three pages, the last not full; many events of the same moment."""
    for n in range(2 * PAGE + 7):
        make_event(
            occurred_at=NOW - timedelta(minutes=n // 20), category="hard" if n % 2 else "soft"
        )
    return list(BounceEvent.objects.order_by("-occurred_at", "-id"))


def walk(seen, start, link):
    pages, url = [], start
    while url is not None:
        page = seen(url)
        pages.append(page)
        url = getattr(page, link) or None
    return pages


def test_every_row_is_on_one_page_and_in_order(seen, events):
    pages = walk(seen, "", "next_url")
    assert [len(page.result_list) for page in pages] == [PAGE, PAGE, 7]
    assert [row for page in pages for row in page.result_list] == events


def test_the_way_back_shows_the_same_pages(seen, events):
    there = walk(seen, "", "next_url")
    back = walk(seen, there[1].next_url, "previous_url")
    assert [p.result_list for p in reversed(back)] == [p.result_list for p in there]


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_behind(seen, events):
    pages = walk(seen, "", "next_url")
    assert (pages[0].previous_url, pages[-1].next_url) == ("", "")


def test_pages_keep_the_filter(seen, events):
    pages = walk(seen, "?category__exact=hard", "next_url")
    rows = [row for page in pages for row in page.result_list]
    assert rows == [event for event in events if event.category == "hard"]
    assert "category__exact=hard" in pages[0].next_url


def test_a_filter_begins_at_its_first_page(seen, events):
    second = seen(seen("").next_url)
    assert "after" not in second.get_query_string({"category__exact": "hard"})


def test_what_arrives_meanwhile_moves_no_row(seen, events):
    url = seen("").next_url
    make_event(occurred_at=NOW + timedelta(minutes=1))
    assert seen(url).result_list == events[PAGE : 2 * PAGE]


def test_no_page_counts_or_skips_rows(seen, events):
    url = seen("").next_url
    with CaptureQueriesContext(connection) as queries:
        seen(url)
    asked = [q["sql"] for q in queries if "bounces_bounceevent" in q["sql"]]
    assert len(asked) == 1
    assert "OFFSET" not in asked[0] and "COUNT" not in asked[0]


@pytest.mark.parametrize(
    "cursor", ["x", "~", "2026-01-01~", "2026-13-01~7", "yesterday~7", "1~2~3"]
)
def test_an_address_that_names_no_row_leads_back_to_the_list(client, cursor):
    client.force_login(make_user("Admin"))
    answer = client.get(EVENTS, {"after": cursor})
    assert (answer.status_code, answer["Location"]) == (302, f"{EVENTS}?e=1")


@pytest.mark.parametrize(
    "model",
    [
        "bounces_inboundmessage",
        "lists_suppression",
        "lists_suppressionlog",
        "lists_subscriber",
        "bounceadmin_alert",
    ],
)
def test_all_large_tables_are_in_an_order_that_pages_can_follow(client, model):
    client.force_login(make_user("Admin"))
    page = client.get(reverse(f"admin:{model}_changelist")).context["cl"]
    ordering = page.model_admin.ordering
    assert all(name.startswith("-") for name in ordering)
    assert ordering[-1] in ("-pk", "-id")


def test_a_cursor_needs_a_value_for_each_field():
    with pytest.raises(ValueError, match="7"):
        beyond(BounceEvent, ["-occurred_at", "-id"], "7")


@pytest.mark.parametrize("query", ["", "?category__exact=hard"])
def test_no_number_is_told_that_nobody_counted(client, events, query):
    client.force_login(make_user("Admin"))
    page = client.get(EVENTS + query).content.decode()
    assert "9999999" not in page
