"""The task page: what is asked, on which evidence, and what one can answer."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
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
from tasks.inbox import Inbox
from tasks.inbox.alike import next_like
from tasks.models import (
    Attachment,
    Candidate,
    Comment,
    Draft,
    Exclusion,
    Task,
    Visibility,
)
from tasks.models.task import SENT_BACK
from tasks.questions import form_of, node_of, outcomes_of
from tasks.rules.absence import ways_to
from tasks.rules.actions import Action
from tasks.rules.evidence import evidence_names
from tasks.services import draft_for
from tasks.views import menu
from tasks.views.clock import clock_of
from tasks.views.facts import Fact, answers, fact, facts
from tasks.views.next import next_of
from tasks.views.people import colleagues, listed, name_of, person_of
from tasks.views.reasons import Reasons
from tasks.views.story import history_of, marks, story
from tasks.views.typed import Typed
from tasks.views.votes import votes_of
from tasks.views.waits import Tasks, open_tasks, waits
from tasks.views.words import HIGH, TONES, answer_of, answered, decided_sentence, outcome_of

OFFERED_TO_MANY = 6
MOST_WATCHERS = 100


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
        return node_of(self.task)

    @cached_property
    def draft(self) -> Draft | None:
        """Return what the person has begun to answer, or what a delegate proposes to them."""
        return draft_for(self.task, self.person) if Action.DRAFT in self.actions else None

    def fixed(self, typed: Typed | None = None) -> dict[str, Any]:
        """Return what no other person's click changes: the evidence and the form."""
        node, lost = self.node, typed is not None and Action.COMPLETE not in self.actions
        names = evidence_names(self.graph, node)
        values = self.instance.seen_by(self.task.token)
        outcomes = outcomes_of(self.task)
        may_decide = self.standing.candidate or self.standing.owner
        may_decide = may_decide and self.task.kind == Task.Kind.QUESTION
        needed = [outcome.name for outcome in outcomes if outcome.comment_required]
        names_people = {Action.DELEGATE, Action.ASK, Action.REASSIGN, Action.NOMINATE}
        return {
            "section": "inbox",
            "evidence": facts(self.graph, names, values, sensitive=may_decide),
            "fields": self.fields(typed),
            "comment": self.comment(typed),
            "comment_error": typed.error("comment") if typed else "",
            "comment_needed_for": listed(needed),
            "typed": list(self.kept(typed)) if lost and typed else [],
            "draft": self.draft,
            "proposal": self.proposal(),
            "people": colleagues(self.person) if names_people & self.actions else [],
            "visibilities": Visibility.choices,
            "watchers": self.watchers(),
            "refetch_url": f"{self.url('task')}?part=live",
            "back_url": reverse("inbox"),
            **(next_of(self.instance, now=self.now) if self.task.is_open else {}),
        }

    def moving(self, typed: Typed | None = None) -> dict[str, Any]:
        """Return what changes when somebody acts or time passes."""
        events = history_of(self.instance)
        diagram = marks(self.graph, self.instance, events)
        return {
            "now": self.now,
            "task": self.summary(typed),
            "clock": clock_of(self.task),
            "votes": votes_of(self.task, self.person, self.standing),
            "outcomes": outcomes_of(self.task),
            "answers": answers(form_of(self.task), self.task.data),
            "story": story(self.graph, self.instance, events),
            "waiting": waits(self.graph, self.instance, self.open_tasks),
            "comments": self.said(Comment),
            "attachments": self.said(Attachment),
            "questions": self.questions(),
            "sequence": self.instance.sequence,
            "diagram": diagram,
            "diagram_url": self.url("task_diagram"),
            "routing": self.reasons.story(),
        }

    def summary(self, typed: Typed | None) -> dict[str, Any]:
        """Return the task in words."""
        task = self.task
        outcome = answer_of(task) if task.outcome else None
        holder = task.owner if task.is_open else None
        forms = list(menu.forms(task, self.graph, self.actions, typed))
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
            "held": self.task.held,
            "settles_at": task.settles_at,
            "suspended_until": task.suspended_until,
            "instructions": task.asked.get("question") or self.node.instructions,
            "asked_by": task.asked.get("by_name", ""),
            "status": answered(outcome) if outcome else self.status(),
            "tone": TONES.get(outcome.kind, "") if outcome else "accent" * self.standing.owner,
            "verdict": self.verdict(outcome),
            "decided_at": task.closed_at,
            "comment": task.comment,
            "holder": name_of(holder) if holder else task.decided_by_name,
            "holder_is_me": holder == self.person or task.completed_by_id == self.person.pk,
            "asked_people": self.asked_people(),
            "why": self.why(),
            "acting": self.acting(),
            "actions": self.actions,
            "buttons": list(menu.buttons(task, self.actions)),
            "forms": forms,
            "more": any(not form.near for form in forms),
            "more_open": any(form.open and not form.near for form in forms),
            "url": self.url("task"),
            "complete_url": self.url("complete_task"),
            "draft_url": self.url("draft_task"),
            "undo_url": self.url("move_task", Action.UNDO.value),
            "next_url": self.next_url(),
            "comment_url": self.url("comment_task"),
            "attach_url": self.url("attach_task"),
            "instance_url": self.instance_url,
        }

    @property
    def instance_url(self) -> str:
        """Return the page of the instance; who was only asked sees it while the task is open."""
        if self.task.is_open or self.standing.stakeholder or self.standing.administrator:
            return reverse("instance", args=[self.instance.pk])
        return ""

    def next_url(self) -> str:
        """Return where who answered this finds the next one like it, while it can be undone."""
        if Action.UNDO not in self.actions:
            return ""
        alike = next_like(Inbox(self.person, now=self.now), self.task)
        return reverse("task", args=[alike.pk]) if alike else ""

    def url(self, name: str, *args: str) -> str:
        return reverse(name, args=[self.task.pk, *args])

    def fields(self, typed: Typed | None) -> list[Field]:
        """Return the form with what was typed, or else begun, or else with its defaults."""
        form = form_of(self.task)
        if typed is not None and not typed.action:
            return fields(form, typed.values, typed.errors)
        return fields(form, self.draft.data) if self.draft else fields(form)

    def comment(self, typed: Typed | None) -> str:
        if typed is not None and not typed.action:
            return typed.comment
        return self.draft.comment if self.draft else ""

    def proposal(self) -> str:
        """Return what a delegate proposes to answer."""
        if self.draft is None or self.draft.proposed_to_id != self.person.pk:
            return ""
        answer = outcome_of(self.node, self.draft.outcome).name
        words = {"who": name_of(self.draft.author), "answer": answer}
        return _("%(who)s proposes: %(answer)s") % words

    def said(self, model: type[Comment] | type[Attachment]) -> Any:
        return list(model.objects.seen_at(self.task, self.person, self.standing))

    def watchers(self) -> Sequence[User]:
        """Return people who see the task and whom a comment may mention."""
        task, rows = self.task, self.candidates
        named = {task.owner_id, task.completed_by_id, self.instance.initiator_id}
        named |= {row.user_id for row in rows}
        groups = [row.group_id for row in rows if row.group_id is not None]
        people = User.objects.filter(Q(pk__in=named - {None}) | Q(groups__in=groups))
        found = people.filter(is_active=True).exclude(pk=self.person.pk).distinct()
        return list(found.order_by("first_name", "last_name", "username")[:MOST_WATCHERS])

    def questions(self) -> list[Task]:
        """Return what colleagues were asked about this task, the latest first."""
        asked = self.task.questions.select_related("owner", "completed_by").order_by("-id")
        return list(asked)

    def kept(self, typed: Typed) -> Iterator[Fact]:
        """Yield what was typed in vain, so that it can be copied."""
        if typed.outcome:
            yield Fact(_("Answer"), outcome_of(self.node, typed.outcome).name)
        for field in fields(form_of(self.task), typed.values):
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
            if outcome.id == SENT_BACK:
                return _("%(who)s sent this back.") % {"who": task.completed_by_name}
            return decided_sentence(outcome, what, task.decided_by_name, task.on_behalf_of_name)
        if task.is_open:
            return ""
        words = {"who": task.completed_by_name}
        match task.status:
            case Task.Status.OBSOLETE:
                return _("%(who)s skipped this.") % words
            case Task.Status.FAILED:
                return _("%(who)s said that this cannot be done.") % words
            case Task.Status.ERROR:
                return _("This could not be kept. An operator looks at it.")
        return _("The process took this back before anybody answered.")

    def asked_people(self) -> str:
        people = [name_of(row.user) if row.user else str(row.group) for row in self.candidates]
        if len(people) > OFFERED_TO_MANY:
            rest = len(people) - OFFERED_TO_MANY
            people = [*people[:OFFERED_TO_MANY], _("%(n)s more") % {"n": rest}]
        return listed(people)

    @cached_property
    def absentee(self) -> str:
        """Return in whose name the person may act here, perhaps through others who are away."""
        absentee = self.standing.on_behalf_of
        return "" if absentee is None else name_of(User.objects.get(pk=absentee))

    def stands_in_until(self) -> datetime:
        """Return when standing in ends: with the first absence of the chain that does."""
        links = access.along("substitute", "absentee", {self.person.pk}, now=self.now)
        ends = {(link.absentee, link.substitute): link.ends_at for link in links}
        ways = ways_to(self.person.pk, links).get(self.standing.on_behalf_of or 0, ())
        chains = [pairwise((*way.through, self.person.pk)) for way in ways]
        return max((min(ends[link] for link in chain) for chain in chains), default=self.now)

    @cached_property
    def open_tasks(self) -> Tasks:
        """Return the open tasks of the instance, this one among them."""
        return open_tasks([self.instance])

    @cached_property
    def reasons(self) -> Reasons:
        """Return why whom is asked, in words."""
        return Reasons(self.task, self.graph, self.candidates)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Return the rows of whom this task asks while it is open."""
        if not self.task.is_open:
            return []
        rows = self.task.candidates.select_related("user", "group").order_by("id")
        return list(rows)

    def acting(self) -> str:
        """Return as whom the person answers, or why there is nothing to press."""
        if Action.COMPLETE in self.actions:
            return _("You answer for %(name)s.") % {"name": self.absentee} if self.absentee else ""
        if self.task.is_open and self.task.owner is not None:
            return _("%(name)s has it now.") % {"name": name_of(self.task.owner)}
        return ""

    @property
    def has_voted(self) -> bool:
        """Tell whether the person is kept out because they, or who stood in for them, voted."""
        voted = Exclusion.objects.filter(task=self.task, why=Exclusion.Why.VOTED)
        return self.task.collective and voted.filter(user=self.person).exists()

    def why(self) -> str:
        """Return the sentence that answers “why me?”."""
        task, found = self.task, self.standing
        if found.excluded and self.instance.initiator_id == self.person.pk:
            return _("You asked for this, so somebody else answers it.")
        if found.excluded and self.has_voted:
            return _("Your vote is in.")
        if found.excluded:
            return _("The process keeps you out of this decision, so somebody else answers it.")
        if self.absentee:
            last = date_format(timezone.localtime(self.stands_in_until()), "j F")
            words = {"name": self.absentee, "until": last}
            return _("You are asked because you stand in for %(name)s until %(until)s.") % words
        if found.candidate and task.is_open:
            return self.reasons.why(self.person)
        if task.completed_by_id == self.person.pk:
            return _("You answered this.")
        if self.instance.initiator_id == self.person.pk:
            return _("You see this because you asked for it.")
        if found.administrator:
            return _("You see this because you operate this process.")
        return ""
