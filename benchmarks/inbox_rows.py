"""The same people and tasks for every contender of `benchmarks.inbox`, made by chance and loaded.

One task in ten is open; of those three in ten are held by somebody. An open task asks one group,
some also one user. A tenth as many people as open tasks, and one group for twenty people; everybody
is in five groups. Whoever asked is excluded, and is in none of the groups that are asked.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.two_step import SOURCE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUPS_OF_ONE = 5
OPEN = 10
"""One in so many."""
STAGE = """CREATE TEMP TABLE load (
    n bigint, id uuid, instance uuid, status text, owner int, grp int, usr int, initiator int,
    due timestamptz, created timestamptz)"""
TABLES = (
    *("tasks_candidate", "tasks_exclusion", "tasks_task", "processes_instance"),
    *("viewflow_task", "viewflow_process", "guardian_groupobjectpermission"),
    *("guardian_userobjectpermission", "auth_user_groups", "auth_user_user_permissions"),
    *("auth_group_permissions", "auth_group", "auth_user"),
)


def load(tasks: int) -> list[int]:
    """Replace all rows by so many tasks; return the ids of the people."""
    from django.db import connection

    people, groups = max(tasks // 100, 50), max(tasks // 2000, 10)
    with connection.cursor() as cursor:
        # Foreign keys hold by how the rows are made; checking each would take most of the time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute("DELETE FROM auth_permission WHERE codename ~ '^[gu][0-9]+$'")
        _load_people(cursor, people, groups)
        cursor.execute(STAGE)
        columns = "n, id, instance, status, owner, grp, usr, initiator, due, created"
        with cursor.copy(f"COPY load ({columns}) FROM STDIN") as copy:
            for row in _rows(tasks, people, groups):
                copy.write_row(row)
        _load_placet(cursor)
        _load_rival(cursor)
        _load_guardian(cursor)
        _load_viewflow(cursor)
        cursor.execute("DROP TABLE load")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    return list(range(1, people + 1))


def _rows(tasks: int, people: int, groups: int) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(tasks)
    for number in range(tasks):
        group, owner, user = dice.randrange(groups) + 1, None, None
        initiator = dice.randrange(people) + 1
        while group in groups_of(initiator, groups):
            initiator = initiator % people + 1
        created = NOW - timedelta(minutes=dice.randrange(60 * 24 * 30))
        due = NOW + timedelta(seconds=dice.randrange(-100_000, 1_000_000))
        status = "completed"
        if number % OPEN == 0:
            held = dice.random() < 0.3
            status = "reserved" if held else "ready"
            owner = dice.randrange(people) + 1 if held else None
            other = dice.randrange(people) + 1
            user = other if dice.random() < 0.2 and other != initiator else None
        else:
            owner = dice.randrange(people) + 1
        if owner == initiator:
            owner = owner % people + 1
        # As uuid7 does: ids are in the order of time.
        ids = (UUID(int=(number << 64) + kind) for kind in (1, 2))
        yield number, *ids, status, owner, group, user, initiator, due, created


def groups_of(person: int, groups: int) -> set[int]:
    return {(person + step * step * 7) % groups + 1 for step in range(GROUPS_OF_ONE)}


def _load_people(cursor: Any, people: int, groups: int) -> None:
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType

    Group.objects.bulk_create(Group(id=n, name=f"g{n}") for n in range(1, groups + 1))
    User.objects.bulk_create(
        (User(id=n, username=f"u{n}", first_name=f"Person {n}") for n in range(1, people + 1)),
        batch_size=1000,
    )
    with cursor.copy("COPY auth_user_groups (user_id, group_id) FROM STDIN") as copy:
        for person in range(1, people + 1):
            for group in groups_of(person, groups):
                copy.write_row((person, group))
    kind = ContentType.objects.get(app_label="viewflow", model="task")
    names = [f"g{n}" for n in range(1, groups + 1)] + [f"u{n}" for n in range(1, people + 1)]
    Permission.objects.bulk_create(
        (Permission(content_type=kind, codename=name, name=name) for name in names),
        batch_size=1000,
    )
    cursor.execute(
        "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT g.id, p.id "
        "FROM auth_group g JOIN auth_permission p ON p.codename = g.name"
    )
    # Viewflow lists a flow to whom may view its processes.
    cursor.execute(
        "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT g.id, p.id "
        "FROM auth_group g, auth_permission p JOIN django_content_type k "
        "ON k.id = p.content_type_id "
        "WHERE k.app_label = 'viewflow' AND p.codename = 'view_process'"
    )
    cursor.execute(
        "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id "
        "FROM auth_user u JOIN auth_permission p ON p.codename = u.username"
    )


def _load_placet(cursor: Any) -> None:
    from processes import services as engine
    from processes.models import Instance
    from tasks.models import Candidate, Exclusion, Task

    version = engine.deploy(source=SOURCE.encode(), now=NOW)
    instance = Instance(process_id=version.process_id, version=version, state={}, started_at=NOW)
    subject = "'Purchase of thing ' || n"
    _fill(
        cursor,
        instance,
        {"id": "instance", "subject": subject, "initiator_id": "initiator",
         "initiator_name": "'Person ' || initiator"},
    )  # fmt: skip
    task = Task(node="one", name="Approve", asked={}, created_at=NOW)
    _fill(
        cursor,
        task,
        {
            "id": "id",
            "instance_id": "instance",
            "token": "'t1'",
            "status": "status",
            "owner_id": "CASE WHEN status = 'completed' THEN NULL ELSE owner END",
            "completed_by_id": "CASE WHEN status = 'completed' THEN owner END",
            "closed_at": "CASE WHEN status = 'completed' THEN due END",
            "outcome": "CASE WHEN status = 'completed' THEN 'approved' ELSE '' END",
            "due_at": "due",
            "created_at": "created",
        },
    )
    is_open = "status <> 'completed'"
    _fill(cursor, Candidate(), {"task_id": "id", "group_id": "grp", "due_at": "due"}, where=is_open)
    _fill(
        cursor,
        Candidate(),
        {"task_id": "id", "user_id": "usr", "due_at": "due"},
        where=f"{is_open} AND usr IS NOT NULL",
    )
    _fill(cursor, Exclusion(why="initiator"), {"task_id": "id", "user_id": "initiator"})


def _load_rival(cursor: Any) -> None:
    """Write the table that the best SQL reads: who is offered what, in the order of its page."""
    cursor.execute("DROP TABLE IF EXISTS rival_offer")
    cursor.execute(
        "CREATE TABLE rival_offer (principal bigint, due timestamptz, task uuid, "
        "PRIMARY KEY (principal, due, task))"
    )
    cursor.execute(
        "INSERT INTO rival_offer SELECT -grp, due, id FROM load WHERE status = 'ready' "
        "UNION ALL SELECT usr, due, id FROM load WHERE status = 'ready' AND usr IS NOT NULL"
    )


def _load_guardian(cursor: Any) -> None:
    """Write what a design without candidates would: who may do a task is an object permission."""
    wanted = (
        "SELECT {} , p.id, p.content_type_id, l.id::text FROM load l, auth_permission p "
        "JOIN django_content_type k ON k.id = p.content_type_id "
        "WHERE k.app_label = 'tasks' AND p.codename = 'view_task' AND l.status <> 'completed'"
    )
    columns = "permission_id, content_type_id, object_pk"
    cursor.execute(
        f"INSERT INTO guardian_groupobjectpermission (group_id, {columns}) {wanted.format('l.grp')}"
    )
    cursor.execute(
        f"INSERT INTO guardian_userobjectpermission (user_id, {columns}) "
        f"{wanted.format('l.usr')} AND l.usr IS NOT NULL"
    )


def _load_viewflow(cursor: Any) -> None:
    """Write the same tasks for Viewflow: who may take one has the permission that it names.

    It knows no due date, so the moment of creation stands for it; a task names one permission, so
    one that asks a group and a user is there twice.
    """
    from viewflow.workflow.models import Process, Task

    from benchmarks.flows import TwoStep

    flow = TwoStep.one
    process = Process(flow_class=TwoStep)
    _fill(cursor, process, {"id": "n", "created": "created"})
    states = "CASE status WHEN 'completed' THEN 'DONE' WHEN 'ready' THEN 'NEW' ELSE 'ASSIGNED' END"
    shared = {
        "process_id": "n",
        "status": states,
        "created": "due",
        "finished": "CASE WHEN status = 'completed' THEN due END",
        "owner_id": "owner",
        "external_task_id": "id::text",
    }
    task = Task(flow_task=flow, flow_task_type="HUMAN")
    _fill(cursor, task, {**shared, "owner_permission": "'viewflow.g' || grp"})
    _fill(
        cursor,
        task,
        {**shared, "owner_permission": "'viewflow.u' || usr"},
        where="status = 'ready' AND usr IS NOT NULL",
    )


def _fill(cursor: Any, like: Any, differing: dict[str, str], *, where: str = "true") -> None:
    """Insert a row like this one for each that was loaded; ``differing`` are SQL by column."""
    from django.db import connection

    names, expressions, values = [], [], []
    for field in like._meta.concrete_fields:
        if field.attname in differing:
            expressions.append(differing[field.attname])
        elif field.primary_key:
            continue
        else:
            kind = field.db_type(connection)
            expressions.append(f"%s::{kind}")
            values.append(field.get_db_prep_save(getattr(like, field.attname), connection))
        names.append(connection.ops.quote_name(field.column))
    cursor.execute(
        f"INSERT INTO {like._meta.db_table} ({', '.join(names)}) "
        f"SELECT {', '.join(expressions)} FROM load WHERE {where} ORDER BY n",
        values,
    )
