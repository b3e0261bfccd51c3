"""No migration disturbs a site that goes on running."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    RemoveField,
    RenameField,
    RunPython,
)
from django.db.migrations.state import ProjectState

from lists.migrating import AddIndexOnline
from tests.bounceadmin.operating.upgrade_rules import RELEASED, broken_rules

OURS = {"lists", "bounces", "diagnostics", "bounceadmin"}


def state() -> ProjectState:
    """A site with the large table `lists.subscriber`."""
    found = ProjectState()
    CreateModel(
        "Subscriber",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("address", models.CharField(max_length=254)),
            ("note", models.CharField(max_length=50, null=True)),
        ],
    ).state_forwards("lists", found)
    return found


def judge(*operations, **attributes) -> list[str]:
    migration = type("Migration", (Migration,), attributes)("0099_try", "lists")
    migration.operations = list(operations)
    return list(broken_rules(migration, state()))


def test_all_migrations_since_the_last_release_keep_the_rules(db):
    loader = MigrationExecutor(connection).loader
    broken = []
    for app, last in RELEASED.items():
        before = loader.project_state((app, last))
        for key, migration in sorted(loader.disk_migrations.items()):
            if key[0] == app and key[1] > last:
                broken += broken_rules(migration, before)
    assert broken == []


INDEX = models.Index(fields=["note"], name="by_note")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (RemoveField("subscriber", "note"), "one release later"),
        (RenameField("subscriber", "note", "remark"), "one release later"),
        (AddField("subscriber", "age", models.IntegerField(default=0)), "db_default"),
        (AlterField("subscriber", "note", models.CharField(max_length=50)), "NOT NULL"),
        (AlterField("subscriber", "address", models.CharField(max_length=99)), "longer values"),
        (AlterField("subscriber", "address", models.IntegerField()), "whole table anew"),
        (AddIndex("subscriber", INDEX), "AddIndexOnline"),
        (
            AddConstraint("subscriber", models.UniqueConstraint(fields=["note"], name="once")),
            "NOT VALID",
        ),
        (RunPython(lambda apps, editor: None), "cannot be undone"),
        (AddIndexOnline("subscriber", INDEX), "atomic = False"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_what_disturbs_a_running_site_is_found(operation, words):
    [why] = judge(operation)
    assert words in why


@pytest.mark.parametrize(
    "operation",
    [
        AddField("subscriber", "age", models.IntegerField(null=True)),
        AddField("subscriber", "age", models.IntegerField(default=0, db_default=0)),
        AlterField("subscriber", "address", models.CharField(max_length=320)),
        CreateModel("Robot", [("id", models.BigAutoField(primary_key=True))]),
    ],
    ids=lambda value: value.describe(),
)
def test_what_does_not_is_let_through(operation):
    assert judge(operation) == []


def test_what_the_last_release_no_longer_used_may_go():
    assert judge(RemoveField("subscriber", "note"), unused_since="1.2") == []
