"""The columns that `0018` has copied go; see there.

Reversing it brings them back with other keys: what is reported again then counts again.
"""

import importlib

from django.db import migrations, models

move_between = importlib.import_module("bounces.migrations.0018_event_keys_apart").move_between


def move_the_last(apps, schema_editor):
    """What was saved since the other pieces were moved; nothing more is, until this is committed."""
    vendor = schema_editor.connection.vendor
    with schema_editor.connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute("LOCK TABLE bounces_bounceevent IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM bounces_bounceevent")
        last = cursor.fetchone()[0]
        move_between(cursor, vendor, max(last - 100_000, 0), last)


def make_keys(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE bounces_bounceevent SET dedupe_key = CAST(id AS varchar(64))")


class Migration(migrations.Migration):
    dependencies = [("bounces", "0018_event_keys_apart")]

    operations = [
        migrations.RunPython(move_the_last, migrations.RunPython.noop),
        migrations.AlterField(
            "bounceevent", "dedupe_key", models.CharField(max_length=64, null=True, unique=True)
        ),
        migrations.RunPython(migrations.RunPython.noop, make_keys),
        migrations.RemoveField("bounceevent", "dedupe_key"),
        migrations.RemoveField("bounceevent", "source_key"),
    ]
