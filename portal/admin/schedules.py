"""Periodic tasks of django-celery-beat, in the look of the rest."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import ClockedScheduleAdmin as BeatClockedAdmin
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from processes.admin.base import Page, chip

for model in (PeriodicTask, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    admin.site.unregister(model)


class KnownTaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """Offers the Celery tasks that exist."""


class ScheduledTaskForm(PeriodicTaskForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = KnownTaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(BeatTaskAdmin, ModelAdmin):
    form = ScheduledTaskForm
    change_form_template = None
    change_list_template = None
    date_hierarchy = None
    list_display = ("name", "on", "scheduler", "last_run_at", "total_run_count")
    list_filter = ("enabled", "one_off")
    list_filter_sheet = False
    list_fullwidth = True
    actions = ("enable_tasks", "disable_tasks", "run_tasks")

    @admin.display(description=_("status"), ordering="enabled")
    def on(self, row: PeriodicTask) -> str:
        return chip(_("On"), "positive") if row.enabled else chip(_("Off"), "warning")

    @admin.action(description=_("Switch on"), permissions=["change"])
    def enable_tasks(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().enable_tasks(request, queryset)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def disable_tasks(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().disable_tasks(request, queryset)

    @admin.action(description=_("Run now"), permissions=["change"])
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        super().run_tasks(request, queryset)
        return None


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(Page):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(Page):
    list_display = ("__str__", "human_readable")
    fields = BeatCrontabAdmin.fields
    readonly_fields = BeatCrontabAdmin.readonly_fields


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(Page):
    list_display = BeatClockedAdmin.list_display
    fields = BeatClockedAdmin.fields
