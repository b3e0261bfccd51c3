from django.db import migrations, models

from lists.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('lists', '0014_files_of_sends_as_jobs'),
    ]

    operations = [
        AddIndexOnline(
            model_name='subscription',
            index=models.Index(fields=['mailing_list', 'status', 'id'], name='subscription_in_turn'),
        ),
    ]
