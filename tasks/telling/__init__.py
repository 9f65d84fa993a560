"""Telling people. What happens is announced in its step; who hears of it is found out afterwards.

`announce` is all that the verbs need. A job then makes a notification for each person (`spread`)
and another sends what goes out of the portal (`services.sending`). Nothing here fails a decision.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, User

from processes.services import Step
from tasks.models import Announcement, Task
from tasks.rules.telling import Kind

__all__ = ["Kind", "announce"]


def announce(
    step: Step,
    kind: Kind,
    task: Task | None,
    *,
    to: Iterable[User | Group | int] | None = None,
    **data: Any,
) -> None:
    """Let the people whom it concerns know of it after the commit. One row; nothing is looked up.

    ``to`` names them (users, groups, or ids of users); without it they are found by the kind: who
    may act, who holds it, or who started the process. Whoever did it, and whoever is kept out of
    the decision, is not told. ``data`` are words for the sentence (JSON); no variables of the
    process, since they leave the house.
    """
    by = step.actor.user
    step.batch.insert(
        Announcement(
            kind=kind.value,
            instance=step.instance,
            task=task,
            actor_id=by.pk if by else None,
            actor_name=step.actor.name,
            to=None if to is None else addressed(to),
            data=data,
            created_at=step.now,
        )
    )
    step.wake("tasks.tell")


def addressed(to: Iterable[User | Group | int]) -> dict[str, list[int]]:
    users: list[int] = []
    groups: list[int] = []
    for one in to:
        if isinstance(one, Group):
            groups.append(one.pk)
        else:
            users.append(one if isinstance(one, int) else one.pk)
    return {"users": users, "groups": groups}
