"""Alarms: reminders and rungs of the escalation ladder, rung by the sweep."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from processes.core import commands as c
from processes.models import Instance
from processes.services import FAILURES_BEFORE_NOTICE, Step
from tasks import reading
from tasks.desk import ask, find_people
from tasks.live import inboxes
from tasks.models import Alarm, Candidate, Task
from tasks.services.turn import name_of

CLAIM = timedelta(seconds=30)


def claim_due_alarms(*, now: datetime, limit: int) -> list[int]:
    """Return due alarms, oldest first, that no other sweep will look at for half a minute."""
    with transaction.atomic():
        due = list(
            Alarm.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                Q(retry_at=None) | Q(retry_at__lte=now),
                due_at__lte=now,
                task__instance__status=Instance.Status.RUNNING,
            )
            .order_by("due_at", "id")
            .values_list("pk", flat=True)[:limit]
        )
        Alarm.objects.filter(pk__in=due).update(retry_at=now + CLAIM)
    return due


def ring(*, alarm_id: int, now: datetime) -> None:
    """Remind, or ask more people. Rings once; nothing happens when the task is closed by then."""
    instance_id = Alarm.objects.filter(pk=alarm_id).values_list("task__instance", flat=True).first()
    if instance_id is None:
        return
    with transaction.atomic():
        step = Step.lock(instance_id, now=now)
        alarm = Alarm.objects.filter(pk=alarm_id).first()
        if alarm is None:
            return
        task = Task.objects.with_process().get(pk=alarm.task_id)
        step.batch.delete(Alarm, id=alarm.pk)
        if alarm.kind == Alarm.Kind.REMIND:
            remind(step, task)
        else:
            escalate(step, task, task.asked["escalations"][alarm.step])
        step.save()


def remind(step: Step, task: Task) -> None:
    task.reminded_at = step.now
    step.batch.update(task, "reminded_at")
    step.decide(c.NoteTask(task.token, "reminded", {"due_at": iso(task.due_at)}))
    for group in inboxes(reading.asked_of(task)):
        step.tell_inbox(group)


def escalate(step: Step, task: Task, rung: dict[str, list[str]]) -> None:
    """Ask the people of this rung as well; whoever held the task shares it from now on."""
    asked = reading.asked_of(task)
    users, groups = find_people(rung)
    former = name_of(task.owner) if task.owner else ""
    if task.owner is not None and task.owner_id not in asked.users:
        ask(step, task, users=[task.owner], via=Candidate.Via.ESCALATION)
    task.escalate(now=step.now)
    step.batch.update(task, "status", "owner", "claimed_at", "escalated_at")
    ask(
        step,
        task,
        users=[u for u in users if u.pk not in asked.users and u.pk not in asked.excluded],
        groups=[group for group in groups if group.pk not in asked.groups],
        via=Candidate.Via.ESCALATION,
    )
    to = [*map(name_of, users), *(group.name for group in groups)]
    step.decide(c.NoteTask(task.token, "escalated", {"to": to, "held_by": former}))
    for group in inboxes(asked):
        step.tell_inbox(group)


def postpone_alarm(*, alarm_id: int, error: str, now: datetime) -> None:
    """Move an alarm that could not ring out of the way; an operator is told at the third time."""
    alarm = Alarm.objects.select_related("task").filter(pk=alarm_id).first()
    if alarm is None:
        return
    with transaction.atomic():
        step = Step.lock(alarm.task.instance_id, now=now)
        alarm = Alarm.objects.select_related("task").filter(pk=alarm_id).first()
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
