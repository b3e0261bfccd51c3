"""Mailboxes are set up, tried and watched in the admin; their secrets never come out."""

from __future__ import annotations

import pytest
from django.core import serializers
from django.urls import reverse
from django.utils import timezone

from bounces import roads
from bounces.models import KnownMessage, Mailbox, RoadState
from bounces.sources.sealing import seal, unseal
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ADD = "admin:bounces_mailbox_add"


@pytest.fixture
def admin(client):
    client.force_login(make_user("Admin"))
    return client


@pytest.fixture
def box():
    return Mailbox.objects.create(
        name="Bounces",
        host="imap.example.com",
        username="ann",
        password=seal("pass-word-1"),
        afterwards="delete",
    )


def address(name: str, box: Mailbox) -> str:
    return reverse(f"admin:bounces_mailbox_{name}", args=[box.pk])


def typed(**fields):
    """The form as a browser sends it."""
    return {
        "name": "Bounces",
        "protocol": "imap",
        "host": "imap.example.com",
        "tls": "tls",
        "login": "password",
        "username": "ann",
        "new_password": "pass-word-1",
        "afterwards": "move",
        "move_to": "Processed",
        "every_minutes": "5",
        "is_active": "on",
        **fields,
    }


def test_a_mailbox_is_added_with_its_password_sealed(admin):
    admin.post(reverse(ADD), typed())

    box = Mailbox.objects.get()
    assert "pass-word-1" not in box.password
    assert unseal(box.password) == "pass-word-1"


def test_a_secret_is_in_no_page_and_no_dump(admin, box):
    pages = [address("change", box), address("settings", box)]
    shown = "".join(admin.get(page).content.decode() for page in pages)

    assert "Set. Leave empty to keep it." in shown
    assert "pass-word-1" not in shown
    assert box.password not in shown
    assert "pass-word-1" not in serializers.serialize("json", [box])


def test_an_empty_password_keeps_the_one_that_is_set(admin, box):
    admin.post(address("settings", box), typed(new_password="", every_minutes="7"))

    box.refresh_from_db()
    assert (box.every_minutes, unseal(box.password)) == (7, "pass-word-1")


def test_saving_does_not_undo_what_a_run_has_done_meanwhile(admin, box):
    Mailbox.objects.update(uid_validity=4, last_uid=99)

    admin.post(address("settings", box), typed(new_password="", folder=""))

    box.refresh_from_db()
    assert box.last_uid == 99


def test_another_folder_is_read_from_its_beginning(admin, box):
    Mailbox.objects.update(uid_validity=4, last_uid=99)

    admin.post(address("settings", box), typed(new_password="", folder="Bounces"))

    box.refresh_from_db()
    assert (box.uid_validity, box.last_uid) == (None, 0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"host": ""}, "Enter the server"),
        ({"host": "imap.example.com:993"}, "without a port"),
        ({"host": "a b"}, "without a port"),
        ({"username": ""}, "Enter the user"),
        ({"username": "ann\nNOOP"}, "one line"),
        ({"new_password": ""}, "kept encrypted"),
        ({"port": "70000"}, "65535"),
        ({"move_to": ""}, "Enter the folder"),
        ({"move_to": "inbox"}, "other than the one that is read"),
        ({"protocol": "pop3"}, "POP3 has no folders"),
        ({"login": "google"}, "Enter the ID of your application"),
        ({"login": "google", "client_id": "x", "tls": "none"}, "must not travel in clear text"),
        ({"ca_certificate": "x"}, "no certificate in PEM"),
        ({"protocol": "maildir", "folder": "/etc"}, "MAILDIR_ROOTS"),
        ({"every_minutes": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(admin, fields, words):
    page = admin.post(reverse(ADD), typed(**fields))

    assert words in page.content.decode()
    assert not Mailbox.objects.exists()


def test_no_encryption_is_warned_of(admin):
    page = admin.post(reverse(ADD), typed(tls="none"), follow=True)

    assert "anyone on the way can read" in page.content.decode()


def test_the_buttons_fetch_try_and_pause(admin, box, monkeypatch):
    told = []
    monkeypatch.setattr("celery.Celery.send_task", lambda self, name, args: told.append(args))
    Mailbox.objects.update(host="nowhere.invalid")

    page = admin.post(address("fetch", box), follow=True).content.decode()
    assert told == [[box.pk]]
    assert "as soon as a worker is free" in page

    page = admin.post(address("test", box), follow=True).content.decode()
    assert "The name nowhere.invalid was not found" in page

    admin.post(address("pause", box))
    box.refresh_from_db()
    assert not box.is_active


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
@pytest.mark.parametrize("button", ["fetch", "test", "pause", "retry"])
def test_only_admins_press_them(client, box, role, button):
    client.force_login(make_user(role))

    assert client.post(address(button, box)).status_code == 403
    assert client.get(address("settings", box)).content.count(b'name="host"') == 0


def test_the_buttons_want_a_post(admin, box):
    assert admin.get(address("test", box)).status_code == 403


def test_the_page_shows_progress_history_and_what_could_not_be_read(admin, box):
    box.runs.create(outcome="failed", sentence="The server refused the login.")
    box.runs.create(found=400, looked_at=100)
    KnownMessage.objects.create(mailbox=box, key="7:12", error="Reading it breaks the connection.")

    page = admin.get(address("change", box)).content.decode()

    assert "100 of 400 messages looked at." in page
    assert 'http-equiv="refresh"' in page
    for text in ("The server refused the login.", "7:12", "Reading it breaks the connection."):
        assert text in page


def test_unreadable_messages_are_tried_again_when_asked(admin, box, monkeypatch):
    monkeypatch.setattr("celery.Celery.send_task", lambda *args, **kwargs: None)
    KnownMessage.objects.create(mailbox=box, key="7:12", error="x", tries=5)

    admin.post(address("retry", box))

    known = KnownMessage.objects.get()
    assert known.tries == 0
    assert known.next_try_at <= timezone.now()


@pytest.mark.parametrize("number", [1, 6])
def test_listing_many_mailboxes_costs_no_more_queries(admin, number, django_assert_max_num_queries):
    for n in range(number):
        row = Mailbox.objects.create(name=f"Box {n}", host="x.example", afterwards="delete")
        row.runs.create(outcome="done", sentence="There was nothing new.")
    with django_assert_max_num_queries(9):
        page = admin.get(reverse("admin:bounces_mailbox_changelist")).content.decode()
    assert "Works" in page


def test_a_deleted_mailbox_leaves_the_state_of_the_roads(admin, box):
    roads.failed(f"mailbox:{box.pk}", box.name, "x")

    admin.post(address("delete", box), {"post": "yes"})

    assert not Mailbox.objects.exists()
    assert not RoadState.objects.exists()
