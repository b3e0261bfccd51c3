"""IMAP, from a real Dovecot."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bounces.models import InboundMessage, KnownMessage, RoadState
from bounces.sources.mailbox.imap import ImapSession
from tests.mails import dsn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tls", ["tls", "starttls", "none"])
def test_messages_are_stored_and_then_deleted(server, mailbox, fetched, tls):
    box = mailbox(tls=tls)
    server.deliver(box.username, dsn(), dsn())

    run = fetched(box)

    assert (run.outcome, run.stored, run.sentence) == ("done", 2, "2 messages stored.")
    assert server.messages(box.username) == 0
    assert set(InboundMessage.objects.values_list("source", flat=True)) == {"mailbox"}
    assert box.next_run_at > timezone.now()
    assert not RoadState.objects.get(key=f"mailbox:{box.pk}").is_failing


def test_messages_are_moved_to_a_folder_that_is_made(server, mailbox, fetched):
    box = mailbox(afterwards="move", move_to="Done")
    server.deliver(box.username, dsn())

    assert fetched(box).stored == 1

    assert server.messages(box.username) == 0
    assert server.messages(box.username, "Done") == 1


def test_messages_that_stay_are_marked_as_read_and_not_fetched_again(server, mailbox, fetched):
    box = mailbox(afterwards="leave")
    server.deliver(box.username, dsn(), dsn())
    assert fetched(box).stored == 2
    assert all(p.name.endswith(":2,S") for p in (server.maildir(box.username) / "cur").iterdir())

    again = fetched(box)
    assert (again.found, again.sentence) == (0, "There was nothing new.")

    server.deliver(box.username, dsn())
    assert fetched(box).stored == 1


def test_nothing_is_deleted_before_it_is_stored(server, mailbox, fetched, monkeypatch):
    box = mailbox()
    server.deliver(box.username, dsn(), dsn())
    monkeypatch.setattr("bounces.sources.mailbox.fetching.store", lambda found: 1 / 0)

    run = fetched(box)

    assert run.outcome == "failed"
    assert server.messages(box.username) == 2


def test_what_was_stored_and_not_yet_deleted_is_known_the_next_time(
    server, mailbox, fetched, monkeypatch
):
    box = mailbox()
    server.deliver(box.username, dsn())
    with monkeypatch.context() as broken:
        broken.setattr(ImapSession, "finish", lambda self, keys: 1 / 0)
        assert fetched(box).outcome == "failed"

    run = fetched(box)

    assert (run.stored, run.duplicates) == (0, 1)
    assert InboundMessage.objects.count() == 1
    assert server.messages(box.username) == 0


def test_a_changed_uidvalidity_has_everything_looked_at_again_and_counted_once(
    server, mailbox, fetched
):
    box = mailbox(afterwards="leave")
    server.deliver(box.username, dsn(), dsn())
    fetched(box)
    before = box.uid_validity
    server.renumber(box.username, before + 7)
    server.deliver(box.username, dsn())

    run = fetched(box)

    assert box.uid_validity == before + 7
    assert "renumbered" in run.sentence
    assert (run.stored, run.duplicates) == (1, 2)
    assert InboundMessage.objects.count() == 3


def test_an_unreadable_message_holds_up_no_other_and_is_tried_again_later(server, mailbox, fetched):
    box = mailbox()
    paths = server.deliver(box.username, *[dsn() for _ in range(3)])
    # Dovecot breaks the connection over a file that it cannot open, already when asked for sizes.
    paths[1].chmod(0)

    run = fetched(box)

    assert (run.outcome, run.stored, run.unreadable) == ("done", 2, 1)
    known = KnownMessage.objects.get()
    assert (known.tries, known.next_try_at > timezone.now()) == (1, True)
    assert fetched(box).found == 1  # left alone for now

    KnownMessage.objects.update(next_try_at=timezone.now())
    next(server.maildir(box.username).glob("*/*.host*")).chmod(0o600)
    assert fetched(box).stored == 1
    assert not KnownMessage.objects.exists()
    assert server.messages(box.username) == 0


def test_an_empty_message_is_left_there_and_said(server, mailbox, fetched):
    box = mailbox()
    server.deliver(box.username, b"", dsn())

    run = fetched(box)

    assert (run.stored, run.unreadable) == (1, 1)
    assert KnownMessage.objects.get().error == "The message is empty."
    assert server.messages(box.username) == 1


def test_a_huge_message_is_cut_by_the_server(server, mailbox, fetched, settings):
    settings.MAX_MESSAGE_BYTES = 10_000
    box = mailbox()
    server.deliver(box.username, dsn() + b"x" * 70 + b"\r\n" * 200_000)

    assert fetched(box).stored == 1

    row = InboundMessage.objects.get()
    assert len(row.raw) == 10_000
    assert row.note.startswith("Cut to 10,000 of ")


def test_a_large_mailbox_is_read_in_batches_with_progress(server, mailbox, fetched, monkeypatch):
    box = mailbox()
    server.deliver(box.username, *[dsn() for _ in range(230)])
    seen = []
    real = ImapSession.finish

    def finish(self, keys):
        real(self, keys)
        run = box.runs.get()
        seen.append((run.looked_at, run.found))

    monkeypatch.setattr(ImapSession, "finish", finish)

    assert fetched(box).stored == 230

    assert seen == [(0, 230), (50, 230), (100, 230), (150, 230), (200, 230)]
    assert box.runs.get().percent == 100


def test_a_run_ends_in_time_and_goes_on_at_once(server, mailbox, fetched, settings):
    box = mailbox()
    server.deliver(box.username, dsn())
    settings.MAILBOX_RUN_SECONDS = -1

    run = fetched(box)

    assert (run.outcome, run.stored) == ("more", 0)
    assert box.next_run_at <= timezone.now()


def test_another_folder_is_read(server, mailbox, fetched):
    box = mailbox(afterwards="move", move_to="Bounces")
    server.deliver(box.username, dsn())
    fetched(box)
    InboundMessage.objects.all().delete()
    box.folder, box.afterwards = "Bounces", "delete"
    box.save()

    assert fetched(box).stored == 1
    assert server.messages(box.username, "Bounces") == 0
