"""The time of a task: whose working time counts, what is armed, and the clock that can stand still.

Everything that is to happen later is a row; the sweep finds it, whatever was restarted meanwhile.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.contrib.auth.models import Group, User

from processes.services import Step
from tasks.models import Alarm, Calendar, Candidate, Task, TaskQuerySet
from tasks.rules.deadlines import (
    Bell,
    Schedule,
    bells,
    carried_on,
    clock_stands,
    has_deadlines,
    schedule,
)
from tasks.rules.working_time import ElapsedTime, OutOfReach, TimeKeeper

ELAPSED = ElapsedTime()


# --- arming --------------------------------------------------------------------------------------


def arm(step: Step, task: Task, *, users: Sequence[User], groups: Sequence[Group]) -> None:
    """Set the deadlines of a task that is being opened, and arm what rings around them.

    Nothing is looked up for a step without deadlines. What cannot be reckoned never holds a task
    up: then every hour counts, or there is no deadline, and an operator is told.
    """
    if not has_deadlines(task.asked):
        return
    task.calendar = calendar_for(step, task, users=users, groups=groups)
    found = reckoned(step, task)
    task.start_by_at, task.due_at = found.start_by_at, found.due_at
    task.follow_up_at = found.follow_up_at
    step.batch.insert(*(alarm(task, bell) for bell in found.bells))
    keep_time(step, task)


def calendar_for(
    step: Step, task: Task, *, users: Sequence[User], groups: Sequence[Group]
) -> Calendar | None:
    """Return the calendar that counts; None when there is none, so that every hour counts.

    The one that the step names comes first, then that of the process, of the only group that is
    asked, of the only person, and the default one.
    """
    key = task.asked.get("calendar", "")
    alone = len(users) + len(groups) == 1
    found = Calendar.objects.which_may_count(
        key=key,
        process=step.instance.process_id,
        groups=[group.pk for group in groups] if alone else [],
        users=[user.pk for user in users] if alone else [],
    ).first()
    if key and (found is None or found.key != key):
        sentence = (
            f"“{task.name}” counts the hours of the calendar “{key}”, which does not exist. "
            "Every hour counts instead. Add the calendar, then set the due date by hand."
        )
        notice(step, task, "calendar", "unknown_calendar", sentence)
        return None
    return found


def reckoned(step: Step, task: Task) -> Schedule:
    """Return the deadlines; where the calendar has none within reach, as time passes anyway."""
    try:
        return schedule(task.asked, step.now, keeper_of(task))
    except OutOfReach:
        sentence = (
            f"The deadline of “{task.name}” cannot be reckoned: its span is too long, or "
            f"the calendar “{task.calendar}” hardly opens. "
        )
    try:
        found = schedule(task.asked, step.now, ELAPSED)
        sentence += "Every hour counts instead."
    except OutOfReach:
        found = Schedule()
        sentence += "It has no deadline now. Set one by hand if it needs one."
    task.calendar = None
    notice(step, task, "deadline", "deadline_out_of_reach", sentence)
    return found


def keeper_of(task: Task) -> TimeKeeper:
    return task.calendar.working() if task.calendar else ELAPSED


def alarm(task: Task, bell: Bell) -> Alarm:
    return Alarm(task=task, kind=bell.kind, step=bell.step, due_at=bell.due_at)


def notice(step: Step, task: Task, what: str, code: str, sentence: str) -> None:
    step.notice(
        key=f"{what} {task.token}"[:40],
        token=task.token,
        node=task.node,
        code=code,
        sentence=sentence,
    )


def disarm(step: Step, task: Task) -> None:
    """Withdraw whatever is armed, with a task that is closed."""
    if any(
        (task.start_by_at, task.due_at, task.follow_up_at, task.suspended_until, task.settles_at)
    ):
        step.batch.delete(Alarm, task_id=task.pk)


# --- moving --------------------------------------------------------------------------------------


def set_due(step: Step, task: Task, due_at: datetime | None) -> None:
    """Set until when the answer is wanted, or that there is no hurry; all around it moves along.

    Reminders and rungs that rang for the old date ring again for the new one. Raises OutOfReach.
    """
    task.due_at = due_at.astimezone(UTC) if due_at else None
    if task.clock_stopped_at is not None or (task.due_at and stands(task)):
        # What is left of it is left from now on.
        task.clock_stopped_at = step.now
    step.batch.update(task, "due_at", "clock_stopped_at")
    step.batch.change(Candidate, {"due_at": task.due_at}, task_id=task.pk)
    rungs = task.asked.get("escalations", ())
    wanted = {
        (Alarm.Kind(bell.kind), bell.step): bell
        for bell in bells(task.asked, step.now, None, task.due_at, keeper_of(task))
    }
    armed = task.alarms.filter(kind__in=Alarm.OF_THE_CLOCK).exclude(kind=Alarm.Kind.START_BY)
    for row in armed:
        if row.kind == Alarm.Kind.ESCALATE and rungs[row.step].get("of") == "startBy":
            continue
        bell = wanted.pop((Alarm.Kind(row.kind), row.step), None)
        if bell is None:
            step.batch.delete(Alarm, id=row.pk)
        else:
            move(step, row, bell.due_at)
    step.batch.insert(*(alarm(task, bell) for bell in wanted.values()))


def set_follow_up(step: Step, task: Task, at: datetime | None) -> None:
    """Set when the holder wants to look at it again, or that they do not."""
    task.follow_up_at = at
    step.batch.update(task, "follow_up_at")
    set_alarm(step, task, Alarm.Kind.FOLLOW_UP, at)


def set_alarm(step: Step, task: Task, kind: Alarm.Kind, at: datetime | None) -> None:
    """Arm the one alarm of a kind, move it, or withdraw it for None."""
    row = task.alarms.filter(kind=kind).first()
    if row is None and at is not None:
        step.batch.insert(Alarm(task=task, kind=kind, due_at=at))
    elif row is not None and at is not None:
        move(step, row, at)
    elif row is not None:
        step.batch.delete(Alarm, id=row.pk)


def move(step: Step, row: Alarm, at: datetime) -> None:
    row.due_at, row.retry_at, row.failures = at, None, 0
    step.batch.update(row, "due_at", "retry_at", "failures")


# --- the clock -----------------------------------------------------------------------------------


def keep_time(step: Step, task: Task) -> None:
    """Let the clock stand or run as the task's state wants it. Call whenever the state changes."""
    if not task.is_open:
        return
    if stands(task):
        stop_clock(step, task)
    else:
        start_clock(step, task)


