"""What tests of time share: working calendars, letting alarms ring, and what was noted."""

from datetime import datetime
from typing import Any

from tasks import services
from tasks.models import Calendar, Task


def ring_due(now: datetime) -> None:
    """Ring what is due, as the sweep does."""
    while due := services.claim_due_alarms(now=now, limit=100):
        for alarm in due:
            services.ring(alarm_id=alarm, now=now)


def notes(task: Task) -> list[tuple[str, Any]]:
    """Return what was noted about the task's instance, and its details."""
    noted = task.instance.history.filter(kind="task.noted")
    return [(event.data["action"], event.data["details"]) for event in noted]


def actions(task: Task) -> list[str]:
    return [action for action, _ in notes(task)]


def calendar(key: str = "office", **more: Any) -> Calendar:
    """Return a calendar of eight hours from Monday to Friday, in Berlin."""
    more = {"name": key.capitalize(), "time_zone": "Europe/Berlin"} | more
    return Calendar.objects.create(key=key, **more)
