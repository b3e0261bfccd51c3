"""On PostgreSQL, events are kept in monthly parts: see `lists/partitioning.py`."""

from django.db import migrations
from django.utils import timezone

from lists import partitioning

TABLE = "bounces_bounceevent"


def divide(apps, schema_editor):
    partitioning.divide(schema_editor, TABLE, "occurred_at", timezone.now(), ahead=3)


def undivide(apps, schema_editor):
    partitioning.undivide(schema_editor, TABLE)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bounces", "0019_no_event_keys")]

    operations = [migrations.RunPython(divide, undivide)]
