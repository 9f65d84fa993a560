"""Dates, times and moments of DMN 1.5, 10.3.2.3.4 to 10.3.2.3.6.

Python's own classes end at the year 9999 and at the microsecond; the standard reaches to the year
999,999,999 and to the nanosecond, and keeps a named zone as it was written.
"""

from __future__ import annotations

import datetime as py
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from .durations import DAY, NANOS, DaysTime, YearsMonths, fraction, month_days, shift_months

MAX_YEAR = 999_999_999
_CYCLE = 146_097  # days in 400 years, after which the calendar repeats

Zone = int | str | None
"""Seconds east of Greenwich, an IANA name, or nothing: local time."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the Gregorian calendar, without a time and without a zone."""

    year: int
    month: int
    day: int

    @property
    def ordinal(self) -> int:
        """Days since 1970-01-01."""
        shifted = self.year - (self.month <= 2)
        era, year = divmod(shifted, 400)
        day = (153 * (self.month + (-3 if self.month > 2 else 9)) + 2) // 5 + self.day - 1
        return era * _CYCLE + year * 365 + year // 4 - year // 100 + day - 719_468

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return (self.ordinal + 3) % 7 + 1

    @property
    def day_of_year(self) -> int:
        return self.ordinal - Date(self.year, 1, 1).ordinal + 1

    @property
    def week(self) -> int:
        """The week of ISO 8601, which starts on Monday and belongs to the year of its Thursday."""
        thursday = date_of(self.ordinal + 4 - self.weekday)
        return (thursday.day_of_year - 1) // 7 + 1

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day."""

    nanos: int
    zone: Zone = None

    @property
    def offset(self) -> int | None:
        """Seconds east of Greenwich; a named zone counts with its winter time."""
        if isinstance(self.zone, str):
            return _winter_offset(self.zone)
        return self.zone

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight, in Greenwich where the zone is known."""
        return self.nanos - (self.offset or 0) * NANOS

    def __str__(self) -> str:
        seconds, rest = divmod(self.nanos, NANOS)
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return text + fraction(rest) + zone_text(self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day, at a place on Earth or wherever the reader is."""

    date: Date
    nanos: int
    zone: Zone = None

    @property
    def offset(self) -> int | None:
        if isinstance(self.zone, str):
            return _zone_offset(self.zone, self.date, self.nanos)
        return self.zone

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970, in Greenwich where the zone is known."""
        return self.date.ordinal * DAY + self.nanos - (self.offset or 0) * NANOS

    @property
    def time(self) -> Time:
        return Time(self.nanos, self.zone)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"

    def with_offset(self) -> str:
        """Return the ISO 8601 text, with an offset in place of the name of a zone."""
        return str(DateTime(self.date, self.nanos, self.offset))


Moment = Date | Time | DateTime


def date_of(ordinal: int) -> Date:
    """Return the date that lies so many days after 1970-01-01."""
    era, day = divmod(ordinal + 719_468, _CYCLE)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    rest = day - (365 * year + year // 4 - year // 100)
    month = (5 * rest + 2) // 153
    number = month + (3 if month < 10 else -9)
    return Date(year + era * 400 + (number <= 2), number, rest - (153 * month + 2) // 5 + 1)


def valid_date(year: int, month: int, day: int) -> Date | None:
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= month_days(year, month):
        return None
    return Date(year, month, day)


def moment_of(instant: int, zone: Zone) -> DateTime | None:
    """Return the moment that lies so many nanoseconds after 1970 began in Greenwich."""
    offset = _offset_at(zone, instant) if isinstance(zone, str) else zone or 0
    days, nanos = divmod(instant + offset * NANOS, DAY)
    date = date_of(days)
    return DateTime(date, nanos, zone) if abs(date.year) <= MAX_YEAR else None


def add_days_time(value: Moment, span: DaysTime) -> Moment | None:
    """Return the moment after elapsed time; a date moves by whole days, a time by the clock."""
    if isinstance(value, Time):
        return Time((value.nanos + span.nanos) % DAY, value.zone)
    if isinstance(value, DateTime):
        return moment_of(value.instant + span.nanos, value.zone)
    moved = moment_of(value.ordinal * DAY + span.nanos, None)
    return moved and moved.date


def add_years_months(value: Date | DateTime, span: YearsMonths) -> Date | DateTime | None:
    """Return the same day of another month, or its last day where that month is shorter."""
    date = value.date if isinstance(value, DateTime) else value
    moved = valid_date(*shift_months(date.year, date.month, date.day, span.months))
    if moved is None or isinstance(value, Date):
        return moved
    return DateTime(moved, value.nanos, value.zone)


def months_between(start: Date | DateTime, end: Date | DateTime) -> YearsMonths:
    """Return the whole months from ``start`` to ``end`` (DMN 1.5, table 73)."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


def zone_text(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    text = f"{'-' if zone < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f":{seconds:02d}" if seconds else "")


def known_zone(name: str) -> bool:
    """Tell whether ``name`` is in the zone database."""
    try:
        _zone_info(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=512)
def _zone_info(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=512)
def _winter_offset(name: str) -> int:
    moment = py.datetime(2020, 1, 1, tzinfo=_zone_info(name))
    offset, summer = moment.utcoffset(), moment.dst()
    return int(((offset or py.timedelta()) - (summer or py.timedelta())).total_seconds())


def _fit(year: int) -> int:
    """Return a year that Python's calendar has and in which the zone's rules are the same."""
    if year > 9990:
        return 2400 + year % 400
    return year if year >= 10 else 400 + year % 400


def _zone_offset(zone: str, date: Date, nanos: int) -> int:
    hour, minute, second = nanos // (3600 * NANOS), nanos // (60 * NANOS) % 60, nanos // NANOS % 60
    info = _zone_info(zone)
    offset = py.datetime(
        _fit(date.year), date.month, date.day, hour, minute, second, tzinfo=info
    ).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _offset_at(zone: str, instant: int) -> int:
    days, nanos = divmod(instant, DAY)
    date = date_of(days)
    moment = py.datetime(_fit(date.year), date.month, date.day, tzinfo=py.UTC)
    moment += py.timedelta(seconds=nanos // NANOS)
    offset = moment.astimezone(_zone_info(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def moment_from(value: py.datetime) -> DateTime:
    """Return the FEEL value of a Python moment; a named zone keeps its name."""
    offset = value.utcoffset()
    seconds = None if offset is None else int(offset.total_seconds())
    day = Date(value.year, value.month, value.day)
    return DateTime(day, _clock(value), _named(value.tzinfo, seconds))


def from_python(value: py.date | py.time | py.timedelta) -> Moment | DaysTime:
    """Return the FEEL value of a Python date, time, moment or span."""
    if isinstance(value, py.timedelta):
        return DaysTime.of(value)
    if isinstance(value, py.datetime):
        return moment_from(value)
    if isinstance(value, py.time):
        offset = value.utcoffset()
        seconds = None if offset is None else int(offset.total_seconds())
        return Time(_clock(value), _named(value.tzinfo, seconds))
    return Date(value.year, value.month, value.day)


def _clock(value: py.datetime | py.time) -> int:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return seconds * NANOS + value.microsecond * 1000


def _named(zone: py.tzinfo | None, offset: int | None) -> Zone:
    if isinstance(zone, ZoneInfo) and zone.key and zone.key != "UTC":
        return zone.key
    return offset


def second_of(nanos: int) -> Decimal:
    """Return the seconds past the minute, with their fraction."""
    return Decimal(nanos % (60 * NANOS)).scaleb(-9).normalize() + 0
