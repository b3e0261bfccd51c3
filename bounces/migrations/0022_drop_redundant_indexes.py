import django.db.models.deletion
from django.db import migrations, models

from lists.migrating import DropIndexOfField


class Migration(migrations.Migration):

    dependencies = [
        ('bounces', '0021_messages_seen_before'),
        ('lists', '0019_drop_redundant_indexes'),
    ]

    operations = [
        # Of what is unique Django makes a second index, to look for its beginnings: nobody does.
        DropIndexOfField(
            model_name='inboundmessage',
            name='digest',
            field=models.CharField(editable=False, max_length=64, unique=True),
        ),
        DropIndexOfField(
            model_name='bounceevent',
            name='campaign',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='lists.campaign', verbose_name='campaign'),
        ),
        DropIndexOfField(
            model_name='bounceevent',
            name='mailing_list',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='lists.mailinglist', verbose_name='list'),
        ),
    ]
