"""A table of its own for the messages as they arrived.

No release has the column that goes, so no older code runs on these tables meanwhile; what a process
that was left running stores is moved all the same.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models, transaction
from django.db.models import Max

import bounces.models.packed

# Rows in one statement: a second or so.
ROWS_AT_ONCE = 20_000

MOVE = """
    INSERT INTO bounces_rawmessage (message_id, content, stored_at)
    SELECT m.id, m.raw, CASE WHEN m.queued_at < m.received_at THEN m.queued_at ELSE m.received_at END
    FROM bounces_inboundmessage AS m
    WHERE m.id > %s AND m.id <= %s AND m.raw IS NOT NULL
    ON CONFLICT DO NOTHING
"""


def move(apps, schema_editor):
    model = apps.get_model("bounces", "InboundMessage")
    last = model.objects.aggregate(last=Max("id"))["last"] or 0
    for start in range(0, last, ROWS_AT_ONCE):
        # Committed one by one: after any death it goes on with what is there.
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.execute(MOVE, [start, start + ROWS_AT_ONCE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bounces", "0012_index_pending_by_road")]

    operations = [
        migrations.CreateModel(
            name="RawMessage",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="original",
                        serialize=False,
                        to="bounces.inboundmessage",
                    ),
                ),
                ("content", bounces.models.packed.PackedBinaryField()),
                ("stored_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
