"""Adding an index while rows are written, dropping a foreign key."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from bounces import partitions
from lists.migrating import AddIndexOnline, DropForeignKey
from tests.services import need_postgresql


# CONCURRENTLY needs to be outside of a transaction. The test empties the database, so it has a file
# of its own, that runs after those which need what migrations wrote.
@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_to_a_large_table_without_locking_it():
    executor = MigrationExecutor(connection)
    before = executor.loader.project_state()
    operation = AddIndexOnline(
        "subscriber", models.Index(fields=["created_at"], name="subscriber_try_online")
    )
    after = before.clone()
    operation.state_forwards("lists", after)

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "lists_subscriber"))

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("lists", editor, before, after)
    assert "subscriber_try_online" in indexes()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("lists", editor, after, before)
    assert "subscriber_try_online" not in indexes()


@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_to_each_part_of_a_divided_table():
    need_postgresql()
    before = MigrationExecutor(connection).loader.project_state()
    operation = AddIndexOnline(
        "bounceevent",
        models.Index(fields=["rule"], condition=models.Q(rule__gt=""), name="bounceevent_try"),
    )
    after = before.clone()
    operation.state_forwards("bounces", after)

    def indexes() -> list[bool]:
        """Whether it is valid, of the table and each of its parts."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid "
                "WHERE 'bounceevent_try'::regclass IN (c.oid, h.inhparent)"
            )
            return [row[0] for row in cursor.fetchall()]

    parts = sum(part.table == "bounces_bounceevent" for part in partitions.parts())
    for _ in range(2):
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("bounces", editor, before, after)
        assert indexes() == [True] * (parts + 1)
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("bounces", editor, after, before)


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_is_dropped_and_comes_back():
    need_postgresql()
    before = MigrationExecutor(connection).loader.project_state()
    field = before.models["lists", "sentmessage"].fields["campaign"].clone()
    field.db_constraint = False
    operation = DropForeignKey("sentmessage", "campaign", field)
    after = before.clone()
    operation.state_forwards("lists", after)

    def is_kept() -> bool:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "lists_sentmessage")
        return any(
            one["foreign_key"] and one["columns"] == ["campaign_id"] for one in found.values()
        )

    assert is_kept()
    with connection.schema_editor() as editor:
        operation.database_forwards("lists", editor, before, after)
    assert not is_kept()
    with connection.schema_editor() as editor:
        operation.database_backwards("lists", editor, after, before)
    assert is_kept()
