"""How a task ends with an answer: at once, or after a time in which it can be taken back.

Used by whoever answers, by several who vote, and by the clock.
"""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User

from processes.core import commands as c
from processes.core.errors import Invalid
from processes.core.feel import add_duration, parse_duration
from processes.services import Actor, Step
from tasks import reading, timing
from tasks.desk import close, close_questions
from tasks.live import inboxes
from tasks.models import Alarm, Task
from tasks.models.task import ANSWER
from tasks.rules.standing import Asked
from tasks.services.rerouting import keep_apart
from tasks.telling import Kind, announce


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered, and by whom; without ``by`` the clock did, as the definition declares."""

    outcome: str
    data: dict[str, Any] = field(default_factory=dict)
    comment: str = ""
    by: User | None = None
    by_name: str = ""
    on_behalf_of: User | None = None
    on_behalf_of_name: str = ""


def conclude(step: Step, task: Task, asked: Asked, answer: Answer) -> None:
    """Let the answer count: the task is closed and the process goes on.

    Raises Invalid when the process cannot keep the answer.
    """
    write(step, task, answer)
    close(step, task, asked)
    go_on(step, task)


def hold(step: Step, task: Task, asked: Asked, answer: Answer) -> None:
    """Close the task for everybody, but let the process wait: the answer may be taken back.

    Whom it asks is kept as it is, and the clock stands still, so that undoing leaves no trace.
    """
    write(step, task, answer)
    timing.stop_clock(step, task)
    task.settles_at = add_duration(step.now, parse_duration(task.asked["undo"]))
    task.former_candidates = {"users": sorted(asked.users), "groups": sorted(asked.groups)}
    step.batch.update(task, "settles_at", "former_candidates")
    step.batch.insert(Alarm(task=task, kind=Alarm.Kind.SETTLE, due_at=task.settles_at))
    close_questions(step, task)
    details = {"outcome": answer.outcome, "until": task.settles_at.isoformat()}
    step.decide(c.NoteTask(task.token, "answered", details))
    for group in inboxes(asked):
        step.tell_inbox(group)


def settle(step: Step, task: Task) -> None:
    """Let an answer count that nobody has taken back. Rung by its alarm, under the lock.

    What the process cannot keep is a fault, for an operator to look at.
    """
    if not task.held:
        return
    step.actor = Actor(task.completed_by, task.completed_by_name, task.on_behalf_of_name)
    asked = reading.asked_of(task)
    try:
        go_on(step, task)
    except Invalid as refusal:
        fault(step, task, asked, str(refusal))
        return
    close(step, task, asked)
    task.settles_at = None
    step.batch.update(task, "settles_at")


def fault(step: Step, task: Task, asked: Asked, sentence: str) -> None:
    """Close a task that cannot be kept; its incident waits for an operator, who asks again."""
    task.fault(sentence=sentence, now=step.now)
    step.batch.update(task, "status", "comment", "closed_at")
    close(step, task, asked)
    step.decide(c.FaultTask(task.token, sentence))


def write(step: Step, task: Task, answer: Answer) -> None:
    task.complete(
        by=answer.by,
        by_name=answer.by_name,
        on_behalf_of=answer.on_behalf_of,
        on_behalf_of_name=answer.on_behalf_of_name,
        outcome=answer.outcome,
        data=answer.data,
        comment=answer.comment,
        now=step.now,
    )
    task.automatic = answer.by is None
    step.batch.update(task, *ANSWER, "automatic")
    keep_apart(step, task, [task.completed_by_id, task.on_behalf_of_id])


def go_on(step: Step, task: Task) -> None:
    behalf = task.on_behalf_of
    step.decide(
        c.CompleteTask(
            token=task.token,
            outcome=task.outcome,
            data=task.data,
            by=task.completed_by.get_username() if task.completed_by else "",
            on_behalf_of=behalf.get_username() if behalf else None,
            comment=task.comment,
        )
    )
    announce(step, Kind.DECIDED, task, outcome=task.outcome)
    # Where several answer, each vote tells it.
    if behalf is not None and not task.collective:
        announce(step, Kind.SUBSTITUTED, task, to=[behalf], outcome=task.outcome)
