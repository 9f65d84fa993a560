"""Substitutions: who stands in for whom. Added and ended by the same rules as in the portal."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from processes.admin.base import Page, chip, person_of, when
from processes.admin.people import PersonField
from processes.models import Process
from tasks import services
from tasks.models import Substitution
from tasks.services.turn import name_of


class AbsenceForm(forms.Form):
    absentee = PersonField(label=gettext_lazy("Who is away"))
    substitute = PersonField(label=gettext_lazy("Who stands in"), required=False)
    starts_at = forms.SplitDateTimeField(
        label=gettext_lazy("From"), widget=UnfoldAdminSplitDateTimeWidget()
    )
    ends_at = forms.SplitDateTimeField(
        label=gettext_lazy("Until"), widget=UnfoldAdminSplitDateTimeWidget()
    )
    processes = forms.ModelMultipleChoiceField(
        Process.objects.all(),
        label=gettext_lazy("Only for these processes"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    amount_limit = forms.DecimalField(
        label=gettext_lazy("Only up to this amount"),
        min_value=0,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )


class WhenFilter(admin.SimpleListFilter):
    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", _("Now")), ("later", _("Later")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.current(now)  # type: ignore[attr-defined]
            case "later":
                return queryset.filter(starts_at__gt=now)
            case "over":
                return queryset.filter(ends_at__lte=now)
        return None


def told(row: Substitution, sentence: str) -> str:
    """Return the sentence with the names of both; ``%(who)s`` may be nobody."""
    who = name_of(row.substitute) if row.substitute else _("Nobody")
    return sentence % {"who": who, "for": name_of(row.absentee)}


@admin.register(Substitution)
class SubstitutionAdmin(Page):
    list_display = ("away", "stands_in", "standing", "begins", "ends", "reason", "end_it")
    list_display_links = None
    list_filter = (WhenFilter,)
    list_select_related = ("absentee", "substitute")
    search_fields = (
        "absentee__username",
        "absentee__first_name",
        "absentee__last_name",
        "substitute__username",
        "substitute__first_name",
        "substitute__last_name",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no: an absence is ended, and stays to be read."""
        return False

    @admin.display(description=gettext_lazy("away"), ordering="absentee__first_name")
    def away(self, row: Substitution) -> str:
        return name_of(row.absentee)

    @admin.display(description=gettext_lazy("stands in"), ordering="substitute__first_name")
    def stands_in(self, row: Substitution) -> str:
        return name_of(row.substitute) if row.substitute else _("Nobody")

    @admin.display(description=gettext_lazy("from"), ordering="starts_at")
    def begins(self, row: Substitution) -> SafeString:
        return when(row.starts_at)

    @admin.display(description=gettext_lazy("until"), ordering="ends_at")
    def ends(self, row: Substitution) -> SafeString:
        return when(row.ends_at)

    @admin.display(description=gettext_lazy("when"))
    def standing(self, row: Substitution) -> SafeString:
        now = timezone.now()
        if row.ends_at <= now:
            return chip(_("Over"))
        return chip(_("Later"), "accent") if row.starts_at > now else chip(_("Now"), "positive")

    @admin.display(description="")
    def end_it(self, row: Substitution) -> SafeString | str:
        if row.ends_at <= timezone.now():
            return ""
        url = reverse("admin:tasks_substitution_end", args=[row.pk])
        return format_html('<a class="pl-btn small" href="{}">{}</a>', url, _("End"))

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(self.end)
        return [
            path("<int:pk>/end/", end, name="tasks_substitution_end"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Lead to what can be done with it; a substitution is not edited."""
        row = self.row(request, object_id)
        return self.end(request, row.pk)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Enter an absence for somebody."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AbsenceForm(request.POST or None)

        def do() -> str:
            answers = form.cleaned_data
            found = services.set_absence(**answers, by=person_of(request), now=timezone.now())
            self.log_addition(request, found, _("Added."))
            return told(found, _("%(who)s stands in for %(for)s."))

        return self.ask(
            request,
            row=None,
            title=_("Who stands in for whom?"),
            text=_("The substitute may do what the absent person may, in their name."),
            submit=_("Save"),
            form=form,
            do=do,
            back=reverse("admin:tasks_substitution_changelist"),
        )

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End an absence now, after asking."""
        row: Substitution = self.row(request, str(pk))
        if not self.has_change_permission(request, row):
            raise PermissionDenied

        def do() -> str:
            services.end_absence(substitution_id=pk, by=person_of(request), now=timezone.now())
            self.log_change(request, row, _("Ended."))
            return told(row, _("%(who)s no longer stands in for %(for)s."))

        return self.ask(
            request,
            row=row,
            title=_("End it now?"),
            text=told(row, _("%(who)s stops standing in for %(for)s. What was decided stays.")),
            submit=_("End it"),
            do=do,
            back=reverse("admin:tasks_substitution_changelist"),
        )
