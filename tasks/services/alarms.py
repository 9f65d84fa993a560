"""Alarms: what tasks do by themselves when its moment has come, found and rung by the sweep.

An alarm rings once: its row goes in the transaction in which it rings. Of one task the alarms ring
in the order in which they are due, also after days in which nothing ran.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from processes.core import commands as c
from processes.core.errors import Absent
from processes.models import Instance
from processes.services import FAILURES_BEFORE_NOTICE, Step
from tasks import reading
from tasks.live import inboxes
from tasks.models import Alarm, Task
from tasks.services.conclusion import settle
from tasks.services.ladder import climb
from tasks.services.pausing import resume_now
from tasks.telling import Kind, announce

CLAIM = timedelta(seconds=30)
# 2 ** 4 minutes, see `postpone_alarm`.
LONGEST_PAUSE = timedelta(minutes=16)


def claim_due_alarms(*, now: datetime, limit: int) -> list[int]:
    """Return due alarms, oldest first, that no other sweep will look at for half a minute.

    Of each task only the earliest, unless that has failed before; so call it until nothing comes.
    """
    running = Q(task__clock_stopped_at=None) | ~Q(kind__in=Alarm.OF_THE_CLOCK)
    earlier = Alarm.objects.filter(
        running,
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk")),
        task=OuterRef("task"),
        failures=0,
    )
    # A pause that ends later than any we make was written before the clock was set back.
    rested = Q(retry_at=None) | Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_PAUSE)
    with transaction.atomic():
        due = list(
            Alarm.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                rested,
                running,
                ~Exists(earlier),
                due_at__lte=now,
                task__instance__status=Instance.Status.RUNNING,
            )
            .order_by("due_at", "id")
            .values_list("pk", flat=True)[:limit]
        )
        Alarm.objects.filter(pk__in=due).update(retry_at=now + CLAIM)
    return due


def ring(*, alarm_id: int, now: datetime) -> None:
    """Do what the alarm is for. Nothing happens when it is gone, or was moved, or stands still."""
    with transaction.atomic():
        try:
            which = Instance.objects.filter(tasks__alarms=alarm_id)
            step = Step.lock_one(which, now=now)
        except Absent:
            return
        alarm = found(alarm_id)
        if alarm is None or alarm.due_at > now or stands(step, alarm):
            return
        step.batch.delete(Alarm, id=alarm.pk)
        if alarm.task.is_open or alarm.kind == Alarm.Kind.SETTLE:
            late = int((now - alarm.due_at).total_seconds())
            RINGS[Alarm.Kind(alarm.kind)](step, alarm, late)
        step.save()


def found(alarm_id: int) -> Alarm | None:
    return Alarm.objects.select_related("task__owner", "task__calendar").filter(pk=alarm_id).first()


def stands(step: Step, alarm: Alarm) -> bool:
    """Tell whether the alarm waits for the instance to be resumed, or for the task's clock."""
    alarm.task.instance = step.instance
    if step.instance.status != Instance.Status.RUNNING:
        return True
    return alarm.kind in Alarm.OF_THE_CLOCK and alarm.task.clock_stopped_at is not None


def remind(step: Step, alarm: Alarm, late: int) -> None:
    task = alarm.task
    task.reminded_at = step.now
    step.batch.update(task, "reminded_at")
    step.decide(c.NoteTask(task.token, "reminded", {"due_at": iso(task.due_at)}))
    announce(step, Kind.REMINDED, task, due_at=iso(task.due_at), late=late)
    tell(step, task)


def not_started(step: Step, alarm: Alarm, late: int) -> None:
    """Say that nobody has begun, if so."""
    task = alarm.task
    if begun(task):
        return
    due_at = iso(task.start_by_at)
    step.decide(c.NoteTask(task.token, "overdue", {"of": "startBy", "due_at": due_at}))
    announce(step, Kind.OVERDUE, task, of="startBy", due_at=due_at, late=late)
    tell(step, task)


def overdue(step: Step, alarm: Alarm, late: int) -> None:
    task = alarm.task
    step.decide(c.NoteTask(task.token, "overdue", {"due_at": iso(task.due_at)}))
    announce(step, Kind.OVERDUE, task, due_at=iso(task.due_at), late=late)
    tell(step, task)


def escalate(step: Step, alarm: Alarm, late: int) -> None:
    task = alarm.task
    rung = task.asked["escalations"][alarm.step]
    if rung.get("of") == "startBy" and begun(task):
        return
    climb(step, task, alarm.step, late=late)


def follow_up(step: Step, alarm: Alarm, late: int) -> None:
    task = alarm.task
    task.follow_up_at = None
    step.batch.update(task, "follow_up_at")
    to = [task.owner] if task.owner else None
    announce(step, Kind.REMINDED, task, to=to, follow_up=True, late=late)
    tell(step, task)


RINGS: dict[Alarm.Kind, Callable[[Step, Alarm, int], None]] = {
    Alarm.Kind.REMIND: remind,
    Alarm.Kind.START_BY: not_started,
    Alarm.Kind.OVERDUE: overdue,
    Alarm.Kind.ESCALATE: escalate,
    Alarm.Kind.FOLLOW_UP: follow_up,
    Alarm.Kind.RESUME: lambda step, alarm, _late: resume_now(step, alarm.task),
    Alarm.Kind.SETTLE: lambda step, alarm, _late: settle(step, alarm.task),
}


def begun(task: Task) -> bool:
    return task.started_at is not None


def tell(step: Step, task: Task) -> None:
    for group in inboxes(reading.asked_of(task)):
        step.tell_inbox(group)


def postpone_alarm(*, alarm_id: int, error: str, now: datetime) -> None:
    """Move an alarm that could not ring out of the way; an operator is told at the third time."""
    with transaction.atomic():
        try:
            step = Step.lock_one(Instance.objects.filter(tasks__alarms=alarm_id), now=now)
        except Absent:
            return
        alarm = found(alarm_id)
        if alarm is None:
            return
        alarm.failures += 1
        alarm.retry_at = now + timedelta(minutes=2 ** min(alarm.failures - 1, 4))
        step.batch.update(alarm, "failures", "retry_at")
        if alarm.failures == FAILURES_BEFORE_NOTICE:
            step.notice(
                key=f"alarm {alarm.pk}",
                token=alarm.task.token,
                node=alarm.task.node,
                code="alarm_failed",
                sentence=f"“{alarm.task}” was due for a {alarm.kind} that failed: {error}",
            )
        step.save()


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
