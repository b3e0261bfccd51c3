from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('lists', '0015_index_subscriptions_in_turn'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='subscription',
            name='subscription_by_status',
        ),
    ]
