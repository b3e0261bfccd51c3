"""May we mail these people? Suppressions by reach, who left, and addresses that were forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lists.may_send import may_send
from lists.models import Subscription, Suppression
from lists.pseudonyms import forms, is_pseudonym, pseudonym
from lists.suppressing import SuppressionWish, scoped, suppress
from tests.factories import NOW, make_list, make_subscriber

pytestmark = pytest.mark.django_db


def suppressed(address, mailing_list=None, scope="global", cause="hard"):
    where = scoped(scope, mailing_list) if mailing_list else {"scope": scope}
    suppress([SuppressionWish(address, cause, "It bounced.", **where)], "policy")
    return Suppression.objects.get(address=address, scope=scope)


def allowed(*addresses, **asked):
    return [answer.allowed for answer in may_send(addresses, **asked).values()]


def test_who_is_not_known_may_be_mailed():
    assert allowed("ann@example.net", mailing_list=make_list()) == [True]


def test_a_suppression_forbids_only_what_it_reaches():
    news, other = make_list(), make_list()
    receipts = make_list(stream="transactional")
    suppressed("all@example.net")
    suppressed("stream@example.net", news, "stream")
    suppressed("list@example.net", news, "list")
    asked = ("all@example.net", "stream@example.net", "list@example.net")
    assert allowed(*asked, mailing_list=news) == [False, False, False]
    assert allowed(*asked, mailing_list=other) == [False, False, True]
    assert allowed(*asked, mailing_list=receipts) == [False, True, True]
    assert allowed(*asked, stream="marketing") == [False, False, True]
    assert allowed(*asked) == [False, True, True]


def test_the_weightiest_suppression_is_named():
    news = make_list()
    suppressed("ann@example.net", cause="soft")
    complaint = suppressed("ann@example.net", news, "stream", cause="complaint")
    answer = may_send(["ann@example.net"], mailing_list=news)["ann@example.net"]
    assert (answer.suppression, answer.why) == (complaint, "complaint")


@pytest.mark.parametrize("status", ["removed", "unsubscribed"])
def test_who_left_the_list_may_not_be_mailed_by_it(status):
    news, other = make_list(), make_list()
    make_subscriber("ann@example.net", news, other)
    Subscription.objects.filter(mailing_list=news).update(status=status)
    answer = may_send(["ann@example.net"], mailing_list=news)["ann@example.net"]
    assert (answer.allowed, answer.why) == (False, status)
    assert allowed("ann@example.net", mailing_list=other) == [True]


def test_one_that_was_lifted_or_ran_out_forbids_nothing():
    suppressed("lifted@example.net")
    suppressed("over@example.net")
    Suppression.objects.filter(address="lifted@example.net").update(lifted_at=NOW)
    Suppression.objects.filter(address="over@example.net").update(until=NOW)
    later = NOW + timedelta(seconds=1)
    assert allowed("lifted@example.net", "over@example.net", now=later) == [True, True]


def test_a_forgotten_address_is_still_recognised():
    suppressed("ann@example.net")
    Suppression.objects.update(address=pseudonym("ann@example.net"), domain="")
    assert allowed("ann@example.net", "bob@example.net") == [False, True]


def test_a_pseudonym_by_a_former_key_is_still_recognised(settings):
    settings.SECRET_KEY = "old"
    suppressed(pseudonym("ann@example.net"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert allowed("ann@example.net") == [False]
    settings.SECRET_KEY_FALLBACKS = []
    assert allowed("ann@example.net") == [True]


def test_a_pseudonym_stands_for_itself_and_is_no_address():
    token = pseudonym("ann@example.net")
    assert is_pseudonym(token)
    assert forms([token]) == {token: token}
    assert not is_pseudonym("~ann@example.net")


def test_ten_thousand_cost_two_queries(django_assert_num_queries):
    news = make_list()
    suppressed("p77@example.net")
    with django_assert_num_queries(2):
        answers = may_send((f"p{n}@example.net" for n in range(10_000)), mailing_list=news)
    assert [a.address for a in answers.values() if not a.allowed] == ["p77@example.net"]
