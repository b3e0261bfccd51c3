"""A policy is read in plain sentences, and changed by an admin: the stream's or a list's own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lists.models import ListPolicy, StreamPolicy
from lists.policies import give_own_policy, policies_of
from lists.policy import Action, Policy, Unverified
from lists.policy_words import in_words
from tests.factories import make_list, make_user, policy_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client):
    client.force_login(make_user("Admin"))
    return client


def test_the_points_of_each_reason_are_edited_in_a_table(admin_client):
    policy = StreamPolicy.objects.get(stream="marketing")
    url = reverse("admin:lists_streampolicy_change", args=[policy.pk])
    assert "The mailbox is full." in admin_client.get(url).content.decode()
    admin_client.post(url, policy_form(policy, soft_points_mailboxfull="2,5"))
    policy.refresh_from_db()
    assert policy.rules.soft_points["mailboxfull"] == 2.5
    assert policy.rules.soft_points["mesgtoobig"] == 0


@pytest.mark.parametrize("typed", ["many", "-1", "101", "", "nan"])
def test_points_that_are_no_number_are_refused_at_the_field(admin_client, typed):
    policy = StreamPolicy.objects.get(stream="marketing")
    url = reverse("admin:lists_streampolicy_change", args=[policy.pk])
    answer = admin_client.post(url, policy_form(policy, soft_points_mailboxfull=typed))
    assert "is no number from 0 to 100" in answer.content.decode()
    policy.refresh_from_db()
    assert policy.soft_points["mailboxfull"] == 1


def test_removal_before_suppression_is_refused_with_a_sentence(admin_client):
    policy = StreamPolicy.objects.get(stream="marketing")
    url = reverse("admin:lists_streampolicy_change", args=[policy.pk])
    answer = admin_client.post(url, policy_form(policy, hard_suppress_at=4))
    assert "Removal cannot come before suppression." in answer.content.decode()


def test_a_list_is_given_its_own_policy_and_follows_its_stream_again(admin_client):
    news = make_list()
    page = reverse("admin:lists_mailinglist_policy", args=[news.pk])
    assert "follows the policy of its stream" in admin_client.get(page).content.decode()

    answer = admin_client.post(page, {"own": ""})
    own = ListPolicy.objects.get(mailing_list=news)
    assert answer.url == reverse("admin:lists_listpolicy_change", args=[own.pk])
    assert admin_client.post(answer.url, policy_form(own, hard_suppress_at=2)).url == page
    assert policies_of([news])[news.pk].hard_suppress_at == 2
    assert "Hard bounce number 2 suppresses" in admin_client.get(page).content.decode()

    admin_client.post(page, {"follow": ""})
    assert policies_of([news])[news.pk].hard_suppress_at == 1


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_only_admins_give_a_list_its_own_policy(client, role):
    news = make_list()
    client.force_login(make_user(role))
    page = reverse("admin:lists_mailinglist_policy", args=[news.pk])
    assert "Give this list its own policy" not in client.get(page).content.decode()
    assert client.post(page, {"own": ""}).status_code == 403


def test_a_lists_own_policy_begins_as_its_streams():
    StreamPolicy.objects.filter(stream="marketing").update(hard_remove_at=7)
    assert give_own_policy(make_list()).rules.hard_remove_at == 7


def test_policies_of_many_lists_cost_two_queries(django_assert_num_queries):
    lists = [make_list() for _ in range(5)]
    with django_assert_num_queries(2):
        assert len(policies_of(lists)) == 5


@pytest.mark.parametrize("action", [Action.COUNTED, Action.SUPPRESS, Action.REMOVE])
@pytest.mark.parametrize("unverified", list(Unverified))
@pytest.mark.parametrize("days", [0, 1, 30])
def test_every_policy_has_a_sentence_for_each_rule(action, unverified, days):
    policy = Policy(
        complaint_action=action,
        unverified=unverified,
        soft_cool_off_days=days,
        probation_days=days,
    )
    sentences = in_words(policy)
    assert len(sentences) == 8
    assert all(sentence.endswith(".") and "%" not in sentence for sentence in sentences)
