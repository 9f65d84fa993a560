"""Working calendars: when people work, whose calendar it is, and which days are different."""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any, ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from processes.models import Process
from tasks.rules.working_time import (
    CLOSED,
    BadHours,
    Hours,
    WorkingCalendar,
    parse_hours,
    written_hours,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_HOURS = "08:00–12:00, 13:00–17:00"


def check_hours(text: str) -> None:
    try:
        parse_hours(text)
    except BadHours as error:
        raise ValidationError(
            _(
                "“%(part)s” are no hours. Write spans in their order, such as 08:00–12:00, "
                "13:00–17:00; the end of a day is 24:00, and what goes past midnight belongs "
                "to the next day."
            ),
            code="hours",
            params={"part": error},
        ) from error


def check_zone(text: str) -> None:
    if text not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is no time zone. Write one such as Europe/Berlin."),
            code="zone",
            params={"zone": text},
        )


class HoursField(models.CharField[str, str]):
    """Hours of a day, kept as people read them; empty is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, check_hours]

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        """Return the hours in the one way in which all calendars write them."""
        return written_hours(parse_hours(super().clean(value, model_instance)))


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def which_may_count(
        self, *, key: str, process: int, groups: list[int], users: list[int]
    ) -> "CalendarQuerySet":
        """Return the calendars that fit, the one that counts first.

        ``fits`` says by what: 1 the key, 2 the process, 3 a group, 4 a person, 5 the default.
        """
        fits = models.Case(
            *([models.When(key=key, then=1)] if key else []),
            models.When(uses__process=process, then=2),
            models.When(uses__group__in=groups, then=3),
            models.When(uses__user__in=users, then=4),
            models.When(default=True, then=5),
            output_field=models.IntegerField(),
        )
        return self.annotate(fits=fits).filter(fits__isnull=False).order_by("fits", "key")


class Calendar(models.Model):
    """When people work. Deadlines count only these hours.

    A change counts for deadlines that begin later; those that run keep their moment.
    """

    key = models.CharField(
        _("key"),
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z_][\w.-]*$", _("Letters, digits, dots and dashes."))],
        help_text=_("By which a process names it."),
    )
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[check_zone]
    )
    monday = HoursField(_("Monday"), default=OFFICE_HOURS)
    tuesday = HoursField(_("Tuesday"), default=OFFICE_HOURS)
    wednesday = HoursField(_("Wednesday"), default=OFFICE_HOURS)
    thursday = HoursField(_("Thursday"), default=OFFICE_HOURS)
    friday = HoursField(_("Friday"), default=OFFICE_HOURS)
    saturday = HoursField(_("Saturday"))
    sunday = HoursField(_("Sunday"))
    country = models.CharField(
        _("holidays of"), max_length=2, blank=True, help_text=_("Empty keeps no public holidays.")
    )
    subdivision = models.CharField(_("and of its region"), max_length=10, blank=True)
    default = models.BooleanField(
        _("used where no other is"),
        default=False,
        help_text=_("Without any calendar, deadlines count every hour of every day."),
    )
    # Another with every change, also of its days: what was read of an older one is forgotten.
    revision = models.UUIDField(default=uuid4, editable=False)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["default"],
                condition=Q(default=True),
                name="calendar_one_default",
                violation_error_message=_("Another calendar is used where no other is."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.revision = uuid4()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a calendar that never opens, and holidays that nobody knows."""
        if not any(getattr(self, weekday) for weekday in WEEKDAYS):
            raise ValidationError(
                _("This calendar never opens, so nothing would ever be due. Enter some hours.")
            )
        known = holidays.list_supported_countries()
        if self.country and self.country not in known:
            raise ValidationError({"country": _("No holidays are known for this country.")})
        if self.subdivision and self.subdivision not in known.get(self.country, ()):
            raise ValidationError(
                {"subdivision": _("No holidays are known for this region of the country.")}
            )

    def working(self) -> WorkingCalendar:
        """Return what reckons with it; its days are read once per change."""
        return _working(self.pk, self.revision)

    def holidays_in(self, year: int) -> Mapping[date, str]:
        """Return the public holidays of a year with their names."""
        return public_holidays(self.country, self.subdivision, year)


class CalendarDay(models.Model):
    """A date that differs from its weekday: closed, or open at other hours, also on a holiday."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    hours = HoursField(_("hours"), help_text=_("Empty is closed."))
    name = models.CharField(_("what for"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("day of its own")
        verbose_name_plural = _("days of its own")
        ordering: ClassVar = ["date"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.hours or _('closed')}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.calendar.save(update_fields=["revision"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.calendar.save(update_fields=["revision"])
        return super().delete(*args, **kwargs)


class CalendarUse(models.Model):
    """Whose working time a calendar is: one process's, one group's, or one person's."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="uses")
    process = models.OneToOneField(
        Process,
        verbose_name=_("process"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    group = models.OneToOneField(
        Group,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("use of a calendar")
        verbose_name_plural = _("used by")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(process__isnull=False, group__isnull=True, user__isnull=True)
                | Q(process__isnull=True, group__isnull=False, user__isnull=True)
                | Q(process__isnull=True, group__isnull=True, user__isnull=False),
                name="calendar_use_one_of_three",
                violation_error_message=_("Choose one: a process, a group or a person."),
            )
        ]

    def __str__(self) -> str:
        return str(self.process or self.group or self.user)


@lru_cache(maxsize=256)
def _working(pk: int, _revision: UUID) -> WorkingCalendar:
    found = Calendar.objects.get(pk=pk)
    own = {day.date: parse_hours(day.hours) for day in found.days.all()}

    @cache
    def exceptions(year: int) -> Mapping[date, Hours]:
        """Return the holidays of a year as closed, but for days of one's own."""
        return dict.fromkeys(found.holidays_in(year), CLOSED) | own

    week = tuple(parse_hours(getattr(found, weekday)) for weekday in WEEKDAYS)
    return WorkingCalendar(ZoneInfo(found.time_zone), week, exceptions)


@lru_cache(maxsize=1024)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a year with their names; none for no country."""
    if not country:
        return {}
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return dict(sorted(found.items()))
