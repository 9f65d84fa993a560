"""One step of one instance: read, decide, write, tell. It decides nothing itself.

Two steps of one instance never overlap. Inside a transaction a step locks the instance row first,
and nothing else by hand. Outside one (PostgreSQL only, see `one_step`) it reads without a lock and
writes with a guard: the single statement that writes everything holds only if the instance still
is at the event that was read. `save` writes the state, the history, the wait rows and what the
desk adds as one batch; pages and workers are woken after the commit.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, wraps
from typing import ParamSpec, Self, TypeVar, assert_never
from uuid import UUID

import structlog
from celery import current_app
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from processes import chain, live
from processes.batch import Batch, Conflict, Guard
from processes.core import commands as c
from processes.core import events as ev
from processes.core import state as st
from processes.core.advance import decide
from processes.core.bpmn import read
from processes.core.errors import Absent, Refusal
from processes.core.graph import Graph
from processes.desk import task_desk
from processes.models import HistoryEvent, Incident, Instance, Job, Timer, Version

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. Without a user it is Placet itself: a timer, a worker, the engine."""

    user: User | None = None
    name: str = ""
    on_behalf_of: str = ""


ENGINE = Actor()


@lru_cache(maxsize=512)
def graph_of(version_id: int) -> Graph:
    """Return the graph of a published version; it never changes, so it is read once."""
    version = Version.objects.select_related("process").get(pk=version_id)
    reading = read(version.source.encode())
    return next(graph for graph in reading.graphs if graph.id == version.process.key)


