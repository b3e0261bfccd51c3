"""The secrets of second factors lie in the database encrypted, under a key that can be changed."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from bounceadmin.logins import second_factor
from bounceadmin.models import AuthenticatorApp
from bounces.sources.sealing import unseal
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def code_of(secret: str, steps: int = 0) -> str:
    return f"{TOTP(bytes.fromhex(secret), drift=steps).token():06d}"


@pytest.fixture
def alice():
    return make_user("Admin", "alice")


@pytest.fixture
def secret(alice) -> str:
    """That of Alice's app."""
    secret = second_factor.new_secret()
    second_factor.turn_on(alice, secret, code_of(secret))
    return secret


def test_neither_table_shows_the_secret(secret):
    [device], [app] = TOTPDevice.objects.values(), AuthenticatorApp.objects.values()
    assert secret not in str(device) + str(app)
    assert unseal(app["sealed_key"]) == secret


def test_a_session_does_not_show_the_secret_that_is_being_set_up(client, alice):
    client.force_login(alice)
    page = client.get(reverse("second-factor"))
    kept = str([row.get_decoded() for row in Session.objects.all()])
    shown = page.context["secret"].replace(" ", "")
    secret = unseal(client.session["second_factor_secret"])
    assert second_factor.typed_secret(secret).replace(" ", "") == shown
    assert secret not in kept
    assert client.get(reverse("second-factor")).context["secret"].replace(" ", "") == shown


def test_after_resealing_the_former_key_can_be_dropped(settings, alice, secret):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    call_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    assert second_factor.check(alice, code_of(secret, 1))


def test_a_key_that_is_gone_is_told_and_is_no_wrong_code(settings, alice, secret):
    settings.SECRET_KEY = "another key"
    with pytest.raises(second_factor.RefusedError, match="SECRET_KEY has changed"):
        second_factor.check(alice, code_of(secret, 1))
    assert AuthenticatorApp.objects.get().throttling_failure_count == 0


def test_secrets_of_former_versions_are_sealed_and_go_on_working(alice):
    migration = import_module("bounceadmin.migrations.0003_seal_second_factors")
    secret = second_factor.new_secret()
    old = TOTPDevice.objects.create(user=alice, name="app", key=secret, confirmed=True, drift=1)

    migration.seal_secrets(apps, None)

    old.refresh_from_db()
    assert (old.key, old.drift, old.name) == ("sealed", 1, "app")
    assert second_factor.check(alice, code_of(secret, 1))
    migration.unseal_secrets(apps, None)
    old.refresh_from_db()
    assert old.key == secret


def test_what_stands_in_the_place_of_the_secret_opens_nothing(secret):
    with pytest.raises(ValueError, match="hexadecimal"):
        TOTPDevice.objects.get().verify_token(123456)
