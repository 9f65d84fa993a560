"""The task page: what is asked, on which evidence, and what one can answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from processes.answers import drawing
from processes.core import graph as g
from processes.core.errors import Refusal
from processes.core.fields import Field, fields
from processes.services import graph_of
from tasks import access
from tasks.models import Candidate, Substitution, Task
from tasks.rules.actions import Action
from tasks.rules.evidence import evidence_names
from tasks.views.facts import Fact, answers, fact, facts
from tasks.views.people import colleagues, listed, name_of, person_of
from tasks.views.story import history_of, marks, story
from tasks.views.waits import Tasks, open_tasks, waits
from tasks.views.words import HIGH, TONES, answered, decided_sentence, outcome_of

OFFERED_TO_MANY = 6


@dataclass(frozen=True, slots=True)
class Button:
    """An action beside the answer. ``to`` and ``error`` belong to those that name somebody."""

    name: str
    icon: str
    label: str
    url: str
    main: bool = False
    help: str = ""
    to: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody posted and has not been accepted."""

    values: Mapping[str, str]
    outcome: str = ""
    comment: str = ""
    errors: Mapping[str, Sequence[str]] | None = None
    action: str = ""
    to: str = ""

    def error(self, name: str) -> str:
        return " ".join((self.errors or {}).get(name, ()))


@require_safe
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show the task; ``part=live`` asks for everything on it that others can change."""
    if request.GET.get("part") == "live":
        return live(request, task_id)
    return page(request, task_id)


@require_safe
def diagram(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Return the drawing of the process that asks."""
    found, _standing = access.task_for(person_of(request), task_id, now=timezone.now())
    return drawing(found.instance.version)


