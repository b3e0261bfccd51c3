"""Logging in, as a person does: locked out after guessing, the second factor, a new password."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from bounceadmin.models import AuthenticatorApp
from bounceadmin.tasks import send_password_mails
from tests.factories import PASSWORD, make_user

CONTRAST = Path(__file__).with_name("contrast.js").read_text()

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code_of(secret: str, steps: int = 0) -> str:
    return f"{TOTP(bytes.fromhex(secret), drift=steps).token():06d}"


def test_the_second_factor_is_set_up_and_asked_for(page: Page, log_in, settings):
    settings.SECOND_FACTOR_FOR = ["Admin"]
    make_user("Admin", "alice")
    log_in("alice")
    expect(page.get_by_text("Your role needs a second factor")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    typed = page.locator(".ba-secret").inner_text().replace(" ", "")
    secret = base64.b32decode(typed).hex()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    codes = page.locator(".ba-codes li").all_inner_texts()
    assert len(codes) == 10
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(lambda url: url.endswith(reverse("admin:index")))

    page.context.clear_cookies()
    log_in("alice")
    expect(page.get_by_text("Type the six digits")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.goto(reverse("second-factor"))
    expect(page.get_by_text("You have 9 recovery codes left")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    assert AuthenticatorApp.objects.filter(user__username="alice").count() == 1


def test_who_guesses_reads_when_to_try_again(page: Page, settings, complaints):
    settings.AXES_ENABLED = True
    make_user("Admin", "alice")
    for _ in range(5):
        page.goto("/admin/login/")
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password").fill("guess")
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Try again in 15 minutes")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    # The browser tells its console of the refusal (429), as it should.
    complaints[:] = [text for text in complaints if "429" not in text]
    page.get_by_role("link", name="Back to the login").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_forgotten_password_is_replaced(page: Page, log_in, settings, live_server):
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, live_server.url
    alice = make_user("Admin", "alice")
    alice.email = "alice@example.com"
    alice.save()
    page.goto("/admin/login/")
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address of your account").fill("alice")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    page.get_by_label("E-mail address of your account").fill("alice@example.com")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_text("If an account has that address")).to_be_visible()
    assert page.evaluate(CONTRAST) == []

    send_password_mails()
    link = re.search(rf"^{live_server.url}\S+$", mail.outbox[0].body, re.MULTILINE)[0]
    page.goto(link)
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same once more").fill("short")
    page.get_by_role("button", name="Set this password").click()
    expect(page.get_by_text("This password is too short")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Set this password").click()
    expect(page.get_by_text("You are logged out everywhere.")).to_be_visible()
    assert page.evaluate(CONTRAST) == []

    page.goto(link)
    expect(page.get_by_text("This link does not hold")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("link", name="Back to the login").click()
    log_in("alice")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_where_no_mail_can_be_sent_the_page_says_whom_to_ask(page: Page):
    page.goto(reverse("password-forgotten"))
    expect(page.get_by_text("Ask an administrator")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
