"""One outside case being played through store and services, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from heapq import heappop, heappush

from django.db import connection, transaction
from django.db.models import Min

from processes import services
from processes.conformance.bpmn import REFUSED, Case, errors_of
from processes.conformance.bpmn_play import MAX_WORK, SECONDS, START, Log, do_script
from processes.core.bpmn import read
from processes.core.errors import Invalid, Refusal
from processes.models import Entrance, Incident, Instance, Job, Process, Timer
from processes.services import Activated
from processes.services.dispatch import GRACE
from processes.store import graph_of

LEASE = timedelta(hours=1)
LIMIT = 100


@contextmanager
def scratch_database() -> Iterator[None]:
    """Let what is done within go to an empty database, which is dropped afterwards."""
    creation = connection.creation
    name = str(connection.settings_dict["NAME"])
    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        creation.destroy_test_db(name, verbosity=0)


def play(case: Case, source: bytes) -> list[str]:
    """Play the case and return what it logged; nothing of it is kept."""
    with transaction.atomic():
        # Ids of versions come again after a rollback, so no graph may be remembered by them.
        graph_of.cache_clear()
        try:
            return StoredPlay(case, source).run()
        finally:
            transaction.set_rollback(True)
            graph_of.cache_clear()


class StoredPlay:
    """Does what the workers, the sweep and the deliveries do, by a clock of its own."""

    def __init__(self, case: Case, source: bytes) -> None:
        self.case = case
        self.source = source
        self.log = Log()
        self.now = START
        self._work: list[tuple[datetime, int, datetime, Activated]] = []
        self._asked = 0
        graphs = read(source).graphs
        self._errors = errors_of(graphs)
        self._on_request = {graph.id for graph in graphs if graph.beginnings[None]}

    def run(self) -> list[str]:
        try:
            services.deploy(source=self.source, now=self.now)
        except Invalid:
            return [REFUSED]
        for process in (self.case.companion, self.case.name):
            if process in self._on_request:
                self._start(process)
        self._go_on(until=START + self.case.advance)
        self._log_stops()
        return self.log.entries

    def _start(self, process: str) -> None:
        given = dict(self.case.variables) if process == self.case.name else {}
        try:
            services.start(
                process=Process.objects.get(key=process),
                variables=given,
                initiator=None,
                now=self.now,
            )
        except Refusal:
            self.log.stop("ERROR_runtime")

    def _go_on(self, *, until: datetime) -> None:
        for _ in range(MAX_WORK):
            self._deliver()
            self._take_work()
            due = [self._work[0][0]] if self._work else []
            timer = self._next_timer()
            if timer is not None and (timer <= until or due):
                due.append(timer)
            if not due:
                return
            if self._work and self._work[0][0] <= self.now:
                self._do_next()
            else:
                self.now = max(self.now, min(due))
                self._fire()
        self.log.stop("ERROR_endless")

    # --- what workers and the sweep do -----------------------------------------------------------

    def _deliver(self) -> None:
        """Deliver what is under way, until nothing is that can be delivered now."""
        for _ in range(MAX_WORK):
            due = services.claim_due_dispatches(now=self.now + GRACE, limit=LIMIT)
            if not due:
                return
            for dispatch in due:
                services.deliver(dispatch_id=dispatch, now=self.now)

    def _next_timer(self) -> datetime | None:
        waits: list[datetime | None] = [
            Timer.objects.aggregate(due=Min("due_at"))["due"],
            Entrance.objects.aggregate(due=Min("due_at"))["due"],
        ]
        return min((due for due in waits if due is not None), default=None)

    def _fire(self) -> None:
        for timer in services.claim_due_timers(now=self.now, limit=1):
            services.fire_timer(timer_id=timer, now=self.now)
            return
        for entrance in services.claim_due_entrances(now=self.now, limit=LIMIT):
            services.fire_entrance(entrance_id=entrance, now=self.now)

    def _take_work(self) -> None:
        """Take what waits for a worker, in the order in which it was asked for."""
        topics = set(Job.objects.filter(status=Job.Status.READY).values_list("topic", flat=True))
        for job in services.activate_jobs(topics=topics, limit=LIMIT, lease=LEASE, now=self.now):
            self._asked += 1
            span = timedelta(seconds=SECONDS.get(job.job.topic, 0))
            heappush(self._work, (self.now + span, self._asked, self.now, job))

    def _do_next(self) -> None:
        _, _, begun_at, found = heappop(self._work)
        if Job.objects.get(pk=found.job.pk).status != Job.Status.LEASED:
            return
        if found.job.topic == "THROW_ERROR":
            services.fail_job(
                job_id=found.job.pk,
                lease=found.token,
                error="The script failed.",
                code=next(iter(self._errors)) if len(self._errors) == 1 else "",
                luck=0,
                now=self.now,
            )
            return
        answer = do_script(found.job.topic, found.variables, self.log, begun_at, self.now)
        services.complete_job(
            job_id=found.job.pk, lease=found.token, variables=answer, now=self.now
        )

    # --- how it ended ----------------------------------------------------------------------------

    def _log_stops(self) -> None:
        if Incident.objects.exclude(code="stuck").exists():
            self.log.stop("ERROR_runtime")
        if Instance.objects.filter(status=Instance.Status.FAILED, parent=None).exists():
            self.log.stop("ERROR_thrownErrorEvent")
