"""Work that Celery does for people: reminders, escalations, and telling them what happened."""

import time

import structlog
from celery import shared_task
from django.utils import timezone

from processes.core.errors import Refusal
from tasks import services
from tasks.rules.telling import Channel

log = structlog.get_logger(__name__)

BATCH = 100
LONGEST_SECONDS = 20
SENDING_SECONDS = 60


@shared_task(name="tasks.sweep")
def sweep() -> None:
    """Ring the alarms that are due, oldest first; what is left over is the next sweep's."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        due = services.claim_due_alarms(now=timezone.now(), limit=BATCH)
        for alarm_id in due:
            ring(alarm_id)
        # The next alarm of a task is only claimed when the one before has rung.
        if not due:
            return


def ring(alarm_id: int) -> None:
    """Ring one alarm; one that cannot ring is moved out of the way and never stops the others."""
    try:
        services.ring(alarm_id=alarm_id, now=timezone.now())
    except Exception as error:
        log.exception("alarm_failed", alarm=alarm_id)
        put_aside(alarm_id, error)


def put_aside(alarm_id: int, error: Exception) -> None:
    """Its claim keeps it away from the next sweeps even when this fails as well."""
    try:
        services.postpone_alarm(alarm_id=alarm_id, error=str(error), now=timezone.now())
    except Exception:
        log.exception("alarm_not_postponed", alarm=alarm_id)


@shared_task(name="tasks.hand_over")
def hand_over() -> None:
    """Hand over what waits for people who have left, or are away and nobody stands in."""
    services.cover_absences(now=timezone.now(), limit=BATCH)
    for task_id, user_id in services.stranded(limit=BATCH):
        try:
            services.rescue(task_id=task_id, user_id=user_id, now=timezone.now())
        except Refusal as refusal:
            log.info("not_handed_over", task=str(task_id), code=refusal.code)
        except Exception:
            log.exception("hand_over_failed", task=str(task_id))


@shared_task(name="tasks.recount")
def recount() -> None:
    """Count votes again where people joined or left groups, were deactivated or came back."""
    if services.anybody_moved():
        services.recount_changed(now=timezone.now())


@shared_task(name="tasks.tell")
def tell() -> None:
    """Find out whom the announcements concern, oldest first, and have what is due sent."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        untold = services.claim_untold(now=timezone.now(), limit=BATCH)
        for announcement_id in untold:
            tell_everybody(announcement_id)
        if len(untold) < BATCH:
            break
    if services.anything_to_send(now=timezone.now()):
        send_messages.delay()


def tell_everybody(announcement_id: int) -> None:
    """Tell all whom one announcement concerns; one that cannot be told never stops the others."""
    try:
        services.tell_everybody(announcement_id, now=timezone.now())
    except Exception:
        log.exception("announcement_failed", announcement=announcement_id)
        services.put_off(announcement_id, now=timezone.now())


@shared_task(name="tasks.send")
def send_messages() -> None:
    """Send what is due. A channel that turns out to be down is left alone until the next time."""
    until = time.monotonic() + SENDING_SECONDS
    down: set[Channel] = set()
    while time.monotonic() < until:
        parcel = services.claim_parcel(now=timezone.now(), without=down)
        if parcel is None:
            return
        unsent = services.send_parcel(parcel, now=timezone.now())
        if unsent is not None and unsent.down:
            down.add(parcel.channel)


@shared_task(name="tasks.scan")
def scan() -> None:
    """Have the scanner look at new files; one that it cannot look at keeps waiting."""
    until = time.monotonic() + SENDING_SECONDS
    for attachment_id in services.claim_unscanned(limit=BATCH):
        if time.monotonic() > until:
            return
        try:
            services.scan(attachment_id=attachment_id, now=timezone.now())
        except Exception:
            log.exception("scan_failed", attachment=str(attachment_id))


@shared_task(name="tasks.clear_up")
def clear_up() -> None:
    """Forget drafts of tasks that are closed, and remove files that no row knows."""
    services.forget_drafts()
    services.remove_orphans(now=timezone.now())
