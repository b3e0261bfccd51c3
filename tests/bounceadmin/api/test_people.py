"""Subscribers, and whom a list may be sent to."""

from __future__ import annotations

import time

from lists.models import Subscription
from lists.pausing import pause
from lists.suppressing import SuppressionWish, suppress
from tests.bounceadmin.api.test_tokens import problem
from tests.factories import make_campaign, make_list, make_subscriber


def results(answer):
    assert answer.status_code == 200, answer.content
    return [(row["address"], row["result"]) for row in answer.json()["items"]]


def test_people_are_subscribed_and_unsubscribed(app):
    path = f"/lists/{make_list().pk}"
    people = {"addresses": ["Ann@Example.net", "nonsense"]}
    expected = [("Ann@Example.net", "subscribed"), ("nonsense", "invalid")]
    assert results(app.post(f"{path}/subscribe", people)) == expected
    one = {"addresses": ["ann@example.net"]}
    assert results(app.post(f"{path}/unsubscribe", one)) == [("ann@example.net", "unsubscribed")]
    assert results(app.post(f"{path}/subscribe", one)) == [("ann@example.net", "known")]
    again = one | {"again": True}
    assert results(app.post(f"{path}/subscribe", again)) == [("ann@example.net", "resubscribed")]


def test_a_person_is_found_in_any_spelling(app):
    mailing_list = make_list()
    make_subscriber("ann@example.net", mailing_list)
    found = app.get("/subscribers", address="<ANN@Example.NET>").json()
    assert found["canonical"] == "ann@example.net"
    assert [s["list"] for s in found["subscriptions"]] == [mailing_list.pk]
    assert problem(app.get("/subscribers", address="bob@example.net"), 404) == "not-found"
    assert problem(app.get("/subscribers", address="bob"), 422) == "invalid"


def test_the_people_of_a_list_by_status(app):
    mailing_list = make_list()
    for name in ("ann", "bob"):
        make_subscriber(f"{name}@example.net", mailing_list)
    Subscription.objects.filter(subscriber__canonical="bob@example.net").update(status="bounced")
    page = app.get(f"/lists/{mailing_list.pk}/subscribers", status="bounced").json()
    assert [row["address"] for row in page["items"]] == ["bob@example.net"]
    everyone = app.get(f"/lists/{mailing_list.pk}/subscribers").json()["items"]
    assert len(everyone) == 2


def test_may_i_send_to_these(app):
    mailing_list = make_list()
    make_subscriber("gone@example.net", mailing_list)
    Subscription.objects.update(status="unsubscribed")
    suppress([SuppressionWish("dead@example.net", "hard", "It bounced.")], "policy")
    asked = ["Ann@example.net", "DEAD@example.net", "gone@example.net", "nonsense"]
    body = app.post(f"/lists/{mailing_list.pk}/may-send", {"addresses": asked}).json()
    assert [row["address"] for row in body["items"]] == asked
    said = [(row["may_send"], row["reason"], row["cause"]) for row in body["items"]]
    assert said == [
        (True, "", ""), (False, "suppressed", "hard"), (False, "unsubscribed", ""),
        (False, "invalid", ""),
    ]  # fmt: skip
    assert body["items"][1]["since"]
    assert body["may_send"] == 1


def test_ten_thousand_are_answered_with_few_queries(app, django_assert_max_num_queries):
    path = f"/lists/{make_list().pk}/may-send"
    suppress([SuppressionWish(f"p{n}@example.net", "hard", "x") for n in range(1000)], "policy")
    addresses = [f"p{n}@example.net" for n in range(10_000)]
    app.get("/token")  # Notes the token's use.
    began = time.monotonic()
    with django_assert_max_num_queries(4):
        body = app.post(path, {"addresses": addresses}).json()
    print(f"ten thousand in {time.monotonic() - began:.2f} s")
    assert body["may_send"] == 9000


def test_more_than_ten_thousand_are_refused(app):
    addresses = ["a@example.net"] * 10_001
    answer = app.post(f"/lists/{make_list().pk}/may-send", {"addresses": addresses})
    assert problem(answer, 422) == "invalid"
    assert answer.json()["errors"][0]["where"] == "body.addresses"


def test_return_paths_for_one_and_for_odd_ones(app):
    campaign = make_campaign()
    long = "a" * 60 + "@example.net"
    asked = ["ann@example.net", long, "nonsense"]
    answer = app.post(f"/campaigns/{campaign.pk}/return-paths", {"addresses": asked})
    paths = {row["address"]: row["return_path"] for row in answer.json()["items"]}
    assert paths["ann@example.net"].startswith("bounces+ann=example.net=")
    assert paths[long].startswith("bounces+=")
    assert paths["nonsense"] == ""


def test_a_paused_campaign_says_so(app):
    campaign = make_campaign()
    path = f"/campaigns/{campaign.pk}"
    asked = {"addresses": ["ann@example.net"]}
    assert app.post(f"{path}/return-paths", asked).json()["paused"] is False
    pause(campaign, "olga", "Too many bounces.")
    assert app.post(f"{path}/return-paths", asked).json()["paused"] is True
    assert app.get(path).json()["paused_at"]


def test_plain_return_paths(app):
    asked = {"addresses": ["user@recipient.com"], "form": "plain"}
    answer = app.post(f"/campaigns/{make_campaign().pk}/return-paths", asked)
    path = answer.json()["items"][0]["return_path"]
    assert path == "bounces+user=recipient.com@bounces.example.com"
