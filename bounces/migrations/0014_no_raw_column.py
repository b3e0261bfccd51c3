"""The column that `0013` has copied goes; see there. Reversing it brings the column back, filled."""

import importlib

from django.db import migrations

MOVE = importlib.import_module("bounces.migrations.0013_raw_messages_apart").MOVE


def move_the_last(apps, schema_editor):
    """What was stored since the other pieces were moved; nothing more is, until this is committed."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE bounces_inboundmessage IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT COALESCE(MAX(message_id), 0) FROM bounces_rawmessage")
        cursor.execute(MOVE, [max(cursor.fetchone()[0] - 100_000, 0), 2**62])


def move_back(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bounces_inboundmessage SET raw = (SELECT content FROM bounces_rawmessage "
            "WHERE message_id = bounces_inboundmessage.id)"
        )


class Migration(migrations.Migration):
    dependencies = [("bounces", "0013_raw_messages_apart")]

    operations = [
        migrations.RunPython(move_the_last, migrations.RunPython.noop),
        migrations.RemoveConstraint("inboundmessage", "inboundmessage_pending_has_raw"),
        migrations.RunPython(migrations.RunPython.noop, move_back),
        migrations.RemoveIndex("inboundmessage", "inboundmessage_raw_age"),
        migrations.RemoveField("inboundmessage", "raw"),
    ]