class Step:
    """Use `lock` or `begin`, then `decide` as often as needed, then `save` once."""

    def __init__(self, instance: Instance, state: st.State, *, now: datetime, actor: Actor) -> None:
        self.instance = instance
        self.state = state
        self.now = now
        self.actor = actor
        self.graph = graph_of(instance.version_id)
        self.batch = Batch()
        self._hints: set[tuple[str, str]] = set()
        self._work: list[UUID] = []
        self._guard: Guard | None = None

    @classmethod
    def lock(cls, instance_id: UUID, *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Lock the instance for the rest of the transaction. Raises Absent."""
        return cls.lock_one(Instance.objects.filter(pk=instance_id), now=now, actor=actor)

    @classmethod
    def lock_one(cls, which: QuerySet[Instance], *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Lock the one instance that the query finds, in one statement. Raises Absent."""
        instance = which.select_for_update(of=("self",)).order_by().first()
        if instance is None:
            raise Absent("instance_not_found", "This process instance does not exist.")
        return cls(instance, st.load(instance.state), now=now, actor=actor)

    @classmethod
    def guarded(cls, instance: Instance, *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Go on from an instance that was read without a lock; `save` raises Conflict if it moved.

        Use within `one_step`, which then does it all again under the lock.
        """
        step = cls(instance, st.load(instance.state), now=now, actor=actor)
        step._guard = Guard(instance, "sequence", instance.sequence)
        return step

    @classmethod
    def begin(cls, instance: Instance, *, now: datetime, actor: Actor) -> Self:
        """Begin with a new, unsaved instance."""
        step = cls(instance, st.State(), now=now, actor=actor)
        step.batch.insert(instance)
        return step

    def decide(self, command: c.Command) -> list[ev.Event]:
        """Carry the command out and lay its rows into the batch. Raises Refusal."""
        events, self.state = decide(self.graph, self.state, command, now=self.now)
        again = any(isinstance(event, ev.IncidentResolved) for event in events)
        for event in events:
            self._record(event)
            self._project(event, again=again)
        return events

    def tell_inbox(self, group: str) -> None:
        """Have the inboxes of this live group look again after the commit."""
        self._hints.add((group, "inbox"))

    def deciders(self, names: Collection[str]) -> dict[str, int]:
        """Return who decided in this instance under one of these names, by the id they keep."""
        answers = HistoryEvent.objects.filter(
            instance=self.instance, kind=ev.TaskCompleted.kind, actor__isnull=False
        )
        found = {row["by"]: actor for row, actor in answers.values_list("data", "actor")}
        return {name: found[name] for name in names if name in found}

    def notice(self, *, key: str, token: str, node: str, code: str, sentence: str) -> None:
        """Raise an incident that does not hold the process: somebody should look at it."""
        self.batch.insert(
            Incident(
                instance=self.instance,
                key=key,
                token=token,
                node=node,
                code=code,
                sentence=sentence,
                blocking=False,
                raised_at=self.now,
            )
        )
        log.warning("incident", instance=str(self.instance.pk), code=code, node=node)

    def save(self) -> None:
        """Write everything; pages and workers hear of it after the commit."""
        self.instance.state = self.state.dump()
        self.batch.update(self.instance, "state", "status", "sequence", "head", "ended_at")
        self.batch.flush(self._guard)
        hints, work = self._hints_with_sequence(), list(self._work)
        transaction.on_commit(lambda: wake(hints, work))

    def _record(self, event: ev.Event) -> None:
        instance = self.instance
        instance.sequence += 1
        row = HistoryEvent(
            instance_id=instance.pk,
            sequence=instance.sequence,
            kind=event.kind,
            node=getattr(event, "node", ""),
            actor_id=self.actor.user.pk if self.actor.user else None,
            actor_name=self.actor.name,
            on_behalf_of_name=self.actor.on_behalf_of,
            data=ev.to_data(event),
            at=self.now,
        )
        row.hash = instance.head = chain.link(instance.head, row)
        self.batch.insert(row)

    def _project(self, event: ev.Event, *, again: bool) -> None:
        """Keep the wait rows in step with the state."""
        instance, now = self.instance, self.now
        match event:
            case ev.TaskOpened():
                task_desk().open(self, event)
            case ev.TaskWithdrawn():
                task_desk().withdraw(self, event)
            case ev.TimerArmed():
                self.batch.insert(
                    Timer(
                        instance=instance,
                        key=event.timer,
                        token=event.token,
                        node=event.node,
                        due_at=event.due_at,
                    )
                )
            case ev.TimerFired() | ev.TimerWithdrawn():
                self.batch.delete(Timer, instance_id=instance.pk, key=event.timer)
            case ev.JobRequested():
                self._request_job(event, again=again)
            case ev.JobWithdrawn():
                job = Job.objects.get(instance=instance, token=event.token)
                job.withdraw(now=now)
                self.batch.update(job, "status", "finished_at", "lease_token", "lease_until")
            case ev.IncidentRaised():
                self.batch.insert(
                    Incident(
                        instance=instance,
                        key=event.incident,
                        token=event.token,
                        node=event.node,
                        code=event.code,
                        sentence=event.sentence,
                        raised_at=now,
                    )
                )
                log.warning("incident", instance=str(instance.pk), code=event.code, node=event.node)
            case ev.IncidentResolved():
                incident = Incident.objects.get(instance=instance, key=event.incident)
                self._resolve(incident, event.how)
            case _:
                self._follow_status()

    def _follow_status(self) -> None:
        """Bring the row's status where the state has gone."""
        instance, now = self.instance, self.now
        match self.state.status:
            case instance.status:
                return
            case "completed":
                instance.complete(now=now)
                self._settle_notices()
            case "cancelled":
                instance.cancel(now=now)
                self._settle_notices()
            case "suspended":
                instance.suspend(now=now)
            case "running":
                instance.resume(now=now)
            case _:
                assert_never(self.state.status)

    def _resolve(self, incident: Incident, how: str) -> None:
        incident.resolve(how=how, by=self.actor.name, now=self.now)
        self.batch.update(incident, "status", "resolution", "resolved_at", "resolved_by_name")

    def _settle_notices(self) -> None:
        """Resolve what was only to be looked at: nothing can be done about an ended instance.

        Nearly always there is nothing, so that is asked in plain SQL first.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM processes_incident WHERE instance_id = %s AND status = 'open'"
                " AND NOT blocking LIMIT 1",
                [Instance._meta.pk.get_db_prep_value(self.instance.pk, connection)],
            )
            if cursor.fetchone() is None:
                return
        for incident in Incident.objects.notices(self.instance):
            self._resolve(incident, "ended")

    def _request_job(self, event: ev.JobRequested, *, again: bool) -> None:
        job = None
        if again:
            job = Job.objects.filter(instance=self.instance, token=event.token).first()
        if job is None:
            job = Job(
                instance=self.instance,
                token=event.token,
                node=event.node,
                request=event.request,
                run_at=self.now,
                created_at=self.now,
            )
            self.batch.insert(job)
        else:
            job.revive(request=event.request, now=self.now)
            self.batch.update(job, "request", "status", "attempts", "run_at", "finished_at")
        self._work.append(job.pk)

    def _hints_with_sequence(self) -> list[live.Hint]:
        instance = self.instance
        pk, sequence = str(instance.pk), instance.sequence
        self._hints.add((live.instance_group(instance.pk), "instance"))
        if instance.initiator_id is not None:
            self._hints.add((live.user_group(instance.initiator_id), "instance"))
        return [live.Hint(group, about, pk, sequence) for group, about in sorted(self._hints)]


def unlocked() -> bool:
    """Tell whether a step may read without a lock, because it writes in one guarded statement."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def one_step(verb: Callable[P, R]) -> Callable[P, R]:
    """Let ``verb`` take its one step in a single statement if it can, else under the lock.

    What was read without a lock may not have belonged together, so a conflict and a refusal are
    both looked at again under the lock: only that answer counts.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if unlocked():
            with suppress(Conflict, Refusal):
                return verb(*args, **kwargs)
        with transaction.atomic():
            return verb(*args, **kwargs)

    return run


def wake(hints: Sequence[live.Hint], work: Sequence[UUID]) -> None:
    """Tell pages and workers that there is something to look at. Losing it loses nothing."""
    live.publish(hints)
    for job in work:
        try:
            current_app.send_task("processes.work", kwargs={"job_id": str(job)}, retry=False)
        except OperationalError as error:
            log.warning("broker_unreachable", job=str(job), error=str(error))
