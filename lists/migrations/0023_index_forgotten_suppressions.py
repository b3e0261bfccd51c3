from django.db import migrations, models

from lists.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('lists', '0022_sum_up_what_was_counted'),
    ]

    operations = [
        AddIndexOnline(
            model_name='suppression',
            index=models.Index(condition=models.Q(('address__startswith', '~'), models.Q(('address__contains', '@'), _negated=True)), fields=['id'], name='suppression_forgotten'),
        ),
    ]
