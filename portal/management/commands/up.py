"""`manage.py up`: the whole portal in one process."""

import socket
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from portal import embedded
from portal.demo import order_service
from portal.demo.seed import PASSWORD, PEOPLE

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class Orders:
    """The demo's outside system, which fails now and then."""

    host = "127.0.0.1"

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://{self.host}:{port}"
        self._stopping = threading.Event()

    def start(self) -> None:
        """Serve until told to stop."""
        service = order_service.serve(
            self.host, self.port, settings.VAR_DIR / "orders.sqlite3", "flaky"
        )
        self._stopping.wait()
        service.shutdown()

    def stop(self) -> None:
        """Let ``start`` return."""
        self._stopping.set()


class Command(BaseCommand):
    """Prepare the database and run the web server, a worker and beat until Ctrl-C."""

    help = "Run the whole portal in one process: web server, worker and beat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to listen, and whether to show something."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument(
            "--seed", "--demo", action="store_true", help="fill an empty portal with a demo"
        )

    def handle(self, *, host: str, port: int, seed: bool, **_options: Any) -> None:
        """Migrate, seed when asked, and serve."""
        if settings.SERVICES:
            raise CommandError(
                "DATABASE_URL, REDIS_URL or CELERY_BROKER_URL is set, and this command runs "
                "without services. Nothing was started. Unset them, or start web, worker and "
                "beat as deploy/Procfile does."
            )
        _refuse_a_taken_port(host, port)
        parts = []
        call_command("migrate", interactive=False, verbosity=0)
        if seed:
            orders = Orders(port + 1)
            _refuse_a_taken_port(orders.host, orders.port)
            call_command("seed_demo", orders=orders.url)
            # The sign-in page of a demo names its people.
            settings.PLACET_DEMO = True
            parts.append(embedded.Part("order service", lambda: orders))
        address = f"http://{'localhost' if host in EVERYWHERE else host}:{port}"
        embedded.serve(host, port, parts, ready=lambda: self._greet(address, seed=seed))
        self.stdout.write("Placet has stopped.")

    def _greet(self, address: str, *, seed: bool) -> None:
        lines = [
            f"Placet is ready at {address}/",
            f"  admin     {address}/admin/",
            f"  REST API  {address}/api/v1/docs/",
        ]
        if seed:
            lines.append(f"Sign in with the password {PASSWORD!r} as")
            lines += [f"  {person.username:<9} who {person.does}" for person in PEOPLE]
        lines.append("Ctrl-C stops it.")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _refuse_a_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Nothing was started. "
                "Choose another port with --port."
            ) from error
