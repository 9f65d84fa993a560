"""The time of a task in words: what there is beside the due date, and why its clock stands."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tasks.models import Task


@dataclass(frozen=True, slots=True)
class Clock:
    """What `clock.html` shows. ``why`` says what has to happen before the clock goes on."""

    start_by_at: datetime | None
    follow_up_at: datetime | None
    calendar: str
    stopped_at: datetime | None
    why: str


def clock_of(task: Task) -> Clock | None:
    """Return the time of an open task; None for a closed one, whose clock concerns nobody."""
    if not task.is_open:
        return None
    timed = task.due_at or task.start_by_at
    return Clock(
        start_by_at=task.start_by_at if task.started_at is None else None,
        follow_up_at=task.follow_up_at,
        calendar=task.calendar.name if task.calendar and timed else "",
        stopped_at=task.clock_stopped_at,
        why=why_stopped(task) if task.clock_stopped_at else "",
    )


def why_stopped(task: Task) -> str:
    if task.on_hold:
        return _("It goes on when the operator resumes the process.")
    if task.status == Task.Status.SUSPENDED:
        return _("It goes on when the task is resumed.")
    if task.open_questions:
        return _("It goes on when the colleague has answered.")
    return _("It goes on when the task is in a state that the process counts.")
