"""Reading a task together with whom it asks: what every decision begins with."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BigAutoField, JSONField, Model, Value

from processes.models import Instance
from tasks.models import Candidate, Exclusion, Task
from tasks.rules.standing import Asked

Row = TypeVar("Row", bound=Model)


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
    candidates, excluded = (json.loads(column) if column else [] for column in row[-2:])
    rows = [(user, group, False) for user, group in candidates]
    return task, _asked(task, [*rows, *((user, None, True) for user in excluded)])


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
        "(SELECT json_agg(json_build_array(c.user_id, c.group_id))::text"
        " FROM tasks_candidate c WHERE c.task_id = t.id), "
        "(SELECT json_agg(x.user_id)::text FROM tasks_exclusion x WHERE x.task_id = t.id) "
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
        "task", "user", "group", Value(False)
    )
    exclusions = Exclusion.objects.filter(task__in=ids).values_list(
        "task", "user", Value(None, BigAutoField()), Value(True)
    )
    rows: dict[UUID, list[tuple[int | None, int | None, bool]]] = {pk: [] for pk in ids}
    for pk, *row in candidates.union(exclusions, all=True):
        rows[pk].append((row[0], row[1], row[2]))
    return {task.pk: _asked(task, rows[task.pk]) for task in tasks}


def _asked(task: Task, rows: Iterable[tuple[int | None, int | None, bool]]) -> Asked:
    excluded = {user for user, _group, out in rows if out and user is not None}
    if task.is_open:
        users = {user for user, _group, out in rows if not out and user is not None}
        groups = {group for _user, group, out in rows if not out and group is not None}
    else:
        users = set(task.former_candidates.get("users", ()))
        groups = set(task.former_candidates.get("groups", ()))
    return Asked(users, groups, task.owner_id, excluded)
