"""Instances: watched and steered, never edited."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from processes import services
from processes.access import may_design, may_operate
from processes.admin import pictures, words
from processes.admin.base import OfProcess, ProcessFilter, actor_of, chip, person_of, when
from processes.admin.sentences import told_key
from processes.answers import drawing
from processes.core.graph import Graph
from processes.models import Incident, Instance, Subscription
from processes.store import graph_of

TONES = {
    "running": "accent",
    "suspended": "warning",
    "completed": "positive",
    "failed": "negative",
    "cancelled": "",
    "compensating": "warning",
    "compensated": "",
}
EVENTS_PER_PAGE = 100
CHILDREN_SHOWN = 50

Panel = Callable[[HttpRequest, Instance], dict[str, Any]]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=gettext_lazy("Everybody who follows the process reads it."),
    )


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].required = False


class TroubleFilter(admin.SimpleListFilter):
    title = gettext_lazy("incidents")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("With an open incident"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() != "open":
            return None
        return queryset.filter(troubled=True)


@admin.register(Instance)
class InstanceAdmin(OfProcess):
    list_display = ("called", "standing", "of_version", "who", "began", "ended")
    list_display_links = ("called",)
    list_filter = (ProcessFilter, "status", TroubleFilter, "started_at")
    search_fields = ("subject", "business_key")
    # Ids are in the order of time, and unlike the start they are indexed across all processes.
    ordering = ("-id",)
    search_help_text = gettext_lazy("Subject, business key or id")
    detail_template = "admin/placet/instance.html"
    # What other apps show on the page of an instance, each as a template and what it needs.
    panels: ClassVar[list[Panel]] = []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instance]:
        """Leave out what only the page of one instance needs."""
        open_incidents = Incident.objects.filter(instance=OuterRef("pk"), status="open")
        return (
            super()
            .get_queryset(request)
            .select_related("process", "version")
            .defer("state", "version__source", "version__decisions")
            .annotate(troubled=Exists(open_incidents))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by id too; a part of an id finds nothing, for it would read every row."""
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("subject"), ordering="subject")
    def called(self, instance: Instance) -> SafeString:
        if not instance.business_key:
            return format_html("{}", instance.subject)
        return format_html(
            '<span>{} <span class="pl-quiet">{}</span></span>',
            instance.subject,
            instance.business_key,
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, instance: Any) -> SafeString:
        status = chip(instance.get_status_display(), TONES[instance.status])
        if not instance.troubled:
            return status
        trouble = chip(_("Incident"), "negative")
        return format_html('<span class="pl-nowrap">{} {}</span>', status, trouble)

    @admin.display(description=gettext_lazy("process"), ordering="process__name")
    def of_version(self, instance: Instance) -> SafeString:
        return format_html(
            '<span class="pl-nowrap">{} <span class="pl-quiet">v{}</span></span>',
            instance.process,
            instance.version.number,
        )

    @admin.display(description=gettext_lazy("started by"), ordering="initiator_name")
    def who(self, instance: Instance) -> SafeString:
        return format_html('<span class="pl-nowrap">{}</span>', instance.initiator_name or "–")

    @admin.display(description=gettext_lazy("started"), ordering="started_at")
    def began(self, instance: Instance) -> SafeString:
        return when(instance.started_at)

    @admin.display(description=gettext_lazy("ended"), ordering="ended_at")
    def ended(self, instance: Instance) -> SafeString:
        return when(instance.ended_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/cancel/", view(self.cancel), name="processes_instance_cancel"),
            path("<uuid:pk>/suspend/", view(self.suspend), name="processes_instance_suspend"),
            path("<uuid:pk>/resume/", view(self.resume), name="processes_instance_resume"),
            path("<uuid:pk>/verify/", view(self.verify), name="processes_instance_verify"),
            path("<uuid:pk>/bpmn/", view(self.bpmn), name="processes_instance_bpmn"),
            *super().get_urls(),
        ]

    def detail(self, request: HttpRequest, row: Instance) -> dict[str, Any]:
        """Return where it stands, what it waits for and what happened."""
        graph = graph_of(row.version_id)
        operates = may_operate(person_of(request), row.process)
        page = Paginator(row.history.order_by("-sequence"), EVENTS_PER_PAGE).get_page(
            request.GET.get("page")
        )
        jobs = [
            {"row": job, "label": words.label(graph, job.node), "tone": JOB_TONES[job.status]}
            for job in row.jobs.order_by("created_at")
        ]
        return {
            "tone": TONES[row.status],
            "picture": pictures.of_instance(
                row, reverse("admin:processes_instance_bpmn", args=[row.pk])
            ),
            "variables": shown_variables(row),
            "timers": [
                {"row": timer, "label": words.label(graph, timer.node)}
                for timer in row.timers.order_by("due_at")
            ],
            "jobs": jobs,
            "subscriptions": [
                {
                    "row": found,
                    "label": words.label(graph, found.node),
                    "what": awaited(found, graph),
                }
                for found in row.subscriptions.order_by("id")
            ],
            "children": called(row, graph),
            "incidents": [
                {"row": incident, "label": words.label(graph, incident.node)}
                for incident in row.incidents.order_by("status", "-raised_at")
            ],
            "panels": [panel(request, row) for panel in self.panels],
            "history": page,
            "story": words.story(list(page.object_list), row.version_id),
            "portal_url": reverse("instance", args=[row.pk]),
            "operates": operates,
            "may_cancel": operates and row.status in ("running", "suspended"),
            "may_suspend": operates and row.status == "running",
            "may_resume": operates and row.status == "suspended",
            "may_design": may_design(person_of(request), row.process),
        }

    def bpmn(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Return the drawing of its version for the viewer."""
        instance: Instance = self.row(request, str(pk))
        return drawing(instance.version)

    def operable(self, request: HttpRequest, pk: UUID) -> Instance:
        """Return the instance to steer. Raises Http404, PermissionDenied."""
        instance: Instance = self.row(request, str(pk))
        if not may_operate(person_of(request), instance.process):
            raise PermissionDenied
        return instance

    def cancel(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """End the instance where it stands, for a reason."""
        instance = self.operable(request, pk)
        form = ReasonForm(request.POST or None)

        def do() -> str:
            services.cancel(
                instance_id=pk,
                actor=actor_of(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            return _("“%s” is cancelled.") % instance

        return self.ask(
            request,
            row=instance,
            title=_("Cancel “%s”?") % instance,
            text=_(
                "Open tasks, timers and jobs are taken back. What was done stays done. "
                "A cancelled process cannot go on."
            ),
            submit=_("Cancel the process"),
            tone="negative",
            form=form,
            do=do,
            back=change_url(pk),
        )

    def suspend(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Hold the instance."""
        instance = self.operable(request, pk)
        form = OptionalReasonForm(request.POST if request.method == "POST" else None)

        def do() -> str:
            services.suspend(
                instance_id=pk,
                actor=actor_of(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            return _("“%s” is suspended.") % instance

        return self.ask(
            request,
            row=instance,
            title=_("Suspend “%s”?") % instance,
            text=_("Timers and jobs wait, and nobody can answer, until you let it go on."),
            submit=_("Suspend"),
            form=form,
            do=do,
            back=change_url(pk),
        )

    def resume(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Let a suspended instance go on."""
        instance = self.operable(request, pk)

        def do() -> str:
            services.resume(instance_id=pk, actor=actor_of(request), now=timezone.now())
            return _("“%s” goes on.") % instance

        return self.ask(
            request,
            row=instance,
            title=_("Let “%s” go on?") % instance,
            text=_("Timers that fell due meanwhile go off within seconds."),
            submit=_("Resume"),
            do=do,
            back=change_url(pk),
        )

    def verify(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Check the history against its chain of hashes and the stored state."""
        instance: Instance = self.row(request, str(pk))
        if request.method != "POST":
            raise PermissionDenied
        flaw = services.verify(instance)
        if flaw is None:
            said = _("The history is whole: %(count)s events, each as it was written.")
            messages.success(request, said % {"count": instance.sequence})
        else:
            messages.error(
                request,
                _("The history was tampered with. %(sentence)s Tell whoever answers for audit.")
                % {"sentence": flaw.sentence},
            )
        return redirect(change_url(pk))


def awaited(found: Subscription, graph: Graph) -> str:
    """Return what is listened for, in words."""
    said = {"name": found.name, "key": told_key(found.correlation, graph)}
    match found.trigger:
        case Subscription.Trigger.SIGNAL:
            return _("The signal “%(name)s”") % said
        case Subscription.Trigger.CONDITION:
            return _("Its condition to become true")
        case _ if said["key"]:
            return _("The message “%(name)s” for “%(key)s”") % said
        case _:
            return _("The message “%(name)s”") % said


def called(instance: Instance, graph: Graph) -> list[dict[str, Any]]:
    """Return the processes that it called, the latest first, with the step while that waits."""
    rows = instance.children.select_related("process").defer("state").order_by("-id")
    tokens = instance.state["tokens"]
    return [
        {
            "row": child,
            "tone": TONES[child.status],
            "label": words.label(graph, tokens.get(child.parent_token, {}).get("node", "")),
        }
        for child in rows[:CHILDREN_SHOWN]
    ]


JOB_TONES = {"ready": "", "leased": "accent", "done": "positive", "dead": "negative"} | {
    "withdrawn": ""
}


def change_url(pk: object) -> str:
    return reverse("admin:processes_instance_change", args=[pk])


def shown_variables(instance: Instance) -> list[dict[str, Any]]:
    """Return the variables by their labels, without the values of those declared sensitive."""
    graph = graph_of(instance.version_id)
    declared, sensitive = graph.variables, graph.sensitive
    shown = []
    for name, value in instance.variables.items():
        variable = declared.get(name)
        simple = value is None or isinstance(value, str | int | float | bool)
        text = value if simple else words.as_text(words.concealed(value, sensitive))
        shown.append(
            {
                "name": name,
                "label": (variable.label if variable else "") or name,
                "hidden": name in sensitive,
                "value": None if name in sensitive else text,
                "simple": simple,
            }
        )
    return shown
