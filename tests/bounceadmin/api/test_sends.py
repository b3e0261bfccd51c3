"""Reports of sends: counted once, corrected, refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from lists.models import CampaignDay, DomainDay, SendReport, SentMessage
from tests.bounceadmin.api.test_tokens import problem
from tests.factories import make_campaign

DAY = "2026-11-20"


@pytest.fixture
def report(app):
    campaign = make_campaign()

    def send(**body):
        headers = {"Idempotency-Key": body.pop("key")} if "key" in body else {}
        return app.post(f"/campaigns/{campaign.pk}/sends", body, **headers)

    send.campaign = campaign
    return send


def counts(sent, domain="example.net", **more):
    return [{"day": DAY, "domain": domain, "sent": sent, **more}]


def test_reports_add_up_and_are_read_back(app, report):
    assert report(counts=counts(10, delivered=9)).json() == {
        "sent": 10, "delivered": 9, "messages": 0,
    }  # fmt: skip
    report(counts=counts(5))
    report(counts=counts(1, domain=""))
    found = app.get(f"/campaigns/{report.campaign.pk}/sends", day=DAY).json()["items"]
    assert [(row["domain"], row["sent"], row["delivered"]) for row in found] == [
        ("", 1, 0), ("example.net", 15, 9),
    ]  # fmt: skip


def test_the_same_key_counts_once_and_is_answered_the_same(report):
    first = report(counts=counts(10), key="batch-1")
    second = report(counts=counts(10), key="batch-1")
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert CampaignDay.objects.get().sent == 10


def test_a_used_key_does_not_take_another_report(report):
    report(counts=counts(10), key="batch-1")
    assert problem(report(counts=counts(11), key="batch-1"), 409) == "key-reused"
    assert CampaignDay.objects.get().sent == 10


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(report, with_scopes):
    report(counts=counts(10), key="1")
    other = with_scopes("sends:write", name="other")
    path = f"/campaigns/{report.campaign.pk}/sends"
    assert other.post(path, {"counts": counts(10)}, **{"Idempotency-Key": "1"}).status_code == 200
    assert CampaignDay.objects.get().sent == 20


def test_corrections_take_back_and_replace(report):
    report(counts=counts(10))
    assert report(counts=counts(-4)).json()["sent"] == -4
    assert report(counts=counts(2), mode="replace").json()["sent"] == -4
    assert CampaignDay.objects.get().sent == 2


def test_more_than_was_reported_cannot_be_taken_back(report):
    answer = report(counts=[*counts(5, domain="b.test"), *counts(-1)], key="k")
    assert problem(answer, 409) == "below-zero"
    assert not DomainDay.objects.exists()
    # Nothing was taken, so the key is free.
    assert report(counts=counts(1), key="k").status_code == 200


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body"),
        ({"counts": [{"day": "yesterday", "sent": 1}]}, "body.counts.0.day"),
        ({"counts": [{"day": 20260101, "sent": 1}]}, "body.counts.0.day"),
        ({"counts": counts("1")}, "body.counts.0.sent"),
        ({"counts": counts(1.5)}, "body.counts.0.sent"),
        ({"counts": counts(1, domain="no domain")}, "body.counts.0.domain"),
        ({"counts": counts(-1), "mode": "replace"}, "body"),
        ({"messages": [{"message_id": "a@b", "address": "nonsense"}]}, "body.messages.0.address"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_by_name(report, body, where):
    answer = report(**body)
    assert problem(answer, 422) == "invalid"
    assert answer.json()["errors"][0]["where"] == where


def test_a_day_that_is_still_to_come_is_refused(report):
    later = (timezone.now() + timedelta(days=3)).date().isoformat()
    assert problem(report(counts=[{"day": later, "sent": 1}]), 422)


def test_messages_are_remembered_and_counted(report):
    messages = [
        {"message_id": "<1@mta>", "address": "Ann@example.net", "at": "2026-11-20T23:30:00-05:00"},
        {"message_id": "<all@mta>"},
    ]
    assert report(messages=messages).json() == {"sent": 1, "delivered": 0, "messages": 2}
    assert report(messages=messages).json() == {"sent": 0, "delivered": 0, "messages": 0}
    row = DomainDay.objects.get()
    assert (row.day.isoformat(), row.domain, row.sent) == ("2026-11-21", "example.net", 1)
    assert SentMessage.objects.filter(subscriber__canonical="ann@example.net").count() == 1


def test_with_numbers_messages_are_not_counted_as_well(report):
    messages = [{"message_id": "1@mta", "address": "ann@example.net"}]
    assert report(counts=counts(1), messages=messages).json() == {
        "sent": 1, "delivered": 0, "messages": 1,
    }  # fmt: skip


def test_who_reported_is_kept(report):
    report(counts=counts(1))
    row = SendReport.objects.get()
    assert (row.actor, row.source, row.campaign) == ("API: shop", "api", report.campaign)
    assert row.outcome["sent"] == 1
