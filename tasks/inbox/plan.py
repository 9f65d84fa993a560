"""The inbox of a person in one statement of PostgreSQL, which reads little more than it returns.

For each user and group in whose right the person acts, the first rows are read from an index that
is in the order of due dates; they are merged and cut. So the cost depends on the length of a page
and the number of groups, not on how many tasks there are. `tasks.inbox.reach` says the same in the
words of the ORM.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tasks.inbox.reach import HOLDING, Capacity, Key, capacities
from tasks.models import Task
from tasks.rules.standing import Principals

Sql = tuple[str, list[Any]]
"""A piece of a statement and its values."""

HELD = f"t.status IN ({', '.join(repr(str(status)) for status in HOLDING)})"
READY = f"t.status = '{Task.Status.READY}'"


def page(who: Principals, scope: str, wanted: Sql, *, after: Key | None, size: int) -> Sql:
    """Return the statement for the ids of a page; ``wanted`` narrows the tasks ``t``."""
    parts: list[Sql] = []
    if scope in ("mine", "todo"):
        parts += _held(who, wanted, after, size)
    if scope in ("offered", "todo"):
        parts += _asked(who, wanted, after, size)
    text, values = _together(parts)
    return (
        f"SELECT id FROM ({text}) f GROUP BY id, due_at ORDER BY due_at, id LIMIT %s",  # noqa: S608
        [*values, size],
    )


def counts(who: Principals, wanted: Sql, *, size: int, first: int) -> Sql:
    """Return the statement that counts what is held and what is offered, each as far as size.

    The ids of the ``first`` of each come with it: they were read anyway.
    """
    held, held_values = _together(_held(who, wanted, None, size))
    asked, asked_values = _together(_asked(who, wanted, None, size))
    return (
        (
            f"WITH h AS MATERIALIZED (SELECT DISTINCT due_at, id FROM ({held}) found), "  # noqa: S608
            f"a AS MATERIALIZED (SELECT DISTINCT due_at, id FROM ({asked}) found) "
            "SELECT (SELECT count(*) FROM (SELECT FROM h LIMIT %s) held), "
            "(SELECT count(*) FROM (SELECT FROM a LIMIT %s) asked), "
            "ARRAY(SELECT id FROM h ORDER BY due_at, id LIMIT %s), "
            "ARRAY(SELECT id FROM a ORDER BY due_at, id LIMIT %s)"
        ),
        [*held_values, *asked_values, size, size, first, first],
    )


def these(ids: list[UUID]) -> Sql:
    """Return the statement for ids that are known, the same for any number of them."""
    return "SELECT unnest(%s::uuid[])", [ids]


def _held(who: Principals, wanted: Sql, after: Key | None, size: int) -> Iterator[Sql]:
    own, *others = capacities(who)
    here, here_values = "t.held_for_id IS NULL OR t.held_for_id = %s", [own.user]
    for other in others:
        is_open, values = _open(other)
        here += f" OR (t.held_for_id = %s {is_open})"
        here_values += [other.user, *values]
    for one in (own, *others):
        is_open, values = _open(one)
        for beyond, key in _beyond(after, "t.due_at", "t.id"):
            yield (
                (
                    "SELECT t.id, t.due_at FROM tasks_task t "  # noqa: S608 every value is a parameter
                    f"WHERE t.owner_id = %s AND {HELD} AND ({here}) {is_open} {wanted[0]} {beyond} "
                    "ORDER BY t.due_at, t.id LIMIT %s"
                ),
                [one.user, *here_values, *values, *wanted[1], *key, size],
            )


def _asked(who: Principals, wanted: Sql, after: Key | None, size: int) -> Iterator[Sql]:
    for one in capacities(who):
        is_open, values = _open(one)
        for beyond, key in _beyond(after, "c.due_at", "c.task_id"):
            asking = (
                "SELECT c.task_id AS id, c.due_at FROM tasks_candidate c "  # noqa: S608
                "JOIN tasks_task t ON t.id = c.task_id "
                f"WHERE c.{{}} AND {READY} {is_open} {wanted[0]} {beyond} "
                "ORDER BY c.due_at, c.task_id LIMIT %s"
            )
            more = [*values, *wanted[1], *key, size]
            yield asking.format("user_id = %s"), [one.user, *more]
            if one.groups:
                yield (
                    (
                        "SELECT f.id, f.due_at FROM unnest(%s::int[]) AS g(id) "  # noqa: S608
                        f"CROSS JOIN LATERAL ({asking.format('group_id = g.id')}) f"
                    ),
                    [sorted(one.groups), *more],
                )


def _open(one: Capacity) -> Sql:
    text = (
        "AND NOT EXISTS (SELECT 1 FROM tasks_exclusion x WHERE x.task_id = t.id "
        "AND (x.user_id = ANY(%s::int[]) OR x.group_id = ANY(%s::int[])))"
    )
    values: list[Any] = [sorted(one.out_users), sorted(one.out_groups)]
    if one.scope.processes is not None:
        text += (
            " AND (SELECT i.process_id FROM processes_instance i WHERE i.id = t.instance_id)"
            " = ANY(%s::bigint[])"
        )
        values.append(sorted(one.scope.processes))
    if one.scope.amount_limit is not None:
        text += " AND t.amount <= %s"
        values.append(one.scope.amount_limit)
    return text, values


def _beyond(after: Key | None, due: str, id: str) -> Iterator[Sql]:  # noqa: A002
    """Yield what lies behind the key, each in a form whose start an index finds."""
    if after is None:
        yield "", []
        return
    at, pk = after
    if at is None:
        yield f"AND {due} IS NULL AND {id} > %s", [pk]
        return
    yield f"AND ({due}, {id}) > (%s, %s)", [at, pk]
    yield f"AND {due} IS NULL", []


def _together(parts: list[Sql] | Iterator[Sql]) -> Sql:
    found = list(parts)
    text = " UNION ALL ".join(f"({text})" for text, _values in found)
    return text, [value for _text, values in found for value in values]
