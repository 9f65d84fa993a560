"""A portal of real processes and the order service that it calls, for tests that break things."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import redis

from deploy.local_services import LocalServices
from portal.demo import order_service
from tests import portals
from tests.factories import process_source

BACK_WITHIN = 60
"""Seconds until what a dead process held is taken up again and done."""


def step(name: str) -> str:
    return (
        f'<b:serviceTask id="{name}" name="{name}"><b:extensionElements>'
        '<placet:http connection="orders" method="POST" path="/orders" '
        f'body="={{title: title, step: &quot;{name}&quot;}}" timeout="PT5S"/>'
        '<placet:retry attempts="4" backoff="PT0.5S" factor="2" cap="PT2S"/>'
        "</b:extensionElements></b:serviceTask>"
    )


TWO_ORDERS = process_source(
    '<b:startEvent id="start"/>' + step("first") + step("second") + '<b:endEvent id="end"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="first"/>'
    '<b:sequenceFlow id="f2" sourceRef="first" targetRef="second"/>'
    '<b:sequenceFlow id="f3" sourceRef="second" targetRef="end"/>',
    key="two-orders",
    extension='<placet:variable name="title" type="string"/>',
)

ONE_SECOND = process_source(
    '<b:startEvent id="start"/><b:intermediateCatchEvent id="wait"><b:timerEventDefinition>'
    '<b:timeDuration xsi:type="b:tFormalExpression">PT1S</b:timeDuration>'
    '</b:timerEventDefinition></b:intermediateCatchEvent><b:endEvent id="end"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>'
    '<b:sequenceFlow id="f2" sourceRef="wait" targetRef="end"/>',
    key="one-second",
)

PREPARE = """
import sys
from django.utils import timezone
from processes import services
from processes.models import Connection
Connection.objects.create(key="orders", name="Order service", base_url=sys.argv[1])
for source in sys.argv[2:]:
    services.deploy(source=source.encode(), now=timezone.now())
"""

START = """
import sys
from django.utils import timezone
from processes import services
from processes.models import Process
process = Process.objects.get(key="two-orders")
for title in sys.argv[1:]:
    services.start(
        process=process, variables={"title": title}, initiator=None, now=timezone.now()
    )
"""

START_TIMER = """
from django.utils import timezone
from processes import services
from processes.models import Process
process = Process.objects.get(key="one-second")
services.start(process=process, variables={}, initiator=None, now=timezone.now())
"""

VERIFY = """
import sys
from processes import services
from processes.models import Instance
flaw = services.verify(Instance.objects.get(pk=sys.argv[1]))
sys.exit(str(flaw) if flaw else 0)
"""


@dataclass
class Stage:
    """A portal of real processes, and the order service that it calls."""

    portal: LocalServices
    orders: order_service.OrderService

    def run(self, code: str, *arguments: str) -> int:
        """Run code as a process of the portal, in a group of its own; return how it ended."""
        program = f"import django\ndjango.setup()\n{code}"
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=portals.ROOT,
            env=self.portal.environment,
            start_new_session=True,
            timeout=60,
        ).returncode

    def arm(self, failpoint: str) -> Path:
        file = self.portal.directory / failpoint
        file.touch()
        return file

    def start_instance(self) -> str:
        """Start one and return the title that its orders carry."""
        (title,) = self.start_instances(1)
        return title

    def start_instances(self, count: int) -> list[str]:
        titles = [uuid4().hex for _ in range(count)]
        assert self.run(START, *titles) == 0
        return titles

    def mend(self) -> None:
        """Let everything work again."""
        self.orders.switch("up")
        for part in ("worker", "beat"):
            if part not in self.portal.processes:
                self.portal.start(part)

    def kill_worker(self) -> None:
        """End it as a power cut would, and forget all that waits in the broker."""
        self.portal.kill("worker")
        self.flush_broker()

    def wait_for_death(self) -> None:
        """Wait until the worker has run into an armed failpoint."""
        assert self.portal.processes.pop("worker").wait(timeout=30) == -9
        self.flush_broker()

    def flush_broker(self) -> None:
        with redis.Redis.from_url(self.portal.environment["REDIS_URL"]) as client:
            client.flushdb()

    def query(self, sql: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.portal.environment["DATABASE_URL"]) as database:
            return database.execute(sql, values).fetchall()

    def placed(self, title: str) -> list[tuple[str, int]]:
        """Return the step and the number of calls of each order, oldest first."""
        found = [o for o in self.orders.ledger.orders() if o["order"]["title"] == title]
        return [(o["order"]["step"], o["tries"]) for o in reversed(found)]

    def instance(self, title: str) -> UUID | None:
        rows = self.query(
            "SELECT instance_id FROM processes_historyevent "
            "WHERE kind = 'instance.started' AND data->'variables'->>'title' = %s",
            title,
        )
        return rows[0][0] if rows else None

    def assert_done_once(self, title: str) -> None:
        """Wait for the end, then check the rows and the history."""
        instance = until(lambda: self.instance(title), BACK_WITHIN)
        ended = "SELECT 1 FROM processes_instance WHERE id = %s AND status = 'completed'"
        until(lambda: self.query(ended, instance), BACK_WITHIN)

        jobs = self.query(
            "SELECT node, status FROM processes_job WHERE instance_id = %s ORDER BY id", instance
        )
        events = self.query(
            "SELECT kind, sequence FROM processes_historyevent WHERE instance_id = %s "
            "ORDER BY sequence",
            instance,
        )
        kinds = [kind for kind, _ in events]
        assert jobs == [("first", "done"), ("second", "done")]
        assert kinds.count("job.succeeded") == 2
        assert kinds.count("instance.completed") == 1
        assert [sequence for _, sequence in events] == list(range(1, len(events) + 1))
        assert [name for name, _ in self.placed(title)] == ["first", "second"]
        assert self.run(VERIFY, str(instance)) == 0


def until(found: Callable[[], Any], seconds: float) -> Any:
    """Wait for a true answer and return it."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.05)
    return answer


@contextmanager
def running(directory: Path) -> Iterator[Stage]:
    """Start everything on an empty database."""
    forget_database("placet_jobs")
    orders = order_service.serve("127.0.0.1", 0, directory / "orders.sqlite3", "up")
    environment = {"DJANGO_SETTINGS_MODULE": "tests.faults.mortal_settings"}
    try:
        with portals.with_services(
            directory, "jobs", redis_number=7, environment=environment
        ) as portal:
            stage = Stage(portal, orders)
            assert stage.run(PREPARE, orders.url, TWO_ORDERS, ONE_SECOND) == 0
            yield stage
    finally:
        orders.shutdown()


def forget_database(name: str) -> None:
    """Drop what an earlier run has left."""
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
