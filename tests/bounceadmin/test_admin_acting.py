"""What can be done on the pages of lists and campaigns, and by whom."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from lists.counting import Count, add
from lists.models import Cleaning, Note, Subscription
from lists.tasks import clean
from tests.factories import PASSWORD, make_campaign, make_subscriber, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    """With a bounced subscriber on its list, and bounces today."""
    found = make_campaign()
    subscriber = make_subscriber("dead@example.net", found.mailing_list)
    subscriber.subscriptions.update(status=Subscription.Status.BOUNCED, hard_bounces=1)
    today = datetime.now(UTC).date()
    add(
        [
            Count(found.pk, today, "example.net", "sent", 1000),
            Count(found.pk, today, "example.net", "hard", 70, "userunknown"),
        ]
    )
    return found


@pytest.fixture
def as_role(client):
    def log_in(role: str):
        client.login(username=make_user(role).username, password=PASSWORD)
        return client

    return log_in


def page_of(row, name: str = "change") -> str:
    return reverse(f"admin:lists_{row._meta.model_name}_{name}", args=[row.pk])


def text(response) -> str:
    return response.content.decode()


def test_an_operator_cleans_a_list_sees_the_progress_and_undoes_it(as_role, campaign):
    client = as_role("Operator")
    assert "Clean the list…" in text(client.get(page_of(campaign.mailing_list)))
    page = page_of(campaign.mailing_list, "clean")
    assert "dead@example.net" in text(client.get(page))
    running = client.post(page, {"kinds": ["hard"]}, follow=True)
    assert "The list is being cleaned." in text(running)
    assert 'http-equiv="refresh"' in text(running)
    cleaning = Cleaning.objects.get()
    clean(cleaning.pk)
    done = text(client.get(page_of(cleaning)))
    assert "1 address was taken off the list." in done
    assert "http-equiv" not in done
    client.post(page_of(cleaning))
    clean(cleaning.pk)
    assert "It was undone" in text(client.get(page_of(cleaning)))
    assert Subscription.objects.get().status == Subscription.Status.BOUNCED
    assert "List cleaned" in text(client.get(page_of(campaign.mailing_list)))


def test_a_cleaning_that_failed_says_so_and_what_to_do(as_role, campaign):
    client = as_role("Operator")
    client.post(page_of(campaign.mailing_list, "clean"), {"kinds": ["hard"]})
    Cleaning.objects.update(state="failed", error="ValueError: the disk is full")
    page = text(client.get(page_of(Cleaning.objects.get())))
    assert "The cleaning failed." in page
    assert "ValueError: the disk is full" in page
    assert "Undo: put them back" in page
    assert "http-equiv" not in page


def test_nobody_chosen_says_so(as_role, campaign):
    response = as_role("Operator").post(page_of(campaign.mailing_list, "clean"), {"kinds": "soft"})
    assert "No address of these kinds is on the list any more." in text(response)


def test_who_would_be_removed_is_downloaded(as_role, campaign):
    client = as_role("Operator")
    page = page_of(campaign.mailing_list, "clean")
    response = client.get(page, {"kinds": "hard", "format": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("dead@example.net,hard,1,")


@pytest.mark.parametrize("name", ["clean", "note"])
def test_a_marketer_sees_and_changes_nothing(as_role, campaign, name):
    client = as_role("Marketer")
    page = text(client.get(page_of(campaign.mailing_list)))
    assert "Clean the list…" not in page
    assert 'name="text"' not in page
    assert client.post(page_of(campaign.mailing_list, name), {"text": "x"}).status_code == 403


def test_a_campaign_is_paused_and_resumed(as_role, campaign):
    client = as_role("Operator")
    page = text(client.post(page_of(campaign, "pause"), {"why": "refused"}, follow=True))
    assert "Paused since" in page
    page = text(client.post(page_of(campaign, "resume"), follow=True))
    assert "Paused since" not in page
    assert Note.objects.count() == 2
    assert client.get(page_of(campaign, "pause")).status_code == 403


def test_a_remark_is_kept_as_text(as_role, campaign):
    client = as_role("Operator")
    remark = {"text": "<script>alert(1)</script>"}
    page = text(client.post(page_of(campaign.mailing_list, "note"), remark, follow=True))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    empty = client.post(page_of(campaign.mailing_list, "note"), {"text": " "}, follow=True)
    assert "Write something first." in text(empty)


@pytest.mark.parametrize("of_list", [True, False])
def test_health_is_downloaded_as_a_table(as_role, campaign, of_list):
    row = campaign.mailing_list if of_list else campaign
    response = as_role("Marketer").get(page_of(row, "csv"), {"days": "7"})
    assert response["Content-Disposition"].endswith('-7-days.csv"')
    table = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 7
    assert rows[-1]["hard"] == "70"
    assert rows[-1]["bounce rate (%)"] == "7.000"
    assert rows[0]["bounce rate (%)"] == ""


def test_campaigns_are_compared_side_by_side(as_role, campaign, django_assert_max_num_queries):
    others = [make_campaign(mailing_list=campaign.mailing_list) for _ in range(3)]
    client = as_role("Marketer")
    page = page_of(campaign.mailing_list, "compare")
    with django_assert_max_num_queries(18):
        found = text(client.get(page, {"ids": [campaign.pk, *(c.pk for c in others)]}))
    for row in (campaign, *others):
        assert row.name in found
    assert "The mailbox does not exist." in found
    assert "no sends reported" in found


def test_one_campaign_alone_cannot_be_compared(as_role, campaign):
    client = as_role("Marketer")
    for ids in ([campaign.pk], ["x"], []):
        page = client.get(page_of(campaign.mailing_list, "compare"), {"ids": ids}, follow=True)
        assert "Tick two to 4 campaigns to compare." in text(page)


@pytest.mark.parametrize("name", ["clean", "compare", "csv"])
def test_a_list_that_is_not_there_is_not_found(as_role, name):
    client = as_role("Operator")
    page = reverse(f"admin:lists_mailinglist_{name}", args=[987654])
    assert client.get(page).status_code == 404
