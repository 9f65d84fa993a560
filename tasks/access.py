"""The only way to a task on behalf of somebody, and what that somebody is to it.

Absence is resolved here, when it is read: a substitute reaches what the absent person could reach,
for tasks that were open before as well, and no longer than the absence lasts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from processes.core.errors import Absent
from processes.services import may_operate, may_view, processes_with
from tasks.models import Substitution, Task
from tasks.reading import asked_of, asked_of_each
from tasks.rules.standing import Asked, Principals, Standing, standing


def principals(person: User, *, now: datetime) -> Principals:
    """Return as whom the person acts now, in one query; a deactivated person acts as nobody."""
    absent = Substitution.objects.current(now).filter(substitute=person).values("absentee")
    rows = User.objects.filter(Q(pk=person.pk) | Q(pk__in=absent), is_active=True)
    groups: dict[int, set[int]] = {}
    for user, group in rows.values_list("pk", "groups"):
        groups.setdefault(user, set()).update({group} - {None})
    own = groups.pop(person.pk, None)
    if own is None:
        return Principals(0)
    absentees = {user: frozenset(found) for user, found in groups.items()}
    return Principals(person.pk, frozenset(own), absentees)


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
    return standing(who, asked, stakeholder=concerned or operates or views, administrator=operates)
