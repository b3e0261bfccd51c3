"""Tables of before are divided by month with their rows, their keys and all that is about them."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from bounces.models import BounceEvent, SeenEvent
from lists import bulk
from tests.bounces.test_raw_apart import migrate
from tests.factories import make_event, make_message
from tests.services import need_postgresql

# The last tests to run, and a file of their own: they empty the database.
pytestmark = pytest.mark.django_db(transaction=True)

EVENT = "bounces_bounceevent"


@pytest.fixture
def before():
    """The tables of before, and a function that adds an event to them."""
    migrate("bounces", "0017_room_for_claims")
    yield _write
    migrate()


def _write(pk: int, occurred_at: str, source_key: str | None = None) -> None:
    message = make_message(state="processed")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bounces_bounceevent (id, message_id, dedupe_key, source_key, kind, "
            "category, reason, status, smtp_code, action, diagnostic, address, domain, "
            "reported_recipient, trust, proof, proof_note, effect, remote_mta, reporting_mta, "
            "original_message_id, rule, evidence, occurred_at) VALUES (%s, %s, %s, %s, 'bounce', "
            "'hard', 'userunknown', '', '', '', '', 'ann@example.net', 'example.net', '', "
            "'unverified', '', '', '', '', '', '', '', '', %s)",
            [pk, message.pk, f"{pk:032x}" + "f" * 32, source_key, occurred_at],
        )


def test_what_makes_events_the_same_comes_along(before):
    before(3, "2026-01-31 23:30:00+00:00", source_key="a" * 64)
    before(50_000, "2026-02-01 00:00:00+00:00")
    migrate("bounces", "0018_event_keys_apart")
    before(50_001, "2026-02-01 00:00:00+00:00")
    migrate()
    assert {seen.key: f"{seen.day}" for seen in SeenEvent.objects.all()} == {
        UUID(int=3): "2026-01-31",
        UUID("a" * 32): "2026-01-31",
        UUID(int=50_000): "2026-02-01",
        UUID(int=50_001): "2026-02-01",
    }
    assert sorted(BounceEvent.objects.values_list("pk", flat=True)) == [3, 50_000, 50_001]


def about(table: str) -> dict[str, list[tuple]]:
    """What PostgreSQL holds of a table besides its rows."""
    queries = {
        "columns": "SELECT attname, atttypid::regtype::text, attnotnull FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname",
        "constraints": "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype != 'p' ORDER BY conname",
        "indexes": "SELECT c.relname, replace(pg_get_indexdef(c.oid), 'ON ONLY', 'ON'), "
        "i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %s::regclass AND NOT i.indisprimary ORDER BY c.relname",
    }
    found = {}
    with connection.cursor() as cursor:
        for what, query in queries.items():
            cursor.execute(query, [table])
            found[what] = cursor.fetchall()
    return found


def test_a_divided_table_has_all_that_the_plain_one_had_and_so_have_its_parts(before):
    need_postgresql()
    migrate("bounces", "0019_no_event_keys")
    plain = about(EVENT)
    migrate("bounces", "0020_events_by_month")
    assert about(EVENT) == plain
    first = about(f"{EVENT}_before")
    assert first["columns"] == plain["columns"]
    assert len(first["indexes"]) == len(plain["indexes"])
    assert [row[1:] for row in first["constraints"]] == [row[1:] for row in plain["constraints"]]
    migrate("bounces", "0019_no_event_keys")
    assert about(EVENT) == plain


def test_an_index_goes_without_its_key_and_comes_back(before):
    need_postgresql()
    migrate("bounces", "0021_messages_seen_before")
    tables = (EVENT, f"{EVENT}_default", "bounces_inboundmessage")
    former = {table: about(table) for table in tables}
    migrate("bounces", "0022_drop_redundant_indexes")
    now = {table: about(table) for table in tables}
    for table, number in zip(tables, (2, 2, 1), strict=True):
        assert len(now[table]["indexes"]) == len(former[table]["indexes"]) - number
        assert now[table]["constraints"] == former[table]["constraints"]
        assert set(now[table]["indexes"]) < set(former[table]["indexes"])
    migrate("bounces", "0021_messages_seen_before")
    assert {table: about(table) for table in tables} == former


def test_numbers_go_on_where_they_were(before):
    need_postgresql()
    migrate("bounces", "0019_no_event_keys")
    reserved = bulk.reserve_ids(BounceEvent, 3)[-1]
    BounceEvent.objects.filter(pk=make_event().pk).delete()
    migrate()
    assert make_event().pk > reserved
    assert min(bulk.reserve_ids(BounceEvent, 2)) > BounceEvent.objects.latest("pk").pk
    migrate("bounces", "0019_no_event_keys")
    assert make_event().pk > BounceEvent.objects.order_by("pk")[0].pk
