"""Functions that read or make dates, times and durations (DMN 1.5, 10.3.4.1, .7 and .8)."""

from __future__ import annotations

from decimal import Decimal

from processes.core.feel.budget import Run
from processes.core.feel.durations import DAY, NANOS, DaysTime, YearsMonths, read_duration
from processes.core.feel.errors import FeelEvaluationError
from processes.core.feel.moment_text import (
    MAX_OFFSET,
    clock_nanos,
    read_date,
    read_date_time,
    read_time,
)
from processes.core.feel.moments import (
    Date,
    DateTime,
    Time,
    moment_from,
    months_between,
    valid_date,
)
from processes.core.feel.values import Value, same

from .registry import builtin

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@builtin("date", "from: string")
def date_from_text(run: Run, text: str) -> Value:
    run.charge(5)
    return read_date(text)


@builtin("date", "from: date")
def date_from(run: Run, value: Date | DateTime) -> Value:
    return value.date if isinstance(value, DateTime) else value


@builtin("date", "year: number, month: number, day: number")
def date_from_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    if any(part != part.to_integral_value() or abs(part) >= 10**9 for part in (year, month, day)):
        return None
    return valid_date(int(year), int(month), int(day))


@builtin("time", "from: string")
def time_from_text(run: Run, text: str) -> Value:
    run.charge(10)
    return read_time(text)


@builtin("time", "from: clock")
def time_from(run: Run, value: Time | DateTime | Date) -> Value:
    if isinstance(value, Date):
        return Time(0, 0)
    return value.time if isinstance(value, DateTime) else value


@builtin("time", "hour: number, minute: number, second: number, offset?: days?")
def time_from_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None
) -> Value:
    """Return the time of day; the second may have a fraction."""
    if any(part != part.to_integral_value() or abs(part) > 60 for part in (hour, minute)):
        return None
    if not 0 <= second < 60:
        return None
    nanos = clock_nanos(int(hour), int(minute), int(second.scaleb(9)))
    if nanos is None or nanos == DAY:
        return None
    if offset is None:
        return Time(nanos)
    seconds = offset.nanos // NANOS
    return Time(nanos, seconds) if abs(seconds) <= MAX_OFFSET else None


@builtin("date and time", "from: string")
def date_time_from_text(run: Run, text: str) -> Value:
    run.charge(15)
    return read_date_time(text)


@builtin("date and time", "from: date")
def date_time_from(run: Run, value: Date | DateTime) -> Value:
    return value if isinstance(value, DateTime) else DateTime(value, 0)


@builtin("date and time", "date: date, time: time")
def date_time_from_parts(run: Run, date: Date | DateTime, time: Time) -> Value:
    return DateTime(date.date if isinstance(date, DateTime) else date, time.nanos, time.zone)


@builtin("duration", "from: string")
def duration_from_text(run: Run, text: str) -> Value:
    run.charge(5)
    return read_duration(text)


@builtin("duration", "from: duration")
def duration_from(run: Run, value: DaysTime | YearsMonths) -> Value:
    return value


@builtin("years and months duration", "from: date, to: date")
def years_and_months(run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    return months_between(start, end)


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("day of year", "date: date")
def day_of_year(run: Run, date: Date | DateTime) -> Value:
    return Decimal(_day(date).day_of_year)


@builtin("day of week", "date: date")
def day_of_week(run: Run, date: Date | DateTime) -> Value:
    return DAYS[_day(date).weekday - 1]


@builtin("month of year", "date: date")
def month_of_year(run: Run, date: Date | DateTime) -> Value:
    return MONTHS[_day(date).month - 1]


@builtin("week of year", "date: date")
def week_of_year(run: Run, date: Date | DateTime) -> Value:
    return Decimal(_day(date).week)


def _now(run: Run) -> DateTime:
    if run.now is None:
        raise FeelEvaluationError(
            "expression_no_clock",
            "The expression asks what time it is where no clock is given. "
            "Use a date from the variables instead of now() and today().",
        )
    return moment_from(run.now)


@builtin("now", "")
def now(run: Run) -> Value:
    return _now(run)


@builtin("today", "")
def today(run: Run) -> Value:
    return _now(run).date


@builtin("is", "value1: any?, value2: any?", "boolean")
def is_same(run: Run, value1: Value, value2: Value) -> Value:
    """Return whether both are the same element: a time with another offset is another one."""
    if type(value1) is not type(value2):
        return False
    if isinstance(value1, list | dict):
        return same(run, value1, value2)
    return value1 == value2
