"""Incidents: what needs an operator, tried again one by one or many at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from processes import services
from processes.access import may_operate, operated
from processes.admin import words
from processes.admin.base import (
    OfProcess,
    ProcessFilter,
    UsualFilter,
    actor_of,
    chip,
    person_of,
    sees,
    when,
)
from processes.core.errors import Refusal
from processes.models import Incident, Job
from processes.store import graph_of

AT_ONCE = 200


class IncidentProcessFilter(ProcessFilter):
    path = "instance__process"


class OpenFirst(UsualFilter):
    title = gettext_lazy("status")
    parameter_name = "status"
    usual = gettext_lazy("Open")

    def options(self) -> Sequence[tuple[str, Any]]:
        return [("resolved", _("Resolved"))]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(status=value or "open")


@admin.register(Incident)
class IncidentAdmin(OfProcess):
    process_path = "instance__process"
    list_display = ("happened", "of_instance", "step", "holds", "raised", "standing")
    list_display_links = ("happened",)
    list_filter = (OpenFirst, IncidentProcessFilter, "code", "raised_at")
    search_fields = ("sentence", "instance__subject", "instance__business_key")
    actions = ("retry_many",)
    detail_template = "admin/placet/incident.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return (
            super()
            .get_queryset(request)
            .select_related("instance__process")
            .defer("instance__state")
        )

    @admin.display(description=gettext_lazy("what happened"))
    def happened(self, incident: Incident) -> SafeString:
        return format_html('<span class="pl-clamp">{}</span>', incident.sentence)

    @admin.display(description=gettext_lazy("instance"), ordering="instance__subject")
    def of_instance(self, incident: Incident) -> SafeString:
        return format_html(
            '<span><a class="pl-link" href="{}">{}</a> <span class="pl-quiet">{}</span></span>',
            reverse("admin:processes_instance_change", args=[incident.instance_id]),
            incident.instance.subject,
            incident.instance.process.name,
        )

    @admin.display(description=gettext_lazy("step"), ordering="node")
    def step(self, incident: Incident) -> SafeString:
        named = words.label(graph_of(incident.instance.version_id), incident.node)
        return format_html('<span class="pl-nowrap">{}</span>', named)

    @admin.display(description=gettext_lazy("kind"), ordering="blocking")
    def holds(self, incident: Incident) -> SafeString:
        if incident.blocking:
            return chip(_("Holds the process"), "negative")
        return chip(_("Notice"), "warning")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, incident: Incident) -> SafeString:
        tone = "negative" if incident.status == Incident.Status.OPEN else "positive"
        return chip(incident.get_status_display(), tone)

    @admin.display(description=gettext_lazy("raised"), ordering="raised_at")
    def raised(self, incident: Incident) -> SafeString:
        return when(incident.raised_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/retry/", view(self.retry), name="processes_incident_retry"),
            *super().get_urls(),
        ]

    def detail(self, request: HttpRequest, row: Incident) -> dict[str, Any]:
        """Return what is known about the incident and whether it can be retried from here."""
        instance = row.instance
        is_open = row.status == Incident.Status.OPEN
        return {
            "label": words.label(graph_of(instance.version_id), row.node),
            "job": Job.objects.filter(instance=instance, token=row.token).first(),
            "is_open": is_open,
            "may_retry": is_open and may_operate(person_of(request), instance.process),
        }

    def retry(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Try again what stopped, after asking."""
        incident: Incident = self.row(request, str(pk))
        if not may_operate(person_of(request), incident.instance.process):
            raise PermissionDenied

        def do() -> str:
            services.retry_incident(incident_id=pk, actor=actor_of(request), now=timezone.now())
            if incident.blocking:
                return _("“%s” tries again.") % incident.instance
            return _("The notice is marked as seen.")

        return self.ask(
            request,
            row=incident,
            title=_("Try again?") if incident.blocking else _("Mark as seen?"),
            text=explained(incident),
            quote=incident.sentence,
            submit=_("Retry") if incident.blocking else _("Mark as seen"),
            do=do,
            back=reverse("admin:processes_instance_change", args=[incident.instance_id]),
        )

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return sees(request, operated)

    @admin.action(description=gettext_lazy("Retry the chosen incidents"), permissions=["operate"])
    def retry_many(self, request: HttpRequest, queryset: QuerySet[Incident]) -> HttpResponse:
        """Ask once, then try each on its own and tell how each went."""
        chosen = list(queryset.order_by("raised_at")[: AT_ONCE + 1])
        left, chosen = chosen[AT_ONCE:], chosen[:AT_ONCE]
        back = reverse("admin:processes_incident_changelist")
        if "confirmed" not in request.POST:
            count = len(chosen)
            return self.page(
                request,
                "admin/placet/question.html",
                ask=ngettext("Retry one incident?", "Retry %(count)s incidents?", count)
                % {"count": count},
                text=_("Each is tried on its own; one that fails holds up no other."),
                submit=_("Retry"),
                back=back,
                listed=[(row.sentence, row.instance.subject) for row in chosen],
                hidden=[
                    ("action", "retry_many"),
                    ("confirmed", "yes"),
                    *((ACTION_CHECKBOX_NAME, str(row.pk)) for row in chosen),
                ],
            )
        allowed = set(operated(person_of(request)).values_list("pk", flat=True))
        results = [self._retried(request, row, allowed) for row in chosen]
        return self.page(
            request,
            "admin/placet/results.html",
            heading=_("How it went"),
            results=results,
            done=sum(result["done"] for result in results),
            more=bool(left),
            back=back,
        )

    def _retried(
        self, request: HttpRequest, incident: Incident, allowed: set[int]
    ) -> dict[str, Any]:
        instance = incident.instance
        result = {
            "what": instance.subject,
            "url": reverse("admin:processes_instance_change", args=[instance.pk]),
            "done": False,
        }
        if instance.process_id not in allowed:
            return result | {"sentence": _("You may see this instance, but not operate it.")}
        try:
            services.retry_incident(
                incident_id=incident.pk, actor=actor_of(request), now=timezone.now()
            )
        except Refusal as refusal:
            return result | {"sentence": str(refusal)}
        return result | {"done": True, "sentence": _("Tries again.")}


def explained(incident: Incident) -> str:
    if incident.blocking:
        return _(
            "The step begins again where it stopped. A call to another system carries the same "
            "key as before, so that nothing is done twice there."
        )
    return _("The process goes on in any case; the notice leaves the list of what is open.")
