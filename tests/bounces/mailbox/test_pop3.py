"""POP3, from a real Dovecot."""

from __future__ import annotations

import pytest

from bounces.models import InboundMessage, KnownMessage
from tests.mails import dsn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tls", ["tls", "starttls", "none"])
def test_messages_are_stored_and_then_deleted(server, mailbox, fetched, tls):
    box = mailbox(protocol="pop3", tls=tls)
    server.deliver(box.username, dsn(), dsn())

    run = fetched(box)

    assert (run.outcome, run.stored) == ("done", 2)
    assert server.messages(box.username) == 0


def test_a_message_arrives_as_it_was_sent(server, mailbox, fetched):
    long_line = b"x" * 5000
    raw = b"Subject: dots\r\n\r\n.one\r\n..two\r\n" + long_line + b"\r\n.\r\nend\r\n"
    box = mailbox(protocol="pop3")
    server.deliver(box.username, raw)

    fetched(box)

    assert bytes(InboundMessage.objects.get().raw) == raw


def test_messages_that_stay_are_not_fetched_again(server, mailbox, fetched):
    box = mailbox(protocol="pop3", afterwards="leave")
    first, _second = server.deliver(box.username, dsn(), dsn())
    assert fetched(box).stored == 2

    again = fetched(box)
    assert (again.stored, again.duplicates, again.sentence) == (0, 0, "There was nothing new.")

    next(server.maildir(box.username).glob(f"*/{first.name}*")).unlink()
    server.deliver(box.username, dsn())
    assert fetched(box).stored == 1
    assert KnownMessage.objects.filter(is_stored=True).count() == 2  # the one that is gone is not


def test_nothing_is_deleted_before_it_is_stored(server, mailbox, fetched, monkeypatch):
    box = mailbox(protocol="pop3")
    server.deliver(box.username, dsn())
    monkeypatch.setattr("bounces.sources.mailbox.fetching.store", lambda found: 1 / 0)

    assert fetched(box).outcome == "failed"

    assert server.messages(box.username) == 1


def test_a_huge_message_is_cut(server, mailbox, fetched, settings):
    settings.MAX_MESSAGE_BYTES = 10_000
    box = mailbox(protocol="pop3")
    server.deliver(box.username, dsn() + (b"x" * 70 + b"\n") * 20_000, dsn())

    assert fetched(box).stored == 2

    row = InboundMessage.objects.order_by("-size").first()
    assert len(row.raw) == 10_000
    assert row.size > 1_400_000


def test_one_message_that_cannot_be_read_does_not_hold_up_the_others(server, mailbox, fetched):
    box = mailbox(protocol="pop3")
    # In `cur`, with its size in the name, so that only reading it fails.
    server.deliver(box.username, dsn(), dsn())
    fetched(box)
    paths = server.deliver(box.username, *[dsn() for _ in range(4)])
    size = paths[1].stat().st_size
    broken = paths[1].parent.parent / "cur" / f"{paths[1].name},S={size},W={size + 40}:2,"
    paths[1].rename(broken)
    broken.chmod(0)

    run = fetched(box)

    assert (run.outcome, run.stored, run.unreadable) == ("done", 3, 1)
    # What was marked for deletion before the connection broke is deleted by the next run.
    fetched(box)
    assert server.messages(box.username) == 1
