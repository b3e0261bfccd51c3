"""Unsuppressing asks why, asks twice where a person complained, and is kept in the log."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lists.models import Subscription, Suppression, SuppressionLog
from lists.models.choices import Scope, Stream
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_list, make_subscriber, make_user

pytestmark = pytest.mark.django_db

PAGE = "admin:lists_suppression_unsuppress"


def suppressed(address="ann@example.net", cause=Suppression.Cause.HARD) -> Suppression:
    suppress([SuppressionWish(address, cause, "It bounced.")], "policy")
    return Suppression.objects.get(address=address)


def unsuppress(client, *rows, **form):
    url = reverse(PAGE) + "?ids=" + ",".join(str(row.pk) for row in rows)
    return client.post(url, form)


@pytest.fixture
def operator(client):
    user = make_user("Operator")
    client.force_login(user)
    client.user = user
    return client


def test_unsuppressing_keeps_who_when_and_why(operator):
    mailing_list = make_list()
    make_subscriber("ann@example.net", mailing_list)
    Subscription.objects.update(status="bounced", hard_bounces=2)
    row = suppressed()

    answer = unsuppress(operator, row, why="She wrote to us from it.", confirmed="on")

    assert answer.status_code == 302
    assert not Suppression.objects.active().exists()
    entry = SuppressionLog.objects.get(what="unsuppressed")
    assert (entry.actor, entry.why) == (operator.user.username, "She wrote to us from it.")
    assert Subscription.objects.get().status == "active"
    log = operator.get(reverse("admin:lists_suppressionlog_changelist")).content.decode()
    assert "She wrote to us from it." in log


@pytest.mark.parametrize("why", ["", "   "])
def test_without_a_reason_nothing_is_lifted_and_the_field_says_so(operator, why):
    row = suppressed()

    answer = unsuppress(operator, row, why=why)

    assert b"Say why: the log keeps it." in answer.content
    assert Suppression.objects.active().exists()


def test_a_complaint_asks_for_a_tick_and_for_the_address_as_well(operator):
    row = suppressed(cause=Suppression.Cause.COMPLAINT)

    refused = unsuppress(operator, row, why="They asked.")
    assert b"Tick this, or leave it in force." in refused.content
    wrong = unsuppress(operator, row, why="They asked.", confirmed="on", typed="bob@example.net")
    assert b"It is ann@example.net." in wrong.content
    assert Suppression.objects.active().exists()

    unsuppress(operator, row, why="They asked.", confirmed="on", typed="Ann@example.net ")
    assert not Suppression.objects.active().exists()


def test_a_hard_bounce_asks_for_a_tick(operator):
    row = suppressed()

    assert b"Tick this" in unsuppress(operator, row, why="Works again.").content
    assert b"typed" not in operator.get(reverse(PAGE) + f"?ids={row.pk}").content
    unsuppress(operator, row, why="Works again.", confirmed="on")
    assert not Suppression.objects.active().exists()


@pytest.mark.parametrize("cause", ["soft", "manual", "import"])
def test_what_risks_little_asks_for_a_reason_only(operator, cause):
    row = suppressed(cause=cause)

    assert b"confirmed" not in operator.get(reverse(PAGE) + f"?ids={row.pk}").content
    unsuppress(operator, row, why="Works again.")
    assert not Suppression.objects.active().exists()


def test_many_at_once_ask_for_their_number(operator):
    rows = [suppressed(f"person{n}@example.net", "soft") for n in range(12)]

    assert b"It is 12." in unsuppress(operator, *rows, why="Works.", typed="11").content
    unsuppress(operator, *rows, why="Works.", typed="12")
    assert not Suppression.objects.active().exists()


def test_several_are_lifted_at_once(operator):
    rows = [suppressed(f"person{n}@example.net") for n in range(3)]
    chosen = {"action": "unsuppress_selected", "_selected_action": [row.pk for row in rows]}

    answer = operator.post(reverse("admin:lists_suppression_changelist"), chosen)
    page = operator.get(answer.url)
    assert b"Mail these 3 addresses again?" in page.content
    operator.post(answer.url, {"why": "The server was down.", "confirmed": "on"})

    assert not Suppression.objects.active().exists()
    assert SuppressionLog.objects.filter(what="unsuppressed").count() == 3


def test_the_button_on_a_suppression_leads_to_the_question(operator):
    row = suppressed()
    page = operator.get(reverse("admin:lists_suppression_change", args=[row.pk]))
    button = reverse("admin:lists_suppression_unsuppress_this", args=[row.pk])

    assert button in page.content.decode()
    assert operator.get(button).url == reverse(PAGE) + f"?ids={row.pk}"


def test_lifting_twice_says_that_there_is_nothing_to_lift(operator):
    row = suppressed()
    unsuppress(operator, row, why="Works again.", confirmed="on")

    assert b"Nothing to lift" in unsuppress(operator, row, why="Again.").content
    assert SuppressionLog.objects.filter(what="unsuppressed").count() == 1


def test_marketers_neither_see_nor_reach_it(client):
    client.force_login(make_user("Marketer"))
    row = suppressed()

    assert (
        b"Unsuppress"
        not in client.get(reverse("admin:lists_suppression_change", args=[row.pk])).content
    )
    listed = client.get(reverse("admin:lists_suppression_changelist")).content
    assert b"unsuppress_selected" not in listed
    assert b"Suppress by hand" not in listed
    assert unsuppress(client, row, why="Let me.").status_code == 403
    assert client.get(reverse("admin:lists_suppression_suppress")).status_code == 403
    button = reverse("admin:lists_suppression_unsuppress_this", args=[row.pk])
    assert client.get(button).status_code == 403
    assert Suppression.objects.active().exists()


def test_the_way_back_never_leaves_the_site(operator):
    row = suppressed()
    url = reverse(PAGE) + f"?ids={row.pk}&next=https://evil.test/"

    answer = operator.post(url, {"why": "Works again.", "confirmed": "on"})

    assert answer.url == reverse("admin:lists_suppression_changelist")


@pytest.mark.parametrize("ids", ["", "x", "1;drop", "99999999", "9" * 40, "١٢"])
def test_nonsense_ids_lift_nothing(operator, ids):
    assert operator.get(reverse(PAGE), {"ids": ids}).status_code == 200


def test_addresses_are_suppressed_by_hand(operator):
    form = {
        "addresses": "Ann@Example.net\n\n bob@example.net \nann@example.net",
        "scope": Scope.STREAM,
        "stream": Stream.MARKETING,
        "why": "They asked by telephone.",
    }

    operator.post(reverse("admin:lists_suppression_suppress"), form)

    rows = Suppression.objects.active().order_by("address")
    assert [row.address for row in rows] == ["ann@example.net", "bob@example.net"]
    assert {(row.cause, row.scope, row.stream) for row in rows} == {
        ("manual", "stream", "marketing")
    }
    assert SuppressionLog.objects.filter(why="They asked by telephone.").count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"addresses": "ann@example.net\nnot an address"}, "No address: not an address"),
        ({"addresses": "a@b.test\n" * 1001}, "A thousand at most"),
        ({"why": ""}, "Say why: the log keeps it."),
        ({"scope": "list"}, "Choose the list."),
        ({"scope": "stream"}, "Choose the stream."),
    ],
)
def test_a_wrong_field_is_told_at_the_field_and_suppresses_nobody(operator, wrong, sentence):
    form = {"addresses": "ann@example.net", "scope": "global", "why": "Asked."} | wrong

    page = operator.post(reverse("admin:lists_suppression_suppress"), form)

    assert sentence in page.content.decode()
    assert not Suppression.objects.exists()


def test_log_is_searched_by_whole_address(operator):
    suppressed("ann@example.net")
    suppressed("bob@example.net")
    url = reverse("admin:lists_suppressionlog_changelist")

    found = operator.get(url, {"q": "ANN@example.net"}).content
    assert b"ann@example.net" in found
    assert b"bob@example.net" not in found
    assert b"bob@example.net" not in operator.get(url, {"q": "@example.net"}).content


def test_all_that_a_search_finds_are_lifted_at_once(operator):
    for n in range(60):
        suppressed(f"p{n}@example.net", "soft")
    suppressed("bob@example.org", "soft")
    listed = reverse("admin:lists_suppression_changelist")
    page = reverse(PAGE) + "?q=%40example.net&found=1"
    assert "Unsuppress all of these" not in operator.get(listed).content.decode()
    assert (
        page.replace("&", "&amp;") in operator.get(listed, {"q": "@example.net"}).content.decode()
    )

    text = operator.get(page).content.decode()
    assert "Mail these 60 addresses again?" in text
    assert "The first 50 of 60." in text
    assert "It is 60." in operator.post(page, {"why": "Outage.", "typed": "50"}).content.decode()
    operator.post(page, {"why": "Outage.", "typed": "60"})
    assert Suppression.objects.active().get().address == "bob@example.org"


def test_too_many_at_once_are_not_lifted(operator, monkeypatch):
    monkeypatch.setattr("lists.admin.suppression._MOST_AT_ONCE", 2)
    for n in range(3):
        suppressed(f"p{n}@example.net", "soft")
    page = reverse(PAGE) + "?q=%40example.net&found=1"
    assert operator.post(page, {"why": "Outage.", "typed": "3"}).status_code == 302
    assert Suppression.objects.active().count() == 3
