from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bounces', '0010_index_rare_kinds'),
    ]

    operations = [
        migrations.AddField(
            model_name='inboundmessage',
            name='road',
            field=models.CharField(db_default='', default='', editable=False, max_length=80),
        ),
    ]
