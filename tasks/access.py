"""The only way to a task on behalf of somebody, and what that somebody is to it.

Absence is resolved here, when it is read: a substitute reaches what the absent person could reach,
for tasks that were open before as well, and no longer than the absence lasts.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from processes.core.errors import Absent
from processes.services import may_operate, may_view, processes_with
from tasks.models import Substitution, Task, Unit
from tasks.reading import asked_of, asked_of_each
from tasks.rules.absence import Link, stand_ins, ways_to
from tasks.rules.standing import Asked, Principals, Reach, Standing, standing

# One row per group of an active person, or one without; and whether they stand in for anybody.
OWN_GROUPS = """
SELECT g.group_id, EXISTS (SELECT 1 FROM tasks_substitution s
    WHERE s.substitute_id = u.id AND s.starts_at <= %s AND s.ends_at > %s)
FROM auth_user u LEFT JOIN auth_user_groups g ON g.user_id = u.id WHERE u.id = %s AND u.is_active
"""
MOST_PEOPLE = 1_000
"""So many people in one chain of absences are looked at; nobody has more."""


def principals(person: User, *, now: datetime) -> Principals:
    """Return as whom the person acts now; a deactivated person acts as nobody.

    One query for who stands in for nobody; two more for who does, and one for each further absence
    in a row.
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        # Plain SQL, because every page and most decisions ask this, and the ORM takes longer.
        cursor.execute(OWN_GROUPS, [moment, moment, person.pk])
        groups = dict(cursor.fetchall())
    if not groups:
        return Principals(0)
    absentees = _absentees(person, now=now) if any(groups.values()) else {}
    return Principals(person.pk, frozenset(groups) - {None}, absentees)


def _absentees(person: User, *, now: datetime) -> dict[int, Reach]:
    """Return for whom the person stands in, with what those people's groups reach."""
    ways = ways_to(person.pk, along("substitute", "absentee", {person.pk}, now=now))
    groups: dict[int, set[int]] = {user: set() for user in ways}
    for user, group in User.objects.filter(pk__in=ways).values_list("pk", "groups"):
        groups[user].update({group} - {None})
    return {user: Reach(frozenset(found), tuple(ways[user])) for user, found in groups.items()}


def absent_now(
    users: Collection[int],
    *,
    process: int | None,
    amount: Decimal | None,
    now: datetime,
    excluded: AbstractSet[int] = frozenset(),
) -> dict[int, int | None]:
    """Return who of these people is away for such a task, and who finally stands in, if anybody.

    One query where nobody is away, one more for each further absence in a row.
    """
    links = along("absentee", "substitute", set(users), now=now)
    return stand_ins(users, links, process=process, amount=amount, excluded=excluded)


def along(
    side: Literal["absentee", "substitute"],
    other: Literal["absentee", "substitute"],
    people: set[int],
    *,
    now: datetime,
) -> list[Link]:
    """Return the absences of now that have these people on one side, and those that follow."""
    found: list[Link] = []
    seen: set[int] = set()
    while people and len(seen) < MOST_PEOPLE:
        seen |= people
        current = Substitution.objects.current(now).filter(absentee__is_active=True)
        links = current.filter(**{f"{side}__in": people}).links()
        found += links
        people = {getattr(link, other) for link in links} - seen - {None}
    return found


def task_for(person: User, task_id: UUID, *, now: datetime) -> tuple[Task, Standing]:
    """Return the task and what the person is to it. Raises Absent for what is not theirs."""
    # Closing takes the candidates away. When that comes between reading the task and reading whom
    # it asks, nobody seems to be asked; the second look finds it closed.
    for _look in range(2):
        task = Task.objects.with_process().filter(pk=task_id).first()
        if task is None:
            break
        found = standing_of(person, task, now=now)
        if found.may_see:
            return task, found
        if not task.is_open:
            break
    raise task_absent()


def units_for(person: User) -> QuerySet[Unit]:
    """Return the units that the person may see."""
    return Unit.objects.all() if person.has_perm("tasks.view_unit") else Unit.objects.none()


def person_for(person: User, username: str) -> User:
    """Return the account of somebody. Raises Absent for who may not look at accounts."""
    rows = User.objects.select_related("profile__unit", "profile__manager")
    rights = ("auth.view_user", "auth.change_user")
    found = rows.filter(username=username).first()
    if found is None or not any(person.has_perm(right) for right in rights):
        raise Absent("person_not_found", _("There is nobody with this user name."))
    return found


def task_absent() -> Absent:
    """Return the one answer for a task that does not exist and for one that is not theirs."""
    return Absent("task_not_found", _("This task does not exist."))


def standing_of(person: User, task: Task, *, now: datetime) -> Standing:
    """Return what the person is to the task; past candidates still see how it ended."""
    return with_roles(person, task, principals(person, now=now), asked_of(task))


def standings(person: User, tasks: Sequence[Task], *, now: datetime) -> dict[UUID, Standing]:
    """Return what the person is to each of the tasks, in as many queries as for one."""
    who, asked = principals(person, now=now), asked_of_each(tasks)
    processes = {task.instance.process_id for task in tasks}
    operates, views = (
        set(processes_with(person, right).filter(pk__in=processes).values_list("pk", flat=True))
        for right in ("operate_process", "view_process")
    )
    return {
        task.pk: _standing(
            task,
            who,
            asked[task.pk],
            operates=task.instance.process_id in operates,
            views=task.instance.process_id in views,
        )
        for task in tasks
    }


def with_roles(person: User, task: Task, who: Principals, asked: Asked) -> Standing:
    """Return the standing with the rights on the process, which cost queries of their own."""
    process = task.instance.process
    operates = may_operate(person, process)
    views = operates or may_view(person, process)
    return _standing(task, who, asked, operates=operates, views=views)


def _standing(
    task: Task, who: Principals, asked: Asked, *, operates: bool, views: bool
) -> Standing:
    concerned = who.person in (task.instance.initiator_id, task.completed_by_id)
    sees = concerned or operates or views or who.person == task.asked.get("by")
    found = standing(who, asked, stakeholder=sees, administrator=operates)
    # A colleague's answer is for whoever holds the task now, also if somebody else asked.
    if not found.may_see and task.parent is not None and _holds(who, task.parent, asked):
        return replace(found, stakeholder=True)
    return found


def _holds(who: Principals, parent: Task, asked: Asked) -> bool:
    holder = parent.owner_id
    if holder is None or holder == who.person:
        return holder is not None
    return who.reaches(holder, asked.process, asked.amount)
