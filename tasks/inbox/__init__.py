"""What somebody has to do, could do, and did: the queries behind inbox pages and ``GET tasks/``."""

import hashlib
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from tasks.access import principals
from tasks.inbox import plan, reach
from tasks.inbox.line import COLUMNS, Line
from tasks.inbox.reach import Key, beyond
from tasks.inbox.wanted import DUE, Wanted
from tasks.models import Task, TaskQuerySet
from tasks.rules.standing import Principals

__all__ = [
    "CAP",
    "DUE",
    "SCOPES",
    "Inbox",
    "Key",
    "Line",
    "Scope",
    "Wanted",
    "asking",
    "beyond",
    "stamp",
    "tasks",
]

Scope = Literal["todo", "mine", "offered", "team", "done"]
SCOPES = ("todo", "mine", "offered", "team", "done")
CAP = 1000
"""Lists are counted so far; one more stands for “more”."""
FIRST = 51
"""So many ids come with the counts: those of a page, and whether there is more."""
EVERYTHING = Wanted()
ALIKE = 20
"""So far `Inbox.next_like` looks past what is laid aside."""
BY_DUE = (F("due_at").asc(nulls_last=True), "id")
# What no row of a list shows, and what may be large.
HEAVY = ("data", "former_candidates", "instance__state")


class Inbox:
    """The work of one person as it is at one moment.

    ``mine`` is what the person holds, also in the name of somebody absent; ``offered`` is what the
    person could claim or vote on; ``todo`` is both. ``team`` is the open work of those who report
    to the person, directly or further down. ``done`` is what the person answered, alone or by a
    vote.

    On PostgreSQL pages and counts of open work are hand-written statements (`tasks.inbox.plan`),
    whose cost does not grow with the number of tasks; elsewhere the ORM asks. A test holds that
    both give the same.
    """

    def __init__(self, person: User, *, now: datetime) -> None:
        self.person = person
        self.now = now
        # What counting has found on the way: the ids of first pages.
        self._first: dict[tuple[Scope, Wanted], list[UUID]] = {}

    @cached_property
    def who(self) -> Principals:
        return principals(self.person, now=self.now)

    @cached_property
    def leads(self) -> bool:
        """Tell whether anybody reports to the person; one query."""
        return reach.leads(self.person)

    def tasks(self, scope: Scope, wanted: Wanted = EVERYTHING) -> TaskQuerySet:
        """Return the tasks of one list: the most urgent first, or for ``done`` the latest first."""
        found = Task.objects.with_process().filter(wanted.as_q(self.now))
        if scope == "done":
            return found.filter(reach.done(self.person)).order_by("-closed_at", "-id")
        if scope == "team":
            return found.filter(reach.team(self.who)).order_by(*BY_DUE)
        return found.filter(pk__in=reach.todo(self.who, scope)).order_by(*BY_DUE)

    def page(
        self, scope: Scope, wanted: Wanted = EVERYTHING, *, after: Key | None = None, size: int
    ) -> list[Task]:
        """Return so many tasks of the list, from behind the key; without what may be large."""
        return list(self._page(scope, wanted, after, size).with_process().defer(*HEAVY))

    def lines(
        self, scope: Scope, wanted: Wanted = EVERYTHING, *, after: Key | None = None, size: int
    ) -> list[Line]:
        """Return what the same page shows of each task: not of ``done``, which shows more."""
        return [Line(*row) for row in self._page(scope, wanted, after, size).values_list(*COLUMNS)]

    def _page(self, scope: Scope, wanted: Wanted, after: Key | None, size: int) -> TaskQuerySet:
        if scope not in ("todo", "mine", "offered") or connection.vendor != "postgresql":
            found = self.tasks(scope, wanted)
            if after is not None:
                field = "closed_at" if scope == "done" else "due_at"
                found = found.filter(beyond(field, after, newest_first=scope == "done"))
            return found[:size]
        known = self._first.get((scope, wanted)) if after is None and size <= FIRST else None
        text, values = (
            plan.page(self.who, scope, wanted.as_sql(self.now), after=after, size=size)
            if known is None
            else plan.these(known[:size])
        )
        found = Task.objects.filter(pk__in=RawSQL(text, values))  # noqa: S611
        return found.order_by(*BY_DUE)

    def counts(self, wanted: Wanted = EVERYTHING) -> dict[str, int]:
        """Return how many tasks ``mine`` and ``offered`` hold, and ``todo`` as their sum.

        Each is counted as far as one more than `CAP`.
        """
        if connection.vendor == "postgresql":
            text, values = plan.counts(self.who, wanted.as_sql(self.now), size=CAP + 1, first=FIRST)
            with connection.cursor() as cursor:
                cursor.execute(text, values)
                mine, offered, held_ids, offered_ids = cursor.fetchone()
            self._first = {("mine", wanted): held_ids, ("offered", wanted): offered_ids}
        else:
            found = self.tasks("todo", wanted).aggregate(
                mine=Count("pk", filter=Q(status__in=reach.HOLDING)),
                offered=Count("pk", filter=Q(status=Task.Status.READY)),
            )
            mine, offered = (min(found[name], CAP + 1) for name in ("mine", "offered"))
        return {"mine": mine, "offered": offered, "todo": mine + offered}

    def count(self, scope: Scope, wanted: Wanted = EVERYTHING) -> int:
        """Return how many tasks the list holds, as far as one more than `CAP`."""
        return self.tasks(scope, wanted).order_by()[: CAP + 1].count()

    def processes(self) -> list[tuple[str, str]]:
        """Return key and name of the processes in the person's open work; one query."""
        found = Task.objects.filter(pk__in=self._all_open()).order_by("instance__process__name")
        names = found.values_list("instance__process__key", "instance__process__name")
        return list(names.distinct())

    @cached_property
    def stamp(self) -> str:
        """Return a short text that changes whenever the person's open work changes.

        A page shows it back when its connection returns, and so learns whether it missed something.
        """
        rows = Task.objects.filter(pk__in=self._all_open()).aggregate(
            count=Count("pk"),
            newest=Max("created_at"),
            moved=Sum("instance__sequence"),
            due=Max("due_at"),
        )
        told = repr([rows["count"], str(rows["newest"]), rows["moved"], str(rows["due"])])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def _all_open(self) -> Any:
        """Return the ids of the open work, on PostgreSQL as far as it is counted."""
        if connection.vendor != "postgresql":
            return reach.todo(self.who, "todo")
        text, values = plan.page(self.who, "todo", ("", []), after=None, size=CAP + 1)
        return RawSQL(text, values)  # noqa: S611 every value is a parameter


def tasks(person: User, scope: Scope, *, now: datetime) -> TaskQuerySet:
    """Return the tasks of one list of the person; see `Inbox.tasks`."""
    return Inbox(person, now=now).tasks(scope)


def asking(person: User, *, now: datetime) -> QuerySet[Task]:
    """Return the open tasks that ask the person, also those that somebody else holds by now."""
    return Task.objects.filter(pk__in=reach.asking(principals(person, now=now)))


def stamp(person: User, *, now: datetime) -> str:
    """Return a short text that changes whenever the person's open work changes."""
    return Inbox(person, now=now).stamp
