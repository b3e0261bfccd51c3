"""A cleaning is a job like the others: `lists.jobs` moves it on."""

import django.utils.timezone
from django.db import migrations, models


# Each row is written once: PostgreSQL alters no table with rows that a transaction wrote twice.
def to_jobs(apps, schema_editor):
    states = {'running': 'pending', 'undoing': 'pending', 'undone': 'done'}
    for row in apps.get_model('lists', 'Cleaning').objects.all():
        if row.state in ('undoing', 'undone'):
            row.is_undo, row.total, row.done = True, row.done, row.restored
        row.state = states.get(row.state, row.state)
        row.save()


def from_jobs(apps, schema_editor):
    for row in apps.get_model('lists', 'Cleaning').objects.all():
        is_done = row.state == 'done'
        if row.is_undo:
            # How many were expected at first is not known any more.
            row.done, row.restored = row.total, row.done
            row.state = 'undone' if is_done else 'undoing'
        else:
            row.state = 'done' if is_done else 'running'
        row.save()


class Migration(migrations.Migration):

    dependencies = [
        ('lists', '0016_drop_the_index_in_no_order'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='cleaning', name='cleaning_one_at_a_time'),
        migrations.RenameField('cleaning', 'actor', 'created_by'),
        migrations.RenameField('cleaning', 'started_at', 'created_at'),
        migrations.RenameField('cleaning', 'removed', 'done'),
        migrations.RenameField('cleaning', 'expected', 'total'),
        migrations.AlterModelOptions(
            name='cleaning',
            options={'ordering': ['-created_at', '-id'], 'verbose_name': 'cleaning', 'verbose_name_plural': 'cleanings'},
        ),
        migrations.AlterField('cleaning', 'created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
        migrations.AlterField('cleaning', 'done', models.PositiveBigIntegerField(default=0, editable=False)),
        migrations.AlterField('cleaning', 'total', models.PositiveBigIntegerField(default=0, editable=False)),
        migrations.AlterField('cleaning', 'state', models.CharField(choices=[('waiting', 'Waiting for your word'), ('pending', 'About to go on'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='pending', max_length=16, verbose_name='state')),
        migrations.AddField('cleaning', 'is_undo', models.BooleanField(default=False, editable=False)),
        migrations.AddField('cleaning', 'beat_at', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField('cleaning', 'turn', models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField('cleaning', 'deaths', models.PositiveSmallIntegerField(default=0, editable=False)),
        migrations.AddField('cleaning', 'error', models.CharField(blank=True, default='', max_length=500, verbose_name='error'), preserve_default=False),
        migrations.RunPython(to_jobs, from_jobs),
        migrations.RemoveField('cleaning', 'restored'),
        migrations.RemoveField('cleaning', 'moved_at'),
        migrations.AddConstraint(
            model_name='cleaning',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'running'])), fields=('mailing_list',), name='cleaning_one_at_a_time'),
        ),
    ]
