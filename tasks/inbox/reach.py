"""Which tasks a person reaches, in the words of the ORM."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from tasks.models import Candidate, Exclusion, Profile, Task, Vote
from tasks.rules.absence import Scope
from tasks.rules.standing import Principals

ANY = Scope()
HOLDING = (Task.Status.RESERVED, Task.Status.IN_PROGRESS, Task.Status.SUSPENDED)
Key = tuple[datetime | None, UUID]
"""By what lists are ordered: the moment, where there is one, and the id."""

# Both databases know it; UNION makes people who manage each other in a circle end.
BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT user_id FROM tasks_profile WHERE manager_id = %s "
    "UNION SELECT p.user_id FROM tasks_profile p JOIN below ON p.manager_id = below.id) "
    "SELECT id FROM below"
)


@dataclass(frozen=True, slots=True)
class Capacity:
    """One right in which somebody acts: their own, or standing in for ``user`` along one way.

    A task that keeps out one of ``out_users`` or ``out_groups`` is closed to it.
    """

    user: int
    groups: frozenset[int]
    out_users: frozenset[int]
    out_groups: frozenset[int]
    scope: Scope = ANY


def capacities(who: Principals) -> Iterator[Capacity]:
    """Yield all rights in which the person acts, their own first."""
    yield Capacity(who.person, who.groups, frozenset({who.person}), who.groups)
    for absentee, found in who.absentees.items():
        for way in found.ways:
            yield Capacity(
                absentee,
                found.groups,
                frozenset({who.person, *way.through}),
                who.groups | who.groups_through(way),
                way.scope,
            )


def todo(who: Principals, scope: str) -> QuerySet[Any, Any]:
    """Return the ids of what the person holds (``mine``), could take (``offered``), or both."""
    parts: list[QuerySet[Any, Any]] = []
    if scope in ("mine", "todo"):
        parts += _held(who)
    if scope in ("offered", "todo"):
        parts += [rows.filter(task__status=Task.Status.READY) for rows in _asked(who)]
    return parts[0].union(*parts[1:])


def asking(who: Principals) -> QuerySet[Any, Any]:
    """Return the ids of what the person holds and of all that ask the person."""
    parts = [*_held(who), *_asked(who)]
    return parts[0].union(*parts[1:])


def done(person: User) -> Q:
    """Match what the person answered, alone or by a vote, once each."""
    # Each half reads its own index; an OR of the two would walk through all tasks.
    answered = Task.objects.filter(completed_by=person).order_by().values("pk")
    voted = Vote.objects.filter(voter=person, kept=False).order_by().values("task")
    return Q(pk__in=answered.union(voted), status=Task.Status.COMPLETED)


def team(who: Principals) -> Q:
    """Match the open work of those below the person, but nothing that keeps the person out."""
    people = RawSQL(BELOW, [who.person])  # noqa: S611 every value is a parameter
    held = Task.objects.filter(status__in=HOLDING, owner__in=people).order_by().values("pk")
    asked = Candidate.objects.filter(user__in=people, task__status=Task.Status.READY)
    me = next(capacities(who))
    return Q(pk__in=held.union(asked.values("task"))) & _open(me, "pk")


def leads(person: User) -> bool:
    return Profile.objects.filter(manager=person).exists()


def beyond(field: str, key: Key, *, newest_first: bool) -> Q:
    """Return the condition for what comes after the key; rows without a moment come last."""
    at, pk = key
    if at is None:
        return Q(**{f"{field}__isnull": True, "pk__gt": pk})
    step = "lt" if newest_first else "gt"
    later: Any = Q(**{f"{field}__{step}": at}) | Q(**{field: at, f"pk__{step}": pk})
    return later if newest_first else later | Q(**{f"{field}__isnull": True})


def _held(who: Principals) -> list[QuerySet[Any, Any]]:
    own, *others = capacities(who)
    absent = (Q(held_for=other.user) & _open(other, "pk") for other in others)
    here = reduce(or_, absent, Q(held_for=None) | Q(held_for=own.user))
    return [
        Task.objects.filter(_open(one, "pk"), here, status__in=HOLDING, owner=one.user)
        .order_by()
        .values("pk")
        for one in (own, *others)
    ]


def _asked(who: Principals) -> list[QuerySet[Any, Any]]:
    return [
        Candidate.objects.filter(
            Q(user=one.user) | Q(group__in=one.groups), _open(one, "task")
        ).values("task")
        for one in capacities(who)
    ]


def _open(one: Capacity, task: str) -> Q:
    """Match rows whose ``task`` keeps nobody out who matters, and that the scope covers."""
    out = Exclusion.objects.filter(task=OuterRef(task)).filter(
        Q(user__in=one.out_users) | Q(group__in=one.out_groups)
    )
    prefix = "" if task == "pk" else f"{task}__"
    found = ~Q(Exists(out))
    if one.scope.processes is not None:
        found &= Q(**{f"{prefix}instance__process__in": one.scope.processes})
    if one.scope.amount_limit is not None:
        found &= Q(**{f"{prefix}amount__lte": one.scope.amount_limit})
    return found
