"""The desk: turns the engine's question into a task that asks particular people.

Implements `processes.desk.TaskDesk`; called inside the step's transaction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import QuerySet

from processes.core import events as ev
from processes.core import graph as g
from processes.services import Step
from tasks import inbox, reading
from tasks.live import inboxes
from tasks.models import Alarm, Candidate, Exclusion, Task
from tasks.rules.deadlines import bells, deadline
from tasks.rules.naming import name_of_task
from tasks.rules.standing import Asked


class Desk:
    def open(self, step: Step, event: ev.TaskOpened) -> None:
        node = step.graph.nodes[event.node]
        if not isinstance(node, g.UserTask):
            raise TypeError(f"{event.node} is no user task")
        asked = event.asked
        users, groups = find_people(asked)
        excluded = find_excluded(step, event)
        via = Candidate.Via.ASKED
        if not anybody_left(users, groups, excluded):
            users, groups, via = [], fallback(step, event, node), Candidate.Via.FALLBACK
        task = Task(
            instance=step.instance,
            token=event.token,
            node=event.node,
            name=name_of_task(step.graph, step.state, node.id, event.token)[:200],
            asked=asked,
            due_at=deadline(asked, step.now),
            created_at=step.now,
        )
        sole = [user for user in users if user.pk not in excluded]
        if node.assignment.allocate == "single" and len(sole) == 1 and not groups:
            task.claim(owner=sole[0], now=step.now)
        elif users or groups:
            task.offer()
        step.batch.insert(task)
        ask(step, task, users=users, groups=groups, via=via)
        step.batch.insert(*(Exclusion(task=task, user_id=user) for user in excluded))
        step.batch.insert(
            *(
                Alarm(task=task, kind=bell.kind, step=bell.step, due_at=bell.due_at)
                for bell in bells(asked, step.now)
            )
        )

    def withdraw(self, step: Step, event: ev.TaskWithdrawn) -> None:
        task = step.row(Task, token=event.token)
        asked = reading.asked_of(task)
        task.exit(now=step.now)
        step.batch.update(task, "status", "closed_at")
        close(step, task, asked)

    def instances_asking(self, person: Any, *, now: datetime) -> QuerySet[Task, Any]:
        return inbox.asking(person, now=now).values("instance")

    def open_tasks(self, instance: Any) -> QuerySet[Task, Any]:
        return Task.objects.open().filter(instance=instance).order_by("id")


def find_people(asked: dict[str, Any]) -> tuple[list[User], list[Group]]:
    """Return the active users and the groups that are asked."""
    known = users_named(asked["users"])
    users = [known[name] for name in asked["users"] if name in known and known[name].is_active]
    groups = list(Group.objects.filter(name__in=asked["groups"])) if asked["groups"] else []
    return users, groups


def find_excluded(step: Step, event: ev.TaskOpened) -> set[int]:
    """Return the ids of who never decides the task.

    A name that stands for who started the instance, or for who decided in it, means that very
    person, also when they are called something else by now. A name that means nobody is told to
    an operator: an exclusion never fails in silence.
    """
    names = set(event.asked["exclude"])
    if not names:
        return set()
    excluded: set[int] = set()
    if step.state.initiator in names and step.instance.initiator_id is not None:
        excluded.add(step.instance.initiator_id)
        names.discard(step.state.initiator)
    known = users_named(names)
    excluded.update(user.pk for user in known.values())
    deciders = step.deciders(names) if names else {}
    excluded.update(deciders.values())
    for name in sorted(names - known.keys() - deciders.keys()):
        step.notice(
            key=f"excludes {event.token} {name}"[:40],
            token=event.token,
            node=event.node,
            code="unknown_exclusion",
            sentence=f"“{event.node}” excludes “{name}”, but nobody has this name.",
        )
    return excluded


def users_named(names: Collection[str]) -> dict[str, User]:
    """Return the users by name, with what an offer needs of them.

    Plain SQL, because every step that opens a task asks this and the ORM takes five times as long.
    """
    if not names:
        return {}
    marks = ", ".join(["%s"] * len(names))
    columns = ("id", "username", "first_name", "last_name", "is_active")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM auth_user WHERE username IN ({marks})",  # noqa: S608
            list(names),
        )
        users = [User.from_db(connection.alias, columns, row) for row in cursor.fetchall()]
    return {user.username: user for user in users}


def anybody_left(users: Iterable[User], groups: Iterable[Group], excluded: set[int]) -> bool:
    """Tell whether at least one active person may decide."""
    if any(user.pk not in excluded for user in users):
        return True
    members = User.objects.filter(groups__in=list(groups), is_active=True)
    return members.exclude(pk__in=excluded).exists()


def fallback(step: Step, event: ev.TaskOpened, node: g.UserTask) -> list[Group]:
    """Return the process's fallback group, and tell an operator that nobody else was found."""
    group = step.instance.process.fallback_group
    where = f"“{group}” was asked instead" if group else "there is no fallback group either"
    step.notice(
        key=f"nobody {event.token}"[:40],
        token=event.token,
        node=event.node,
        code="nobody_to_ask",
        sentence=f"“{node.label}” asks nobody who may decide; {where}.",
    )
    return [group] if group else []


def ask(
    step: Step,
    task: Task,
    *,
    users: Iterable[User] = (),
    groups: Iterable[Group] = (),
    via: Candidate.Via,
) -> None:
    """Add candidates, and have their inboxes look again."""
    for user in users:
        step.batch.insert(Candidate(task=task, user=user, via=via, due_at=task.due_at))
        _tell(step, Asked({user.pk}, set()))
    for group in groups:
        step.batch.insert(Candidate(task=task, group=group, via=via, due_at=task.due_at))
        _tell(step, Asked(set(), {group.pk}))


def close(step: Step, task: Task, asked: Asked) -> None:
    """Take a closed task off the desk: nobody is asked or reminded any more."""
    task.former_candidates = {"users": sorted(asked.users), "groups": sorted(asked.groups)}
    step.batch.update(task, "former_candidates")
    step.batch.delete(Candidate, task_id=task.pk)
    if task.due_at is not None:
        step.batch.delete(Alarm, task_id=task.pk)
    _tell(step, asked)


def _tell(step: Step, asked: Asked) -> None:
    for group in inboxes(asked):
        step.tell_inbox(group)
