"""Migrations of large tables that nobody has to wait for."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex

from lists import partitioning


class AddIndexOnline(AddIndexConcurrently):
    """Add an index while rows are written: CONCURRENTLY on PostgreSQL, plainly on SQLite.

    Of a table that is divided by month (`lists/partitioning.py`) each part is indexed like that,
    one after the other. Its migration must say `atomic = False` and hold nothing else.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if partitioning.is_divided(schema_editor, model._meta.db_table):
            self._ensure_not_in_transaction(schema_editor)
            statement = str(self.index.create_sql(model, schema_editor, concurrently=True))
            partitioning.add_index(schema_editor, model._meta.db_table, self.index.name, statement)
            return
        self._kind(schema_editor).database_forwards(
            self, app_label, schema_editor, from_state, to_state
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        # The index of a divided table cannot be dropped CONCURRENTLY; dropping takes no time.
        is_divided = partitioning.is_divided(schema_editor, model._meta.db_table)
        kind = AddIndex if is_divided else self._kind(schema_editor)
        kind.database_backwards(self, app_label, schema_editor, from_state, to_state)

    @staticmethod
    def _kind(schema_editor) -> type[AddIndex]:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        return AddIndexConcurrently if is_postgresql else AddIndex
