"""Real portals for tests: as processes of their own, as people run them."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local_services import LocalServices, free_port
from tests import services

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class EmbeddedPortal:
    """A portal in one process, with everything it keeps in ``directory``."""

    url: str
    directory: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def log(self) -> str:
        """Return what it has printed and logged."""
        return (self.directory / "up.log").read_text()

    def stop(self) -> float:
        """Ask it to stop as Ctrl-C does, and return the seconds that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=30)
        return time.monotonic() - began


@contextmanager
def embedded(
    directory: Path, *, seed: bool = False, environment: dict[str, str] | None = None
) -> Iterator[EmbeddedPortal]:
    """Start ``manage.py up`` on a free port, give it ready, and stop it."""
    port = free_port()
    clean = {k: v for k, v in os.environ.items() if k not in services.VARIABLES}
    clean |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PLACET_VAR_DIR": str(directory),
        "PYTHONUNBUFFERED": "1",
        **(environment or {}),
    }
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    with (directory / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--seed"] if seed else command,
            cwd=ROOT,
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    portal = EmbeddedPortal(f"http://127.0.0.1:{port}", directory, process, clean)
    try:
        wait_until_ready(portal)
        yield portal
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until_ready(portal: EmbeddedPortal, seconds: float = 90) -> None:
    """Wait until /readyz answers 200, and fail with the log when it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and portal.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{portal.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The portal did not become ready:\n{portal.log}")


def with_services(
    directory: Path, name: str, *, redis_number: int, environment: dict[str, str] | None = None
) -> LocalServices:
    """Return a portal of web, worker and beat on its own databases; enter it to start it."""
    return LocalServices(
        directory,
        port=free_port(),
        database=f"placet_{name}",
        redis_number=redis_number,
        environment={"DJANGO_SETTINGS_MODULE": "portal.settings", **(environment or {})},
    )
