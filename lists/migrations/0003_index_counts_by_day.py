import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lists', '0002_policies_and_log_trigger'),
    ]

    operations = [
        migrations.AlterField(
            model_name='campaignday',
            name='campaign',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='lists.campaign'),
        ),
        migrations.AlterField(
            model_name='domainday',
            name='campaign',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='domain_days', to='lists.campaign'),
        ),
        migrations.AlterField(
            model_name='reasonday',
            name='campaign',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reason_days', to='lists.campaign'),
        ),
        migrations.AddIndex(
            model_name='domainday',
            index=models.Index(fields=['day'], name='domainday_by_day'),
        ),
        migrations.AddIndex(
            model_name='reasonday',
            index=models.Index(fields=['day'], name='reasonday_by_day'),
        ),
    ]