def stop_clock(step: Step, task: Task) -> None:
    """Let the deadlines stand still, and nothing ring for them, until `start_clock`.

    Nothing happens when it stands already, or when there is no deadline to hold.
    """
    if task.clock_stopped_at is not None or not (task.due_at or task.start_by_at):
        return
    task.clock_stopped_at = step.now
    step.batch.update(task, "clock_stopped_at")


def start_clock(step: Step, task: Task) -> None:
    """Let the clock go on, if nothing else holds it: what was left of a deadline is left again."""
    if task.clock_stopped_at is None or stands(task):
        return
    stopped_at, task.clock_stopped_at = task.clock_stopped_at, None

    def moved(moment: datetime) -> datetime:
        try:
            return carried_on(moment, stopped_at=stopped_at, now=step.now, keeper=keeper_of(task))
        except OutOfReach:
            # The calendar has closed since: then every hour counts.
            return carried_on(moment, stopped_at=stopped_at, now=step.now, keeper=ELAPSED)

    for row in task.alarms.filter(kind__in=Alarm.OF_THE_CLOCK):
        move(step, row, moved(row.due_at))
    if task.start_by_at and task.started_at is None:
        task.start_by_at = moved(task.start_by_at)
    if task.due_at:
        task.due_at = moved(task.due_at)
        step.batch.change(Candidate, {"due_at": task.due_at}, task_id=task.pk)
    step.batch.update(task, "clock_stopped_at", "start_by_at", "due_at")


def stands(task: Task) -> bool:
    """Tell whether something holds the clock: an operator, the task's state, or a question."""
    waits = task.open_questions > 0 and task.asked.get("information") != "counts"
    return waits or task.on_hold or clock_stands(task.status, task.asked)


def hold(step: Step) -> None:
    """Stop the clock of all that the instance asks: an operator has suspended it."""
    for task in clocks_of(step).filter(clock_stopped_at=None):
        task.instance = step.instance
        stop_clock(step, task)


def go_on(step: Step) -> None:
    """Let the clocks run again that stood still only because the instance was suspended."""
    for task in clocks_of(step).exclude(clock_stopped_at=None):
        task.instance = step.instance
        start_clock(step, task)


def clocks_of(step: Step) -> TaskQuerySet:
    open_ones = Task.objects.open().filter(instance=step.instance)
    return open_ones.select_related("calendar").order_by("id")
