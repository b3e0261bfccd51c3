"""The log stays append-only, except that an address may make room for its pseudonym."""

from django.db import migrations, models

TABLE = "lists_suppressionlog"
MESSAGE = "the suppression log is append-only"
# All but the address and the text, which may name it.
KEPT = ("id", "suppression_id", "what", "reach", "actor", "evidence", "at")

FORGETS = (
    "OLD.address LIKE '%@%' AND NEW.address LIKE '~%' AND NEW.address NOT LIKE '%@%' AND "
    + " AND ".join(f"NEW.{name} {{same}} OLD.{name}" for name in KEPT)
)
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {TABLE}_append_only() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {FORGETS.format(same="IS NOT DISTINCT FROM")} THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '{MESSAGE}';
END;
$$ LANGUAGE plpgsql;
"""
POSTGRESQL_UNDO = f"""
CREATE OR REPLACE FUNCTION {TABLE}_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}'; END;
$$ LANGUAGE plpgsql;
"""
DROP = f"DROP TRIGGER {TABLE}_append_only"
SQLITE = f"""
CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE}
WHEN NOT ({FORGETS.format(same="IS")})
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
"""
SQLITE_UNDO = f"""
CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
"""


def run_for(postgresql, sqlite):
    def run(apps, schema_editor):
        statements = [postgresql] if schema_editor.connection.vendor == "postgresql" else sqlite
        with schema_editor.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("lists", "0008_imports_and_dry_runs")]

    operations = [
        migrations.AlterField(
            model_name='suppressionlog',
            name='what',
            field=models.CharField(choices=[('suppressed', 'Suppressed'), ('unsuppressed', 'Unsuppressed'), ('removed', 'Removed from the list'), ('restored', 'Put back on the list'), ('erased', 'Personal data erased')], max_length=16, verbose_name='what'),
        ),
        migrations.RunPython(
            run_for(POSTGRESQL, [DROP, SQLITE]), run_for(POSTGRESQL_UNDO, [DROP, SQLITE_UNDO])
        ),
    ]
