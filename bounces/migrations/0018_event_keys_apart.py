"""A table of its own for what makes events the same, so that events can be divided by month.

No release has the columns that go; what a process that was left running saves is moved all the same.
"""

from django.db import migrations, models, transaction
from django.db.models import Max

# Rows in one statement: a second or so.
ROWS_AT_ONCE = 20_000


def move_between(cursor, vendor: str, after: int, until: int) -> None:
    """The keys of the events with these numbers, the first half of each digest."""
    half = "left({0}, 32)::uuid" if vendor == "postgresql" else "substr({0}, 1, 32)"
    day = "(occurred_at AT TIME ZONE 'UTC')::date" if vendor == "postgresql" else "date(occurred_at)"
    for column in ("dedupe_key", "source_key"):
        cursor.execute(
            f"INSERT INTO bounces_seenevent (key, day) SELECT {half.format(column)}, {day} "
            f"FROM bounces_bounceevent WHERE id > %s AND id <= %s AND {column} IS NOT NULL "
            "ON CONFLICT DO NOTHING",
            [after, until],
        )


def move(apps, schema_editor):
    model = apps.get_model("bounces", "BounceEvent")
    last = model.objects.aggregate(last=Max("id"))["last"] or 0
    connection = schema_editor.connection
    for start in range(0, last, ROWS_AT_ONCE):
        # Committed one by one: after any death it goes on with what is there.
        with transaction.atomic(), connection.cursor() as cursor:
            move_between(cursor, connection.vendor, start, start + ROWS_AT_ONCE)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bounces", "0017_room_for_claims")]

    operations = [
        migrations.CreateModel(
            name="SeenEvent",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
            ],
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
