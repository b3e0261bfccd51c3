"""Who deletes a list or campaign is told what goes with it, however much that is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lists.admin import deleting
from lists.models import Campaign, MailingList, Note, Subscription
from tests.factories import make_campaign, make_event, make_list, make_subscriber, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_user("Admin"))
    return client


def page_of(row):
    return reverse(f"admin:lists_{row._meta.model_name}_delete", args=[row.pk])


def test_a_list_with_campaigns_stays_and_some_of_them_are_named(admin):
    mailing_list = make_list()
    for _ in range(12):
        make_campaign(mailing_list=mailing_list)

    page = admin.get(page_of(mailing_list))

    assert len(page.context["protected"]) == 11
    admin.post(page_of(mailing_list), {"post": "yes"})
    assert MailingList.objects.filter(pk=mailing_list.pk).exists()


def test_people_on_a_list_are_counted_up_to_so_many_and_go_with_it(admin, monkeypatch):
    monkeypatch.setattr(deleting, "COUNT_UP_TO", 3)
    mailing_list = make_list()
    for _ in range(5):
        make_subscriber("", mailing_list)

    counts = dict(admin.get(page_of(mailing_list)).context["model_count"])

    assert counts[Subscription._meta.verbose_name_plural] == "3+"
    admin.post(page_of(mailing_list), {"post": "yes"})
    assert not Subscription.objects.exists()


def test_events_of_a_campaign_stay_without_it(admin):
    event = make_event(campaign=make_campaign())
    admin.post(page_of(event.campaign), {"post": "yes"})
    event.refresh_from_db()
    assert event.campaign is None
    assert not Campaign.objects.exists()


def test_more_people_cost_no_more_queries(admin, django_assert_max_num_queries):
    def asked_with(people, most):
        mailing_list = make_list()
        for _ in range(people):
            make_subscriber("", mailing_list)
        with django_assert_max_num_queries(most) as queries:
            admin.get(page_of(mailing_list))
        return len(queries)

    few = asked_with(1, most=30)
    assert asked_with(30, most=few) <= few


def test_what_may_not_be_deleted_keeps_what_it_belongs_to(admin):
    campaign = make_campaign()
    Note.objects.create(campaign=campaign, mailing_list=campaign.mailing_list, text="Remember.")
    page = admin.get(page_of(campaign))
    may = page.context["perms_lacking"] == set()
    admin.post(page_of(campaign), {"post": "yes"})
    assert Campaign.objects.filter(pk=campaign.pk).exists() is not may
