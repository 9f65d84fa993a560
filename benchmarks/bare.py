"""The limit: the rows that Placet writes for two steps, written by hand over psycopg.

One instance is run through Placet and its rows are recorded step by step; then they are written
again and again with new ids, in the same transactions, after the same lock, and nothing else.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

Row = dict[str, Any]
Statement = tuple[str, list[Any]]
INSTANCE, TASK = "processes_instance", "tasks_task"
HISTORY, CANDIDATE = "processes_historyevent", "tasks_candidate"


@dataclass
class Written:
    """What one step wrote: the instance as it is then, what is new, and which task was closed."""

    instance: Row
    history: list[Row]
    tasks: list[Row]
    candidates: list[Row]
    closed: list[Row] = field(default_factory=list)


def bare() -> Callable[[int], None]:
    """Return a function that writes with one statement per table."""
    steps = record()
    connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=2)

    def work(pieces: int) -> None:
        for _ in range(pieces):
            ids = new_ids(steps)
            for step in steps:
                with connection.transaction():
                    lock(connection, step, ids)
                    for sql, values in statements(step, ids):
                        connection.execute(sql, values)

    return work


def bare_in_one_statement() -> Callable[[int], None]:
    """Return a function that writes each step with a single statement."""
    steps = record()
    connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=2)

    def work(pieces: int) -> None:
        for _ in range(pieces):
            ids = new_ids(steps)
            for step in steps:
                written = statements(step, ids)
                chain = ", ".join(
                    f"s{at} AS ({sql} RETURNING 1)" for at, (sql, _) in enumerate(written)
                )
                values = [value for _, piece in written for value in piece]
                with connection.transaction():
                    lock(connection, step, ids)
                    connection.execute(f"WITH {chain} SELECT 1", values)

    return work


def lock(connection: psycopg.Connection[Any], step: Written, ids: dict[UUID, UUID]) -> None:
    """Read under lock what a step must know before it writes; a first step has nothing to read."""
    if not step.closed:
        return
    instance = ids[step.instance["id"]]
    connection.execute(f"SELECT * FROM {INSTANCE} WHERE id = %s FOR UPDATE", [instance]).fetchone()
    task = ids[step.closed[0]["id"]]
    connection.execute(f"SELECT * FROM {TASK} WHERE id = %s", [task]).fetchone()


def new_ids(steps: list[Written]) -> dict[UUID, UUID]:
    """Return a new id for each recorded one."""
    rows = [steps[0].instance, *(task for step in steps for task in step.tasks)]
    return {row["id"]: uuid7() for row in rows}


def statements(step: Written, ids: dict[UUID, UUID]) -> list[Statement]:
    """Return the writes of the step, one per table and kind."""
    found: list[Statement] = []
    for task in step.closed:
        found.append(update(TASK, task, ids))
        found.append((f"DELETE FROM {CANDIDATE} WHERE task_id = %s", [ids[task["id"]]]))
    if step.closed:
        found.append(update(INSTANCE, step.instance, ids))
    else:
        found.append(insert(INSTANCE, [step.instance], ids))
    found.append(insert(HISTORY, step.history, ids))
    if step.tasks:
        found.append(insert(TASK, step.tasks, ids))
        found.append(insert(CANDIDATE, step.candidates, ids))
    return found


def insert(table: str, rows: list[Row], ids: dict[UUID, UUID]) -> Statement:
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    sql = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {', '.join([marks] * len(rows))}"
    return sql, [prepared(value, ids) for row in rows for value in row.values()]


CHANGED = {
    TASK: "status outcome data comment completed_by_id completed_by_name on_behalf_of_name "
    "closed_at former_candidates",
    INSTANCE: "state status sequence head ended_at",
}


def update(table: str, row: Row, ids: dict[UUID, UUID]) -> Statement:
    names = CHANGED[table].split()
    sets = ", ".join(f"{name} = %s" for name in names)
    values = [prepared(row[name], ids) for name in names]
    return f"UPDATE {table} SET {sets} WHERE id = %s", [*values, ids[row["id"]]]


def prepared(value: Any, ids: dict[UUID, UUID]) -> Any:
    if isinstance(value, UUID):
        return ids[value]
    return Jsonb(value) if isinstance(value, dict) else value


def record() -> list[Written]:
    """Return what Placet writes in each of the three steps."""
    from benchmarks import database

    database.connect()
    from datetime import UTC, datetime

    from django.contrib.auth.models import User

    from processes import services as engine
    from processes.models import HistoryEvent, Instance, Process
    from tasks import services
    from tasks.models import Candidate, Task

    bob = User.objects.get(username="bob")
    process = Process.objects.get(key="two-step")
    instance = engine.start(process=process, variables={}, initiator=bob, now=datetime.now(UTC)).pk
    steps: list[Written] = []
    for node in ("", "one", "two"):
        if node:
            task = Task.objects.get(instance=instance, node=node).pk
            services.complete(task_id=task, person=bob, outcome="approved", now=datetime.now(UTC))
        before = steps[-1].instance["sequence"] if steps else 0
        known = {task["id"] for step in steps for task in step.tasks}
        history = HistoryEvent.objects.filter(instance=instance, sequence__gt=before)
        tasks = list(Task.objects.filter(instance=instance).values())
        steps.append(
            Written(
                instance=Instance.objects.filter(pk=instance).values().get(),
                history=[without_id(row) for row in history.order_by("sequence").values()],
                tasks=[task for task in tasks if task["id"] not in known],
                candidates=[
                    without_id(row)
                    for row in Candidate.objects.filter(task__instance=instance).values()
                ],
                closed=[task for task in tasks if node and task["node"] == node],
            )
        )
    return steps


def without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}
