"""Putting people on a list and taking them off."""

from __future__ import annotations

import pytest

from lists.models import Subscriber, Subscription
from lists.subscribing import subscribe, unsubscribe
from tests.factories import make_list, make_subscriber

pytestmark = pytest.mark.django_db


def results(found):
    return [(row.address, row.result) for row in found]


def test_each_address_is_told_what_came_of_it():
    mailing_list = make_list()
    make_subscriber("known@example.net", mailing_list)
    found = subscribe(mailing_list, ["New@Example.net", "known@example.net", "nonsense"])
    assert results(found) == [
        ("New@Example.net", "subscribed"),
        ("known@example.net", "known"),
        ("nonsense", "invalid"),
    ]
    assert Subscription.objects.filter(mailing_list=mailing_list).count() == 2
    assert Subscriber.objects.filter(canonical="new@example.net").exists()


def test_who_unsubscribed_stays_so_unless_they_asked_again():
    mailing_list = make_list()
    subscribe(mailing_list, ["ann@example.net"])
    assert results(unsubscribe(mailing_list, ["ann@example.net"]))[0][1] == "unsubscribed"
    assert subscribe(mailing_list, ["ann@example.net"])[0].status == "unsubscribed"
    assert subscribe(mailing_list, ["ann@example.net"], again=True)[0].result == "resubscribed"
    assert Subscription.objects.get().status == "active"


@pytest.mark.parametrize("status", ["bounced", "removed"])
def test_who_bounced_is_not_made_mailable_by_subscribing_again(status):
    mailing_list = make_list()
    subscribe(mailing_list, ["ann@example.net"])
    Subscription.objects.update(status=status)
    assert subscribe(mailing_list, ["ann@example.net"], again=True)[0].status == status


def test_unsubscribing_who_is_not_there_makes_nobody():
    found = unsubscribe(make_list(), ["ann@example.net", "nonsense"])
    assert [row.result for row in found] == ["unknown", "invalid"]
    assert not Subscriber.objects.exists()


def test_ten_thousand_cost_a_few_queries(django_assert_max_num_queries):
    mailing_list = make_list()
    addresses = [f"person{n}@example.net" for n in range(10_000)]
    with django_assert_max_num_queries(200):  # SQLite inserts in small parts
        subscribe(mailing_list, addresses)
    with django_assert_max_num_queries(12):
        unsubscribe(mailing_list, addresses)
