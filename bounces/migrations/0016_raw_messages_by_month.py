"""On PostgreSQL, messages as they arrived are kept in monthly parts: see `lists/partitioning.py`."""

from django.db import migrations
from django.utils import timezone

from lists import partitioning

TABLE = "bounces_rawmessage"


def divide(apps, schema_editor):
    partitioning.divide(schema_editor, TABLE, "stored_at", timezone.now(), ahead=3)


def undivide(apps, schema_editor):
    partitioning.undivide(schema_editor, TABLE)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bounces", "0015_texts_in_object_storage")]

    operations = [migrations.RunPython(divide, undivide)]
