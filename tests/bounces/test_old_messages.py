"""Rows of old messages go when nothing is left to be seen there, and what came once stays known."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from bounces.housekeeping import delete_old_messages, events_kept_since
from bounces.models import InboundMessage, RawMessage, SeenMessage
from bounces.storing import Incoming, store
from diagnostics.models import DmarcReport
from lists import tidying
from tests.factories import make_event, make_message
from tests.holding import held_elsewhere
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEPT_SINCE = datetime(2026, 9, 1, tzinfo=UTC)
OLD = KEPT_SINCE - timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _two_months(settings):
    settings.EVENT_DROP_MONTHS = 2


def old_message(*, has_text: bool = False, **fields) -> InboundMessage:
    """One that was processed, of a month whose events are dropped."""
    defaults = {"state": "processed", "received_at": OLD, "processed_at": OLD}
    row = make_message(**defaults | fields)
    if not has_text:
        RawMessage.objects.filter(pk=row.pk).delete()
    return row


def test_a_message_of_a_month_whose_events_are_dropped_goes_and_nothing_else_does():
    old_message()
    assert events_kept_since(NOW) == KEPT_SINCE
    young = old_message(received_at=KEPT_SINCE, processed_at=KEPT_SINCE)
    assert sum(delete_old_messages(NOW)) == 1
    assert InboundMessage.objects.get() == young


def test_what_nobody_has_dealt_with_stays():
    failed = old_message(state="failed", has_text=True)
    pending = old_message(state="pending", processed_at=None, has_text=True)
    assert sum(delete_old_messages(NOW)) == 0
    assert set(InboundMessage.objects.all()) == {failed, pending}


def test_a_storm_that_was_held_back_goes_with_its_texts():
    old_message(state="held", held_sender="robot@example.net")
    still_there = old_message(state="held", held_sender="robot@example.net", has_text=True)
    assert sum(delete_old_messages(NOW)) == 1
    assert InboundMessage.objects.get() == still_there


def test_a_message_stays_as_long_as_it_has_an_event_or_was_processed_again_lately():
    with_event = old_message()
    make_event(message=with_event, occurred_at=KEPT_SINCE)
    again = old_message(processed_at=KEPT_SINCE)
    assert sum(delete_old_messages(NOW)) == 0
    assert set(InboundMessage.objects.all()) == {with_event, again}


def test_all_stay_unless_told_otherwise(settings):
    settings.EVENT_DROP_MONTHS = 0
    old_message()
    assert sum(delete_old_messages(NOW)) == 0


def test_one_that_comes_again_is_known_and_counted_nowhere():
    again = Incoming(b"Subject: again\n\nhello\n", "webhook")
    [pk] = store([again]).ids
    InboundMessage.objects.update(state="processed", received_at=OLD, processed_at=OLD)
    RawMessage.objects.all().delete()
    assert sum(delete_old_messages(NOW)) == 1
    stored = store([again, Incoming(b"Subject: another\n\nhello\n", "webhook")])
    assert (stored.duplicates, len(stored.ids)) == (1, 1)
    assert not InboundMessage.objects.filter(pk=pk).exists()


def test_what_others_made_of_it_stays():
    report = DmarcReport.objects.create(
        message=old_message(), digest="1", domain="example.com", begin=OLD, end=OLD
    )
    assert sum(delete_old_messages(NOW)) == 1
    report.refresh_from_db()
    assert report.message is None


def test_many_go_with_few_queries(django_assert_max_num_queries):
    for _ in range(30):
        old_message()
    with django_assert_max_num_queries(16):
        assert sum(delete_old_messages(NOW)) == 30


def test_many_go_in_pieces_whatever_stays_among_them(monkeypatch):
    monkeypatch.setattr(tidying, "ROWS_AT_ONCE", 2)
    kept = [old_message(state="failed") for _ in range(3)]
    for n in range(9):
        old_message(received_at=OLD - timedelta(days=n % 3))
        kept.append(old_message(state="failed", received_at=OLD - timedelta(days=n % 3)))
    assert sum(delete_old_messages(NOW)) == 9
    assert set(InboundMessage.objects.all()) == set(kept)
    assert SeenMessage.objects.count() == 9
    assert sum(delete_old_messages(NOW)) == 0


@pytest.mark.django_db(transaction=True)
class TestWhileOthersWork:
    def test_what_somebody_is_at_is_left_for_the_next_time(self):
        need_postgresql()
        held_row, free_row = old_message(), old_message()
        at_it = InboundMessage.objects.filter(pk=held_row.pk).select_for_update()
        with held_elsewhere(at_it.get):
            assert sum(delete_old_messages(NOW)) == 1
            assert not InboundMessage.objects.filter(pk=free_row.pk).exists()
        assert sum(delete_old_messages(NOW)) == 1

    def test_messages_come_again_while_their_rows_are_deleted(self):
        """Each is known, whether its row is still there or gone a moment ago."""
        need_postgresql()
        messages = [Incoming(b"Subject: %d\n\nhello\n" % n, "webhook") for n in range(60)]
        store(messages)
        InboundMessage.objects.update(state="processed", received_at=OLD, processed_at=OLD)
        RawMessage.objects.all().delete()
        stored, errors = [], []
        stop = threading.Event()

        def come_again() -> None:
            try:
                while not stop.is_set():
                    for message in messages:
                        stored.extend(store([message]).ids)
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        sender = threading.Thread(target=come_again)
        sender.start()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(tidying, "ROWS_AT_ONCE", 1)
                assert sum(delete_old_messages(NOW)) == len(messages)
        finally:
            stop.set()
            sender.join(30)
        assert (stored, errors) == ([], [])
        assert not InboundMessage.objects.exists()
