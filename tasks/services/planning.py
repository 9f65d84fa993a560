"""How urgent a task is, until when it is wanted, and when its owner looks at it again."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core.errors import Invalid
from processes.services import one_step
from tasks import timing
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.rules.working_time import OutOfReach
from tasks.services.pausing import check_moment
from tasks.services.texts import said
from tasks.services.turn import Turn


@one_step
def prioritize(*, task_id: UUID, person: User, priority: int, now: datetime) -> Task:
    """As administrator, set the priority, from 0 to 100; 50 is normal."""
    turn = Turn(person, task_id, Action.PRIORITIZE, now=now)
    if not 0 <= priority <= 100:
        sentence = _("Choose a number from 0 to 100.")
        raise Invalid("invalid_priority", sentence, details={"fields": {"priority": [sentence]}})
    before, turn.task.priority = turn.task.priority, priority
    turn.note("prioritized", priority=priority, before=before)
    turn.save("priority")
    return turn.task


@one_step
def reschedule(
    *, task_id: UUID, person: User, due_at: datetime | None, reason: str = "", now: datetime
) -> Task:
    """As administrator, set until when the answer is wanted; None is no deadline.

    Reminders and escalations move along. Raises Invalid for what has passed.
    """
    turn = Turn(person, task_id, Action.RESCHEDULE, now=now)
    check_moment(due_at, now, field="due_at")
    try:
        timing.set_due(turn.step, turn.task, due_at)
    except OutOfReach as error:
        sentence = _("Reminders and escalations around this cannot be reckoned.")
        fields = {"due_at": [sentence]}
        raise Invalid("invalid_moment", sentence, details={"fields": fields}) from error
    wanted = {"due_at": due_at.isoformat()} if due_at else {}
    turn.note("rescheduled", **wanted, **said(reason))
    turn.save()
    return turn.task


@one_step
def follow_up(*, task_id: UUID, person: User, at: datetime | None, now: datetime) -> Task:
    """Say when one wants to look at it again; None forgets it. Raises Invalid for the past."""
    turn = Turn(person, task_id, Action.FOLLOW_UP, now=now)
    check_moment(at, now, field="at")
    timing.set_follow_up(turn.step, turn.task, at)
    wanted = {"at": at.isoformat()} if at else {}
    turn.note("follow_up_set", **wanted)
    turn.save()
    return turn.task
