"""What people press on the task page. Each is one call; a refusal is shown where they are."""

from collections.abc import Callable
from typing import BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from processes.answers import by_htmx, go
from processes.core.errors import Absent, Invalid, Refusal
from processes.core.forms import parse
from tasks import access, services
from tasks.downloads import download
from tasks.inbox import Inbox
from tasks.inbox.alike import next_like
from tasks.models import Task, Visibility
from tasks.questions import form_of, outcomes_of
from tasks.views import desk
from tasks.views.people import person_of
from tasks.views.typed import Typed
from tasks.views.words import answer_of, decided_sentence

MOVES: dict[str, Callable[..., Task]] = {
    "claim": services.claim,
    "start": services.start,
    "stop": services.stop,
    "release": services.release,
    "take-back": services.take_back,
    "resume": services.resume,
    "undo": services.undo,
}


@require_POST
def complete(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Answer the task. What was typed stays, whatever is wrong with it or comes between."""
    person, now = person_of(request), timezone.now()
    task, _standing = access.task_for(person, task_id, now=now)
    form = form_of(task)
    typed = Typed(
        values=request.POST.dict(),
        outcome=request.POST.get("outcome", ""),
        comment=request.POST.get("comment", ""),
    )
    try:
        done = services.complete(
            task_id=task_id,
            person=person,
            outcome=typed.outcome,
            data=parse(form, typed.values),
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
    sentence = sentence_of(done, typed.outcome)
    following = next_of(done, person)
    if following is not None or done.held:
        messages.success(request, sentence)
        return go(request, "task", following.pk if following else task_id)
    messages.success(request, with_next(sentence, next_like(Inbox(person, now=now), task)))
    return go(request, "inbox")


def with_next(sentence: str, alike: Task | None) -> str:
    """Return the sentence, with a link to the next task of the same kind where there is one."""
    if alike is None:
        return sentence
    address = reverse("task", args=[alike.pk])
    return format_html('{} <a href="{}">{}</a>', sentence, address, _("Next one like this"))


def sentence_of(done: Task, outcome: str) -> str:
    """Return what the person did, and what that means so far."""
    what = f"“{done.instance.subject}”"
    if done.status == Task.Status.COMPLETED and not done.collective:
        behalf = done.on_behalf_of_name
        return decided_sentence(answer_of(done), what, _("You"), behalf)
    chosen = next((known for known in outcomes_of(done) if known.id == outcome), None)
    if chosen is not None and done.collective:
        return decided_sentence(chosen, what, _("You"))
    return _("Your proposal for %(what)s is on its way.") % {"what": what}


def next_of(done: Task, person: User) -> Task | None:
    """Return the next task of the same request, where the definition hands it on like that."""
    held = Task.objects.filter(instance=done.instance_id, owner=person, status__in=Task.HELD)
    opened = (task for task in held if task.created_at == done.closed_at)
    return next((task for task in opened if task.asked.get("chained")), None)


@require_POST
def draft(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Keep what was typed so far."""
    person, now = person_of(request), timezone.now()
    task, _standing = access.task_for(person, task_id, now=now)
    names = (form_of(task) or {}).get("properties", {})
    posted = request.POST.dict()
    try:
        kept = services.save_draft(
            task_id=task_id,
            person=person,
            data={name: posted[name] for name in names if posted.get(name)},
            comment=posted.get("comment", ""),
            now=now,
        )
    except Absent:
        raise
    except Refusal as refusal:
        if by_htmx(request):
            raise
        typed = Typed(posted, "", posted.get("comment", ""))
        return desk.page(request, task_id, problem=refusal, typed=typed, status=refusal.status)
    if by_htmx(request):
        context = {"draft": kept, "now": now, "task": {"draft_url": request.path}}
        return render(request, "task.html#draft", context)
    messages.success(request, _("What you typed is kept."))
    return go(request, "task", task_id)


def refused(request: HttpRequest, task_id: UUID, refusal: Invalid, typed: Typed) -> HttpResponse:
    """Show the form again with what is wrong beside each field, or an alert when it has none."""
    errors = cast(dict[str, list[str]], refusal.details.get("fields", {}))
    person, now = person_of(request), timezone.now()
    task, _standing = access.task_for(person, task_id, now=now)
    form = form_of(task) or {}
    placed = bool(errors) and errors.keys() <= {"comment", *form.get("properties", {})}
    typed = Typed(typed.values, typed.outcome, typed.comment, errors)
    if by_htmx(request):
        if placed:
            return desk.form(request, task_id, typed=typed)
        raise refusal
    problem = None if placed else refusal
    return desk.page(request, task_id, problem=problem, typed=typed, status=422)


@require_POST
def move(request: HttpRequest, task_id: UUID, action: str) -> HttpResponse:
    """Do what needs nothing but a click."""
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
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Say something about the task."""
    try:
        services.comment(
            task_id=task_id,
            person=person_of(request),
            text=request.POST.get("text", ""),
            visibility=request.POST.get("visibility", Visibility.TASK),
            now=timezone.now(),
        )
    except Invalid as refusal:
        if by_htmx(request):
            raise
        return desk.page(request, task_id, problem=refusal, status=refusal.status)
    return stay(request, task_id)


@require_POST
def attach(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Lay a file beside the task."""
    person, now = person_of(request), timezone.now()
    access.task_for(person, task_id, now=now)
    file = request.FILES.get("file")
    try:
        if file is None or file.file is None or not file.name:
            raise Invalid("file_missing", _("Choose a file first."))
        services.attach(
            task_id=task_id,
            person=person,
            name=file.name,
            content=cast(BinaryIO, file.file),
            size=file.size or 0,
            visibility=request.POST.get("visibility", Visibility.TASK),
            now=now,
        )
    except Absent:
        raise
    except Refusal as refusal:
        if by_htmx(request):
            raise
        return desk.page(request, task_id, problem=refusal, status=refusal.status)
    return stay(request, task_id)


@require_safe
def attachment(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """Give the file away as a download."""
    found = services.attachment_for(
        attachment_id=attachment_id, person=person_of(request), now=timezone.now()
    )
    return download(found)


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
