"""Events that start processes: armed when a version is published, gone when it is replaced."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from processes.core import commands as c
from processes.core import graph as g
from processes.core import state as st
from processes.core.findings import Finding
from processes.core.run import Trouble
from processes.core.starting import following, planned
from processes.core.waits import PlannedTimer
from processes.models import Dispatch, Entrance, Instance, Version
from processes.services.beginning import begin
from processes.services.timers import CLAIM
from processes.store import ENGINE, graph_of

Trigger = Entrance.Trigger


# --- publishing ----------------------------------------------------------------------------------


def open_entrances(version: Version, graph: g.Graph, *, now: datetime) -> None:
    """Let the events of a version that is being published start it from now on."""
    rows = []
    for node, triggers in graph.entrances.items():
        for trigger in triggers:
            match trigger:
                case g.Message() | g.Signal():
                    kind = Trigger.MESSAGE if isinstance(trigger, g.Message) else Trigger.SIGNAL
                    rows.append(
                        Entrance(version=version, node=node, trigger=kind, name=trigger.name)
                    )
                case g.Timer():
                    rows.append(armed(version, planned(graph, node, trigger, now)))
    # A date that has passed does not start anything when a process is published again.
    Entrance.objects.bulk_create(row for row in rows if row.due_at is None or row.due_at > now)


def armed(version: Version, timer: PlannedTimer) -> Entrance:
    return Entrance(
        version=version,
        node=timer.node,
        trigger=Trigger.TIMER,
        due_at=timer.due_at,
        every=timer.every or "",
        repeats=timer.repeats,
    )


def check_entrances(graph: g.Graph, *, now: datetime) -> Iterator[Finding]:
    """Yield what keeps an event from starting the process."""
    for node, triggers in graph.entrances.items():
        label = graph.nodes[node].label
        for trigger in triggers:
            if isinstance(trigger, g.Conditional):
                yield Finding(
                    node,
                    "unsupported",
                    "conditional-start",
                    f"“{label}” starts the process when a condition becomes true, "
                    "but before the start there are no variables to watch.",
                    "Start by a message or a signal instead.",
                )
            elif isinstance(trigger, g.Timer):
                try:
                    planned(graph, node, trigger, now)
                except Trouble as trouble:
                    yield Finding(
                        node,
                        "error",
                        "start-timer",
                        f"“{label}” cannot start the process by time: {trouble.sentence}",
                        "Write a time that needs no variables, for example R/P1D.",
                    )


# --- starting ------------------------------------------------------------------------------------


def start_at(
    entrance: Entrance, *, payload: Any, cause: Dispatch | None = None, now: datetime
) -> Instance:
    """Start an instance by the event that has occurred. Raises Refusal.

    Whoever sent it, or began the instance that did, has started this one: nobody approves their
    own request because it came by a message.
    """
    version = entrance.version
    person = initiator_of(cause) if cause is not None else None
    instance = Instance(
        process=version.process,
        version=version,
        initiator=person,
        initiator_name=person.get_full_name() or person.get_username() if person else "",
        started_at=now,
    )
    command = c.Start(
        process=version.process.key,
        initiator=person.get_username() if person else None,
        entrance=entrance.node,
        trigger=entrance.name,
        payload=payload,
    )
    return begin(instance, command, actor=ENGINE, cause=cause, now=now)


def initiator_of(cause: Dispatch) -> User | None:
    if cause.source is not None:
        return cause.source.initiator
    return User.objects.filter(username=cause.sender_name).first()


def claim_due_entrances(*, now: datetime, limit: int) -> list[int]:
    """Return start timers that are due and that no other sweep will look at for half a minute."""
    with transaction.atomic():
        due = list(
            Entrance.objects.select_for_update(skip_locked=True)
            .filter(Q(retry_at=None) | Q(retry_at__lte=now), trigger="timer", due_at__lte=now)
            .order_by("due_at")
            .values_list("pk", flat=True)[:limit]
        )
        Entrance.objects.filter(pk__in=due).update(retry_at=now + CLAIM)
    return due


def fire_entrance(*, entrance_id: int, now: datetime) -> None:
    """Start an instance if the timer is still due, and arm it again if it repeats.

    Both in one transaction under the lock of the row, so that it starts once each time. Firings
    that were missed while nothing ran count once.
    """
    with transaction.atomic():
        entrance = (
            Entrance.objects.select_for_update(of=("self",))
            .select_related("version__process")
            .filter(pk=entrance_id)
            .first()
        )
        if entrance is None or entrance.due_at is None or entrance.due_at > now:
            return
        start_at(entrance, payload=None, now=now)
        if not entrance.every or entrance.repeats == 0:
            entrance.delete()
            return
        fired = PlannedTimer(
            st.ROOT, entrance.node, entrance.due_at, entrance.every, entrance.repeats
        )
        again = following(graph_of(entrance.version_id), fired, now)
        entrance.due_at, entrance.repeats = again.due_at, again.repeats
        entrance.retry_at, entrance.failures, entrance.last_error = None, 0, ""
        entrance.save()


def postpone_entrance(*, entrance_id: int, error: str, now: datetime) -> None:
    """Move a start timer that could not fire out of the way; the pauses double from a minute."""
    with transaction.atomic():
        entrance = Entrance.objects.select_for_update().filter(pk=entrance_id).first()
        if entrance is None:
            return
        entrance.failures = min(entrance.failures + 1, 30_000)
        entrance.retry_at = now + timedelta(minutes=2 ** min(entrance.failures - 1, 10))
        entrance.last_error = error[:2_000]
        entrance.save(update_fields=["failures", "retry_at", "last_error"])
