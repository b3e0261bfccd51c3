"""Messages as they arrived are in a table of their own, and came there from where they were."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bounces.models import InboundMessage, RawMessage
from bounces.packing import pack

# The last tests to run, and a file of their own: they empty the database.
pytestmark = pytest.mark.django_db(transaction=True)


def migrate(*target: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([target] if target else executor.loader.graph.leaf_nodes())


@pytest.fixture
def before():
    """The tables of before, and a function that adds a message to them."""
    migrate("bounces", "0012_index_pending_by_road")
    yield _write
    InboundMessage.objects.all().delete()


def _write(pk: int, raw: bytes | None, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bounces_inboundmessage (id, digest, raw, content_type, size, source, "
            "source_detail, envelope_sender, envelope_recipient, client_ip, client_helo, "
            "received_at, state, queued_at, attempts, kind, subject, note, error, held_sender) "
            "VALUES (%s, %s, %s, 'message/rfc822', 1, 'file', '', '', '', '', '', "
            "'2026-01-02 00:00:00+00:00', %s, '2026-01-01 00:00:00+00:00', 0, '', '', '', '', '')",
            [pk, f"{pk:064x}", raw, state],
        )


def test_what_was_stored_before_is_there_afterwards_and_on_the_way_back(before):
    letter = b"Subject: x\n\n" + b"hello " * 100
    before(3, b"plain", "pending")
    before(70_000, pack(letter), "processed")
    before(70_001, None, "processed")

    migrate()
    assert {row.pk: row.raw for row in InboundMessage.objects.all()} == {
        3: b"plain",
        70_000: letter,
        70_001: None,
    }
    assert RawMessage.objects.get(pk=3).stored_at.isoformat() == "2026-01-01T00:00:00+00:00"

    migrate("bounces", "0012_index_pending_by_road")
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM bounces_inboundmessage WHERE id IN (3, 70000) ORDER BY id")
        assert [bytes(raw) for (raw,) in cursor.fetchall()] == [b"plain", pack(letter)]
    migrate()
    assert InboundMessage.objects.get(pk=70_000).raw == letter


def test_what_is_stored_while_it_is_moved_is_moved_too(before):
    before(1, b"first", "pending")
    migrate("bounces", "0013_raw_messages_apart")
    before(2, b"meanwhile", "pending")
    migrate()
    assert [row.raw for row in InboundMessage.objects.order_by("pk")] == [b"first", b"meanwhile"]


def test_moving_goes_on_where_it_was_cut_off(before):
    for pk in range(1, 6):
        before(pk, b"x", "pending")
    migrate("bounces", "0013_raw_messages_apart")
    RawMessage.objects.filter(pk__gt=2).delete()
    moving = importlib.import_module("bounces.migrations.0013_raw_messages_apart")
    executor = MigrationExecutor(connection)
    apps = executor.loader.project_state(("bounces", "0013_raw_messages_apart")).apps
    with connection.schema_editor(atomic=False) as editor:
        moving.move(apps, editor)
    migrate()
    assert RawMessage.objects.count() == 5
