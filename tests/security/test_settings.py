"""What the settings become, seen from a process of its own for each environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {
    "DATABASE_URL": "postgres://placet:pw@db/placet",
    "REDIS_URL": "redis://cache/4",
    "SECRET_KEY": "a long random text that nobody else has seen",
}
SHOW = """
import json, sys
from portal import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def settings_in(directory: Path, *names: str, **environment: str) -> dict:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {"PLACET_VAR_DIR": str(directory)} | environment
    command = [sys.executable, "-c", SHOW, *names]
    shown = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(shown.stdout)


SAFE = (
    "DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS",
)  # fmt: skip


def test_with_services_everything_is_safe_without_asking_for_it(tmp_path):
    found = settings_in(tmp_path, *SAFE, "EGRESS_ALLOWED_NETWORKS", **SERVICES)

    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "EGRESS_ALLOWED_NETWORKS": [],
    }


def test_embedded_it_works_on_a_machine_without_https_and_shows_no_traceback(tmp_path):
    found = settings_in(tmp_path, *SAFE)

    assert found["DEBUG"] is False
    assert found["SECURE_SSL_REDIRECT"] is False


def test_embedded_it_answers_to_this_machine_only(tmp_path):
    found = settings_in(tmp_path, "ALLOWED_HOSTS", "EGRESS_ALLOWED_NETWORKS")

    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["EGRESS_ALLOWED_NETWORKS"] == ["127.0.0.0/8", "::1/128"]


def test_writers_on_sqlite_queue_up_instead_of_failing(tmp_path):
    database = settings_in(tmp_path, "DATABASES")["DATABASES"]["default"]

    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert database["NAME"] == str(tmp_path / "placet.sqlite3")


def test_postgresql_has_a_pool_and_prepared_statements(tmp_path):
    options = settings_in(tmp_path, "DATABASES", **SERVICES)["DATABASES"]["default"]["OPTIONS"]

    assert options["pool"]["max_size"] == 16
    assert options["prepare_threshold"] == 2
    assert options["server_side_binding"] is True


def test_redis_is_broker_and_live_layer_unless_another_broker_is_named(tmp_path):
    names = ("CELERY_BROKER_URL", "CHANNEL_LAYERS")
    redis = settings_in(tmp_path, *names, **SERVICES)
    rabbit = settings_in(tmp_path, *names, **SERVICES, CELERY_BROKER_URL="amqp://rabbit")

    layer = redis["CHANNEL_LAYERS"]["default"]
    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert layer["CONFIG"] == {"hosts": ["redis://cache/4"], "prefix": "placet4."}
    assert redis["CELERY_BROKER_URL"] == "redis://cache/4"
    assert rabbit["CELERY_BROKER_URL"] == "amqp://rabbit"
    assert rabbit["CHANNEL_LAYERS"] == redis["CHANNEL_LAYERS"]


def test_jobs_travel_as_json_and_are_kept_until_they_are_done(tmp_path):
    found = settings_in(
        tmp_path, "CELERY_ACCEPT_CONTENT", "CELERY_TASK_SERIALIZER", "CELERY_TASK_ACKS_LATE"
    )

    assert found["CELERY_ACCEPT_CONTENT"] == ["json"]
    assert found["CELERY_TASK_SERIALIZER"] == "json"
    assert found["CELERY_TASK_ACKS_LATE"] is True


def test_debug_lets_go_of_https_for_development(tmp_path):
    found = settings_in(tmp_path, *SAFE, **SERVICES, DEBUG="on")

    assert found["DEBUG"] is True
    assert found["SECURE_SSL_REDIRECT"] is False
