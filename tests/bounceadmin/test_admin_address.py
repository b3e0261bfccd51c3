"""The address page answers: why is this person not getting mail?"""

from __future__ import annotations

import pytest
from django.urls import reverse

from bounceadmin.addresses import look_up
from lists.models import Subscription, Suppression
from lists.models.choices import Scope, Stream
from lists.suppressing import SuppressionWish, suppress, unsuppress
from tests.factories import make_campaign, make_event, make_list, make_subscriber, make_user

pytestmark = pytest.mark.django_db

ANN = "ann@example.net"


def wish(**fields) -> SuppressionWish:
    return SuppressionWish(address=ANN, cause="hard", why="It bounced.", **fields)


def test_an_unknown_address_is_said_to_be_unknown():
    found = look_up(ANN)

    assert not found.is_known
    assert found.answer.startswith("Nothing is known of this address")


def test_an_address_in_good_standing_is_mailed():
    make_subscriber(ANN, make_list())

    found = look_up(ANN)

    assert found.answer == "Nothing stands in the way: it is mailed."
    assert found.tone == "good"


def test_a_suppressed_address_is_not_mailed_and_shows_why():
    make_subscriber(ANN, make_list())
    suppress([wish(reason="userunknown", evidence="event:7")], "policy")

    found = look_up(ANN)

    assert found.answer == "It is not mailed: it is suppressed."
    assert found.standings[0].suppression.evidence == "event:7"


def test_a_suppression_of_one_stream_leaves_the_other_alone():
    make_subscriber(ANN, make_list(), make_list(stream=Stream.TRANSACTIONAL))
    suppress([wish(scope=Scope.STREAM, stream=Stream.MARKETING)], "policy")

    found = look_up(ANN)

    assert [s.is_mailed for s in found.standings] == [False, True]
    assert found.answer.startswith("Some of its mail is held back")


def test_a_suppression_of_one_list_reaches_that_list_only():
    one, other = make_list(), make_list()
    make_subscriber(ANN, one, other)
    suppress([wish(scope=Scope.LIST, list_id=one.pk)], "policy")

    assert [s.is_mailed for s in look_up(ANN).standings] == [False, True]


def test_who_unsubscribed_is_off_the_list():
    make_subscriber(ANN, make_list())
    Subscription.objects.update(status="unsubscribed")

    assert look_up(ANN).answer == "It is not mailed: it is off every list it was on."


def test_a_suppressed_address_without_subscriber_is_still_found():
    suppress([wish()], "policy")

    assert look_up(ANN).answer == "It is not mailed: it is suppressed."


def test_events_and_log_make_one_timeline_newest_first():
    make_event(address=ANN, campaign=make_campaign())
    suppress([wish()], "policy")
    unsuppress(list(Suppression.objects.all()), "operator", "Works again.")

    moments = look_up(ANN).moments

    assert [m.title.split(":")[0].split(" ")[0] for m in moments] == [
        "Unsuppressed",
        "Suppressed",
        "Hard",
    ]
    assert "Works again." in moments[0].detail
    assert "operator" in moments[0].who


def test_looking_up_costs_the_same_however_much_happened(django_assert_num_queries):
    make_subscriber(ANN, *(make_list() for _ in range(3)))
    for _ in range(20):
        make_event(address=ANN)
    with django_assert_num_queries(5):
        look_up(ANN)


def test_evidence_is_linked_and_operators_are_offered_to_unsuppress(client):
    event = make_event(address=ANN)
    suppress([wish(evidence=f"event:{event.pk}")], "policy")

    def page(role):
        client.force_login(make_user(role))
        return client.get(reverse("address"), {"address": " Ann@Example.net "}).content.decode()

    assert reverse("admin:bounces_bounceevent_change", args=[event.pk]) in page("Marketer")
    assert "Unsuppress…" not in page("Marketer")
    assert "Unsuppress…" in page("Operator")


def test_what_is_no_address_is_said_to_be_none(client):
    client.force_login(make_user("Marketer"))

    page = client.get(reverse("address"), {"address": "<b>ann"}).content.decode()

    assert "is no address" in page
    assert "<b>ann" not in page
