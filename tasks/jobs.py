"""Work that Celery does for people: reminders and escalations."""

import time

import structlog
from celery import shared_task
from django.utils import timezone

from processes.core.errors import Refusal
from tasks import services

log = structlog.get_logger(__name__)

BATCH = 100
LONGEST_SECONDS = 20


@shared_task(name="tasks.sweep")
def sweep() -> None:
    """Ring the alarms that are due, oldest first; what is left over is the next sweep's."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        due = services.claim_due_alarms(now=timezone.now(), limit=BATCH)
        for alarm_id in due:
            ring(alarm_id)
        if len(due) < BATCH:
            return


def ring(alarm_id: int) -> None:
    """Ring one alarm; one that cannot ring is moved out of the way and never stops the others."""
    try:
        services.ring(alarm_id=alarm_id, now=timezone.now())
    except Refusal as refusal:
        log.info("alarm_not_rung", alarm=alarm_id, code=refusal.code)
    except Exception as error:
        log.exception("alarm_failed", alarm=alarm_id)
        services.postpone_alarm(alarm_id=alarm_id, error=repr(error), now=timezone.now())
