"""Empties the database after a test that committed: on PostgreSQL only the tables that have rows.

Django truncates all of them, with their parts and indexes: some hundred files that are made anew,
which takes seconds where a test filled five tables.
"""

from __future__ import annotations

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

_truncate = DatabaseOperations.sql_flush
# What `post_migrate` would only write again as it is.
_KEPT = frozenset({"django_content_type", "auth_permission"})


def _delete(
    self: DatabaseOperations,
    style: object,
    tables: list[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    """The statements for it; Django runs them in one transaction."""
    names = [table for table in tables if table not in _KEPT]
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        [[may_switch_triggers_off]] = cursor.fetchall()
        if reset_sequences or not names or not may_switch_triggers_off:
            return _truncate(
                self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
            )
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT FROM {self.quote_name(name)})"
                for name in names
            )
        )
        full = [name for (name,) in cursor.fetchall()]
    return [
        # The log of suppressions may only grow, and rows go in no order.
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {self.quote_name(name)}" for name in full),
    ]


@pytest.fixture(scope="session", autouse=True)
def only_full_tables_are_emptied():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _delete)
        yield
