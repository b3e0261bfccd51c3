from django.db import migrations, transaction

TALLIES = ("sent", "delivered", "hard", "soft", "block", "complaint", "unverified")
CAMPAIGNS_AT_ONCE = 1000


def sum_up(apps, schema_editor):
    """In pieces, each a transaction: cut off, it can be begun again.

    Workers of the release before go on counting days alone; what is missing then is found at night,
    when totals are compared with days (`lists.totals.mend`), and days are folded.
    """
    campaigns = apps.get_model("lists", "Campaign").objects.order_by("pk")
    columns = ", ".join(map(schema_editor.quote_name, TALLIES))
    sums = ", ".join(f"SUM({schema_editor.quote_name(name)})" for name in TALLIES)
    last = 0
    while ids := list(campaigns.filter(pk__gt=last).values_list("pk", flat=True)[:CAMPAIGNS_AT_ONCE]):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO lists_campaigntotal (campaign_id, {columns}) "
                f"SELECT campaign_id, {sums} FROM lists_campaignday "
                "WHERE campaign_id > %s AND campaign_id <= %s "
                "GROUP BY campaign_id ON CONFLICT (campaign_id) DO NOTHING",
                [last, ids[-1]],
            )
        last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("lists", "0021_what_campaigns_have_come_to")]

    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
