"""One outside case being played in memory: the worker that does its tokens, and what it logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import Refusal
from processes.core.world import Instance, NeverRests, World

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MAX_WORK = 2_000
TEXT = "data of the case"
SECONDS = {"WAIT_TEN_SECONDS": 10, "CREATE_TIMESTAMP_LOG_1": 1, "CREATE_TIMESTAMP_LOG_2": 1}


class Log:
    """What a run logs, and the intervals of the tokens that log when they were worked on."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self._intervals: dict[str, tuple[datetime, datetime]] = {}

    def add(self, entry: str) -> None:
        self.entries.append(entry)

    def stop(self, entry: str) -> None:
        """Log that a run stopped; once is enough."""
        if entry not in self.entries:
            self.entries.append(entry)

    def interval(self, token: str, begun_at: datetime, ended_at: datetime) -> None:
        for other, (begun, ended) in self._intervals.items():
            if other != token and begun < ended_at and begun_at < ended:
                self.add("EXECUTION_parallel")
        self._intervals[token] = (begun_at, ended_at)


def do_script(
    script: str, variables: dict[str, Any], log: Log, begun_at: datetime, now: datetime
) -> dict[str, Any]:
    """Do what a script stands for, and return the answer, with the value that it sets."""
    number = variables.get("integerVariable", 0)
    if script.startswith("SCRIPT_task"):
        log.add(script)
    elif script == "CREATE_MARKER_FILE":
        log.add("MARKER_exists")
    elif script.startswith("INCREMENT_INTEGER_VARIABLE"):
        if script.endswith("_AND_LOG"):
            log.add("INCREMENT_correct")
        return {"value": number + 1}
    elif script == "SET_STRING_DATA":
        return {"value": TEXT}
    elif script == "LOG_DATA" and TEXT in variables.values():
        log.add("DATA_correct")
    elif script.startswith("CREATE_TIMESTAMP_LOG"):
        log.interval(script, begun_at, now)
    return {}


def log_stop(event: ev.Event, log: Log, *, called: bool) -> None:
    """Log that an instance stopped. One that waits for a branch that never comes just waits."""
    match event:
        case ev.IncidentRaised() if event.code != "stuck":
            log.stop("ERROR_runtime")
        case ev.InstanceFailed() if not called:
            log.stop("ERROR_thrownErrorEvent")


class Play:
    """Plays the processes of a file. ``errors`` are the codes that the file knows.

    Work is done in the order in which it falls due, before timers of the same moment.
    """

    def __init__(self, graphs: Iterable[g.Graph], errors: Iterable[str] = ()) -> None:
        self.log = Log()
        self._errors = list(errors)
        self._work: list[tuple[datetime, int, datetime, Instance, ev.JobRequested]] = []
        self._asked = 0
        self.world = World(graphs, now=START, watch=self._watch)
        self.world.open_entrances()

    def start(self, process: str, variables: dict[str, Any]) -> None:
        """Start a process on request; one that begins only with events is left to them."""
        if self.world.graphs[process].beginnings[None]:
            self._guarded(lambda: self.world.start(c.Start(process, variables)))

    def run(self, *, advance: timedelta) -> None:
        """Let time pass, and longer for as long as there is work being done."""
        until = START + advance
        for _ in range(MAX_WORK):
            due = [self._work[0][0]] if self._work else []
            timer = self.world.next_due()
            if timer is not None and (timer <= until or due):
                due.append(timer)
            if not due:
                return
            if self._work and self._work[0][0] <= self.world.now:
                self._guarded(self._do_next)
            else:
                self._guarded(partial(self.world.wait_until, min(due)))
        self.log.stop("ERROR_endless")

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (Refusal, NeverRests):
            self.log.stop("ERROR_runtime")

    def _watch(self, instance: Instance, events: list[ev.Event]) -> None:
        for event in events:
            if isinstance(event, ev.JobRequested):
                self._asked += 1
                span = timedelta(seconds=SECONDS.get(event.request["topic"], 0))
                now = self.world.now
                heappush(self._work, (now + span, self._asked, now, instance, event))
            log_stop(event, self.log, called=instance.caller is not None)

    def _do_next(self) -> None:
        _, _, begun_at, instance, asked = heappop(self._work)
        token = instance.state.tokens.get(asked.token)
        if token is None or token.wait != "job":
            return
        topic = asked.request["topic"]
        if topic == "THROW_ERROR":
            code = self._errors[0] if len(self._errors) == 1 else ""
            self.world.do(instance, c.FailJob(asked.token, "The script failed.", 1, code))
            return
        given = do_script(topic, asked.request["variables"], self.log, begun_at, self.world.now)
        self.world.do(instance, c.CompleteJob(asked.token, given))
