"""Fixtures for what runs without people: a clock, the broker, the order service."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery, current_app
from django.utils import timezone
from kombu.exceptions import OperationalError

import processes.jobs  # noqa: F401 the broker finds the jobs by their names
import tasks.jobs  # noqa: F401 the same
from portal.demo import order_service
from processes.models import Connection, Instance, Process, Version
from tests.factories import NOW, deployed_source, person, started
from tests.processes.drawn import file_of


class Clock:
    """What the doors read; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock(monkeypatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(timezone, "now", lambda: stopped.now)
    return stopped


@dataclass
class Message:
    task: str
    arguments: dict[str, Any]
    at: datetime | None


@dataclass
class Broker:
    """Takes messages instead of Redis, and delivers them when a test says so."""

    clock: Clock
    messages: list[Message] = field(default_factory=list)
    down: bool = False

    def take(
        self, name: str, args: Any = None, kwargs: Any = None, /, *_: object, **options: Any
    ) -> None:
        if self.down:
            raise OperationalError("Connection refused")
        arguments = kwargs or options.get("kwargs") or {}
        self.messages.append(Message(name, arguments, options.get("eta")))

    def deliver(self) -> int:
        """Run the tasks whose time has come, and those they ask for; return how many ran."""
        ran = 0
        while due := [m for m in self.messages if m.at is None or m.at <= self.clock.now]:
            for message in due:
                self.messages.remove(message)
                current_app.tasks[message.task](**message.arguments)
                ran += 1
        return ran

    def lose(self) -> int:
        """Forget every message; return how many there were."""
        lost = len(self.messages)
        self.messages.clear()
        return lost


@pytest.fixture
def broker(monkeypatch, clock) -> Broker:
    taking = Broker(clock)
    monkeypatch.setattr(Celery, "send_task", taking.take)
    return taking


@pytest.fixture
def orders(tmp_path) -> Iterator[order_service.OrderService]:
    """The order service, up, and the connection to it."""
    service = order_service.serve("127.0.0.1", 0, tmp_path / "orders.sqlite3", "up")
    yield service
    service.shutdown()


@pytest.fixture
def connection(orders, transactional_db, settings) -> Connection:
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return Connection.objects.create(key="orders", name="Order service", base_url=orders.url)


@dataclass
class Stage:
    clock: Clock

    def publish(self, *processes: str) -> Version:
        """Publish each process in a file of its own; return the version of the last."""
        for drawn in processes:
            version = deployed_source(file_of(drawn), now=self.clock.now)
        return version

    def start(self, key: str, **variables: Any) -> Instance:
        process = Process.objects.get(key=key)
        return started(process, now=self.clock.now, **variables)


@pytest.fixture
def run(transactional_db, broker, clock) -> Stage:
    """Publish files of BPMN, and start instances of what is in them. Bob is there to be asked."""
    person("bob")
    return Stage(clock)
