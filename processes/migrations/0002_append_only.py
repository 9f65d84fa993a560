"""History is append-only and published sources are fixed, whoever holds the application's role."""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION placet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON processes_historyevent
    FOR EACH ROW EXECUTE FUNCTION placet_refuse('history is append-only')
    """,
    """
    CREATE TRIGGER history_not_truncated BEFORE TRUNCATE ON processes_historyevent
    FOR EACH STATEMENT EXECUTE FUNCTION placet_refuse('history is append-only')
    """,
    """
    CREATE TRIGGER version_source_fixed BEFORE UPDATE ON processes_version FOR EACH ROW
    WHEN (OLD.status <> 'draft' AND (NEW.source, NEW.checksum, NEW.number, NEW.process_id)
        IS DISTINCT FROM (OLD.source, OLD.checksum, OLD.number, OLD.process_id))
    EXECUTE FUNCTION placet_refuse('a published version never changes')
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER version_source_fixed ON processes_version",
    "DROP TRIGGER history_not_truncated ON processes_historyevent",
    "DROP TRIGGER history_append_only ON processes_historyevent",
    "DROP FUNCTION placet_refuse",
]
SQLITE = [
    """
    CREATE TRIGGER history_not_updated BEFORE UPDATE ON processes_historyevent
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
    """,
    """
    CREATE TRIGGER history_not_deleted BEFORE DELETE ON processes_historyevent
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
    """,
    """
    CREATE TRIGGER version_source_fixed BEFORE UPDATE ON processes_version
    WHEN OLD.status <> 'draft' AND (NEW.source <> OLD.source OR NEW.checksum <> OLD.checksum
        OR NEW.number <> OLD.number OR NEW.process_id <> OLD.process_id)
    BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER version_source_fixed",
    "DROP TRIGGER history_not_deleted",
    "DROP TRIGGER history_not_updated",
]


def forwards(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def backwards(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK})


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("processes", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
