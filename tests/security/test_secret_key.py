"""Whoever knows the key signs sessions: it is never guessable, shared by default, or readable."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.secret import secret_key

LONG = "a long random text that nobody else has seen"


def test_embedded_a_key_is_made_once_and_kept_from_other_people(tmp_path):
    first = secret_key("", services=False, directory=tmp_path)
    second = secret_key("", services=False, directory=tmp_path)

    (kept,) = tmp_path.iterdir()
    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_two_houses_have_two_keys(tmp_path):
    houses = [tmp_path / "one", tmp_path / "two"]
    for house in houses:
        house.mkdir()

    assert len({secret_key("", services=False, directory=house) for house in houses}) == 2


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    program = (
        "from pathlib import Path; from portal.secret import secret_key;"
        f"print(secret_key('', services=False, directory=Path({str(tmp_path)!r})))"
    )
    starting = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]

    assert len({process.communicate()[0] for process in starting}) == 1


def test_with_services_a_missing_key_stops_the_start(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        secret_key("", services=True, directory=tmp_path)

    assert not list(tmp_path.iterdir())


def test_with_services_a_short_key_stops_the_start(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="shorter than 32"):
        secret_key("changeme", services=True, directory=tmp_path)


@pytest.mark.parametrize("services", [True, False])
def test_a_given_key_is_used_as_it_is(tmp_path, services):
    assert secret_key(LONG, services=services, directory=tmp_path) == LONG


def test_the_settings_ask_for_a_key_as_soon_as_a_service_is_named(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("SECRET_KEY", "DATABASE_URL")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PLACET_VAR_DIR": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }

    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )

    assert started.returncode != 0
    assert "SECRET_KEY is not set" in started.stderr