def page(
    request: HttpRequest,
    task_id: UUID,
    *,
    problem: Refusal | None = None,
    typed: Typed | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the whole page, also after a refusal with all that was typed."""
    desk = Desk(person_of(request), task_id, now=timezone.now())
    context = {**desk.fixed(typed), **desk.moving(typed), "problem": problem}
    return render(request, "task.html", context, status=status)


def live(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Render what changes while the page is open; each piece finds its own place.

    A form that the page has already stays untouched: somebody may be writing in it.
    """
    desk = Desk(person_of(request), task_id, now=timezone.now())
    has_form = "decision" in (*request.GET.getlist("have"), *request.POST.getlist("have"))
    context = {**desk.moving(), "swapping": True, "has_form": has_form}
    if Action.COMPLETE in desk.actions and not has_form:
        context |= desk.fixed()
    return render(request, "task.html#live", context)


def form(request: HttpRequest, task_id: UUID, *, typed: Typed) -> HttpResponse:
    """Render the answer form again with its mistakes beside the fields."""
    desk = Desk(person_of(request), task_id, now=timezone.now())
    context = {**desk.fixed(typed), **desk.moving(typed)}
    return render(request, "task.html#form", context, status=422)


class Desk:
    """Everything about one task for one person. Raises Absent for what is not theirs."""

    def __init__(self, person: User, task_id: UUID, *, now: datetime) -> None:
        self.person = person
        self.now = now
        self.task, self.standing = access.task_for(person, task_id, now=now)
        self.instance = self.task.instance
        self.graph = graph_of(self.instance.version_id)
        self.actions = self.task.allows(self.standing)

    @property
    def node(self) -> g.UserTask:
        node = self.graph.nodes[self.task.node]
        if not isinstance(node, g.UserTask):
            raise TypeError(f"{self.task.node} is no user task")
        return node

    def fixed(self, typed: Typed | None = None) -> dict[str, Any]:
        """Return what no other person's click changes: the evidence and the form."""
        node, lost = self.node, typed is not None and Action.COMPLETE not in self.actions
        names = evidence_names(self.graph, node)
        values = self.instance.seen_by(self.task.token)
        may_decide = self.standing.candidate or self.standing.owner
        needed = [outcome.name for outcome in node.outcomes if outcome.comment_required]
        return {
            "section": "inbox",
            "evidence": facts(self.graph, names, values, sensitive=may_decide),
            "fields": self.fields(typed),
            "comment": typed.comment if typed else "",
            "comment_error": typed.error("comment") if typed else "",
            "comment_needed_for": listed(needed),
            "typed": list(self.kept(typed)) if lost and typed else [],
            "people": colleagues(self.person) if Action.DELEGATE in self.actions else [],
            "refetch_url": f"{self.url('task')}?part=live",
            "back_url": reverse("inbox"),
        }

    def moving(self, typed: Typed | None = None) -> dict[str, Any]:
        """Return what changes when somebody acts or time passes."""
        events = history_of(self.instance)
        diagram = marks(self.graph, self.instance, events)
        return {
            "now": self.now,
            "task": self.summary(typed),
            "outcomes": self.node.outcomes,
            "answers": answers(self.node.form, self.task.data),
            "story": story(self.graph, self.instance, events),
            "waiting": waits(self.graph, self.instance, self.open_tasks),
            "comments": self.task.comments.all(),
            "sequence": self.instance.sequence,
            "diagram": diagram,
            "diagram_url": self.url("task_diagram"),
        }

    def summary(self, typed: Typed | None) -> dict[str, Any]:
        """Return the task in words."""
        task = self.task
        outcome = outcome_of(self.node, task.outcome) if task.outcome else None
        holder = task.owner if task.is_open else None
        return {
            "id": task.pk,
            "instance": self.instance.pk,
            "name": task.name,
            "title": self.instance.subject,
            "process": self.instance.process.name,
            "asker": self.instance.initiator_name,
            "since": task.created_at,
            "due_at": task.due_at,
            "open": task.is_open,
            "high": task.priority > HIGH,
            "escalated": task.escalated_at is not None,
            "on_behalf_of": self.absentee if task.is_open else "",
            "instructions": self.node.instructions,
            "status": answered(outcome) if outcome else self.status(),
            "tone": TONES.get(outcome.kind, "") if outcome else "accent" * self.standing.owner,
            "verdict": self.verdict(outcome),
            "decided_at": task.closed_at,
            "comment": task.comment,
            "holder": name_of(holder) if holder else task.completed_by_name,
            "holder_is_me": holder == self.person or task.completed_by_id == self.person.pk,
            "asked_people": self.asked_people(),
            "why": self.why(),
            "acting": self.acting(),
            "actions": self.actions,
            "buttons": list(self.buttons()),
            "hand_over": list(self.hand_over(typed)),
            "url": self.url("task"),
            "complete_url": self.url("complete_task"),
            "comment_url": self.url("comment_task"),
            "instance_url": self.instance_url,
        }

    @property
    def instance_url(self) -> str:
        """Return the page of the instance; who was only asked sees it while the task is open."""
        if self.task.is_open or self.standing.stakeholder or self.standing.administrator:
            return reverse("instance", args=[self.instance.pk])
        return ""

    def url(self, name: str, *args: str) -> str:
        return reverse(name, args=[self.task.pk, *args])

    def fields(self, typed: Typed | None) -> list[Field]:
        if typed is None or typed.action:
            return fields(self.node.form)
        return fields(self.node.form, typed.values, typed.errors)

    def kept(self, typed: Typed) -> Iterator[Fact]:
        """Yield what was typed in vain, so that it can be copied."""
        if typed.outcome:
            yield Fact(_("Answer"), outcome_of(self.node, typed.outcome).name)
        for field in fields(self.node.form, typed.values):
            if field.value:
                value = True if field.kind == "checkbox" else field.value
                yield fact(field.label, value)
        if typed.comment:
            yield fact(_("Comment"), typed.comment)

    def status(self) -> str:
        task = self.task
        if self.standing.owner and self.standing.on_behalf_of is None and task.is_open:
            return _("You work on it") if task.status == Task.Status.IN_PROGRESS else _("Yours")
        return str(task.get_status_display())

    def verdict(self, outcome: g.Outcome | None) -> str:
        task = self.task
        if outcome is not None:
            what = _("this")
            return decided_sentence(outcome, what, task.completed_by_name, task.on_behalf_of_name)
        if task.is_open:
            return ""
        return _("The process took this back before anybody answered.")

    def asked_people(self) -> str:
        people = [name_of(row.user) if row.user else str(row.group) for row in self.candidates]
        if len(people) > OFFERED_TO_MANY:
            rest = len(people) - OFFERED_TO_MANY
            people = [*people[:OFFERED_TO_MANY], _("%(n)s more") % {"n": rest}]
        return listed(people)

    @cached_property
    def absence(self) -> Substitution | None:
        """Return the absence through which the person may act here."""
        absentee = self.standing.on_behalf_of
        if absentee is None:
            return None
        current = Substitution.objects.current(self.now).select_related("absentee")
        return current.filter(absentee=absentee, substitute=self.person).first()

    @cached_property
    def open_tasks(self) -> Tasks:
        """Return the open tasks of the instance, this one among them."""
        return open_tasks([self.instance])

    @property
    def candidates(self) -> list[Candidate]:
        """Return the rows of whom this task asks while it is open."""
        found = self.open_tasks.get(self.instance.pk, {}).get(self.task.token)
        return list(found.candidates.all()) if found else []

    @property
    def absentee(self) -> str:
        return name_of(self.absence.absentee) if self.absence else ""

    def acting(self) -> str:
        """Return as whom the person answers, or why there is nothing to press."""
        if Action.COMPLETE in self.actions:
            return _("You answer for %(name)s.") % {"name": self.absentee} if self.absentee else ""
        if self.task.is_open and self.task.owner is not None:
            return _("%(name)s has it now.") % {"name": name_of(self.task.owner)}
        return ""

    def buttons(self) -> Iterator[Button]:
        """Yield the actions that need nothing but a click."""
        known = (
            (Action.CLAIM, "claim", _("Take it")),
            (Action.STOP, "stop", _("Keep it for later")),
            (Action.START, "play", _("Start working")),
            (Action.RELEASE, "release", _("Give it back")),
        )
        for action, icon, label in known:
            # Who begins an offered task takes it with the same click, so one button is enough.
            if action == Action.START and Action.CLAIM in self.actions:
                continue
            if action in self.actions:
                url = self.url("move_task", action.value)
                yield Button(action.value, icon, label, url, main=action == Action.CLAIM)

    def hand_over(self, typed: Typed | None) -> Iterator[Button]:
        """Yield the actions that name somebody else."""
        known = (
            (Action.DELEGATE, "delegate", _("Delegate"), _("One person decides instead of you.")),
            (
                Action.FORWARD,
                "forward",
                _("Pass on"),
                _("You leave; they are asked in your place."),
            ),
        )
        for action, icon, label, help_text in known:
            if action in self.actions:
                mine = typed if typed and typed.action == action else None
                yield Button(
                    action.value,
                    icon,
                    label,
                    self.url("hand_over_task", action.value),
                    help=help_text,
                    to=mine.to if mine else "",
                    error=mine.error("to") if mine else "",
                )

    def why(self) -> str:
        """Return the sentence that answers “why me?”."""
        task, found = self.task, self.standing
        if found.excluded and self.instance.initiator_id == self.person.pk:
            return _("You asked for this, so somebody else answers it.")
        if found.excluded:
            return _("The process keeps you out of this decision, so somebody else answers it.")
        if self.absence is not None:
            last = date_format(timezone.localtime(self.absence.ends_at), "j F")
            words = {"name": self.absentee, "until": last}
            return _("You are asked because you stand in for %(name)s until %(until)s.") % words
        if found.candidate and task.is_open:
            return asked_sentence(self.person, self.candidates)
        if task.completed_by_id == self.person.pk:
            return _("You answered this.")
        if self.instance.initiator_id == self.person.pk:
            return _("You see this because you asked for it.")
        if found.administrator:
            return _("You see this because you operate this process.")
        return ""


def asked_sentence(person: User, rows: Sequence[Candidate]) -> str:
    """Return how the person came to be asked: by name, or else as a member of a group."""
    groups = set(person.groups.values_list("pk", flat=True))
    named = next((row for row in rows if row.user_id == person.pk), None)
    row = named or next((row for row in rows if row.group_id in groups), None)
    if row is None:
        return ""
    words = {"group": str(row.group)}
    match row.via, row.group is not None:
        case (Candidate.Via.ESCALATION, False):
            return _("You are asked because the deadline passed.")
        case (Candidate.Via.ESCALATION, True):
            return _("You are asked because the deadline passed and you are in %(group)s.") % words
        case (Candidate.Via.FALLBACK, _group):
            return _("You are asked because nobody else could be.")
        case (Candidate.Via.DELEGATION, _group):
            return _("You are asked because somebody delegated this to you.")
        case (Candidate.Via.FORWARD, _group):
            return _("You are asked because somebody passed this on to you.")
        case (Candidate.Via.REASSIGNMENT, _group):
            return _("You are asked because an operator gave this to you.")
        case (_asked, True):
            return _("You are asked because you are in %(group)s.") % words
    return _("The process asks you by name.")
