"""The second factor: set up, asked for, recovered, enforced."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from bounceadmin.logins import second_factor
from bounceadmin.models import AuthenticatorApp
from bounces.sources.sealing import unseal
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MANAGE, VERIFY = "second-factor", "second-factor-verify"


@pytest.fixture
def alice():
    return make_user("Admin", "alice")


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows, `steps` times 30 seconds from now."""
    totp = TOTP(bytes.fromhex(secret), drift=steps)
    return f"{totp.token():06d}"


def turn_on(client) -> tuple[str, list[str]]:
    """Set it up as a person does; return the secret and the recovery codes."""
    client.get(reverse(MANAGE))
    secret = unseal(client.session["second_factor_secret"])
    page = client.post(reverse(MANAGE), {"code": code_of(secret)}).content.decode()
    return secret, re.findall(r"<li><code>([a-z2-7]{5}-[a-z2-7]{5})</code>", page)


@pytest.fixture
def app(client, alice) -> tuple[str, list[str]]:
    """Alice has set it up, and has now given only her password."""
    client.force_login(alice)
    found = turn_on(client)
    client.logout()
    client.force_login(alice)
    return found


def test_it_is_set_up_with_a_code_of_the_app_and_gives_ten_recovery_codes(client, alice):
    client.force_login(alice)
    page = client.get(reverse(MANAGE)).content.decode()
    assert "data:image/svg+xml;base64," in page
    secret, codes = turn_on(client)
    assert second_factor.typed_secret(secret) in page
    assert len(set(codes)) == 10
    assert client.get(reverse("admin:index")).status_code == 200, "this session has proved it"
    assert "Your second factor is on." in client.get(reverse(MANAGE)).content.decode()


def test_a_wrong_code_does_not_set_it_up(client, alice):
    client.force_login(alice)
    client.get(reverse(MANAGE))
    for wrong in ("000000", "12", "abcdef", "", "٣٣٣٣٣٣"):
        page = client.post(reverse(MANAGE), {"code": wrong})
        assert page.status_code == 200
    assert not AuthenticatorApp.objects.exists()


def test_after_the_password_no_page_opens_without_the_code(client, app):
    page = client.get(reverse("admin:lists_subscriber_changelist") + "?q=x")
    assert page.status_code == 302
    assert page.url == (f"{reverse(VERIFY)}?next=%2Fadmin%2Flists%2Fsubscriber%2F%3Fq%3Dx")
    assert client.post(reverse("admin:lists_suppression_suppress")).status_code == 403
    assert client.get("/admin/", headers={"accept": "application/json"}).status_code == 403
    # Nor can it be turned off or set up anew from here.
    assert client.get(reverse(MANAGE)).status_code == 302
    assert client.post(reverse(MANAGE), {"code": "1", "off": "1"}).status_code == 403


def test_the_code_opens_the_page_that_was_asked_for(client, app):
    secret, _codes = app
    wanted = reverse("admin:lists_subscriber_changelist")
    page = client.post(f"{reverse(VERIFY)}?next={wanted}", {"code": code_of(secret, 1)})
    assert page.url == wanted
    assert client.get(wanted).status_code == 200


def test_no_code_leads_to_another_site(client, app):
    secret, _codes = app
    fields = {"code": code_of(secret, 1), "next": "https://elsewhere.example/"}
    assert client.post(reverse(VERIFY), fields).url == reverse("admin:index")


def test_a_code_holds_once(client, alice, app):
    secret, _codes = app
    code = code_of(secret, 1)
    assert client.post(reverse(VERIFY), {"code": code}).status_code == 302
    client.logout()
    client.force_login(alice)
    page = client.post(reverse(VERIFY), {"code": code})
    assert "does not hold" in page.content.decode()


def test_the_code_of_the_set_up_does_not_hold_again(client, app):
    secret, _codes = app
    assert client.post(reverse(VERIFY), {"code": code_of(secret)}).status_code == 200


def test_guessing_has_to_wait_longer_each_time(client, app):
    secret, _codes = app
    client.post(reverse(VERIFY), {"code": "000000"})
    page = client.post(reverse(VERIFY), {"code": code_of(secret, 1)}).content.decode()
    assert "Too many codes that do not hold" in page
    early = timezone.now() - timedelta(seconds=2)
    AuthenticatorApp.objects.update(throttling_failure_timestamp=early)
    assert client.post(reverse(VERIFY), {"code": code_of(secret, 1)}).status_code == 302


