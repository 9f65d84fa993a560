"""What one asked for: the list of it, and the page of one instance."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from processes.core import graph as g
from processes.core.errors import Refusal
from processes.models import HistoryEvent, Incident, Instance
from processes.services import graph_of, may_operate, may_view, visible_instance
from tasks.inbox import Inbox
from tasks.models import Comment
from tasks.models.task import withdrawable
from tasks.rules.evidence import declared_names
from tasks.views.facts import facts
from tasks.views.paging import PAGE, page_of
from tasks.views.people import person_of
from tasks.views.story import Ending, ending, endings, history_of, marks, story
from tasks.views.waits import Wait, open_tasks, waits

LOOKS = {
    Instance.Status.RUNNING: ("half", "accent"),
    Instance.Status.SUSPENDED: ("stop", "warning"),
    Instance.Status.FAILED: ("refused", "negative"),
    Instance.Status.CANCELLED: ("refused", ""),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A state as a word, a drawing and a color."""

    status: str
    glyph: str
    tone: str


@dataclass(frozen=True, slots=True)
class Started:
    """One line of the list."""

    id: UUID
    title: str
    process: str
    status: str
    glyph: str
    tone: str
    since: datetime
    ended_at: datetime | None
    waiting: list[Wait]

    @property
    def url(self) -> str:
        return reverse("instance", args=[self.id])


@require_safe
def started(request: HttpRequest) -> HttpResponse:
    """Show what the person started, newest first, and whom it waits for."""
    person, now = person_of(request), timezone.now()
    part = request.GET.get("part", "")
    mine = Instance.objects.started_by(person).select_related("process")
    mine = mine.order_by("-started_at", "-id")
    page, cursor = page_of(request, mine, "started_at", newest_first=True)
    tasks, ends = open_tasks(page), endings(page)
    rows = []
    for found in page:
        look = look_of(found, ends.get(found.pk))
        rows.append(
            Started(
                id=found.pk,
                title=found.subject,
                process=found.process.name,
                status=look.status,
                glyph=look.glyph,
                tone=look.tone,
                since=found.started_at,
                ended_at=found.ended_at,
                waiting=waits(graph_of(found.version_id), found, tasks),
            )
        )
    address = reverse("started")
    context = {
        "now": now,
        "section": "started",
        "swapping": bool(part),
        "rows": rows,
        "more_url": f"{address}?{urlencode({'after': cursor})}" if cursor else "",
        "refetch_url": f"{address}?part=list",
        "page_size": PAGE,
    }
    piece = {"rows": "#rows", "list": "#list"}.get(part, "")
    return render(request, f"started.html{piece}", context)


@require_safe
def instance(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Show where an instance stands and how it got there; ``part=live`` asks for what moves."""
    return page(request, instance_id)


def page(
    request: HttpRequest,
    instance_id: UUID,
    *,
    problem: Refusal | None = None,
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page, also after a refusal to take the request back for this ``reason``."""
    person, now = person_of(request), timezone.now()
    found = visible_instance(person, instance_id, now=now)
    graph = graph_of(found.version_id)
    events = history_of(found)
    swapping = request.GET.get("part") == "live"
    address = reverse("instance", args=[found.pk])
    mine = found.initiator_id == person.pk
    operates = may_operate(person, found.process)
    context = {
        "now": now,
        "problem": problem,
        "reason": reason,
        "may_withdraw": mine and withdrawable(found),
        "goes_on_with": back_to(graph),
        "comments": Comment.objects.seen_with(found, person, operates=operates),
        "section": "started" if mine else "inbox",
        "swapping": swapping,
        "instance": summary(found, graph, events),
        "sequence": found.sequence,
        "troubles": troubles(found, graph, person),
        "waits": linked(waits(graph, found, open_tasks([found])), found, person, now=now),
        "story": story(graph, found, events),
        "variables": facts(graph, declared_names(graph), found.variables),
        "diagram": marks(graph, found, events),
        "diagram_url": reverse("diagram", args=[found.pk]),
        "refetch_url": f"{address}?part=live",
        "back": {"url": reverse("started"), "label": _("Started by me")}
        if mine
        else {"url": reverse("inbox"), "label": _("Inbox")},
    }
    piece = "instance.html#live" if swapping else "instance.html"
    return render(request, piece, context, status=status)


def back_to(graph: g.Graph) -> str:
    """Return the step with which a request that is taken back goes on; empty where it ends."""
    to = graph.withdrawal.to
    return graph.nodes[to].label if to else ""


def look_of(found: Instance, end: Ending | None) -> Look:
    """Return how the instance's state is shown; one that ended is called by its end."""
    if stands_still(found):
        return Look(_("Stands still"), "alert", "warning")
    name = str(found.get_status_display())
    if found.status == Instance.Status.COMPLETED and end is not None:
        glyph = {"positive": "done", "negative": "refused"}.get(end.tone, "end")
        return Look(end.name or name, glyph, end.tone)
    return Look(name, *LOOKS.get(Instance.Status(found.status), ("half", "")))


def stands_still(found: Instance) -> bool:
    return found.status in Instance.OPEN and any(
        token.get("wait") == "incident" for token in found.state["tokens"].values()
    )


def summary(found: Instance, graph: g.Graph, events: list[HistoryEvent]) -> dict[str, Any]:
    """Return the instance in words."""
    end = ending(graph, events)
    look = look_of(found, end)
    if found.status == Instance.Status.CANCELLED:
        words = _("It was cancelled before it reached an end.")
    elif found.status == Instance.Status.FAILED:
        words = _("It failed: nothing in it handles the error that occurred.")
    elif end.name:
        words = _("It ended with “%(end)s”.") % {"end": end.name}
    else:
        words = _("It has ended.")
    return {
        "id": found.pk,
        "title": found.subject,
        "process": found.process.name,
        "status": look.status,
        "tone": look.tone,
        "business_key": found.business_key,
        "initiator": found.initiator_name,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "open": found.status in Instance.OPEN,
        "ending": words,
    }


def troubles(found: Instance, graph: g.Graph, person: User) -> list[dict[str, Any]]:
    """Return what keeps the instance from going on; operators get a link to mend it."""
    rows = found.incidents.filter(status=Incident.Status.OPEN, blocking=True)
    operates = person.is_staff and may_operate(person, found.process)
    return [
        {
            "what": row.sentence,
            "step": graph.nodes[row.node].label if row.node in graph.nodes else row.node,
            "since": row.raised_at,
            "url": admin_address(found) if operates else "",
        }
        for row in rows
    ]


def admin_address(found: Instance) -> str:
    try:
        return reverse("admin:processes_instance_change", args=[found.pk])
    except NoReverseMatch:
        return ""


def linked(
    found: list[Wait], instance: Instance, person: User, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the waits with a link to those tasks that the person may see."""
    open_to_all = (
        instance.initiator_id == person.pk
        or may_view(person, instance.process)
        or may_operate(person, instance.process)
    )
    asked = set()
    if not open_to_all and found:
        todo = Inbox(person, now=now).tasks("todo").filter(instance=instance)
        asked = set(todo.values_list("pk", flat=True))
    return [
        {
            "who": wait.who,
            "step": wait.step,
            "icon": wait.icon,
            "since": wait.since,
            "due_at": wait.due_at,
            "faces": wait.faces,
            "url": reverse("task", args=[wait.task])
            if wait.task and (open_to_all or wait.task in asked)
            else "",
        }
        for wait in found
    ]
