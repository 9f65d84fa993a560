"""Dates, times and moments as text: XML Schema's forms, and a zone after an at sign."""

from __future__ import annotations

import re
from functools import lru_cache

from .durations import DAY, NANOS, Duration, nanos_of, read_duration
from .moments import Date, DateTime, Moment, Time, Zone, date_of, known_zone, valid_date

_DATE = re.compile(r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+\-/]{1,64}))?"
)
MAX_OFFSET = 18 * 3600


def read_date(text: str) -> Date | None:
    """Return the date that ``text`` spells, such as 2024-02-29, or None."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    sign, year, month, day = found.groups()
    return valid_date(-int(year) if sign else int(year), int(month), int(day))


def read_time(text: str) -> Time | None:
    """Return the time that ``text`` spells, such as 10:30:00+02:00, or None."""
    found = _clock(text)
    return Time(found[0] % DAY, found[1]) if found else None


def read_date_time(text: str) -> DateTime | None:
    """Return the moment that ``text`` spells, such as 2024-02-29T10:30:00Z, or None.

    A date alone is its midnight; 24:00:00 is the midnight of the next day.
    """
    day, separator, clock = text.partition("T")
    date = read_date(day)
    if date is None or not separator:
        return DateTime(date, 0) if date else None
    found = _clock(clock)
    if found is None:
        return None
    nanos, zone = found
    if nanos == DAY:
        date, nanos = date_of(date.ordinal + 1), 0
    return DateTime(date, nanos, zone)


@lru_cache(maxsize=4096)
def read_literal(text: str) -> Moment | Duration | None:
    """Return what ``@"text"`` means: a date, a time, a moment or a duration; None for others."""
    if "P" in text[:2]:
        return read_duration(text)
    if ":" not in text:
        return read_date(text)
    return read_date_time(text) if "T" in text.split(":", 1)[0] else read_time(text)


def clock_nanos(hour: int, minute: int, nanos: int) -> int | None:
    """Return nanoseconds since midnight, or None if the clock has no such time."""
    total = (hour * 60 + minute) * 60 * NANOS + nanos
    if minute > 59 or nanos >= 60 * NANOS or min(hour, minute, nanos) < 0 or total > DAY:
        return None
    return total


def _clock(text: str) -> tuple[int, Zone] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, part, greenwich, sign, *offset, name = found.groups()
    nanos = clock_nanos(int(hour), int(minute), int(second) * NANOS + nanos_of(part))
    if nanos is None:
        return None
    if greenwich:
        return nanos, 0
    if name:
        return (nanos, name) if known_zone(name) else None
    if not sign:
        return nanos, None
    hours, minutes, seconds = (int(digits or 0) for digits in offset)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > MAX_OFFSET:
        return None
    return nanos, -total if sign == "-" else total