def test_each_recovery_code_lets_in_once(client, alice, app):
    _secret, codes = app
    spelled = codes[0].upper().replace("-", " ")
    assert client.post(reverse(VERIFY), {"code": spelled}).status_code == 302
    assert second_factor.standing(alice).codes_left == 9
    client.logout()
    client.force_login(alice)
    assert client.post(reverse(VERIFY), {"code": codes[0]}).status_code == 200


def test_recovery_codes_outlast_a_new_secret_key(settings, alice, app):
    _secret, codes = app
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert second_factor.check(alice, codes[0])


def test_the_database_shows_no_recovery_code(app):
    _secret, codes = app
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace("-", "") for code in codes}


def test_few_codes_left_are_told(client, app):
    _secret, codes = app
    StaticToken.objects.filter(pk__in=StaticToken.objects.values("pk")[:8]).delete()
    left = [c for c in codes if StaticToken.objects.filter(token=second_factor._kept(c)).exists()]
    page = client.post(reverse(VERIFY), {"code": left[0]}, follow=True)
    assert "You have 1 recovery codes left" in page.content.decode()


def test_it_is_turned_off_with_a_code(client, alice):
    client.force_login(alice)
    secret, _codes = turn_on(client)
    page = client.post(reverse(MANAGE), {"code": "000000", "off": "1"})
    assert "does not hold" in page.content.decode()
    AuthenticatorApp.objects.update(throttling_failure_count=0)
    client.post(reverse(MANAGE), {"code": code_of(secret, 1), "off": "1"})
    assert not second_factor.has_one(alice)
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_role_that_needs_it_must_set_it_up_and_cannot_turn_it_off(client, settings, alice):
    settings.SECOND_FACTOR_FOR = ["Admin"]
    client.force_login(alice)
    page = client.get(reverse("admin:index"), follow=True)
    assert page.redirect_chain[0][0].startswith(reverse(MANAGE))
    assert "Your role needs a second factor" in page.content.decode()
    secret, _codes = turn_on(client)
    assert client.get(reverse("admin:index")).status_code == 200
    page = client.post(reverse(MANAGE), {"code": code_of(secret, 1), "off": "1"})
    assert second_factor.has_one(alice)


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [([], False), (["Operator"], False), (["superuser"], False), (["everyone"], True)],
)
def test_others_are_not_asked(client, settings, alice, wanted, asked):
    settings.SECOND_FACTOR_FOR = wanted
    client.force_login(alice)
    assert (client.get(reverse("admin:index")).status_code == 302) is asked


def test_an_administrator_turns_it_off_for_who_lost_the_phone(client, alice, app, admin_client):
    url = reverse("admin:auth_user_changelist")
    chosen = {"action": "turn_off_second_factor", "_selected_action": alice.pk}
    admin_client.post(url, chosen)
    assert not second_factor.has_one(alice)
    assert client.get(reverse(VERIFY), follow=True).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200


def test_an_admin_does_not_get_at_a_superuser(client, alice, admin_user):
    secret = second_factor.new_secret()
    second_factor.turn_on(admin_user, secret, code_of(secret))
    client.force_login(alice)
    chosen = {"action": "turn_off_second_factor", "_selected_action": admin_user.pk}
    client.post(reverse("admin:auth_user_changelist"), chosen)
    assert second_factor.has_one(admin_user)


def test_the_command_line_turns_it_off(alice, app):
    call_command("reset_second_factor", "alice")
    assert not second_factor.has_one(alice)
    with pytest.raises(CommandError, match="no account bob"):
        call_command("reset_second_factor", "bob")


def test_who_has_none_pays_no_query_for_it(client, alice, django_assert_num_queries):
    client.force_login(alice)
    with django_assert_num_queries(1):  # The session itself.
        client.get(reverse("theme"))


def test_the_accounts_show_who_has_one(client, alice, app, admin_client):
    page = admin_client.get(reverse("admin:auth_user_changelist"))
    assert page.status_code == 200
    assert "Superuser" in page.content.decode()
