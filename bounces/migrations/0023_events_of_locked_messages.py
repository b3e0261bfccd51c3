"""Whoever writes an event, or deletes a message, holds the message locked: a foreign key does no more.

On PostgreSQL it took as long for each event as two of its indexes.
"""

import django.db.models.deletion
from django.db import migrations, models

from lists.migrating import DropForeignKey


class Migration(migrations.Migration):
    dependencies = [("bounces", "0022_drop_redundant_indexes")]

    operations = [
        DropForeignKey(
            model_name="bounceevent",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="bounces.inboundmessage",
                verbose_name="message",
            ),
        ),
    ]
