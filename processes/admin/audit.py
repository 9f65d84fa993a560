"""History: what happened, for ever. Read, searched and verified, never written here."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes.admin import words
from processes.admin.base import OfProcess, ProcessFilter, UsualFilter, when
from processes.chain import link
from processes.core.events import BY_KIND
from processes.models import HistoryEvent
from processes.store import graph_of


class HistoryProcessFilter(ProcessFilter):
    path = "instance__process"


class KindFilter(UsualFilter):
    """By kind; the kinds are known and need not be looked up in millions of rows."""

    title = gettext_lazy("kind")
    parameter_name = "kind"
    usual = gettext_lazy("The story")
    rest = gettext_lazy("Engine steps too")

    def options(self) -> Sequence[tuple[str, Any]]:
        return [(kind, kind) for kind in sorted(BY_KIND)]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value:
            return queryset.filter(kind=value)
        return queryset.exclude(kind__in=words.ENGINE_ONLY)


class InstanceFilter(admin.SimpleListFilter):
    """By the instance that a link came from; not a choice by itself."""

    title = gettext_lazy("instance")
    parameter_name = "instance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value()
        return [(value, _("This instance only"))] if value else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        try:
            return queryset.filter(instance=UUID(self.value() or ""))
        except ValueError:
            return queryset.none()


@admin.register(HistoryEvent)
class HistoryEventAdmin(OfProcess):
    process_path = "instance__process"
    list_display = ("happened", "who", "on_behalf_of_name", "what", "of_instance")
    list_display_links = ("happened",)
    list_filter = (InstanceFilter, HistoryProcessFilter, KindFilter, "at")
    search_fields = ("actor_name", "instance__subject")
    ordering = ("-id",)
    detail_template = "admin/placet/event.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HistoryEvent]:
        return (
            super()
            .get_queryset(request)
            .select_related("instance__process")
            .defer("instance__state")
        )

    @admin.display(description=gettext_lazy("when"))
    def happened(self, row: HistoryEvent) -> SafeString:
        return when(row.at)

    @admin.display(description=gettext_lazy("who"), ordering="actor_name")
    def who(self, row: HistoryEvent) -> str:
        return words.who(row)

    @admin.display(description=gettext_lazy("what"), ordering="kind")
    def what(self, row: HistoryEvent) -> SafeString:
        said = words.sentence(row, graph_of(row.instance.version_id))
        return format_html('<span class="pl-clamp">{}</span>', said)

    @admin.display(description=gettext_lazy("instance"), ordering="instance__subject")
    def of_instance(self, row: HistoryEvent) -> SafeString:
        return format_html(
            '<span><a class="pl-link" href="{}">{}</a> <span class="pl-quiet">#{}</span></span>',
            reverse("admin:processes_instance_change", args=[row.instance_id]),
            row.instance.subject,
            row.sequence,
        )

    def detail(self, request: HttpRequest, row: HistoryEvent) -> dict[str, Any]:
        """Return the event in words, its data, and whether it still fits what came before."""
        before = row.instance.history.filter(sequence=row.sequence - 1).first()
        [told] = words.story([row], row.instance.version_id)
        fits = link(before.hash if before else "", row) == row.hash
        return {"told": told, "fits": fits, "who": words.who(row)}
