"""Migrations of large tables that nobody has to wait for."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex


class AddIndexOnline(AddIndexConcurrently):
    """Add an index while rows are written: CONCURRENTLY on PostgreSQL, plainly on SQLite.

    Its migration must say `atomic = False` and hold nothing else.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        self._kind(schema_editor).database_forwards(
            self, app_label, schema_editor, from_state, to_state
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        self._kind(schema_editor).database_backwards(
            self, app_label, schema_editor, from_state, to_state
        )

    @staticmethod
    def _kind(schema_editor) -> type[AddIndex]:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        return AddIndexConcurrently if is_postgresql else AddIndex
