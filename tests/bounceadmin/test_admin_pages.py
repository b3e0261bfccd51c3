"""Every page opens for those who may see it, and for nobody else."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from bounces.models import BounceAddress, SenderHour
from lists import sending_job
from lists.importing import storing
from lists.models import (
    BandChange,
    Cleaning,
    SendImport,
    SendReport,
    StreamPolicy,
    Suppression,
    SuppressionImport,
)
from lists.policies import give_own_policy
from lists.suppressing import SuppressionWish, suppress
from tests.factories import (
    PASSWORD,
    make_campaign,
    make_endpoint,
    make_event,
    make_mailbox,
    make_subscriber,
    make_user,
    policy_form,
)

pytestmark = pytest.mark.django_db

ROLES = ("Marketer", "Operator", "Admin")
OURS = ("lists", "bounces")
MODELS = sorted(
    (m._meta.label_lower for m in admin.site._registry if m._meta.app_label in OURS), key=str
)


@pytest.fixture
def everything():
    """One row of each kind."""
    campaign = make_campaign()
    make_event(campaign=campaign, address="ann@example.net")
    make_subscriber("ann@example.net", campaign.mailing_list)
    make_mailbox()
    SenderHour.objects.create(sender="a@example.net", kind="other", hour=timezone.now())
    BounceAddress.objects.create(address="fbl@example.com")
    BandChange.objects.create(
        mailing_list=campaign.mailing_list, before="unknown", after="poor", sent=1000, bounced=60
    )
    SendReport.objects.create(source="csv", actor="olga", outcome={"sent": 5, "delivered": 0})
    suppress([SuppressionWish("ann@example.net", "hard", "It bounced.")], "policy")
    give_own_policy(campaign.mailing_list)
    make_endpoint("postmark")
    Cleaning.objects.create(mailing_list=campaign.mailing_list, kinds="hard", total=1)
    sends = SendImport(file_name="sends.csv", created_by="olga", campaign=campaign)
    sending_job.hand_in(sends, [b"day,sent\n2026-11-20,5\n"], 1000)
    job = SuppressionImport(file_name="bounces.csv", created_by="olga")
    storing.store(job, [b"ann@example.net\n"], 1000)


def page(label: str, name: str, *args) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", MODELS)
def test_each_list_and_each_row_opens(client, everything, role, label):
    client.force_login(make_user(role))
    model = next(m for m in admin.site._registry if m._meta.label_lower == label)

    assert client.get(page(label, "changelist")).status_code == 200
    found = client.get(page(label, "change", model.objects.first().pk), follow=True)
    assert found.status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_dashboard_and_address_page_open_for_every_role(client, everything, role):
    client.force_login(make_user(role))

    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("address"), {"address": "ann@example.net"}).status_code == 200


def test_staff_without_a_role_is_told_to_ask_for_one(client):
    client.force_login(User.objects.create_user("new", password=PASSWORD, is_staff=True))

    assert b"You have no role yet" in client.get(reverse("admin:index")).content
    assert client.get(reverse("address")).status_code == 403


def test_strangers_are_sent_to_the_login(client):
    for url in (reverse("admin:index"), reverse("address")):
        assert "/login/" in client.get(url).url


def test_marketers_see_no_settings_and_no_form(client, everything):
    client.force_login(make_user("Marketer"))
    campaign = make_campaign()
    url = reverse("admin:lists_mailinglist_change", args=[campaign.mailing_list_id])

    body = client.get(url).content.decode()

    assert "Suggested action" in body
    assert "/settings/" not in body
    assert 'name="header_from"' not in body


def test_a_list_is_edited_behind_its_settings_tab(client):
    client.force_login(make_user("Admin"))
    mailing_list = make_campaign().mailing_list
    url = reverse("admin:lists_mailinglist_settings", args=[mailing_list.pk])
    form = {
        "name": "Renamed",
        "stream": "marketing",
        "header_from": "news@example.com",
        "bounce_domain": "bounces.example.com",
    }

    answer = client.post(url, form)

    assert answer.url == reverse("admin:lists_mailinglist_change", args=[mailing_list.pk])
    mailing_list.refresh_from_db()
    assert mailing_list.name == "Renamed"


def test_only_admins_change_policies(client):
    policy = StreamPolicy.objects.get(stream="marketing")
    url = reverse("admin:lists_streampolicy_change", args=[policy.pk])
    form = policy_form(policy, attention_from=3)

    client.force_login(make_user("Operator"))
    assert client.post(url, form).status_code == 403
    client.force_login(make_user("Admin"))
    assert client.post(url, form).status_code == 302

    policy.refresh_from_db()
    assert policy.attention_from == 3


def test_bands_out_of_order_are_refused_with_a_sentence(client):
    policy = StreamPolicy.objects.get(stream="marketing")
    url = reverse("admin:lists_streampolicy_change", args=[policy.pk])
    form = policy_form(policy, attention_from=50)

    client.force_login(make_user("Admin"))

    assert b"The bands must rise" in client.post(url, form).content


@pytest.mark.parametrize("label", ["lists.suppression", "lists.suppressionlog"])
def test_nobody_adds_changes_or_deletes_suppressions_and_their_log_by_form(
    client, everything, label
):
    client.force_login(User.objects.create_superuser("root"))
    model = next(m for m in admin.site._registry if m._meta.label_lower == label)
    row = model.objects.first()

    assert client.get(page(label, "add")).status_code == 403
    assert client.post(page(label, "change", row.pk), {"address": "x@y.test"}).status_code == 403
    assert client.post(page(label, "delete", row.pk), {"post": "yes"}).status_code == 403
    actions = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    client.post(page(label, "changelist"), actions)
    assert model.objects.filter(pk=row.pk).exists()


def test_a_subscriber_leads_to_its_address(client, everything):
    client.force_login(make_user("Marketer"))
    subscriber = make_subscriber("Bob+x@example.net")
    answer = client.get(reverse("admin:lists_subscriber_change", args=[subscriber.pk]))

    assert answer.url == reverse("address") + "?address=bob%2Bx%40example.net"


def test_subscribers_are_found_by_the_beginning_of_an_address(client, everything):
    client.force_login(make_user("Marketer"))
    make_subscriber("bob@example.net")
    answer = client.get(reverse("admin:lists_subscriber_changelist"), {"q": "AN"})

    assert b"ann@example.net" in answer.content
    assert b"bob@example.net" not in answer.content


def test_suppressions_in_force_are_listed_unless_others_are_asked_for(client, everything):
    client.force_login(make_user("Operator"))
    url = reverse("admin:lists_suppression_changelist")
    Suppression.objects.update(lifted_at="2026-11-20T00:00:00Z")

    assert b"ann@example.net" not in client.get(url).content
    assert b"ann@example.net" in client.get(url, {"state": "lifted"}).content
    assert b"ann@example.net" in client.get(url, {"state": "all"}).content


def test_another_spelling_of_an_address_is_refused_with_a_sentence(client, everything):
    client.force_login(make_user("Admin"))
    subscriptions = {"subscriptions-TOTAL_FORMS": 0, "subscriptions-INITIAL_FORMS": 0}

    def add(address):
        form = {"address": address} | subscriptions
        return client.post(reverse("admin:lists_subscriber_add"), form)

    assert b"This address is there already." in add("ANN@Example.NET").content
    assert b"Enter an address" in add("nobody").content
    assert add("bob@example.net").status_code == 302


@pytest.mark.parametrize("label", ["lists.mailinglist", "lists.campaign", "lists.subscriber"])
def test_admins_are_offered_to_add_and_marketers_are_not(client, label):
    client.force_login(make_user("Marketer"))
    assert client.get(page(label, "add")).status_code == 403
    client.force_login(make_user("Admin"))
    assert client.get(page(label, "add")).status_code == 200
