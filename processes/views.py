"""Pages that start a process, and the picture of one that runs."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from processes import services
from processes.access import startable, startable_process
from processes.answers import by_htmx, drawing, go
from processes.core.errors import Invalid
from processes.core.fields import fields
from processes.core.forms import parse
from processes.models import IdempotencyKey, Instance
from processes.store import graph_of


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show what the person may start."""
    found = startable(request.user).order_by("name")
    return render(request, "start.html", {"section": "start", "processes": found})


@require_http_methods(["GET", "HEAD", "POST"])
def start_process(request: HttpRequest, key: str) -> HttpResponse:
    """Show the start form; a post starts the process and leads to it."""
    process = startable_process(request.user, key)
    version = process.versions.get(status="published")
    schema = graph_of(version.pk).start_form
    if request.method != "POST":
        context = {"process": process, "fields": fields(schema), "once": uuid4()}
        return start_page(request, context)
    person, now = cast(User, request.user), timezone.now()

    def begin() -> Instance:
        variables = parse(schema, request.POST.dict())
        return services.start(process=process, variables=variables, initiator=person, now=now)

    try:
        instance_id = once(request.POST.get("once", ""), person, begin, now=now)
    except Invalid as refusal:
        errors = cast(dict[str, list[str]], refusal.details.get("fields", {}))
        shown = fields(schema, request.POST.dict(), errors)
        placed = {field.name for field in shown} >= set(errors) and errors
        context = {
            "process": process,
            "fields": shown,
            "problem": None if placed else refusal,
            "once": request.POST.get("once", ""),
        }
        return start_page(request, context, status=422)
    messages.success(request, _("It is on its way. You see here who has it."))
    return go(request, "instance", instance_id)


def once(form: str, person: User, begin: Callable[[], Instance], *, now: datetime) -> UUID:
    """Start one instance per form that was shown, however often it is sent.

    A second click waits for the first, because both insert the same row, and leads to the same
    instance.
    """
    with transaction.atomic():
        key = {"user": person, "key": f"form {form[:40] or uuid4()}"}
        IdempotencyKey.objects.bulk_create(
            [IdempotencyKey(**key, created_at=now)], ignore_conflicts=True
        )
        kept = IdempotencyKey.objects.get(**key)
        if kept.status:
            return UUID(kept.body)
        instance = begin()
        kept.status, kept.body = HTTPStatus.SEE_OTHER, str(instance.pk)
        kept.save(update_fields=["status", "body"])
        return instance.pk


def start_page(
    request: HttpRequest, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Render the whole page, or only its form when htmx swaps that."""
    part = "#form" if by_htmx(request) else ""
    context |= {"section": "start"}
    return render(request, f"start_process.html{part}", context, status=status)


@require_safe
def diagram(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Return the drawing of what the instance runs."""
    instance = services.visible_instance(request.user, instance_id, now=timezone.now())
    return drawing(instance.version)
