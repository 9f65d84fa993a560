"""Laying a task aside and going on with it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core.errors import Invalid
from processes.services import Step, one_step
from tasks import reading, timing
from tasks.live import inboxes
from tasks.models import Alarm, Task
from tasks.rules.actions import Action
from tasks.services.counting import recount
from tasks.services.texts import said
from tasks.services.turn import Turn

PAUSE = ("status", "suspended_from", "suspended_by", "suspended_until")
LONGEST = timedelta(days=366)


@one_step
def suspend(
    *,
    task_id: UUID,
    person: User,
    until: datetime | None = None,
    reason: str = "",
    now: datetime,
) -> Task:
    """Lay the task aside, perhaps until a moment at which it goes on by itself.

    Raises Invalid for a moment that has passed or lies more than a year ahead.
    """
    turn = Turn(person, task_id, Action.SUSPEND, now=now)
    check_moment(until, now, field="until")
    turn.task.suspend(by=person, until=until)
    timing.set_alarm(turn.step, turn.task, Alarm.Kind.RESUME, until)
    lasting = {"until": until.isoformat()} if until else {}
    turn.note("suspended", **lasting, **said(reason))
    turn.save(*PAUSE)
    return turn.task


@one_step
def resume(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Go on with a suspended task before its time."""
    turn = Turn(person, task_id, Action.RESUME, now=now)
    timing.set_alarm(turn.step, turn.task, Alarm.Kind.RESUME, None)
    turn.task.resume()
    turn.note("resumed")
    recount(turn.step, turn.task)
    turn.save(*PAUSE)
    return turn.task


def resume_now(step: Step, task: Task) -> None:
    """Go on with a task whose time has come. Rung by its alarm, under the lock."""
    if task.status != Task.Status.SUSPENDED:
        return
    task.resume()
    step.batch.update(task, *PAUSE)
    timing.keep_time(step, task)
    token = task.parent.token if task.parent else task.token
    step.decide(c.NoteTask(token, "resumed", {}))
    recount(step, task)
    for group in inboxes(reading.asked_of(task)):
        step.tell_inbox(group)


def check_moment(moment: datetime | None, now: datetime, *, field: str) -> None:
    """Refuse what has passed, or is more than a year away."""
    if moment is None or now < moment <= now + LONGEST:
        return
    sentence = (
        _("This has already passed.") if moment <= now else _("Choose a time within the next year.")
    )
    raise Invalid("invalid_moment", sentence, details={"fields": {field: [sentence]}})
