"""The portal in one process starts, stops cleanly in time, starts again, and mends its parts."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request

import pytest

from portal import embedded
from tests import portals

pytestmark = pytest.mark.slow


def test_it_stops_within_five_seconds_and_starts_again_on_what_it_kept(tmp_path):
    keys = set()
    for _ in range(2):
        with portals.embedded(tmp_path) as portal:
            with urllib.request.urlopen(f"{portal.url}/readyz") as answer:
                parts = json.load(answer)["checks"]
            seconds = portal.stop()

            assert all(part["ok"] for part in parts.values())
            assert portal.process.returncode == 0
            assert seconds < 5
            assert "Placet has stopped." in portal.log
            keys.add((tmp_path / "secret-key").read_text())

    assert len(keys) == 1
    with sqlite3.connect(tmp_path / "placet.sqlite3") as database:
        (mode,) = database.execute("PRAGMA journal_mode").fetchone()
        (swept,) = database.execute(
            "SELECT count(*) FROM django_celery_beat_periodictask WHERE enabled"
        ).fetchone()
    assert mode == "wal"
    assert swept >= 1


def test_ctrl_c_stops_it_as_well_even_with_a_page_open(tmp_path):
    with portals.embedded(tmp_path) as portal:
        host, port = portal.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as page:
            page.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert page.recv(15) == b"HTTP/1.1 200 OK"
            os.kill(portal.process.pid, signal.SIGINT)
            portal.process.wait(timeout=5)

        assert portal.process.returncode == 0


def test_it_says_where_to_go(tmp_path):
    with portals.embedded(tmp_path) as portal:
        assert f"Placet is ready at {portal.url}/" in portal.log
        assert f"{portal.url}/admin/" in portal.log


def test_a_port_that_is_taken_is_refused_before_anything_is_touched(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = up(tmp_path, "--port", str(port))

    assert started.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in started.stderr
    assert "Nothing was started" in started.stderr
    assert not (tmp_path / "placet.sqlite3").exists()


def test_it_refuses_to_run_beside_services(tmp_path):
    started = up(tmp_path, REDIS_URL="redis://127.0.0.1:1/0", SECRET_KEY="x" * 50)

    assert started.returncode == 1
    assert "runs without services" in started.stderr


def test_a_part_that_dies_is_started_again():
    runs, alive, stopping = [], threading.Event(), threading.Event()

    class Fragile:
        def start(self) -> None:
            runs.append(1)
            if len(runs) == 3:
                alive.set()
                stopping.wait(timeout=10)

        def stop(self) -> None:
            stopping.set()

    part = embedded.Part("fragile", Fragile)
    watchdog = threading.Thread(
        target=embedded.keep_running, args=[[part], stopping], kwargs={"every": 0.01}
    )
    watchdog.start()

    assert alive.wait(timeout=10)
    part.stop()
    watchdog.join(timeout=10)
    part.thread.join(timeout=10)
    assert len(runs) == 3


def up(directory, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in portals.services.VARIABLES}
    clean |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PLACET_VAR_DIR": str(directory)}
    return subprocess.run(
        [sys.executable, "manage.py", "up", *options],
        cwd=portals.ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
