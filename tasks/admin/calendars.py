"""Working calendars: the hours of a week, days that differ, whose they are, and a place to try."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from holidays.registry import COUNTRIES
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from processes.admin.base import Page, chip
from processes.core.feel import FeelError
from tasks.models import Calendar, CalendarDay, CalendarUse
from tasks.models.calendars import WEEKDAYS
from tasks.rules.working_time import OutOfReach, Span, parse_hours

YEAR = timedelta(days=366)


class CalendarForm(forms.ModelForm):
    """The week as people write it, with zones and countries to choose from."""

    class Meta:
        model = Calendar
        fields = ("name", "key", "default", "time_zone", *WEEKDAYS, "country", "subdivision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" not in self.fields:
            return
        zones = sorted(available_timezones())
        self.fields["time_zone"].widget = UnfoldAdminSelectWidget(choices=[(z, z) for z in zones])
        known = UnfoldAdminSelectWidget(choices=[("", "–"), *countries()])
        self.fields["country"].widget = known


def countries() -> list[tuple[str, str]]:
    """Return the countries whose holidays are known, by code, in the order of their names."""
    known = [
        (codes[0], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)) for name, *codes in COUNTRIES.values()
    ]
    return sorted(known, key=lambda country: country[1])


class Days(TabularInline):
    model = CalendarDay
    extra = 0
    verbose_name_plural = gettext_lazy("days of its own, which count before holidays")


class Uses(TabularInline):
    model = CalendarUse
    extra = 0
    autocomplete_fields = ("process", "group", "user")


class Trial(forms.Form):
    """A deadline to be reckoned: how long, and from when on the calendar's wall clock."""

    span = forms.CharField(
        label=gettext_lazy("Deadline"),
        max_length=40,
        initial="P2D",
        help_text=gettext_lazy("P2D is two working days, PT16H are sixteen working hours."),
        widget=UnfoldAdminTextInputWidget(),
    )
    asked_at = forms.SplitDateTimeField(
        label=gettext_lazy("Asked at"), widget=UnfoldAdminSplitDateTimeWidget()
    )

    def clean_span(self) -> Span:
        """Return the span. Raises ValidationError for a text that is none."""
        text = self.cleaned_data["span"].strip()
        try:
            if text.startswith("-"):
                raise forms.ValidationError(_("A deadline does not lie in the past."))
            return Span.parse(text)
        except (FeelError, OutOfReach) as error:
            raise forms.ValidationError(
                _("Write a duration such as P2D, PT16H or P1M."), code="span"
            ) from error


@dataclass(frozen=True, slots=True)
class Different:
    """A date on which not the hours of its weekday count."""

    day: date
    hours: str
    why: str


@admin.register(Calendar)
class CalendarAdmin(Page):
    form = CalendarForm
    list_display = ("name", "key", "time_zone", "week", "closed_on", "used", "is_default")
    search_fields = ("name", "key")
    inlines = (Days, Uses)
    actions_detail = ("try_it",)
    fieldsets = (
        (None, {"fields": ("name", "key", "default")}),
        (
            gettext_lazy("Hours"),
            {
                "fields": ("time_zone", *WEEKDAYS),
                "description": gettext_lazy(
                    "Spans such as 08:00–12:00, 13:00–17:00. Empty is closed; the end of a day "
                    "is 24:00. A change counts for deadlines that begin later."
                ),
            },
        ),
        (gettext_lazy("Public holidays"), {"fields": ("country", "subdivision")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(uses_count=Count("uses"))

    @admin.display(description=gettext_lazy("hours a week"))
    def week(self, row: Calendar) -> str:
        minutes = sum(
            closes - opens
            for weekday in WEEKDAYS
            for opens, closes in parse_hours(getattr(row, weekday))
        )
        return f"{minutes / 60:g}"

    @admin.display(description=gettext_lazy("holidays of"), ordering="country")
    def closed_on(self, row: Calendar) -> str:
        return "-".join(filter(None, (row.country, row.subdivision))) or "–"

    @admin.display(description=gettext_lazy("used by"), ordering="uses_count")
    def used(self, row: Any) -> str:
        found = row.uses_count
        return ngettext("%(n)d place", "%(n)d places", found) % {"n": found} if found else "–"

    @admin.display(description=gettext_lazy("elsewhere"), ordering="default")
    def is_default(self, row: Calendar) -> SafeString | str:
        return chip(_("Where no other is"), "accent") if row.default else ""

    @action(description=gettext_lazy("Try it"), url_path="try", icon="timer")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Reckon a deadline, and show which days differ within a year."""
        row: Calendar = self.row(request, object_id)
        zone = ZoneInfo(row.time_zone)
        with timezone.override(zone):
            begin = timezone.localtime()
            form = Trial(request.GET or None, initial={"asked_at": begin})
            answer = sentence(row, form) if form.is_bound and form.is_valid() else None
            page = self.page(
                request,
                "admin/placet/calendar.html",
                row,
                form=form,
                answer=answer,
                different=list(differing(row, begin.date())),
                uses=row.uses.select_related("process", "group", "user"),
            )
            page.status_code = 422 if form.errors else 200
            # Moments are shown as the calendar's wall shows them.
            return page.render()


def sentence(row: Calendar, form: Trial) -> SafeString:
    """Return when the deadline would be, and how much work lies before it."""
    asked_at, span = form.cleaned_data["asked_at"], form.cleaned_data["span"]
    calendar = row.working()
    try:
        due = calendar.after(asked_at, span)
    except OutOfReach:
        return format_html("{}", _("There is no such moment within ten years."))
    hours = calendar.working_time_between(asked_at, due).total_seconds() / 3600
    words = {
        "span": form.data["span"].strip(),
        "asked": written(asked_at),
        "due": written(due),
    }
    said = _("A deadline of %(span)s, asked at %(asked)s, is %(due)s.") % words
    rest = ngettext("That is %(n)s working hour.", "That is %(n)s working hours.", round(hours))
    return format_html("<strong>{}</strong> {}", said, rest % {"n": f"{hours:g}"})


def written(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "D j F Y, H:i")


def differing(row: Calendar, begin: date) -> Iterator[Different]:
    """Yield the holidays and days of its own within a year, in order."""
    end = begin + YEAR
    own = {day.date: day for day in row.days.filter(date__gte=begin, date__lt=end)}
    known = {**row.holidays_in(begin.year), **row.holidays_in(end.year)}
    for day in sorted(own.keys() | known.keys()):
        if not begin <= day < end:
            continue
        if day in own:
            yield Different(day, own[day].hours, own[day].name or known.get(day, ""))
        else:
            yield Different(day, "", known[day])
