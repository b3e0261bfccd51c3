import django.db.models.deletion
from django.db import migrations, models

from lists.migrating import DropIndexOfField


class Migration(migrations.Migration):

    dependencies = [
        ('bounces', '0024_index_messages_of_webhooks'),
    ]

    operations = [
        # It held every mail too, which is of none: written twice for each, and never read.
        DropIndexOfField(
            model_name='inboundmessage',
            name='endpoint',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='bounces.webhookendpoint', verbose_name='webhook'),
        ),
    ]
