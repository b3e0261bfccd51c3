"""A campaign that acts on bounces that nothing proves: an admin's choice, with a warning."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bounces.models import BounceEvent, InboundMessage
from bounces.pipeline import process
from bounces.storing import Incoming, store
from lists.models import Campaign, Note, Suppression
from tests.bounces.webhooks.services import Post, bearer, send
from tests.factories import make_campaign, make_endpoint, make_list, make_subscriber, make_user
from tests.mails import dsn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
WARNING = "This campaign acts on bounces that nothing proves"


def take_in(*raws):
    return process(store([Incoming(raw, "listener", received_at=NOW) for raw in raws]).ids)


@pytest.fixture
def campaign():
    return make_campaign(accepts_unverified=True)


def test_it_acts_on_what_nothing_proves_whatever_the_policy(campaign):
    make_subscriber("ann@example.net", campaign.mailing_list)
    take_in(dsn(to=campaign.bounce_address))
    event = BounceEvent.objects.get()
    assert (event.trust, event.proof, event.effect) == ("verified", "accepted", "suppress")
    assert Suppression.objects.get().address == "ann@example.net"


def test_it_concerns_its_own_address_and_its_lists_subscribers_only(campaign):
    sibling = make_campaign(mailing_list=campaign.mailing_list)
    make_subscriber("ann@example.net", campaign.mailing_list)
    make_subscriber("bob@example.net")
    take_in(
        dsn(to=sibling.bounce_address),
        dsn("bob@example.net", to=campaign.bounce_address),
        dsn("cyd@example.net", to=campaign.bounce_address),
    )
    assert set(BounceEvent.objects.values_list("trust", flat=True)) == {"unverified"}
    assert not Suppression.objects.exists()


def test_a_webhook_that_may_not_speak_for_its_list_gains_nothing_by_it(client, campaign):
    make_subscriber("ann@example.net", campaign.mailing_list)
    theirs = make_endpoint("json", "their token", mailing_list=make_list())
    for name in (campaign.pk, campaign.bounce_address):
        event = {"email": "ann@example.net", "event": "bounce", "status": "5.1.1", "campaign": name}
        body = json.dumps(event).encode()
        assert send(client, theirs, Post(body, headers=bearer("their token"))).status_code == 200
    process(list(InboundMessage.objects.values_list("pk", flat=True)))
    assert set(BounceEvent.objects.values_list("campaign", "trust")) == {
        (campaign.pk, "unverified")
    }


def test_it_is_off_until_it_is_chosen():
    campaign = make_campaign()
    make_subscriber("ann@example.net", campaign.mailing_list)
    take_in(dsn(to=campaign.bounce_address))
    assert BounceEvent.objects.get().trust == "unverified"


def test_what_it_accepts_is_no_storm(campaign, settings):
    settings.STORM_CAP_PER_HOUR = 1
    take_in(*(dsn(f"p{n}@example.net", to=campaign.bounce_address) for n in range(4)))
    assert not InboundMessage.objects.held().exists()


def form_of(campaign, **changes):
    return {
        "mailing_list": campaign.mailing_list_id,
        "name": campaign.name,
        "bounce_address": campaign.bounce_address,
        "started_at_0": "2026-11-20",
        "started_at_1": "12:00:00",
    } | changes


def test_an_admin_chooses_it_and_is_warned_there_and_on_its_page(client):
    campaign = make_campaign()
    client.force_login(make_user("Admin"))
    page = reverse("admin:lists_campaign_change", args=[campaign.pk])
    form = reverse("admin:lists_campaign_settings", args=[campaign.pk])
    assert WARNING not in client.get(page).content.decode()
    assert "Anyone who knows the address" in client.get(form).content.decode()

    answer = client.post(form, form_of(campaign, accepts_unverified="on"), follow=True)
    campaign.refresh_from_db()
    assert campaign.accepts_unverified
    assert WARNING in answer.content.decode()
    assert WARNING in client.get(page).content.decode()
    assert WARNING in client.get(form).content.decode()
    assert "acts on bounces" in Note.objects.get(campaign=campaign).text


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_others_see_it_and_cannot_choose_it(client, role, campaign):
    client.force_login(make_user(role))
    form = reverse("admin:lists_campaign_settings", args=[campaign.pk])
    assert client.post(form, form_of(campaign)).status_code == 403
    page = reverse("admin:lists_campaign_change", args=[campaign.pk])
    assert WARNING in client.get(page).content.decode()
    assert Campaign.objects.get().accepts_unverified


def test_who_may_edit_campaigns_needs_a_permission_of_its_own(client):
    campaign = make_campaign()
    editor = make_user("Operator")
    editor.user_permissions.add(Permission.objects.get(codename="change_campaign"))
    client.force_login(editor)
    form = reverse("admin:lists_campaign_settings", args=[campaign.pk])
    client.post(form, form_of(campaign, name="Renamed", accepts_unverified="on"))
    campaign.refresh_from_db()
    assert (campaign.name, campaign.accepts_unverified) == ("Renamed", False)
