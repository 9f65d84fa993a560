"""The first page of the administration: what needs somebody now, and how things go."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from processes.access import administered, watched
from processes.admin.base import ProcessesOf, sees
from processes.models import Incident, Instance, Timer, Version
from tasks.models import Alarm, Task

Rows = TypeVar("Rows", bound=QuerySet[Any])

SHOWN = 6
DAYS = 14
BASELINE = 66
LATE = timedelta(minutes=1)
SWEEPS = ("processes.sweep", "tasks.sweep")


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the first page shows; everything lies in the processes that the person may see."""
    person = cast(User, request.user)
    now = timezone.now()
    mine = Mine(person)
    overdue = mine.tasks.filter(due_at__lt=now)
    waiting = [rows.aggregate(**due(now)) for rows in (mine.timers, mine.alarms)]
    return context | {
        "now": now,
        "cards": cards(mine, waiting, now),
        "days": days(mine.instances, now),
        "stopped": stopped_sweeps(),
        "late": sum(part["late"] for part in waiting),
        "incidents": mine.incidents.select_related("instance__process")
        .defer("instance__state")
        .order_by("-raised_at")[:SHOWN],
        "overdue": overdue.select_related("instance", "owner")
        .defer("instance__state")
        .order_by("due_at")[:SHOWN],
        "publishes": mine.publishes.select_related("process", "published_by")
        .defer("source", "decisions")
        .order_by("-published_at")[:SHOWN],
    }


class Mine:
    """What lies in the processes that the person may see."""

    def __init__(self, person: User) -> None:
        self.person = person
        of = "instance__process"
        running = Q(instance__status=Instance.Status.RUNNING)
        self.instances = self._within(Instance.objects.all(), "process")
        self.incidents = self._within(Incident.objects.filter(status="open"), of)
        self.tasks = self._within(Task.objects.filter(status__in=Task.OPEN), of)
        self.timers = self._within(Timer.objects.filter(running), of)
        alarms = Alarm.objects.filter(task__instance__status=Instance.Status.RUNNING)
        self.alarms = self._within(alarms, f"task__{of}")
        published = Version.objects.exclude(published_at=None)
        self.publishes = self._within(published, "process", administered)

    def _within(self, rows: Rows, path: str, those: ProcessesOf = watched) -> Rows:
        if self.person.is_superuser:
            return rows
        return rows.filter(**{f"{path}__in": those(self.person)})


def cards(mine: Mine, waiting: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return the numbers at the top, each with the list behind it."""
    troubles = mine.incidents.aggregate(
        every=Count("pk"), holding=Count("pk", filter=Q(blocking=True))
    )
    instances = mine.instances.filter(status__in=Instance.OPEN).aggregate(
        running=Count("pk", filter=Q(status="running")),
        suspended=Count("pk", filter=Q(status="suspended")),
    )
    tasks = mine.tasks.aggregate(every=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    late = sum(part["late"] for part in waiting)
    return [
        {
            "name": _("Open incidents"),
            "count": troubles["every"],
            "note": _("%(n)s hold a process") % {"n": troubles["holding"]},
            "tone": "negative" if troubles["every"] else "",
            "icon": "error",
            "url": reverse("admin:processes_incident_changelist"),
        },
        {
            "name": _("Running instances"),
            "count": instances["running"],
            "note": _("%(n)s suspended") % {"n": instances["suspended"]},
            "icon": "account_tree",
            "url": reverse("admin:processes_instance_changelist") + "?status__exact=running",
        },
        {
            "name": _("Overdue tasks"),
            "count": tasks["overdue"],
            "note": _("of %(n)s open") % {"n": tasks["every"]},
            "tone": "warning" if tasks["overdue"] else "",
            "icon": "alarm",
            "url": reverse("admin:tasks_task_changelist") + "?state=overdue",
        },
        {
            "name": _("Timers and reminders"),
            "count": sum(part["every"] for part in waiting),
            "note": _("%(n)s late") % {"n": late} if late else "",
            "next": min((part["next"] for part in waiting if part["next"]), default=None),
            "tone": "warning" if late else "",
            "icon": "schedule",
            "url": "",
        },
    ]


def due(now: datetime) -> dict[str, Any]:
    """Return what to ask of rows that wait for a moment."""
    late = Q(due_at__lt=now - LATE)
    return {"every": Count("pk"), "late": Count("pk", filter=late), "next": Min("due_at")}


def per_day(instances: QuerySet[Instance], field: str, now: datetime) -> Counter[date]:
    """Count instances by the local day of ``field`` in the last two weeks."""
    since = now - timedelta(days=DAYS)
    rows = (
        instances.filter(**{f"{field}__gte": since})
        .order_by()
        .annotate(day=TruncDate(field))
        .values_list("day")
        .annotate(found=Count("pk"))
    )
    return Counter(dict(rows))


def days(instances: QuerySet[Instance], now: datetime) -> list[dict[str, Any]]:
    """Return the days of the chart, oldest first, with their bars."""
    started = per_day(instances, "started_at", now)
    ended = per_day(instances, "ended_at", now)
    today = timezone.localdate(now)
    shown = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    tallest = max((*started.values(), *ended.values(), 1))
    return [
        {
            "day": day,
            "started": started[day],
            "ended": ended[day],
            "started_height": (up := round(60 * started[day] / tallest)),
            "started_top": BASELINE - up,
            "ended_height": (down := round(60 * ended[day] / tallest)),
            "ended_top": BASELINE - down,
        }
        for day in shown
    ]


def stopped_sweeps() -> list[str]:
    """Return the names of sweeps that somebody switched off: without them no timer goes off."""
    off = PeriodicTask.objects.filter(task__in=SWEEPS, enabled=False)
    return list(off.values_list("name", flat=True))


def sees_processes(request: HttpRequest) -> bool:
    """Tell whether the sidebar offers definitions."""
    return sees(request, administered)


def sees_instances(request: HttpRequest) -> bool:
    """Tell whether the sidebar offers instances and what hangs on them."""
    return sees(request, watched)
