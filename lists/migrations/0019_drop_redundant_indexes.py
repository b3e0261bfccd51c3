import django.db.models.deletion
from django.db import migrations, models

from lists.migrating import DropIndexOfField


class Migration(migrations.Migration):

    dependencies = [
        ('lists', '0018_files_of_jobs_in_the_same_words'),
    ]

    operations = [
        DropIndexOfField(
            model_name='subscription',
            name='mailing_list',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='lists.mailinglist', verbose_name='list'),
        ),
        DropIndexOfField(
            model_name='subscription',
            name='subscriber',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='lists.subscriber', verbose_name='subscriber'),
        ),
    ]
