import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from bounces.models import InboundMessage, RawMessage
from bounces.storing import Incoming, store
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db


def test_a_message_is_stored_once_however_often_it_comes():
    first = store([Incoming(b"Subject: x\n\nhello\n", "file")] * 2)
    again = store([Incoming(b"Subject: x\n\nhello\n", "pipe")])
    assert (len(first.ids), first.duplicates) == (1, 1)
    assert (again.ids, again.duplicates) == ([], 1)
    assert InboundMessage.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="is SQLite's own switch")
def test_what_is_stored_is_on_the_disk_before_anyone_acknowledges_it():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        (found,) = cursor.fetchone()
    assert found >= 2  # FULL; with less a power cut takes what was committed last


def test_line_ends_do_not_make_another_message():
    store([Incoming(b"Subject: x\n\nhello\n", "file")])
    assert store([Incoming(b"Subject: x\r\n\r\nhello\r\n\r\n", "file")]).duplicates == 1


def test_the_same_text_to_another_bounce_address_is_another_message():
    messages = [Incoming(b"x", "pipe", envelope_recipient=f"bounces+{n}@x") for n in (1, 2)]
    assert len(store(messages).ids) == 2


@pytest.mark.parametrize("raw", [b"", b" \r\n\r\n"])
def test_an_empty_message_is_refused_with_a_sentence(raw):
    stored = store([Incoming(raw, "file", "empty.eml"), Incoming(b"x", "file")])
    assert [(r.source_detail, r.why) for r in stored.refused] == [
        ("empty.eml", "The message is empty.")
    ]
    assert len(stored.ids) == 1


def test_a_long_message_is_cut_and_says_so(settings):
    settings.MAX_MESSAGE_BYTES = 1000
    [pk] = store([Incoming(b"Subject: x\n\n" + b"y" * 5000, "file")]).ids
    row = InboundMessage.objects.get(pk=pk)
    assert (len(row.raw), row.size) == (1000, 5012)
    assert row.note == "Cut to 1,000 of 5,012 bytes."


def test_where_and_when_it_came_from_is_kept():
    when = datetime(2026, 1, 2, tzinfo=UTC)
    message = Incoming(b"x", "pipe", "mx1", "", "bounces@example.com", received_at=when)
    [pk] = store([message]).ids
    row = InboundMessage.objects.get(pk=pk)
    assert (row.source_detail, row.envelope_recipient) == ("mx1", "bounces@example.com")
    assert (row.received_at, row.state, row.attempts) == (when, "pending", 0)


def test_text_that_a_database_refuses_is_mended():
    [pk] = store([Incoming(b"x", "file", "a\x00b\udcff")]).ids
    assert InboundMessage.objects.get(pk=pk).source_detail == "ab?"


@pytest.mark.parametrize("number", [3, 300])
def test_of_several_only_those_are_stored_that_did_not_come_before(number):
    messages = [Incoming(b"message %d" % n, "file", f"{n}.eml") for n in range(number)]
    [known] = store(messages[:1]).ids
    stored = store(messages)
    assert (len(stored.ids), len(stored.digests), stored.duplicates) == (number - 1, number - 1, 1)
    rows = InboundMessage.objects.filter(pk__in=stored.ids).select_related("original")
    assert {(row.source_detail, row.raw) for row in rows} == {
        (message.source_detail, message.raw) for message in messages[1:]
    }
    assert InboundMessage.objects.get(source_detail="0.eml").pk == known


def test_a_few_are_stored_with_one_query(django_assert_num_queries):
    need_postgresql()
    with django_assert_num_queries(1):
        store(Incoming(b"message %d" % n, "file") for n in range(9))


@pytest.mark.django_db(transaction=True)
def test_one_that_two_store_at_once_is_stored_once():
    need_postgresql()
    done, theirs = [], [Incoming(b"both", "webhook"), Incoming(b"theirs", "webhook")]

    def store_too() -> None:
        done.append(store(theirs))
        connections.close_all()

    other = threading.Thread(target=store_too)
    connection.set_autocommit(False)
    try:
        ours = store([Incoming(b"both", "webhook")])
        other.start()
        other.join(0.5)
        assert not done  # Waits to see whether ours is committed.
        connection.commit()
    finally:
        connection.set_autocommit(True)
    other.join(10)
    assert (len(ours.ids), len(done[0].ids), done[0].duplicates) == (1, 1, 1)
    assert InboundMessage.objects.count() == RawMessage.objects.count() == 2


def test_hundreds_are_stored_with_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        stored = store(Incoming(b"message %d" % n, "file") for n in range(400))
    assert len(stored.ids) == 400
