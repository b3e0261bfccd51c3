"""Monthly parts of tables on PostgreSQL: made ahead, used, dropped without losing a row."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from bounces import partitions
from bounces.housekeeping import delete_old_events, delete_old_raw_messages
from bounces.models import BounceEvent, RawMessage
from bounces.partitions import (
    create_ahead,
    drop_old_events,
    drop_old_raw_messages,
    months_ahead,
    parts,
)
from bounces.storing import Incoming, store
from lists.partitioning import add_month, month_of, months_later, name_of
from tests.factories import make_event, make_message
from tests.holding import held_elsewhere
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db

RAW, EVENT = "bounces_rawmessage", "bounces_bounceevent"


@pytest.fixture
def _postgresql(db):
    need_postgresql()


def part_of(message) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tableoid::regclass::text FROM {RAW} WHERE message_id = %s", [message.pk]
        )
        return cursor.fetchone()[0]


def at_month(number: int) -> datetime:
    """A moment in the month that is `number` after this one."""
    return months_later(month_of(timezone.now()), number) + timedelta(days=3)


def put(at: datetime, **fields):
    """A message stored and processed at that time."""
    message = make_message(**{"state": "processed", "processed_at": at} | fields)
    RawMessage.objects.filter(pk=message.pk).update(stored_at=at)
    return message


def test_months_are_counted_over_the_end_of_a_year():
    november = datetime(2026, 11, 1, tzinfo=UTC)
    assert [months_later(november, n).date().isoformat() for n in (0, 2, 14)] == [
        "2026-11-01",
        "2027-01-01",
        "2028-01-01",
    ]
    assert month_of(datetime.fromisoformat("2026-12-01T08:00+09:00")) == november


def test_sqlite_has_none(capsys):
    if connection.vendor == "postgresql":
        pytest.skip("this is PostgreSQL")
    assert (parts(), create_ahead(timezone.now()), months_ahead(timezone.now())) == ([], [], {})
    call_command("partitions", "--keep")
    assert "tables are plain" in capsys.readouterr().out


def test_events_past_their_time_are_deleted(settings):
    settings.EVENT_DROP_MONTHS = 2
    now = timezone.now()
    first_kept = months_later(month_of(now), -2)
    make_event(occurred_at=first_kept - timedelta(seconds=1))
    young = make_event(occurred_at=first_kept)
    assert sum(delete_old_events(now)) == 1
    assert BounceEvent.objects.get() == young


def test_events_are_kept_for_good_unless_told_otherwise():
    make_event(occurred_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert sum(delete_old_events(timezone.now())) == 0
    assert drop_old_events(timezone.now()) == []
    assert BounceEvent.objects.exists()


@pytest.mark.usefixtures("_postgresql")
class TestOnPostgreSQL:
    def test_a_new_installation_has_parts_for_three_months_to_come(self):
        assert months_ahead(timezone.now())[RAW] == 3
        assert create_ahead(timezone.now()) == []

    def test_a_month_later_one_more_is_made(self):
        later = at_month(1)
        assert name_of(RAW, month_of(at_month(4))) in create_ahead(later)
        assert months_ahead(later)[RAW] == 3

    def test_months_of_before_it_was_divided_need_no_parts_of_their_own(self):
        assert months_ahead(datetime(2019, 1, 1, tzinfo=UTC))[RAW] > 12

    def test_rows_go_to_the_part_of_their_month(self):
        first = month_of(at_month(2))
        assert part_of(put(first)) == name_of(RAW, first)
        assert part_of(put(first - timedelta(microseconds=1))) == name_of(
            RAW, month_of(at_month(1))
        )
        assert part_of(put(datetime(2019, 1, 1, tzinfo=UTC))) == f"{RAW}_before"

    def test_a_row_of_a_month_without_a_part_is_kept_and_moved_when_there_is_one(self):
        message = put(at_month(5), raw=b"Subject: later\n\n")
        assert part_of(message) == f"{RAW}_default"
        create_ahead(at_month(3))
        assert part_of(message) == name_of(RAW, month_of(at_month(5)))
        assert RawMessage.objects.get(pk=message.pk).content == b"Subject: later\n\n"

    def test_a_gap_is_filled(self):
        with connection.cursor() as cursor:
            add_month(cursor, RAW, "stored_at", month_of(at_month(5)))
        create_ahead(at_month(2))
        assert months_ahead(at_month(2))[RAW] == 3

    def test_a_month_past_retention_is_dropped_and_what_is_still_needed_is_kept(self, settings):
        settings.RAW_MESSAGE_RETENTION_DAYS = 30
        old = put(at_month(1))
        failed = put(at_month(1), state="failed", raw=b"Subject: look at me\n\n")
        waiting = put(at_month(1), state="pending", processed_at=None)
        name = part_of(old)

        assert name not in drop_old_raw_messages(at_month(2))
        # February is shorter than what is kept.
        assert name in drop_old_raw_messages(at_month(3))

        assert name not in [part.name for part in parts()]
        assert part_of(failed) == part_of(waiting) == f"{RAW}_default"
        assert RawMessage.objects.get(pk=failed.pk).content == b"Subject: look at me\n\n"

    def test_a_part_with_many_rows_left_is_not_dropped(self, settings, monkeypatch):
        settings.RAW_MESSAGE_RETENTION_DAYS = 30
        monkeypatch.setattr(partitions, "_MOST_MOVED", 1)
        for _ in range(2):
            put(at_month(1), state="failed")
        dropped = drop_old_raw_messages(at_month(12))
        assert name_of(RAW, month_of(at_month(1))) not in dropped
        assert name_of(RAW, month_of(at_month(2))) in dropped

    def test_rows_are_deleted_to_the_day_whatever_part_they_are_in(self, settings):
        settings.RAW_MESSAGE_RETENTION_DAYS = 30
        now = timezone.now()
        for days in (400, 31, 29):
            put(now - timedelta(days=days))
        assert sum(delete_old_raw_messages()) == 2
        assert RawMessage.objects.count() == 1

    def test_months_of_events_past_their_time_are_dropped(self, settings):
        settings.EVENT_DROP_MONTHS = 2
        ids = [make_event(occurred_at=at_month(n)).pk for n in (-3, 1, 2)]
        with connection.cursor() as cursor:
            # As they are after a commit.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        dropped = drop_old_events(at_month(4))
        assert dropped == ["bounces_bounceevent_before", name_of(EVENT, month_of(at_month(1)))]
        assert list(BounceEvent.objects.values_list("pk", flat=True)) == ids[2:]

    def test_the_newest_events_are_merged_from_the_indexes_of_the_parts(self):
        for n in range(3):
            make_event(occurred_at=at_month(n), address="ann@example.net")
        newest = BounceEvent.objects.order_by("-occurred_at", "-id")
        of_ann = BounceEvent.objects.filter(address="ann@example.net").order_by("-occurred_at")
        with connection.cursor() as cursor:
            # Tables of a few rows are read whole otherwise.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        for rows, index in ((newest, "bounceevent_newest"), (of_ann, "bounceevent_of_address")):
            plan = rows[:1].explain(analyze=True)
            assert f"Index Scan using {index}_before" in plan
            assert "Seq Scan" not in plan
            assert "Sort  (" not in plan
            assert "Sort Method" not in plan

    def test_a_span_of_time_is_looked_for_in_its_parts_alone(self):
        lately = BounceEvent.objects.filter(occurred_at__gte=month_of(at_month(1)))
        plan = lately.explain()
        assert "bounces_bounceevent_before" not in plan
        assert name_of(EVENT, month_of(at_month(1))) in plan

    def test_the_command_shows_every_part(self, capsys):
        make_message()
        call_command("partitions", "--keep")
        shown = capsys.readouterr()
        assert f"{RAW}_before" in shown.out
        assert "all others" in shown.out
        assert shown.err == ""


@pytest.mark.usefixtures("_postgresql")
@pytest.mark.django_db(transaction=True)
class TestWhileOthersWork:
    def drop(self, month: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name_of(RAW, month)}")

    def test_parts_are_made_while_messages_are_stored(self):
        """Every message that is stored meanwhile is there afterwards."""
        month = month_of(at_month(4))
        stop, stored, errors = threading.Event(), [], []

        def work() -> None:
            try:
                while not stop.is_set():
                    raw = f"Subject: {len(stored)}\n\nhello\n".encode()
                    stored.extend(store([Incoming(raw, "listener")]).ids)
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            made = create_ahead(at_month(1))
        finally:
            stop.set()
            worker.join(30)
        try:
            assert errors == []
            assert name_of(RAW, month) in made
            assert stored
            assert set(RawMessage.objects.values_list("pk", flat=True)) == set(stored)
        finally:
            self.drop(month)

    def test_a_table_that_somebody_holds_is_left_for_the_next_time(self, monkeypatch):
        monkeypatch.setattr(partitions, "_LOCK_TIMEOUT", "50ms")
        month = month_of(at_month(4))

        def read_it() -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {RAW}_default IN ACCESS SHARE MODE")

        try:
            with held_elsewhere(read_it):
                assert name_of(RAW, month) not in create_ahead(at_month(1))
            assert name_of(RAW, month) in create_ahead(at_month(1))
        finally:
            self.drop(month)
