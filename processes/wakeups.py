"""What workers hear of after a commit. Losing all of it loses nothing but time: a sweep looks."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from processes import live
from processes.models import Dispatch

log = structlog.get_logger(__name__)

TOGETHER = 100
"""So many deliveries travel in one message; a message each would take longer than the work."""

LOOK_PAUSE = 0.5
"""Seconds in which a process sends workers to look no more than once."""


@dataclass(slots=True)
class Wakeups:
    """What a step leaves for others to do.

    ``awaits`` counts the messages that the instance began to wait for, by name and key. ``held``
    is the instance that can take again what could not reach it while it was suspended. ``looks``
    names jobs that find by themselves what there is to do.
    """

    jobs: list[UUID] = field(default_factory=list)
    dispatches: list[UUID] = field(default_factory=list)
    awaits: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: UUID | None = None
    looks: set[str] = field(default_factory=set)


def wake(hints: Sequence[live.Hint], wakeups: Wakeups) -> None:
    """Tell pages and workers that there is something to look at."""
    live.publish(hints)
    for job in wakeups.jobs:
        tell("processes.work", {"job_id": str(job)})
    deliver([*wakeups.dispatches, *held_up(wakeups)])
    for name in sorted(wakeups.looks):
        look(name)


def held_up(wakeups: Wakeups) -> Iterator[UUID]:
    """Yield what was sent before and can be delivered only now."""
    for (name, key), count in wakeups.awaits.items():
        yield from Dispatch.objects.buffered(name, key).values_list("pk", flat=True)[:count]
    if wakeups.held is not None:
        yield from Dispatch.objects.filter(target=wakeups.held).values_list("pk", flat=True)


def deliver(dispatches: Iterable[UUID]) -> None:
    """Have workers deliver these, many in one message."""
    waiting = [str(dispatch) for dispatch in dispatches]
    for start in range(0, len(waiting), TOGETHER):
        if not tell("processes.deliver", {"dispatches": waiting[start : start + TOGETHER]}):
            return


def look(job: str) -> None:
    """Have a worker look, unless one was just sent: one look finds what many steps left.

    What comes after a look has begun and within the pause is found by the sweep.
    """
    now = time.monotonic()
    if now - _looked.get(job, -LOOK_PAUSE) < LOOK_PAUSE:
        return
    _looked[job] = now
    tell(job, {})


_looked: dict[str, float] = {}


def tell(task: str, arguments: dict[str, Any]) -> bool:
    """Send a message; False when the broker cannot take it."""
    try:
        current_app.send_task(task, kwargs=arguments, retry=False)
    except OperationalError as error:
        log.warning("broker_unreachable", task=task, error=str(error), **arguments)
        return False
    return True
