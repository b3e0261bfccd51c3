"""Who guesses passwords is locked out for a while, and can be let in again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _throttled(settings):
    settings.AXES_ENABLED = True


def log_in(client, password: str, username: str = "alice", address: str = "192.0.2.1"):
    fields = {"username": username, "password": password}
    return client.post(reverse("admin:login"), fields, REMOTE_ADDR=address)


def lock_out(client, **fields):
    for _ in range(5):
        response = log_in(client, "guess", **fields)
    return response


def test_the_fifth_wrong_password_locks_and_says_until_when(client):
    make_user(username="alice")
    response = lock_out(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "Try again in 15 minutes" in response.content.decode()
    assert log_in(client, PASSWORD).status_code == 429


def test_a_wrong_password_below_that_is_only_wrong(client):
    make_user(username="alice")
    for _ in range(4):
        assert log_in(client, "guess").status_code == 200
    assert log_in(client, PASSWORD).status_code == 302
    # And then the count begins anew.
    assert log_in(client, "guess").status_code == 200


def test_nobody_can_lock_out_another(client):
    make_user(username="alice")
    lock_out(client, address="198.51.100.66")
    assert log_in(client, PASSWORD, address="192.0.2.1").status_code == 302


def test_behind_a_proxy_each_client_is_counted_alone(client, settings):
    settings.BEHIND_PROXY = True
    make_user(username="alice")
    for n in range(8):
        fields = {"username": "alice", "password": "guess"}
        forwarded = {"x-forwarded-for": f"10.0.0.{n}, 198.51.100.66"}
        response = client.post(reverse("admin:login"), fields, headers=forwarded)
    assert response.status_code == 429, "a forged first entry must not help"
    other = {"x-forwarded-for": "192.0.2.1"}
    fields = {"username": "alice", "password": PASSWORD}
    assert client.post(reverse("admin:login"), fields, headers=other).status_code == 302


def test_the_lock_ends_by_itself(client):
    make_user(username="alice")
    lock_out(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client, PASSWORD).status_code == 302


def test_an_administrator_unlocks(client, admin_client):
    make_user(username="alice")
    lock_out(client)
    page = admin_client.get(reverse("admin:axes_accessattempt_changelist") + "?locked=yes")
    assert "alice" in page.content.decode()
    chosen = {"action": "unlock", "_selected_action": AccessAttempt.objects.get().pk}
    page = admin_client.post(reverse("admin:axes_accessattempt_changelist"), chosen, follow=True)
    assert "1 is unlocked." in page.content.decode()
    assert log_in(client, PASSWORD).status_code == 302


def test_the_command_line_unlocks(client):
    make_user(username="alice")
    lock_out(client)
    call_command("axes_reset_username", "alice")
    assert log_in(client, PASSWORD).status_code == 302


def test_no_password_is_kept_of_failed_tries(client):
    log_in(client, "almost-my-password")
    attempt = AccessAttempt.objects.get()
    assert "almost-my-password" not in f"{attempt.post_data} {attempt.get_data}"
