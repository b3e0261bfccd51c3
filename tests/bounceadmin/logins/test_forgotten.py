"""Who forgot their password sets a new one by a link in a mail, and nobody else does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from bounceadmin.logins import second_factor
from bounceadmin.logins.forgotten import mailing
from bounceadmin.models import PasswordMail, PasswordRequest, Preferences
from bounceadmin.settings_checks import check_site_url
from bounceadmin.tasks import send_password_mails
from tests.at_once import at_once
from tests.factories import PASSWORD, make_user
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db
FORGOTTEN, LOGIN = "password-forgotten", "admin:login"
NEW = "a new horse, a better battery"
SITE = "https://bounces.example.com"


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.EMAIL_IS_SET_UP = True
    settings.SITE_URL = f"{SITE}/"
    settings.DEFAULT_FROM_EMAIL = "bounceadmin <site@example.com>"


@pytest.fixture
def alice() -> User:
    return person("alice")


def person(name: str, **fields: object) -> User:
    user = make_user("Admin", name)
    User.objects.filter(pk=user.pk).update(**{"email": f"{name}@example.com"} | fields)
    user.refresh_from_db()
    return user


def ask(client: Client, address: str, **request: object):
    return client.post(reverse(FORGOTTEN), {"email": address}, **request)


def link(client: Client, user: User) -> str:
    """The path of the page that a person gets to by a link which they asked for."""
    mail.outbox.clear()
    ask(client, user.email)
    send_password_mails()
    (found,) = re.findall(rf"^{SITE}(/\S+)$", mail.outbox[0].body, re.MULTILINE)
    return found


def set_password(client: Client, path: str, first: str = NEW, second: str | None = None):
    """Open the link and fill in the form, as a browser does."""
    page = client.get(path, follow=True)
    fields = {"new_password1": first, "new_password2": first if second is None else second}
    return client.post(page.request["PATH_INFO"], fields)


def log_in(client: Client, password: str, **request: object):
    fields = {"username": "alice", "password": password}
    return client.post(reverse(LOGIN), fields, **request)


def words(response) -> str:
    return response.content.decode()


# --- the way ----------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_a_link(client, alice):
    assert reverse(FORGOTTEN) in words(client.get(reverse(LOGIN)))
    assert ask(client, "alice@example.com").url == reverse("password-asked")
    assert "If an account has that address" in words(client.get(reverse("password-asked")))
    assert mail.outbox == [], "it is a worker that sends"

    answer = set_password(client, link(client, alice))

    assert answer.url == reverse("password-changed")
    assert "Log in with the new password" in words(client.get(answer.url))
    assert client.get(reverse("admin:index")).status_code == 302, "nobody is logged in by it"
    assert log_in(client, PASSWORD).status_code == 200
    assert log_in(client, NEW).url == reverse("admin:index")


def test_the_mail_says_who_asked_and_what_to_do(client, alice):
    ask(client, alice.email, REMOTE_ADDR="192.0.2.7")
    asked = timezone.now()
    PasswordRequest.objects.update(asked_at=asked)
    send_password_mails()
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.com"]
    assert sent.subject == "[bounceadmin] Set a new password"
    assert sent.content_subtype == "plain"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert f"on {asked:%-d %b %Y %H:%M} UTC, from 192.0.2.7" in sent.body
    assert "account “alice”" in sent.body
    assert "for 60 minutes" in sent.body
    assert "If it was not you" in sent.body


@pytest.mark.parametrize(
    ("preferred", "browser", "begins"),
    [
        ("", "en", "Somebody asked"),
        ("", "ja", "アカウント"),
        ("ja", "en", "アカウント"),
        ("en", "ja", "Somebody asked"),
    ],
)
def test_the_mail_is_in_the_accounts_language_or_that_of_who_asks(
    client, alice, preferred, browser, begins
):
    Preferences.objects.create(user=alice, language=preferred, time_zone="Asia/Tokyo")
    ask(client, alice.email, headers={"accept-language": browser})
    send_password_mails()
    assert begins in mail.outbox[0].body
    assert "JST" in mail.outbox[0].body


def test_each_account_of_an_address_gets_its_own_link(client, alice):
    person("deputy", email="Alice@Example.com")
    ask(client, "ALICE@example.com")
    send_password_mails()
    assert {m.to[0] for m in mail.outbox} == {"alice@example.com", "Alice@Example.com"}
    assert ["“alice”" in m.body for m in mail.outbox] == [True, False]


# --- nobody learns who has an account ---------------------------------------------------------


def test_a_known_and_an_unknown_address_are_answered_the_same_by_the_same_work(client, alice):
    answers, work = [], []
    for address in ("alice@example.com", "nobody@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answers.append(ask(client, address))
        work.append([re.sub(r"'[^']*'", "?", query["sql"]) for query in queries])
    first, second = ((a.status_code, a.url, a.content) for a in answers)
    assert first == second
    assert work[0] == work[1]
    assert not any("auth_user" in statement for statement in work[0])


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"password": "!unusable"}, {"email": "elsewhere@example.com"}]
)
def test_who_may_not_have_one_gets_none_and_the_page_does_not_tell(client, alice, fields):
    User.objects.filter(pk=alice.pk).update(**fields)
    assert ask(client, "alice@example.com").url == reverse("password-asked")
    send_password_mails()
    assert mail.outbox == []
    assert PasswordRequest.objects.get().address == "", "what was typed is kept no longer"


def test_who_is_deactivated_meanwhile_gets_no_mail_and_their_link_ends(client, alice):
    path = link(client, alice)
    PasswordMail.objects.update(state=PasswordMail.State.PENDING)
    ask(client, alice.email)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    mail.outbox.clear()
    send_password_mails()
    assert mail.outbox == []
    assert "This link does not hold" in words(client.get(path, follow=True))


def test_what_is_no_address_is_told_at_the_field(client):
    assert "Enter a valid email address." in words(ask(client, "alice"))
    assert not PasswordRequest.objects.exists()


# --- nobody else gets the link ----------------------------------------------------------------


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "SERVER_NAME"])
def test_the_link_leads_to_this_site_whatever_host_the_request_names(
    client, alice, settings, header
):
    settings.ALLOWED_HOSTS = ["*"]
    ask(client, alice.email, **{header: "evil.example"})
    send_password_mails()
    assert "evil.example" not in str(mail.outbox[0].message())
    assert set(re.findall(r"https?://[^/\s]+", mail.outbox[0].body)) == {SITE}


def test_the_page_is_kept_nowhere_and_its_address_has_no_secret(client, alice):
    path = link(client, alice)
    opened = client.get(path)
    token = path.split("/")[-2]
    page = client.get(opened.url)
    assert token not in opened.url + words(page)
    for answer in (opened, page):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_a_link_that_was_used_holds_no_more(client, alice):
    path = link(client, alice)
    set_password(client, path)
    for visitor in (client, Client()):
        page = words(visitor.get(path, follow=True))
        assert "This link does not hold" in page
        assert reverse(FORGOTTEN) in page
    again = path.replace(path.split("/")[-2], "set-password")
    client.post(again, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_link_holds_for_an_hour(client, alice, monkeypatch):
    path = link(client, alice)
    now = PasswordResetTokenGenerator()._now()
    for minutes, holds in ((59, True), (61, False)):
        later = now + timedelta(minutes=minutes)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self, t=later: t)
        page = words(Client().get(path, follow=True))
        assert ("This link does not hold" not in page) is holds


@pytest.mark.parametrize("change", [lambda p: p.replace("/new/", "/new/x"), lambda p: p[:-5] + "/"])
def test_a_link_that_is_not_whole_says_so(client, alice, change):
    page = client.get(change(link(client, alice)), follow=True)
    assert page.status_code == 200
    assert "This link does not hold" in words(page)


def test_a_link_of_one_account_is_none_of_another(client, alice):
    bob = person("bob")
    uid_of_bob = link(client, bob).split("/")[-3]
    parts = link(client, alice).split("/")
    parts[-3] = uid_of_bob
    assert "This link does not hold" in words(client.get("/".join(parts), follow=True))


# --- nobody is flooded ------------------------------------------------------------------------


def test_a_client_that_asks_too_often_waits(client, alice):
    for n in range(5):
        assert ask(client, f"person{n}@example.com").status_code == 302
    answer = ask(client, "alice@example.com")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "Try again in 15 minutes" in words(answer)
    assert ask(client, "alice@example.com", REMOTE_ADDR="192.0.2.9").status_code == 302
    PasswordRequest.objects.update(asked_at=timezone.now() - timedelta(minutes=16))
    assert ask(client, "alice@example.com").status_code == 302


def test_behind_a_proxy_a_forged_address_makes_no_other_client(client, settings):
    settings.BEHIND_PROXY = True
    for n in range(6):
        forwarded = {"x-forwarded-for": f"10.0.0.{n}, 198.51.100.66"}
        answer = ask(client, "alice@example.com", headers=forwarded)
    assert answer.status_code == 429


def test_many_clients_together_do_not_flood_an_account(client, alice):
    for n in range(20):
        assert ask(client, alice.email, REMOTE_ADDR=f"192.0.2.{n}").status_code == 302
    send_password_mails()
    assert len(mail.outbox) == mailing.LINKS_AT_ONCE
    assert ask(client, alice.email, REMOTE_ADDR="192.0.2.99").url == reverse("password-asked")
    send_password_mails()
    assert len(mail.outbox) == mailing.LINKS_AT_ONCE
    # Its owner, whom another was first, has a link that holds, and then may ask anew.
    path = re.findall(rf"^{SITE}(/\S+)$", mail.outbox[0].body, re.MULTILINE)[0]
    assert set_password(client, path).url == reverse("password-changed")
    ask(client, alice.email, REMOTE_ADDR="192.0.2.100")
    mail.outbox.clear()
    send_password_mails()
    assert "Set a new password" in mail.outbox[-1].subject


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_that_look_up_at_once_send_no_more(client, alice):
    need_postgresql()
    for n in range(12):
        ask(client, alice.email, REMOTE_ADDR=f"192.0.2.{n}")
    at_once(*[send_password_mails] * 4)
    assert len(mail.outbox) == mailing.LINKS_AT_ONCE
    assert not PasswordRequest.objects.filter(looked_up_at=None).exists()


def test_failed_logins_keep_nobody_from_asking(client, alice, settings):
    settings.AXES_ENABLED = True
    for _ in range(5):
        locked = log_in(client, "guess")
    assert locked.status_code == 429
    assert reverse(FORGOTTEN) in words(locked)
    assert ask(client, alice.email).status_code == 302


# --- after the change -------------------------------------------------------------------------


def test_all_sessions_end_also_those_with_a_second_factor(client, alice):
    elsewhere, secret = Client(), second_factor.new_secret()
    elsewhere.force_login(alice)
    second_factor.turn_on(alice, secret, f"{TOTP(bytes.fromhex(secret)).token():06d}")
    *_, codes = [second_factor.new_codes(alice)]
    elsewhere.force_login(alice)
    elsewhere.post(reverse("second-factor-verify"), {"code": codes[0]})
    assert elsewhere.get(reverse("admin:index")).status_code == 200
    set_password(client, link(client, alice))
    assert elsewhere.get(reverse("admin:index")).url.startswith(reverse(LOGIN))


def test_the_second_factor_is_asked_for_as_ever(client, alice):
    secret = second_factor.new_secret()
    second_factor.turn_on(alice, secret, f"{TOTP(bytes.fromhex(secret)).token():06d}")
    set_password(client, link(client, alice))
    assert log_in(client, NEW).status_code == 302
    page = client.get(reverse("admin:index"))
    assert page.url.startswith(reverse("second-factor-verify"))
    code = f"{TOTP(bytes.fromhex(secret), drift=1).token():06d}"
    client.post(reverse("second-factor-verify"), {"code": code})
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_new_password_gives_no_new_tries_at_the_second_factor(client, alice):
    secret = second_factor.new_secret()
    app, _codes = second_factor.turn_on(alice, secret, f"{TOTP(bytes.fromhex(secret)).token():06d}")
    with pytest.raises(second_factor.RefusedError):
        second_factor.check(alice, "000000")
    set_password(client, link(client, alice))
    app.refresh_from_db()
    assert app.throttling_failure_count == 1


def test_the_lock_of_the_login_is_lifted(client, alice, settings):
    settings.AXES_ENABLED = True
    for _ in range(5):
        log_in(client, "guess")
    assert log_in(client, PASSWORD).status_code == 429
    set_password(client, link(client, alice))
    assert not AccessAttempt.objects.exists()
    assert log_in(client, NEW).url == reverse("admin:index")


def test_the_owner_is_told_and_it_is_written_down(client, alice, admin_client):
    path = link(client, alice)
    set_password(client, path)
    mail.outbox.clear()
    send_password_mails()
    (told,) = mail.outbox
    assert told.subject == "[bounceadmin] Your password was changed"
    assert told.to == ["alice@example.com"]
    assert "from 127.0.0.1" in told.body
    assert f"{SITE}{reverse(FORGOTTEN)}" in told.body
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (alice, str(alice.pk))
    history = admin_client.get(reverse("admin:auth_user_history", args=[alice.pk]))
    assert "Set a new password by a link" in words(history)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("short", "short", "This password is too short."),
        ("alice@example.com", "alice@example.com", "too similar to the"),
        ("password1", "password1", "This password is too common."),
        (NEW, "another", "The two password fields didn’t match."),
        ("", "", "This field is required."),
    ],
)
def test_a_password_that_is_refused_says_why_and_can_be_tried_again(
    client, alice, first, second, why
):
    path = link(client, alice)
    assert why in words(set_password(client, path, first, second))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert set_password(client, path).url == reverse("password-changed")


# --- where it cannot be -----------------------------------------------------------------------


@pytest.mark.parametrize("lacks", [{"EMAIL_IS_SET_UP": False}, {"SITE_URL": ""}])
def test_where_mail_or_links_are_not_set_up_people_are_sent_to_an_administrator(
    client, alice, settings, lacks
):
    path = link(client, alice)
    for name, value in lacks.items():
        setattr(settings, name, value)
    assert reverse(FORGOTTEN) not in words(client.get(reverse(LOGIN)))
    names = (FORGOTTEN, "password-asked", "password-changed")
    for address in (*map(reverse, names), path):
        for answer in (client.get(address), client.post(address, {"email": alice.email})):
            assert answer.status_code == 200
            assert "Ask an administrator" in words(answer)
            assert "manage.py changepassword" in words(answer)
    assert PasswordRequest.objects.filter(looked_up_at=None).count() == 0


@pytest.mark.parametrize(
    ("address", "https", "said"),
    [
        ("", True, []),
        (SITE, True, []),
        ("http://localhost:8000", False, []),
        ("http://bounces.example.com", True, ["bounceadmin.W002"]),
        ("bounces.example.com", True, ["bounceadmin.E001"]),
        ("https://", True, ["bounceadmin.E001"]),
        ("javascript://bounces.example.com", True, ["bounceadmin.E001"]),
    ],
)
def test_an_address_of_the_site_that_makes_no_links_is_told_at_the_start(
    settings, address, https, said
):
    settings.SITE_URL, settings.HTTPS = address, https
    assert [message.id for message in check_site_url()] == said


def test_the_page_of_an_account_without_an_address_says_what_it_lacks(admin_client, settings):
    said = "Without one, its owner cannot be mailed a link"
    pages = [
        reverse("admin:auth_user_change", args=[person(n, email=e).pk])
        for n, e in (("without", ""), ("with", "with@example.com"))
    ]
    assert [said in words(admin_client.get(page)) for page in pages] == [True, False]
    settings.SITE_URL = ""
    assert said not in words(admin_client.get(pages[0]))


# --- what is kept -----------------------------------------------------------------------------


def test_a_mail_server_that_is_away_loses_no_request(client, alice, monkeypatch):
    def refuse(_mail) -> None:
        raise ConnectionRefusedError("refused")

    ask(client, alice.email)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        send_password_mails()
    assert mailing.send(timezone.now()) == 0
    assert mailing.send(timezone.now() + timedelta(minutes=3)) == 1


def test_what_waited_for_longer_than_a_link_holds_is_not_sent(client, alice):
    ask(client, alice.email)
    assert mailing.send(timezone.now() + timedelta(minutes=61)) == 0
    ask(client, alice.email)
    mailing.send(timezone.now())
    PasswordMail.objects.update(state=PasswordMail.State.PENDING)
    mail.outbox.clear()
    assert mailing.send(timezone.now() + timedelta(minutes=61)) == 0
    assert mail.outbox == []


def test_a_flood_of_requests_holds_up_no_mail_and_is_worked_off(client, alice, monkeypatch):
    monkeypatch.setattr(mailing, "_REQUESTS_AT_ONCE", 2)
    for address in (alice.email, "a@example.com", "b@example.com"):
        ask(client, address)
    assert mailing.send(timezone.now()) == 1
    assert PasswordRequest.objects.filter(looked_up_at=None).count() == 1
    send_password_mails()
    assert not PasswordRequest.objects.filter(looked_up_at=None).exists()


def test_nothing_of_it_is_kept_for_longer_than_it_counts(client, alice):
    set_password(client, link(client, alice))
    send_password_mails()
    assert PasswordRequest.objects.exists() and PasswordMail.objects.exists()
    mailing.send(timezone.now() + timedelta(minutes=61))
    assert not PasswordRequest.objects.exists()
    assert not PasswordMail.objects.exists()
