"""Timers: claimed in batches, fired one by one, each in its own transaction.

A claim only keeps two sweeps from doing the same work; the instance lock and the core decide
whether a timer fires.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from processes.core import commands as c
from processes.models import Instance, Timer
from processes.store import Step

CLAIM = timedelta(seconds=30)
FAILURES_BEFORE_NOTICE = 3


def claim_due_timers(*, now: datetime, limit: int) -> list[UUID]:
    """Return due timers, oldest first, that no other sweep will look at for half a minute."""
    with transaction.atomic():
        due = list(
            Timer.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                Q(retry_at=None) | Q(retry_at__lte=now),
                due_at__lte=now,
                instance__status=Instance.Status.RUNNING,
            )
            .order_by("due_at")
            .values_list("pk", flat=True)[:limit]
        )
        Timer.objects.filter(pk__in=due).update(retry_at=now + CLAIM)
    return due


def fire_timer(*, timer_id: UUID, now: datetime) -> None:
    """Fire the timer. Raises WrongState when it fired or was withdrawn meanwhile."""
    timer = Timer.objects.filter(pk=timer_id).first()
    if timer is None:
        return
    with transaction.atomic():
        step = Step.lock(timer.instance_id, now=now)
        step.decide(c.FireTimer(timer.key))
        step.save()


def postpone_timer(*, timer_id: UUID, error: str, now: datetime) -> None:
    """Move a timer that could not fire out of the way, and raise a notice at the third failure.

    The pauses double from a minute; a sweep is never held up by one bad row.
    """
    timer = Timer.objects.filter(pk=timer_id).first()
    if timer is None:
        return
    with transaction.atomic():
        step = Step.lock(timer.instance_id, now=now)
        timer = Timer.objects.filter(pk=timer_id).first()
        if timer is None:
            return
        timer.failures += 1
        timer.retry_at = now + timedelta(minutes=2 ** min(timer.failures - 1, 10))
        step.batch.update(timer, "failures", "retry_at")
        if timer.failures == FAILURES_BEFORE_NOTICE:
            step.notice(
                key=f"timer {timer.key} {now.isoformat()}"[:40],
                token=timer.owner,
                node=timer.node,
                code="timer_failed",
                sentence=f"The timer “{timer.node}” was due and could not fire: {error}",
            )
        step.save()
