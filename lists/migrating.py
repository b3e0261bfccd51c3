"""Migrations of large tables that nobody has to wait for."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex, AlterField

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


class DropForeignKey(AlterField):
    """Drop the constraint of a foreign key, and nothing else: where something else sees to it.

    `field` says `db_constraint=False`. Only on PostgreSQL, where each row costs a look-up: SQLite
    would write the whole table anew, and keeps it.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if not self._is_for(model, schema_editor):
            return
        column = model._meta.get_field(self.name).column
        table = schema_editor.quote_name(model._meta.db_table)
        for name in schema_editor._constraint_names(model, [column], foreign_key=True):
            schema_editor.execute(
                f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(name)}"
            )

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self._is_for(model, schema_editor):
            field = model._meta.get_field(self.name)
            suffix = "_fk_%(to_table)s_%(to_column)s"
            schema_editor.execute(schema_editor._create_fk_sql(model, field, suffix))

    def describe(self) -> str:
        return f"Drop the foreign key of {self.name} on {self.model_name}"

    def _is_for(self, model, schema_editor) -> bool:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        return is_postgresql and self.allow_migrate_model(schema_editor.connection.alias, model)


class DropIndexOfField(AlterField):
    """Drop the index that a field has by itself, and nothing else: where another one does as well.

    Without `db_index` AlterField would also make a foreign key anew, which reads the whole table
    under a lock. What is dropped takes no time; backwards it is made again.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for name in self._indexes(model, schema_editor):
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in schema_editor._field_indexes_sql(model, self._field(model)):
                schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Drop the index of {self.name} on {self.model_name}"

    def _field(self, model):
        return model._meta.get_field(self.name)

    def _indexes(self, model, schema_editor) -> Iterator[str]:
        """Those of this column alone that keep nothing unique."""
        database, column = schema_editor.connection, self._field(model).column
        with database.cursor() as cursor:
            found = database.introspection.get_constraints(cursor, model._meta.db_table)
        for name, of in found.items():
            if of["columns"] == [column] and of["index"] and not (of["unique"] or of["check"]):
                yield name
