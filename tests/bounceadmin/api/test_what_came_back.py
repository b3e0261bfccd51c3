"""Events, suppressions and health."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bounces.models import BounceEvent
from lists import kept_rankings
from lists.counting import Count, add
from lists.models import Suppression, SuppressionLog
from lists.sending import report_sent
from lists.suppressing import SuppressionWish, suppress
from tests.bounceadmin.api.test_tokens import problem
from tests.factories import NOW, make_campaign, make_event, make_list


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["items"]]


def test_events_come_newest_first_and_each_once(app):
    made = [make_event(occurred_at=NOW - timedelta(hours=hours)) for hours in (3, 1, 1, 2, 1)]
    expected = sorted(made, key=lambda e: (e.occurred_at, e.pk), reverse=True)
    seen, cursor = [], ""
    while cursor is not None:
        answer = app.get("/events", limit=2, cursor=cursor)
        seen += ids(answer)
        cursor = answer.json()["next"]
    assert seen == [event.pk for event in expected]


def test_events_that_come_in_between_do_not_shift_a_page(app):
    made = [make_event(occurred_at=NOW - timedelta(hours=n)) for n in range(3)]
    first = app.get("/events", limit=2)
    make_event(occurred_at=NOW + timedelta(hours=1))
    assert ids(app.get("/events", cursor=first.json()["next"])) == [made[2].pk]


def test_events_by_each_filter(app):
    campaign = make_campaign()
    mine = make_event(campaign=campaign, address="ann@example.net", category="soft",
                      reason="mailboxfull", occurred_at=NOW - timedelta(days=2))  # fmt: skip
    make_event(trust="unverified", proof="", address="bob@example.org")
    for query in (
        {"list": campaign.mailing_list_id}, {"campaign": campaign.pk}, {"category": "soft"},
        {"address": "ANN@example.net"}, {"domain": "Example.NET"}, {"reason": "mailboxfull"},
        {"verified": "true"}, {"until": (NOW - timedelta(days=1)).isoformat()},
    ):  # fmt: skip
        assert ids(app.get("/events", **query)) == [mine.pk], query
    assert ids(app.get("/events", kind="complaint")) == []
    assert mine.pk not in ids(app.get("/events", since=(NOW - timedelta(days=1)).isoformat()))
    assert ids(app.get("/events", address="nonsense")) == []


def test_an_event_says_what_it_means(app):
    event = make_event(campaign=make_campaign())
    found = app.get(f"/events/{event.pk}").json()
    assert (found["category"], found["verified"], found["proof"]) == ("hard", True, "signed")
    assert found["sentence"]


def test_a_page_of_events_costs_two_queries(app, django_assert_num_queries):
    for _ in range(30):
        make_event(campaign=make_campaign())
    app.get("/token")
    with django_assert_num_queries(2):
        app.get("/events")


def test_addresses_are_suppressed_found_and_unsuppressed(app):
    body = {"addresses": ["Ann@example.net", "nonsense"], "why": "They asked by phone."}
    assert app.post("/suppressions", body).json() == {"suppressed": 1, "invalid": ["nonsense"]}
    found = app.get("/suppressions", address="ann@example.net").json()["items"]
    assert [(row["cause"], row["scope"]) for row in found] == [("manual", "global")]
    lifted = app.post("/suppressions/unsuppress", {"ids": [found[0]["id"]], "why": "Mistake."})
    assert lifted.json() == {"lifted": 1}
    assert ids(app.get("/suppressions")) == []
    assert ids(app.get("/suppressions", in_force="false")) == [found[0]["id"]]
    log = SuppressionLog.objects.order_by("pk").values_list("actor", "what", "why")
    assert list(log) == [
        ("API: shop", "suppressed", "They asked by phone."),
        ("API: shop", "unsuppressed", "Mistake."),
    ]


@pytest.mark.parametrize(
    "reach",
    [{"scope": "stream"}, {"scope": "list"}, {"stream": "marketing"}, {"list": 1},
     {"scope": "stream", "stream": "nonsense"}],
)  # fmt: skip
def test_a_reach_that_is_not_whole_is_refused(app, reach):
    body = {"addresses": ["a@example.net"], "why": "x"} | reach
    assert problem(app.post("/suppressions", body), 422) == "invalid"
    assert not Suppression.objects.exists()


def test_suppressions_for_one_stream_list_or_while(app):
    mailing_list = make_list()
    until = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"addresses": ["a@example.net"], "why": "x"}
    app.post("/suppressions", body | {"scope": "stream", "stream": "marketing"})
    app.post("/suppressions", body | {"scope": "list", "list": mailing_list.pk, "until": until})
    assert len(ids(app.get("/suppressions", list=mailing_list.pk))) == 1
    assert len(ids(app.get("/suppressions", stream="marketing"))) == 1
    assert len(ids(app.get("/suppressions", domain="example.net"))) == 2
    answer = app.post("/suppressions", body | {"scope": "list", "list": 999_999})
    assert problem(answer, 404) == "not-found"


@pytest.mark.parametrize(("cause", "words"), [("complaint", "spam"), ("hard", "dead addresses")])
def test_what_is_risky_is_lifted_only_where_it_is_confirmed(app, cause, words):
    suppress([SuppressionWish("ann@example.net", cause, "x")], "policy")
    body = {"ids": [Suppression.objects.get().pk], "why": "They wrote to us."}
    answer = app.post("/suppressions/unsuppress", body)
    assert problem(answer, 409) == "not-confirmed"
    assert words in answer.json()["detail"]
    sure = body | {"confirmed": True}
    assert app.post("/suppressions/unsuppress", sure).json() == {"lifted": 1}


@pytest.mark.parametrize("kind", BounceEvent.Kind.values)
def test_every_kind_of_event_can_be_told(app, kind):
    event = make_event(kind=kind, category="hard" if kind in ("bounce", "delayed") else "")
    assert ids(app.get("/events", kind=kind)) == [event.pk]


@pytest.mark.parametrize("cause", Suppression.Cause.values)
def test_every_cause_of_a_suppression_can_be_told(app, cause):
    suppress([SuppressionWish("ann@example.net", cause, "x")], "policy")
    assert len(ids(app.get("/suppressions", cause=cause))) == 1


def test_health_of_a_list_and_its_campaign(app):
    campaign = make_campaign()
    today = timezone.now().date()
    report_sent(campaign, today, {"a.example": 1000})
    add([Count(campaign.pk, today, "a.example", "hard", 60, reason="userunknown")])
    for path in (f"/lists/{campaign.mailing_list_id}/health", f"/campaigns/{campaign.pk}/health"):
        found = app.get(path).json()
        assert (found["band"], found["counts"]["rate"]) == ("poor", 6.0)
        assert "dead addresses" in found["advice"]["action"]
        assert found["domains"][0]["domain"] == "a.example"
        assert found["reasons"] == [{"reason": "userunknown", "count": 60}]
    row = app.get("/health").json()["items"][0]
    assert (row["list"], row["health"]["band"]) == (campaign.mailing_list_id, "poor")


def test_domains_of_a_period_that_no_page_shows_are_there_at_once_where_they_are_few(app):
    campaign = make_campaign()
    add([Count(campaign.pk, timezone.now().date(), "a.example", "hard", 60, reason="userunknown")])
    for path in (f"/lists/{campaign.mailing_list_id}/health", f"/campaigns/{campaign.pk}/health"):
        found = app.get(path, days=45).json()
        assert found["domains"][0]["counts"]["hard"] == 60
        assert (found["domains_pending"], found["domains_as_of"]) == (False, None)


def test_where_they_are_many_they_are_there_once_they_were_summed(app, monkeypatch):
    monkeypatch.setattr(kept_rankings, "SUMMED_BY_PAGES", 0)
    campaign = make_campaign()
    add([Count(campaign.pk, timezone.now().date(), "a.example", "hard", 60, reason="userunknown")])

    def health(path: str) -> dict:
        return app.get(path, days=45).json()

    def everywhere() -> list[dict]:
        of = (f"/lists/{campaign.mailing_list_id}/health", f"/campaigns/{campaign.pk}/health")
        return [*map(health, of), health("/health")["items"][0]["health"]]

    for found in everywhere():
        assert (found["domains"], found["domains_pending"]) == ([], True)
        assert found["counts"]["hard"] == 60
    kept_rankings.refresh(timezone.now())
    of_list, of_campaign, of_all = everywhere()
    assert not any(found["domains_pending"] for found in (of_list, of_campaign, of_all))
    for found in (of_list, of_campaign):
        assert found["domains"][0]["counts"]["hard"] == 60
        assert found["domains_as_of"] is not None


def test_without_sends_there_is_no_rate(app):
    campaign = make_campaign()
    add([Count(campaign.pk, timezone.now().date(), "a.example", "hard", 60, reason="userunknown")])
    found = app.get(f"/campaigns/{campaign.pk}/health").json()
    assert (found["band"], found["counts"]["rate"], found["trend"]) == ("unknown", None, None)
    assert "Report how many were sent" in found["advice"]["action"]
