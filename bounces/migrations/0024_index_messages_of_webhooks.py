from django.db import migrations, models

from lists.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('bounces', '0023_events_of_locked_messages'),
    ]

    operations = [
        AddIndexOnline(
            model_name='inboundmessage',
            index=models.Index(condition=models.Q(('endpoint__isnull', False)), fields=['endpoint', 'id'], name='inboundmessage_of_endpoint'),
        ),
    ]
