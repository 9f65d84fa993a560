"""What somebody has to do, could do, and did: the queries behind inbox pages and ``GET tasks/``."""

import hashlib
from datetime import datetime
from typing import Literal

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum

from tasks.access import principals
from tasks.models import Candidate, Exclusion, Task, TaskQuerySet
from tasks.rules.standing import Principals

Scope = Literal["todo", "mine", "offered", "done"]
HOLDING = (Task.Status.RESERVED, Task.Status.IN_PROGRESS, Task.Status.SUSPENDED)


def tasks(person: User, scope: Scope, *, now: datetime) -> TaskQuerySet:
    """Return the tasks of one tab: the most urgent first, or for ``done`` the latest first.

    ``mine`` is what the person holds, also in the name of somebody absent; ``offered`` is what the
    person could claim; ``todo`` is both.
    """
    if scope == "done":
        done = Task.objects.filter(completed_by=person, status=Task.Status.COMPLETED)
        return done.with_process().order_by("-closed_at", "-id")
    who = principals(person, now=now)
    wanted = {"mine": _held(who), "offered": _offered(who), "todo": _held(who) | _offered(who)}
    open_tasks = Task.objects.filter(wanted[scope]).filter(~_excludes(who.person))
    return open_tasks.with_process().order_by(F("due_at").asc(nulls_last=True), "id")


def count(person: User, *, now: datetime) -> dict[str, int]:
    """Return how many tasks ``mine`` and ``offered`` hold, in one query, and their sum."""
    who = principals(person, now=now)
    held, offered = _held(who), _offered(who)
    found = (
        Task.objects.filter(held | offered)
        .filter(~_excludes(who.person))
        .aggregate(
            mine=Count("pk", filter=Q(status__in=HOLDING)),
            offered=Count("pk", filter=Q(status=Task.Status.READY)),
        )
    )
    return {**found, "todo": found["mine"] + found["offered"]}


def stamp(person: User, *, now: datetime) -> str:
    """Return a short text that changes whenever the person's open work changes.

    A page shows it back when its connection returns, and so learns whether it missed something.
    """
    found = tasks(person, "todo", now=now).order_by()
    rows = found.aggregate(
        count=Count("pk"),
        newest=Max("created_at"),
        moved=Sum("instance__sequence"),
        due=Max("due_at"),
    )
    told = repr([rows["count"], str(rows["newest"]), rows["moved"], str(rows["due"])])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def asking(person: User, *, now: datetime) -> TaskQuerySet:
    """Return the open tasks that ask the person, also those that somebody else holds by now."""
    who = principals(person, now=now)
    return Task.objects.filter(_held(who) | _asked(who))


def _held(who: Principals) -> Q:
    return Q(status__in=HOLDING, owner__in=who.all_users)


def _offered(who: Principals) -> Q:
    return Q(status=Task.Status.READY) & _asked(who)


def _asked(who: Principals) -> Q:
    reachable = _asks({who.person}, who.groups)
    for absentee, groups in who.absentees.items():
        reachable |= _asks({absentee}, groups) & ~_excludes(absentee)
    return reachable


def _asks(users: set[int], groups: frozenset[int]) -> Q:
    found = Candidate.objects.filter(task=OuterRef("pk"))
    return Q(Exists(found.filter(Q(user__in=users) | Q(group__in=groups))))


def _excludes(user: int) -> Q:
    return Q(Exists(Exclusion.objects.filter(task=OuterRef("pk"), user=user)))
