"""Each person's own language, time zone and alerts."""

from __future__ import annotations

from datetime import time

import pytest
from django.core import mail
from django.urls import reverse

from bounceadmin.models import Preferences
from tests.factories import PASSWORD, make_message, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = make_user("Marketer")
    client.login(username=user.username, password=PASSWORD)
    return user


def save(client, **fields):
    return client.post(reverse("preferences"), {"tell_bands": "on"} | fields)


def test_a_person_saves_their_own(client, user):
    response = save(client, time_zone="Asia/Tokyo", quiet_from="22:00", quiet_until="07:00")
    assert response.status_code == 302
    saved = Preferences.objects.get()
    assert (saved.user, saved.time_zone) == (user, "Asia/Tokyo")
    assert (saved.quiet_from, saved.quiet_until) == (time(22), time(7))
    assert (saved.tell_bands, saved.tell_system) == (True, False)


def test_times_are_shown_in_their_time_zone_without_another_query(client, user):
    message = make_message()
    page = reverse("admin:bounces_inboundmessage_change", args=[message.pk])
    message.received_at = message.received_at.replace(hour=12, minute=34)
    message.save()
    assert "12:34" in client.get(page).content.decode()
    save(client, time_zone="Asia/Tokyo")
    assert "21:34" in client.get(page).content.decode()


def test_they_are_remembered_at_the_next_login(client, user):
    save(client, time_zone="Asia/Tokyo")
    client.logout()
    client.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD})
    assert client.session["preferences"]["time_zone"] == "Asia/Tokyo"


def test_quiet_times_need_both_ends(client, user):
    response = save(client, quiet_from="22:00")
    assert "Quiet times need both ends, or neither." in response.content.decode()
    assert not Preferences.objects.exists()


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "Europe"])
def test_what_is_no_time_zone_is_refused_at_the_field(client, user, name):
    assert "Select a valid choice" in save(client, time_zone=name).content.decode()


def test_a_test_mail_says_what_is_wrong(client, user, settings):
    page = client.post(reverse("preferences"), {"test": "1"}, follow=True).content.decode()
    assert "E-mail is not set up: set EMAIL_URL" in page
    settings.EMAIL_IS_SET_UP = True
    page = client.post(reverse("preferences"), {"test": "1"}, follow=True).content.decode()
    assert "Your account has no e-mail address" in page
    user.email = "mary@example.com"
    user.save()
    page = client.post(reverse("preferences"), {"test": "1"}, follow=True).content.decode()
    assert "Sent to mary@example.com." in page
    assert [m.to for m in mail.outbox] == [["mary@example.com"]]


def test_nobody_sees_it_without_an_account(client):
    assert client.get(reverse("preferences")).status_code == 302
