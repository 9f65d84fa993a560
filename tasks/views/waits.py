"""Whom an instance waits for, and since when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from processes.core import graph as g
from processes.models import Instance
from tasks.models import Candidate, Task
from tasks.views.people import listed, name_of

Tasks = Mapping[UUID, Mapping[str, Task]]


@dataclass(frozen=True, slots=True)
class Wait:
    """``task`` is the open task, when people are waited for; ``since`` is when the wait began."""

    who: str
    step: str
    icon: str
    sentence: str
    since: datetime | None = None
    due_at: datetime | None = None
    faces: tuple[str, ...] = ()
    task: UUID | None = None


def open_tasks(instances: Iterable[Instance]) -> Tasks:
    """Return the open tasks of these instances by instance and token, with whom they ask.

    Among them are those whose answer does not count yet.
    """
    asked = Prefetch("candidates", Candidate.objects.select_related("user", "group").order_by("id"))
    held = Q(status=Task.Status.COMPLETED, settles_at__isnull=False)
    rows = Task.objects.filter(Q(status__in=Task.OPEN) | held, kind=Task.Kind.QUESTION)
    rows = rows.filter(instance__in=list(instances))
    found: dict[UUID, dict[str, Task]] = {}
    for task in rows.select_related("owner").prefetch_related(asked):
        found.setdefault(task.instance_id, {})[task.token] = task
    return found


def waits(graph: g.Graph, instance: Instance, tasks: Tasks) -> list[Wait]:
    """Return what the instance waits for, in the order in which it got there."""
    if instance.status not in Instance.OPEN:
        return []
    found = []
    for token in instance.state["tokens"].values():
        node = graph.nodes[token["node"]]
        task = tasks.get(instance.pk, {}).get(token["id"])
        match token.get("wait"):
            case "task" if task is not None:
                found.append(for_people(task))
            case "job":
                text = _("Placet works on “%(step)s”.") % {"step": node.label}
                found.append(Wait(_("Another system"), node.label, "machine", text))
            case "event":
                found.extend(for_events(graph, instance.state, token["id"]))
            case "call":
                text = _("Another process works on “%(step)s”.") % {"step": node.label}
                found.append(Wait(_("Another process"), node.label, "machine", text))
            case "incident":
                text = _("An operator has to look at “%(step)s”.") % {"step": node.label}
                found.append(Wait(_("An operator"), node.label, "alert", text))
    return found


def for_events(graph: g.Graph, state: Mapping[str, Any], owner: str) -> Iterator[Wait]:
    """Yield what a token that rests in an event waits for: moments, messages, signals."""
    for timer in state["timers"].values():
        if timer["owner"] == owner:
            until = datetime.fromisoformat(timer["due_at"])
            when = date_format(localtime(until), "j M Y, H:i")
            text = _("Waiting until %(when)s.") % {"when": when}
            who = _("Until %(when)s") % {"when": when}
            yield Wait(who, graph.nodes[timer["node"]].label, "clock", text)
    for awaited in state["subscriptions"].values():
        if awaited["owner"] == owner:
            step = graph.nodes[awaited["node"]].label
            yield Wait(*for_what(awaited["trigger"], awaited["name"], step))


def for_what(trigger: str, name: str, step: str) -> tuple[str, str, str, str]:
    """Return who or what is waited for, the step, the icon, and a sentence."""
    words = {"name": name, "step": step}
    match trigger:
        case "message":
            text = _("Waiting for the message “%(name)s”.") % words
            return _("A message: %(name)s") % words, step, "inbox", text
        case "signal":
            text = _("Waiting for the signal “%(name)s”.") % words
            return _("A signal: %(name)s") % words, step, "inbox", text
        case _:
            text = _("“%(step)s” waits for its condition to become true.") % words
            return _("A condition"), step, "clock", text


def for_people(task: Task) -> Wait:
    if task.settles_at is not None:
        return for_end_of_undo(task, task.settles_at)
    people = asked_people(task)
    who = listed(people) or _("Nobody could be asked")
    words = {"who": who, "step": task.name}
    if people:
        text = _("Waiting for %(who)s: “%(step)s”.") % words
    else:
        text = _("Nobody could be asked for “%(step)s”. An operator has to look at it.") % words
    since = task.claimed_at or task.created_at
    faces = () if not task.owner else (name_of(task.owner),)
    return Wait(who, task.name, "people", text, since, task.due_at, faces, task.pk)


def for_end_of_undo(task: Task, until: datetime) -> Wait:
    """Return that the answer is there, but can still be taken back."""
    when = date_format(localtime(until), "H:i")
    words = {"who": task.completed_by_name, "step": task.name, "when": when}
    text = _("%(who)s answered “%(step)s”. It counts from %(when)s.") % words
    return Wait(task.completed_by_name, task.name, "clock", text, task.closed_at, None)


def asked_people(task: Task) -> list[str]:
    """Return the names of who holds the task, or else of everybody who is asked."""
    if task.owner is not None:
        return [name_of(task.owner)]
    return [
        name_of(candidate.user) if candidate.user else str(candidate.group)
        for candidate in task.candidates.all()
    ]
