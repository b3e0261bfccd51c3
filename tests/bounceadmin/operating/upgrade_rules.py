"""What a migration must not do to a site that goes on running: docs/operating.md, *Upgrading*.

While a release is rolled out, the old code runs on the new tables: it must find all that it reads,
and its inserts must hold. And no statement may lock a large table for as long as it takes to read.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.state import ProjectState

from lists.migrating import AddIndexOnline

# App -> its newest migration in the last release. What came before is installed everywhere and is
# not judged; an app without a row was never released. Brought up to date with each release.
RELEASED: dict[str, str] = {}

# Tables that may hold millions of rows.
LARGE = {
    "bounces.inboundmessage",
    "bounces.bounceevent",
    "lists.subscriber",
    "lists.subscription",
    "lists.suppression",
    "lists.suppressionlog",
    "lists.sentmessage",
    "lists.campaignday",
    "lists.domainday",
    "lists.reasonday",
    "lists.domaintotal",
}
_TAKES_AWAY = (
    operations.RemoveField,
    operations.DeleteModel,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def broken_rules(migration: Migration, before: ProjectState) -> Iterator[str]:
    """A sentence for each operation that would disturb a running site; `before` is changed.

    A migration with an attribute `unused_since` (the release that stopped using what it takes
    away) may take away.
    """
    made = set()
    for operation in migration.operations:
        label = f"{migration.app_label}.{_model(operation)}"
        if isinstance(operation, operations.CreateModel):
            made.add(label)
        elif label not in made:
            for why in _judge(operation, label, migration, before):
                yield f"{migration.app_label}.{migration.name}, {operation.describe()}: {why}"
        operation.state_forwards(migration.app_label, before)


def _model(operation: operations.base.Operation) -> str:
    name = getattr(operation, "model_name", None) or getattr(operation, "name", None)
    return str(name or getattr(operation, "old_name", "")).lower()


def _judge(operation, label: str, migration: Migration, before: ProjectState) -> Iterator[str]:
    if isinstance(operation, _TAKES_AWAY) and not hasattr(migration, "unused_since"):
        yield "the release before still uses it; take it away one release later (unused_since)"
    if isinstance(operation, operations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.has_db_default()):
            yield "the release before inserts without it: give it null=True or a db_default"
    if isinstance(operation, operations.AlterField):
        yield from _judge_altering(operation, label, before)
    runs = isinstance(operation, operations.RunPython | operations.RunSQL)
    if runs and not operation.reversible:
        yield "it cannot be undone: give it a reverse"
    if label in LARGE:
        if isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexOnline):
            yield "it locks a large table: use lists.migrating.AddIndexOnline"
        if isinstance(operation, operations.AddConstraint):
            yield "it locks a large table while it is read: add it NOT VALID, validate it later"
    if isinstance(operation, AddIndexOnline) and migration.atomic:
        yield "CREATE INDEX CONCURRENTLY cannot run in a transaction: atomic = False"


def _judge_altering(operation, label: str, before: ProjectState) -> Iterator[str]:
    app, model = label.split(".")
    old: models.Field = before.models[app, model].fields[operation.name]
    new = operation.field
    if old.null and not new.null:
        yield "the release before may still write NULL; ask for NOT NULL one release later"
    if old.get_internal_type() != new.get_internal_type():
        yield "it writes the whole table anew: add a second column and move over"
    if new.max_length and (old.max_length or new.max_length) > new.max_length:
        yield "the release before may still write longer values"
