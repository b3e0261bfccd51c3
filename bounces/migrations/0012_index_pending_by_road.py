from django.db import migrations, models

from lists.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('bounces', '0011_roads_of_messages'),
    ]

    operations = [
        AddIndexOnline(
            model_name='inboundmessage',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['road', 'id'], name='inboundmessage_of_road'),
        ),
    ]
