from django.db import migrations, transaction

TALLIES = ("sent", "delivered", "hard", "soft", "block", "complaint", "unverified")
# Totals, the days that they are the sums of, what is told apart, what is summed.
SUMS = (
    ("campaigntotal", "campaignday", (), TALLIES),
    ("domaintotal", "domainday", ("domain",), TALLIES),
    ("reasontotal", "reasonday", ("reason",), ("count",)),
)
CAMPAIGNS_AT_ONCE = 100


def sum_up(apps, schema_editor):
    """In pieces, each a transaction: cut off, it can be begun again.

    Workers of the release before go on counting days alone; what is missing then is found at night,
    when totals are compared with days (`lists.totals.mend`).
    """
    campaigns = apps.get_model("lists", "Campaign").objects.order_by("pk")
    last = 0
    while ids := list(campaigns.filter(pk__gt=last).values_list("pk", flat=True)[:CAMPAIGNS_AT_ONCE]):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            for totals, days, key, summed in SUMS:
                cursor.execute(_sql(schema_editor, totals, days, key, summed), [last, ids[-1]])
        last = ids[-1]


def _sql(schema_editor, totals, days, key, summed):
    quote = schema_editor.quote_name
    keys = ", ".join(map(quote, ("campaign_id", *key)))
    sums = ", ".join(f"SUM({quote(name)})" for name in summed)
    return (
        f"INSERT INTO lists_{totals} ({keys}, {', '.join(map(quote, summed))}) "
        f"SELECT {keys}, {sums} FROM lists_{days} WHERE campaign_id > %s AND campaign_id <= %s "
        f"GROUP BY {keys} ON CONFLICT ({keys}) DO NOTHING"
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("lists", "0021_what_campaigns_have_come_to")]

    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
