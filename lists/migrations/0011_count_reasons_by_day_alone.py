import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody asks for a reason at a domain, and such rows were most of all counts.

    Made anew rather than altered: no release has the old table.
    """

    dependencies = [
        ('lists', '0010_origin_and_open_campaigns'),
    ]

    operations = [
        migrations.DeleteModel(name='ReasonDay'),
        migrations.CreateModel(
            name='ReasonDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('reason', models.CharField(max_length=32)),
                ('count', models.PositiveBigIntegerField(default=0)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reason_days', to='lists.campaign')),
            ],
            options={
                'verbose_name': 'reason day',
                'verbose_name_plural': 'reason days',
                'indexes': [models.Index(fields=['day'], name='reasonday_by_day')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'day', 'reason'), name='reasonday_once')],
            },
        ),
    ]
