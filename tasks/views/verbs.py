"""What people press on the task page. Each is one call; a refusal is shown where they are."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from processes.answers import by_htmx, go
from processes.core.errors import Absent, Invalid, Refusal
from processes.core.forms import parse
from tasks import access, services
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.views import desk
from tasks.views.people import name_of, person_named, person_of
from tasks.views.words import decided_sentence, node_of, outcome_of

MOVES: dict[str, Callable[..., Task]] = {
    "claim": services.claim,
    "start": services.start,
    "stop": services.stop,
    "release": services.release,
}


@require_POST
def complete(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Answer the task. What was typed stays, whatever is wrong with it or comes between."""
    person, now = person_of(request), timezone.now()
    task, _standing = access.task_for(person, task_id, now=now)
    node = node_of(task)
    typed = desk.Typed(
        values=request.POST.dict(),
        outcome=request.POST.get("outcome", ""),
        comment=request.POST.get("comment", ""),
    )
    try:
        done = services.complete(
            task_id=task_id,
            person=person,
            outcome=typed.outcome,
            data=parse(node.form, typed.values),
            comment=typed.comment,
            now=now,
        )
    except Invalid as refusal:
        return refused(request, task_id, refusal, typed)
    except Absent:
        raise
    except Refusal as refusal:
        if by_htmx(request):
            raise
        return desk.page(request, task_id, problem=refusal, typed=typed, status=refusal.status)
    outcome, what = outcome_of(node, done.outcome), f"“{done.instance.subject}”"
    sentence = decided_sentence(outcome, what, _("You"), done.on_behalf_of_name)
    messages.success(request, sentence)
    return go(request, "inbox")


def refused(
    request: HttpRequest, task_id: UUID, refusal: Invalid, typed: desk.Typed
) -> HttpResponse:
    """Show the form again with what is wrong beside each field, or an alert when it has none."""
    errors = cast(dict[str, list[str]], refusal.details.get("fields", {}))
    person, now = person_of(request), timezone.now()
    task, _standing = access.task_for(person, task_id, now=now)
    form = node_of(task).form or {}
    placed = bool(errors) and errors.keys() <= {"comment", *form.get("properties", {})}
    typed = desk.Typed(typed.values, typed.outcome, typed.comment, errors)
    if by_htmx(request):
        if placed:
            return desk.form(request, task_id, typed=typed)
        raise refusal
    problem = None if placed else refusal
    return desk.page(request, task_id, problem=problem, typed=typed, status=422)


@require_POST
def move(request: HttpRequest, task_id: UUID, action: str) -> HttpResponse:
    """Claim, start, stop or release."""
    verb = MOVES.get(action)
    if verb is None:
        raise no_such_action()
    try:
        verb(task_id=task_id, person=person_of(request), now=timezone.now())
    except Absent:
        raise
    except Refusal as refusal:
        if by_htmx(request):
            raise
        return desk.page(request, task_id, problem=refusal, status=refusal.status)
    return stay(request, task_id)


@require_POST
def hand_over(request: HttpRequest, task_id: UUID, action: str) -> HttpResponse:
    """Delegate to, or forward to, the person who is named."""
    person, now = person_of(request), timezone.now()
    text = request.POST.get("to", "")
    try:
        to = person_named(text, field="to")
        if action == Action.DELEGATE:
            done = services.delegate(task_id=task_id, person=person, to=to, now=now)
        elif action == Action.FORWARD:
            done = services.forward(task_id=task_id, person=person, users=[to], now=now)
        else:
            raise no_such_action()
    except Absent:
        raise
    except Refusal as refusal:
        if by_htmx(request):
            raise
        errors = {"to": [refusal.what]} if isinstance(refusal, Invalid) else {}
        typed = desk.Typed({}, errors=errors, action=action, to=text)
        problem = None if errors else refusal
        return desk.page(request, task_id, problem=problem, typed=typed, status=refusal.status)
    words = {"who": name_of(to), "subject": done.instance.subject}
    messages.success(request, _("%(who)s now has “%(subject)s”.") % words)
    return go(request, "inbox")


@require_POST
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Say something about the task."""
    try:
        services.comment(
            task_id=task_id,
            person=person_of(request),
            text=request.POST.get("text", ""),
            now=timezone.now(),
        )
    except Invalid as refusal:
        if by_htmx(request):
            raise
        return desk.page(request, task_id, problem=refusal, status=refusal.status)
    return stay(request, task_id)


def no_such_action() -> Absent:
    return Absent("action_not_found", _("There is no such action."))


def stay(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show the task as it is now; whoever may no longer see it goes back to the inbox."""
    try:
        access.task_for(person_of(request), task_id, now=timezone.now())
    except Absent:
        return go(request, "inbox")
    if by_htmx(request):
        return desk.live(request, task_id)
    return go(request, "task", task_id)
