"""One step of one instance: read, decide, write, tell. It decides nothing itself.

Two steps of one instance never overlap. Inside a transaction a step locks the instance row first,
and nothing else by hand. Outside one (PostgreSQL only, see `one_step`) it reads without a lock and
writes with a guard: the single statement that writes everything holds only if the instance still
is at the event that was read. `save` writes the state, the history, the wait rows and what the
desk adds as one batch; pages and workers are woken after the commit.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, Self, TypeVar
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from processes import chain, decisions, live, projection, wakeups
from processes.batch import Batch, Conflict, Guard
from processes.core import commands as c
from processes.core import events as ev
from processes.core import state as st
from processes.core.advance import decide
from processes.core.bpmn import read
from processes.core.errors import Absent, Refusal
from processes.core.graph import Graph
from processes.desk import task_desk
from processes.models import FOLLOW_UPS, Dispatch, HistoryEvent, Incident, Instance, Version
from processes.wakeups import Wakeups

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Model)

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
    graph = next(graph for graph in reading.graphs if graph.id == version.process.key)
    return replace(graph, decisions=decisions.compiled(version.decisions))


class Step:
    """Use `lock` or `begin`, then `decide` as often as needed, then `save` once."""

    def __init__(self, instance: Instance, state: st.State, *, now: datetime, actor: Actor) -> None:
        self.instance = instance
        self.state = state
        self.now = now
        self.actor = actor
        self.graph = graph_of(instance.version_id)
        self.batch = Batch()
        self.wakeups = Wakeups()
        self._sent: list[Dispatch] = []
        self._credit: int | None = None
        self._afterwards: list[Callable[[], None]] = []
        self._hints: set[tuple[str, str]] = set()
        self._guard: Guard | None = None

    @classmethod
    def lock(cls, instance_id: UUID, *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Lock the instance for the rest of the transaction. Raises Absent."""
        return cls.lock_one(Instance.objects.filter(pk=instance_id), now=now, actor=actor)

    @classmethod
    def lock_one(cls, which: QuerySet[Instance], *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Lock the one instance that the query finds, in one statement. Raises Absent."""
        instance = which.select_for_update(of=("self",), no_key=True).order_by().first()
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
    def alone(cls, instance: Instance, *, now: datetime, actor: Actor = ENGINE) -> Self:
        """Go on from an instance that was read in a transaction which lets nobody else write.

        That is every transaction where rows cannot be locked, which is SQLite's way.
        """
        if connection.features.has_select_for_update:
            raise RuntimeError("the instance must be locked")
        return cls(instance, st.load(instance.state), now=now, actor=actor)

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
            projection.project(self, event, again=again)
        return events

    def row(self, model: type[Row], **equal: Any) -> Row:
        """Return the row of this instance with these values, also if this step made it.

        One that this step changes already is that very object: two of them would not both be
        written.
        """
        equal["instance_id"] = self.instance.pk
        known = self.batch.inserted(model, **equal) or self.batch.updated(model, **equal)
        return known or model._base_manager.get(**equal)

    def tell_inbox(self, group: str) -> None:
        """Have the inboxes of this live group look again after the commit."""
        self._hints.add((group, "inbox"))

    def wake(self, job: str) -> None:
        """Have a worker look after the commit what there is to do for this job."""
        self.wakeups.looks.add(job)

    def follow(self, dispatch: Dispatch) -> None:
        """Let what this step sends be among what may follow from the dispatch it takes."""
        self._credit = dispatch.credit - 1

    def send(self, dispatch: Dispatch) -> None:
        """Write down what goes to others in the transaction of this step."""
        self._sent.append(dispatch)
        self.batch.insert(dispatch)
        self.wakeups.dispatches.append(dispatch.pk)

    def notice(self, *, key: str, token: str, node: str, code: str, sentence: str) -> None:
        """Raise an incident that does not hold the process: somebody should look at it."""
        self.raise_incident(
            Incident(key=key, token=token, node=node, code=code, sentence=sentence, blocking=False)
        )

    def raise_incident(self, incident: Incident) -> None:
        """Write the incident down as one of now, and let the operators know."""
        incident.instance, incident.raised_at = self.instance, self.now
        self.batch.insert(incident)
        task_desk().report(self, incident)
        log.warning(
            "incident", instance=str(self.instance.pk), code=incident.code, node=incident.node
        )

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do this in `save`, before anything is written.

        For what follows from an event that is being recorded: to decide amid its events would
        write the history in another order than it happened.
        """
        self._afterwards.append(work)

    def save(self) -> None:
        """Write everything; pages and workers hear of it after the commit."""
        while self._afterwards:
            self._afterwards.pop(0)()
        self._share_credit()
        self.instance.state = self.state.dump()
        fields = ("state", "status", "sequence", "head", "ended_at", "credit")
        self.batch.update(self.instance, *fields)
        self.batch.flush(self._guard)
        hints, found = self._hints_with_sequence(), self.wakeups
        transaction.on_commit(lambda: wakeups.wake(hints, found))

    def _share_credit(self) -> None:
        """Share what may follow among what is sent; without anything sent the instance keeps it.

        A called process gives back what it has not used, for whatever its caller does next.
        """
        credit = FOLLOW_UPS
        if self._credit is not None:
            credit = min(self.instance.credit + self._credit, FOLLOW_UPS)
            self.instance.credit = 0 if self._sent else credit
        for dispatch in self._sent:
            dispatch.credit = credit // len(self._sent)

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
