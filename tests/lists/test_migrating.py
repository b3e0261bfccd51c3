"""Adding an index while rows are written."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from lists.migrating import AddIndexOnline


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
