"""The two kinds of duration of DMN 1.5, 10.3.2.3.7 and 10.3.2.3.8, and their ISO 8601 text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import total_ordering

from .errors import FeelEvaluationError, FeelSyntaxError

NANOS = 1_000_000_000
DAY = 86_400 * NANOS

_DAYS_TIME = re.compile(
    r"(-?)P(?:([0-9]{1,12})D)?"
    r"(?:T(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})(?:\.([0-9]{1,18}))?S)?)?"
)
_YEARS_MONTHS = re.compile(r"(-?)P(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?")
_WEEKS = re.compile(r"-?P[0-9.]+W")


@total_ordering
@dataclass(frozen=True, slots=True)
class DaysTime:
    """A days and time duration; exact to the nanosecond."""

    nanos: int

    def __lt__(self, other: DaysTime) -> bool:
        return self.nanos < other.nanos

    @classmethod
    def of(cls, span: timedelta) -> DaysTime:
        return cls(((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds) * 1000)

    @property
    def timedelta(self) -> timedelta:
        """The span in Python's terms; parts below a microsecond are dropped.

        Raises OverflowError above about 2.7 million years.
        """
        return timedelta(microseconds=self.nanos // 1000)

    @property
    def seconds(self) -> Decimal:
        return Decimal(self.nanos).scaleb(-9).normalize()

    def parts(self) -> tuple[int, int, int, int]:
        """Return days, hours, minutes and nanoseconds, all with the sign of the duration."""
        sign = -1 if self.nanos < 0 else 1
        days, rest = divmod(abs(self.nanos), DAY)
        hours, rest = divmod(rest, 3600 * NANOS)
        minutes, rest = divmod(rest, 60 * NANOS)
        return sign * days, sign * hours, sign * minutes, sign * rest

    def __str__(self) -> str:
        if not self.nanos:
            return "PT0S"
        days, hours, minutes, nanos = DaysTime(abs(self.nanos)).parts()
        time = f"{hours}H" if hours else ""
        time += f"{minutes}M" if minutes else ""
        time += f"{nanos // NANOS}{fraction(nanos % NANOS)}S" if nanos else ""
        sign = "-" if self.nanos < 0 else ""
        return sign + "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


@total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration."""

    months: int

    def __lt__(self, other: YearsMonths) -> bool:
        return self.months < other.months

    def parts(self) -> tuple[int, int]:
        """Return years and months, both with the sign of the duration."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months

    def __str__(self) -> str:
        if not self.months:
            return "P0M"
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + text


Duration = DaysTime | YearsMonths


def fraction(nanos: int) -> str:
    """Return the part of a second as text, with its point, without closing zeros."""
    return f".{nanos:09d}".rstrip("0") if nanos else ""


def nanos_of(digits: str | None) -> int:
    """Return nanoseconds from the digits after the decimal point; finer digits are dropped."""
    return int(digits[:9].ljust(9, "0")) if digits else 0


def read_duration(text: str) -> Duration | None:
    """Return the duration that ``text`` spells, or None."""
    if text.endswith(("P", "T")):
        return None
    if found := _DAYS_TIME.fullmatch(text):
        sign, days, hours, minutes, seconds, part = found.groups()
        whole = int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
        nanos = (whole + int(seconds or 0)) * NANOS + nanos_of(part)
        return DaysTime(-nanos if sign else nanos)
    if found := _YEARS_MONTHS.fullmatch(text):
        sign, years, extra = found.groups()
        months = int(years or 0) * 12 + int(extra or 0)
        return YearsMonths(-months if sign else months)
    return None


def parse_duration(text: str) -> Duration:
    """Return the duration that an ISO 8601 text spells, such as PT24H, P3DT2H or P1Y6M.

    Years and months do not mix with days and times: no one knows how many days a month has.
    Raises FeelSyntaxError with a sentence for anything else.
    """
    text = text.strip()
    found = read_duration(text)
    if found is not None:
        return found
    shown = text[:40]
    if _WEEKS.fullmatch(text):
        raise FeelSyntaxError(
            "duration_weeks",
            f"“{shown}” counts in weeks, which durations do not know. Write days, such as P14D.",
        )
    if re.match(r"-?P.*[YM].*[DT]", text) and not re.match(r"-?PT", text):
        raise FeelSyntaxError(
            "duration_mixed",
            f"“{shown}” mixes months with days. Write either years and months, such as P1Y6M, "
            "or days and time, such as P3DT12H.",
        )
    raise FeelSyntaxError(
        "duration_unreadable",
        f"“{shown}” is not a duration. Write one such as PT24H (24 hours), P3D (3 days) "
        "or P1Y6M (a year and six months).",
    )


def add_duration(moment: datetime, duration: Duration) -> datetime:
    """Return the moment that lies ``duration`` after ``moment``, in the same time zone.

    Days and time count elapsed time, also over a change of the clock. Years and months keep the
    day of the month, or take the last one where the month is shorter. Raises FeelEvaluationError
    when the calendar ends before.
    """
    try:
        if isinstance(duration, DaysTime):
            if moment.tzinfo is None:
                return moment + duration.timedelta
            return (moment.astimezone(UTC) + duration.timedelta).astimezone(moment.tzinfo)
        year, month, day = shift_months(moment.year, moment.month, moment.day, duration.months)
        return moment.replace(year=year, month=month, day=day)
    except (ValueError, OverflowError) as error:
        raise FeelEvaluationError(
            "duration_too_long",
            f"{duration} from {moment:%Y-%m-%d} lies outside the calendar. "
            "Write a shorter duration.",
        ) from error


def shift_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """Return the date so many months later; its day is the last one where the month is shorter."""
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return year, month + 1, min(day, month_days(year, month + 1))


def month_days(year: int, month: int) -> int:
    """Return how many days the month has in the Gregorian calendar."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31
