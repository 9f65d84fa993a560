"""Tasks: who is asked and until when. An operator hands them on, and decides none."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes.admin import words
from processes.admin.base import (
    ProcessFilter,
    UsualFilter,
    chip,
    person_of,
    when,
)
from processes.admin.instances import InstanceAdmin
from processes.models import Instance
from processes.services import graph_of, may_operate
from tasks import access
from tasks.admin.operating_tasks import OperatesTasks, offered
from tasks.admin.votes import votes_of
from tasks.models import Candidate, Comment, Task
from tasks.routing.words import decided_how, names_for
from tasks.rules.actions import Action
from tasks.services.turn import name_of

TONES = {
    "ready": "",
    "reserved": "accent",
    "in_progress": "accent",
    "suspended": "warning",
    "failed": "negative",
    "error": "negative",
}


class TaskProcessFilter(ProcessFilter):
    path = "instance__process"


class StandingFilter(UsualFilter):
    """By what an operator looks for."""

    title = gettext_lazy("state")
    parameter_name = "state"
    usual = gettext_lazy("Open")

    def options(self) -> Sequence[tuple[str, Any]]:
        return [
            ("overdue", _("Overdue")),
            ("escalated", _("Escalated")),
            ("closed", _("Closed")),
        ]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        is_open = Q(status__in=Task.OPEN)
        match value:
            case "overdue":
                return queryset.filter(is_open, due_at__lt=timezone.now())
            case "escalated":
                return queryset.filter(is_open, escalated_at__isnull=False)
            case "closed":
                return queryset.exclude(is_open)
        return queryset.filter(is_open)


class HolderFilter(admin.SimpleListFilter):
    """By who holds it, for links from a person's page; not a choice by itself."""

    title = gettext_lazy("held by")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value()
        return [(value, value)] if value else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(owner__username=self.value())


@admin.register(Task)
class TaskAdmin(OperatesTasks):
    process_path = "instance__process"
    list_display = ("called", "of_instance", "standing", "who", "due")
    list_display_links = ("called",)
    list_filter = (StandingFilter, TaskProcessFilter, HolderFilter, "status", "due_at")
    search_fields = ("name", "instance__subject", "instance__business_key")
    ordering = ("-id",)
    detail_template = "admin/placet/task.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Fetch what a row of the list shows, whoever many are asked."""
        asked = Candidate.objects.select_related("user", "group").order_by("pk")
        return (
            super()
            .get_queryset(request)
            .select_related("instance__process", "owner", "completed_by")
            .defer("instance__state")
            .prefetch_related(Prefetch("candidates", asked))
        )

    @admin.display(description=gettext_lazy("task"), ordering="name")
    def called(self, task: Task) -> SafeString:
        return format_html('<span class="pl-nowrap">{}</span>', task.name)

    @admin.display(description=gettext_lazy("instance"), ordering="instance__subject")
    def of_instance(self, task: Task) -> SafeString:
        return format_html(
            '<span><a class="pl-link" href="{}">{}</a> <span class="pl-quiet">{}</span></span>',
            reverse("admin:processes_instance_change", args=[task.instance_id]),
            task.instance.subject,
            task.instance.process.name,
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, task: Task) -> SafeString:
        status = chip(*standing_of(task))
        if task.is_open and task.escalated_at:
            escalated = chip(_("Escalated"), "warning")
            return format_html('<span class="pl-nowrap">{} {}</span>', status, escalated)
        return status

    @admin.display(description=gettext_lazy("who"))
    def who(self, task: Task) -> SafeString | str:
        return who_of(task)

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, task: Task) -> SafeString:
        if task.due_at is None:
            return when(None)
        late = task.is_open and task.due_at < timezone.now()
        return chip(when(task.due_at), "negative") if late else when(task.due_at)

    def detail(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        """Return who is asked and why, who never is, and what was said."""
        person = person_of(request)
        standing = access.standing_of(person, row, now=timezone.now())
        return {
            "verbs": offered(row, standing),
            "standing": standing_of(row),
            "candidates": row.candidates.all(),
            "exclusions": row.exclusions.exclude(why="voted").select_related("user", "group"),
            "routing": decided_how(row.routing, names_for(row, graph_of(row.instance.version_id))),
            "votes": votes_of(row),
            "alarms": row.alarms.order_by("due_at"),
            "comments": Comment.objects.seen_at(row, person, standing),
        }


def standing_of(task: Task) -> tuple[str, str]:
    """Return the answer or the status in words, and its tone."""
    if task.outcome:
        return words.answer(graph_of(task.instance.version_id), task.node, task.outcome)
    return task.get_status_display(), TONES.get(task.status, "")


def who_of(task: Task) -> str:
    """Return who holds it, answered it, or is asked."""
    if task.status == Task.Status.COMPLETED:
        return task.decided_by_name
    if task.owner is not None:
        return name_of(task.owner)
    asked = [name_of(row.user) if row.user else str(row.group) for row in task.candidates.all()]
    return ", ".join(asked) or "–"


def tasks_of_instance(request: HttpRequest, instance: Instance) -> dict[str, Any]:
    """Return what the page of an instance shows of its tasks."""
    asked = Candidate.objects.select_related("user", "group").order_by("pk")
    rows = list(
        Task.objects.filter(instance=instance)
        .select_related("owner", "instance__process")
        .defer("instance__state")
        .prefetch_related(Prefetch("candidates", asked))
        .order_by("created_at", "id")
    )
    person = person_of(request)
    standings = access.standings(person, rows, now=timezone.now())
    return {
        "template": "admin/placet/tasks.html",
        "operates": may_operate(person, instance.process),
        "tasks": [
            {
                "row": row,
                "who": who_of(row),
                "standing": standing_of(row),
                "may_reassign": Action.REASSIGN in row.allows(standings[row.pk]),
            }
            for row in rows
        ],
    }


InstanceAdmin.panels.append(tasks_of_instance)
