"""Reading a task together with whom it asks: what every decision begins with."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import JSONField, Model, Value

from processes.models import Instance
from tasks.models import Candidate, Exclusion, Task
from tasks.rules.standing import Asked

Row = TypeVar("Row", bound=Model)


class Seated(NamedTuple):
    user: int | None
    group: int | None
    tier: str


class Out(NamedTuple):
    user: int | None
    group: int | None
    why: str


def read(task_id: UUID) -> tuple[Task, Asked]:
    """Return the task, its instance and whom it asks. Raises Task.DoesNotExist.

    On PostgreSQL this is one hand-written statement, which takes a third of the ORM's time; every
    decision begins with it. A test holds that both ways give the same.
    """
    if connection.vendor == "postgresql":
        return _read_in_one_statement(task_id)
    return _read_by_orm(task_id)


def _read_by_orm(task_id: UUID) -> tuple[Task, Asked]:
    task = Task.objects.select_related("instance").get(pk=task_id)
    return task, asked_of(task)


def _read_in_one_statement(task_id: UUID) -> tuple[Task, Asked]:
    with connection.cursor() as cursor:
        cursor.execute(_reading(), [task_id])
        row = cursor.fetchone()
    if row is None:
        raise Task.DoesNotExist
    split = len(Task._meta.concrete_fields)
    task = _from_row(Task, row[:split])
    task.instance = _from_row(Instance, row[split:-2])
    candidates, exclusions = (json.loads(column) if column else [] for column in row[-2:])
    return task, _asked(task, [Seated(*row) for row in candidates], [Out(*r) for r in exclusions])


@cache
def _reading() -> str:
    """Return the statement that reads what `_read_by_orm` reads."""
    columns = [
        f"{alias}.{connection.ops.quote_name(field.column or '')}"
        for alias, model in (("t", Task), ("i", Instance))
        for field in model._meta.concrete_fields
    ]
    return (
        f"SELECT {', '.join(columns)}, "  # noqa: S608 names come from models
        "(SELECT json_agg(json_build_array(c.user_id, c.group_id, c.tier))::text"
        " FROM tasks_candidate c WHERE c.task_id = t.id), "
        "(SELECT json_agg(json_build_array(x.user_id, x.group_id, x.why))::text"
        " FROM tasks_exclusion x WHERE x.task_id = t.id) "
        "FROM tasks_task t JOIN processes_instance i ON i.id = t.instance_id WHERE t.id = %s"
    )


def _from_row(model: type[Row], row: Sequence[Any]) -> Row:
    fields = model._meta.concrete_fields
    values = [
        json.loads(value) if isinstance(field, JSONField) else value
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def asked_of(task: Task) -> Asked:
    """Return whom the task asks, or asked when it was closed; one query."""
    return asked_of_each([task])[task.pk]


def asked_of_each(tasks: Sequence[Task]) -> dict[UUID, Asked]:
    """Return for each task whom it asks, or asked when it was closed; one query."""
    ids = [task.pk for task in tasks]
    candidates = Candidate.objects.filter(task__in=ids).values_list(
        "task", "user", "group", "tier", Value(False)
    )
    exclusions = Exclusion.objects.filter(task__in=ids).values_list(
        "task", "user", "group", "why", Value(True)
    )
    seated: dict[UUID, list[Seated]] = {pk: [] for pk in ids}
    out: dict[UUID, list[Out]] = {pk: [] for pk in ids}
    for pk, user, group, word, excluded in candidates.union(exclusions, all=True):
        if excluded:
            out[pk].append(Out(user, group, word))
        else:
            seated[pk].append(Seated(user, group, word))
    return {task.pk: _asked(task, seated[task.pk], out[task.pk]) for task in tasks}


def _asked(task: Task, seated: Iterable[Seated], out: Iterable[Out]) -> Asked:
    users = {row.user: row.tier for row in seated if row.user is not None}
    groups = {row.group: row.tier for row in seated if row.group is not None}
    open_to = (users.keys(), groups.keys()) if task.is_open else _former(task)
    return Asked(
        users=frozenset(open_to[0]),
        groups=frozenset(open_to[1]),
        owner=task.owner_id,
        held_for=task.held_for_id,
        excluded=frozenset(row.user for row in out if row.user is not None),
        excluded_groups=frozenset(row.group for row in out if row.group is not None),
        voted=frozenset(
            row.user for row in out if row.user is not None and row.why == Exclusion.Why.VOTED
        ),
        user_tiers=users,
        group_tiers=groups,
        process=task.instance.process_id,
        amount=task.amount,
    )


def _former(task: Task) -> tuple[Iterable[int], Iterable[int]]:
    return task.former_candidates.get("users", ()), task.former_candidates.get("groups", ())
