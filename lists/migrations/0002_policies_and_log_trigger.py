"""The two streams' policies, and a log that the database itself keeps append-only."""

from django.db import migrations

TABLE = "lists_suppressionlog"
MESSAGE = "the suppression log is append-only"

POSTGRESQL = f"""
CREATE FUNCTION {TABLE}_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}'; END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_append_only();
"""
POSTGRESQL_UNDO = f"""
DROP TRIGGER {TABLE}_append_only ON {TABLE};
DROP FUNCTION {TABLE}_append_only();
"""
# SQLite empties a table by DELETE (Django's flush), so that only changes are refused there.
SQLITE = f"""
CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END;
"""
SQLITE_UNDO = f"DROP TRIGGER {TABLE}_append_only;"


def add_policies(apps, schema_editor):
    policy = apps.get_model("lists", "StreamPolicy")
    policy.objects.get_or_create(stream="marketing")
    # People wait for these mails: a lower rate is already worth a look.
    policy.objects.get_or_create(
        stream="transactional",
        defaults={"attention_from": 1, "poor_from": 3, "critical_above": 5},
    )


def run_for(postgresql, sqlite):
    def run(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        sql = {"postgresql": postgresql, "sqlite": sqlite}.get(vendor)
        if sql is None:
            raise RuntimeError(f"bounceadmin runs on PostgreSQL and SQLite, not on {vendor}.")
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_initial")]

    operations = [
        migrations.RunPython(add_policies, migrations.RunPython.noop),
        migrations.RunPython(
            run_for(POSTGRESQL, SQLITE), run_for(POSTGRESQL_UNDO, SQLITE_UNDO)
        ),
    ]
