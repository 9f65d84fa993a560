"""Tasks: who is asked and until when. An operator hands them on, and decides none."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from processes.admin import words
from processes.admin.base import (
    OfProcess,
    ProcessFilter,
    UsualFilter,
    chip,
    person_of,
    sees,
    when,
)
from processes.admin.instances import InstanceAdmin
from processes.admin.people import PersonField
from processes.core.errors import Refusal
from processes.models import Instance
from processes.services import graph_of, may_operate, operated
from tasks import services
from tasks.models import Candidate, Task
from tasks.services.turn import name_of

AT_ONCE = 200
TONES = {
    "ready": "",
    "reserved": "accent",
    "in_progress": "accent",
    "suspended": "warning",
    "failed": "negative",
    "error": "negative",
}


class ReassignForm(forms.Form):
    to = PersonField(label=gettext_lazy("Who gets it"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=gettext_lazy("It is kept in the history."),
    )


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
class TaskAdmin(OfProcess):
    process_path = "instance__process"
    list_display = ("called", "of_instance", "standing", "who", "due")
    list_display_links = ("called",)
    list_filter = (StandingFilter, TaskProcessFilter, HolderFilter, "status", "due_at")
    search_fields = ("name", "instance__subject", "instance__business_key")
    ordering = ("-id",)
    actions = ("reassign_many",)
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

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/reassign/", view(self.reassign), name="tasks_task_reassign"),
            path("<uuid:pk>/release/", view(self.release), name="tasks_task_release"),
            *super().get_urls(),
        ]

    def detail(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        """Return who is asked and why, who never is, and what was said."""
        operates = may_operate(person_of(request), row.instance.process)
        return {
            "standing": standing_of(row),
            "candidates": row.candidates.all(),
            "exclusions": row.exclusions.select_related("user"),
            "alarms": row.alarms.order_by("due_at"),
            "comments": row.comments.all(),
            "may_reassign": operates and row.status in (Task.Status.CREATED, *Task.WORKABLE),
            "may_release": operates and row.status in ("reserved", "in_progress"),
        }

    def operable(self, request: HttpRequest, pk: UUID) -> Task:
        """Return the task to hand on. Raises Http404, PermissionDenied."""
        task: Task = self.row(request, str(pk))
        if not may_operate(person_of(request), task.instance.process):
            raise PermissionDenied
        return task

    def reassign(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give the task to somebody else, for a reason."""
        task = self.operable(request, pk)
        form = ReassignForm(request.POST or None)

        def do() -> str:
            to = form.cleaned_data["to"]
            services.reassign(
                task_id=pk,
                person=person_of(request),
                to=to,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            return _("%(who)s now has “%(task)s”.") % {"who": name_of(to), "task": task.name}

        return self.ask(
            request,
            row=task,
            title=_("Reassign “%s”?") % task.name,
            text=_("Whoever held it no longer does. Everybody who was asked stays asked."),
            submit=_("Reassign"),
            form=form,
            do=do,
            back=reverse("admin:tasks_task_change", args=[pk]),
        )

    def release(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Offer a held task to everybody again."""
        task = self.operable(request, pk)

        def do() -> str:
            services.release(task_id=pk, person=person_of(request), now=timezone.now())
            return _("“%s” is offered to everybody who is asked.") % task.name

        return self.ask(
            request,
            row=task,
            title=_("Offer “%s” again?") % task.name,
            text=_("Whoever holds it no longer does; everybody who is asked may claim it."),
            submit=_("Offer again"),
            do=do,
            back=reverse("admin:tasks_task_change", args=[pk]),
        )

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return sees(request, operated)

    @admin.action(description=gettext_lazy("Reassign the chosen tasks"), permissions=["operate"])
    def reassign_many(self, request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse:
        """Ask once to whom and why, then hand on each task on its own."""
        chosen = list(queryset[: AT_ONCE + 1])
        left, chosen = chosen[AT_ONCE:], chosen[:AT_ONCE]
        back = reverse("admin:tasks_task_changelist")
        form = ReassignForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            count = len(chosen)
            return self.page(
                request,
                "admin/placet/question.html",
                ask=ngettext("Reassign one task?", "Reassign %(count)s tasks?", count)
                % {"count": count},
                text=_("Each is handed on by itself; one that cannot be holds up no other."),
                submit=_("Reassign"),
                back=back,
                form=form,
                listed=[(row.name, row.instance.subject) for row in chosen],
                hidden=[
                    ("action", "reassign_many"),
                    ("confirmed", "yes"),
                    *((ACTION_CHECKBOX_NAME, str(row.pk)) for row in chosen),
                ],
            )
        allowed = set(operated(person_of(request)).values_list("pk", flat=True))
        results = [self._reassigned(request, row, form.cleaned_data, allowed) for row in chosen]
        return self.page(
            request,
            "admin/placet/results.html",
            heading=_("How it went"),
            results=results,
            done=sum(result["done"] for result in results),
            more=bool(left),
            back=back,
        )

    def _reassigned(
        self, request: HttpRequest, task: Task, answers: dict[str, Any], allowed: set[int]
    ) -> dict[str, Any]:
        result = {
            "what": f"{task.name} · {task.instance.subject}",
            "url": reverse("admin:tasks_task_change", args=[task.pk]),
            "done": False,
        }
        if task.instance.process_id not in allowed:
            return result | {"sentence": _("You may see this task, but not operate its process.")}
        to: User = answers["to"]
        try:
            services.reassign(
                task_id=task.pk,
                person=person_of(request),
                to=to,
                reason=answers["reason"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            return result | {"sentence": str(refusal)}
        return result | {"done": True, "sentence": _("%s now has it.") % name_of(to)}


def standing_of(task: Task) -> tuple[str, str]:
    """Return the answer or the status in words, and its tone."""
    if task.outcome:
        return words.answer(graph_of(task.instance.version_id), task.node, task.outcome)
    return task.get_status_display(), TONES.get(task.status, "")


def who_of(task: Task) -> str:
    """Return who holds it, answered it, or is asked."""
    if task.status == Task.Status.COMPLETED:
        return task.completed_by_name
    if task.owner is not None:
        return name_of(task.owner)
    asked = [name_of(row.user) if row.user else str(row.group) for row in task.candidates.all()]
    return ", ".join(asked) or "–"


def tasks_of_instance(request: HttpRequest, instance: Instance) -> dict[str, Any]:
    """Return what the page of an instance shows of its tasks."""
    asked = Candidate.objects.select_related("user", "group").order_by("pk")
    rows = (
        Task.objects.filter(instance=instance)
        .select_related("owner", "instance")
        .defer("instance__state")
        .prefetch_related(Prefetch("candidates", asked))
        .order_by("created_at", "id")
    )
    return {
        "template": "admin/placet/tasks.html",
        "operates": may_operate(person_of(request), instance.process),
        "tasks": [{"row": row, "who": who_of(row), "standing": standing_of(row)} for row in rows],
    }


InstanceAdmin.panels.append(tasks_of_instance)
