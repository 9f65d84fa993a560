"""Messages, signals, calls and decisions between instances; a published version fixes more."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

POSTGRESQL = """
CREATE TRIGGER version_source_fixed BEFORE UPDATE ON processes_version FOR EACH ROW
WHEN (OLD.status <> 'draft' AND ({new}) IS DISTINCT FROM ({old}))
EXECUTE FUNCTION placet_refuse('a published version never changes')
"""
SQLITE = """
CREATE TRIGGER version_source_fixed BEFORE UPDATE ON processes_version
WHEN OLD.status <> 'draft' AND ({new}) IS NOT ({old})
BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END
"""
FIXED = ["source", "checksum", "number", "process_id"]
DOCUMENTS = ["pins", "decisions"]


def drop(apps, schema_editor):
    on = " ON processes_version" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS version_source_fixed{on}")


def fix_more(apps, schema_editor):
    fix(schema_editor, [*FIXED, *DOCUMENTS])


def fix_less(apps, schema_editor):
    fix(schema_editor, FIXED)


def fix(schema_editor, columns):
    postgres = schema_editor.connection.vendor == "postgresql"
    sides = {
        side.lower(): ", ".join(f"{side}.{column}" for column in columns) for side in ("NEW", "OLD")
    }
    schema_editor.execute((POSTGRESQL if postgres else SQLITE).format(**sides), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("processes", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite makes the table anew, and its triggers go with the old one.
        migrations.RunPython(drop, fix_less),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("namespace", models.CharField(max_length=200, verbose_name="namespace")),
                ("offers", models.JSONField(default=list, verbose_name="decisions")),
                ("source", models.TextField(verbose_name="DMN XML")),
                (
                    "checksum",
                    models.CharField(
                        help_text="SHA-256 of the source", max_length=64, verbose_name="checksum"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="what changed")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "ordering": ["key", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "Message"),
                            ("signal", "Signal"),
                            ("signal_to", "Signal to one instance"),
                            ("begin", "Signal that starts a process"),
                            ("call", "Call of a process"),
                            ("call_ended", "End of a called process"),
                            ("call_cancel", "Cancellation of a called process"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("token", models.CharField(blank=True, max_length=40)),
                ("node", models.CharField(blank=True, max_length=200)),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                (
                    "correlation",
                    models.CharField(blank=True, max_length=200, verbose_name="correlation key"),
                ),
                ("payload", models.JSONField(null=True, verbose_name="payload")),
                (
                    "sender_name",
                    models.CharField(blank=True, max_length=150, verbose_name="sent by"),
                ),
                ("created_at", models.DateTimeField(verbose_name="sent at")),
                ("run_at", models.DateTimeField(null=True, verbose_name="next try at")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="expires at"),
                ),
                ("credit", models.PositiveIntegerField(default=100_000)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, verbose_name="failed tries"),
                ),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
            ],
            options={
                "verbose_name": "dispatch",
                "verbose_name_plural": "dispatches",
                "ordering": ["-id"],
                "permissions": [("send_message", "Can send messages and signals to processes")],
            },
        ),
        migrations.CreateModel(
            name="Entrance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("node", models.CharField(max_length=200)),
                (
                    "trigger",
                    models.CharField(
                        choices=[("message", "Message"), ("signal", "Signal"), ("timer", "Timer")],
                        max_length=10,
                        verbose_name="starts by",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due at")),
                ("every", models.CharField(blank=True, max_length=100)),
                ("repeats", models.PositiveIntegerField(blank=True, null=True)),
                ("retry_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
            ],
            options={
                "verbose_name": "entrance",
                "verbose_name_plural": "entrances",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("owner", models.CharField(max_length=40)),
                ("node", models.CharField(max_length=200)),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("message", "Message"),
                            ("signal", "Signal"),
                            ("condition", "Condition"),
                        ],
                        max_length=10,
                        verbose_name="waits for",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "correlation",
                    models.CharField(blank=True, max_length=200, verbose_name="correlation key"),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
            },
        ),
        migrations.AlterModelOptions(
            name="job",
            options={
                "permissions": [("do_job", "Can do jobs as an external worker")],
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
            },
        ),
        migrations.RenameField(
            model_name="timer",
            old_name="token",
            new_name="owner",
        ),
        migrations.AddField(
            model_name="instance",
            name="credit",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="instance",
            name="depth",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="depth of calls"),
        ),
        migrations.AddField(
            model_name="instance",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="processes.instance",
                verbose_name="called by",
            ),
        ),
        migrations.AddField(
            model_name="instance",
            name="parent_token",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="job",
            name="topic",
            field=models.CharField(blank=True, max_length=200, verbose_name="topic"),
        ),
        migrations.AddField(
            model_name="version",
            name="decisions",
            field=models.JSONField(blank=True, default=dict, verbose_name="decisions"),
        ),
        migrations.AddField(
            model_name="version",
            name="pins",
            field=models.JSONField(blank=True, default=dict, verbose_name="pinned versions"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(
                    models.Q(("topic", ""), _negated=True), ("status__in", ["ready", "leased"])
                ),
                fields=["topic", "run_at"],
                name="job_topic",
            ),
        ),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["running", "suspended", "compensating"])),
                fields=("parent", "parent_token"),
                name="instance_one_open_child",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="process",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="processes.process",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="source",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dispatched",
                to="processes.instance",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="target",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="arriving",
                to="processes.instance",
            ),
        ),
        migrations.AddField(
            model_name="entrance",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entrances",
                to="processes.version",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="processes.instance",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("key", "number"), name="decision_number_once"
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("run_at", None), _negated=True),
                fields=["run_at"],
                name="dispatch_due",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("kind", "message"), ("run_at", None)),
                fields=["name", "correlation"],
                name="dispatch_buffered",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("expires_at", None), _negated=True),
                fields=["expires_at"],
                name="dispatch_expires",
            ),
        ),
        migrations.AddIndex(
            model_name="entrance",
            index=models.Index(fields=["trigger", "name"], name="entrance_name"),
        ),
        migrations.AddIndex(
            model_name="entrance",
            index=models.Index(
                condition=models.Q(("trigger", "timer")), fields=["due_at"], name="entrance_due"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("trigger", "condition"), _negated=True),
                fields=["trigger", "name", "correlation"],
                name="subscription_awaits",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("instance", "key"), name="subscription_key_once"
            ),
        ),
        migrations.RunPython(fix_more, drop),
    ]
