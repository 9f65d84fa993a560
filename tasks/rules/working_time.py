"""How time counts for people: by a working calendar, or simply as it passes.

A moment is working time when the clock on the wall, in the calendar's zone, shows one of the hours
of that date. So an hour that a change of the clock repeats counts twice, and one that it skips does
not count; everything is reckoned in UTC and only looked up on the wall.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Protocol, Self

from processes.core.feel import DaysTime, FeelError, YearsMonths, add_duration, parse_duration

Hours = tuple[tuple[int, int], ...]
"""Spans of one day in minutes since midnight, in order, apart from each other; 1440 is its end."""

Interval = tuple[datetime, datetime]

CLOSED: Hours = ()
MIDNIGHT = 24 * 60
HORIZON = timedelta(days=3660)
DAY = timedelta(days=1)
NOTHING = timedelta(0)
# Finer than anything that is planned: tells the end of a span from what comes after it.
TICK = timedelta(microseconds=1)

_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")


class OutOfReach(ValueError):
    """There is no such moment within ten years: the calendar hardly opens, or the span is huge."""


class BadHours(ValueError):
    """The text does not spell the hours of a day."""


# --- spans of time -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A duration as it was written, for ``P2D`` and ``PT48H`` are not the same to people at work.

    ``months`` do not mix with the other two.
    """

    months: int = 0
    days: int = 0
    time: timedelta = NOTHING

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the span that an ISO 8601 text spells. Raises OutOfReach for one beyond reach.

        The text has been checked when the question was asked; anything else raises FeelError.
        """
        whole = parse_duration(text)
        if isinstance(whole, YearsMonths):
            return cls(months=whole.months)
        before, _, after = text.strip().partition("T")
        rest = parse_duration(f"PT{after}") if after else DaysTime(0)
        try:
            return cls(
                days=int(before.removeprefix("P").removesuffix("D") or 0),
                time=rest.timedelta if isinstance(rest, DaysTime) else NOTHING,
            )
        except OverflowError as error:
            raise OutOfReach(text) from error

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.time)


class TimeKeeper(Protocol):
    """How a span is added to a moment. Aware datetimes in, aware datetimes out.

    All raise OutOfReach. Nothing after a moment is that moment, also when nobody works then.
    """

    def after(self, moment: datetime, span: Span) -> datetime:
        """Return the moment at which ``span`` has passed since ``moment``."""

    def before(self, moment: datetime, span: Span) -> datetime:
        """Return the latest moment from which ``span`` is left until ``moment``."""

    def between(self, earlier: datetime, later: datetime) -> timedelta:
        """Return how much time counts from ``earlier`` to ``later``."""

    def plus(self, moment: datetime, counted: timedelta) -> datetime:
        """Return the moment at which so much time, as `between` counts it, has passed."""


class ElapsedTime:
    """Every hour counts, and a day has 24 of them: how time passes without a calendar."""

    def after(self, moment: datetime, span: Span) -> datetime:
        return _shifted(moment, span, 1)

    def before(self, moment: datetime, span: Span) -> datetime:
        return _shifted(moment, span, -1)

    def between(self, earlier: datetime, later: datetime) -> timedelta:
        return later.astimezone(UTC) - earlier.astimezone(UTC)

    def plus(self, moment: datetime, counted: timedelta) -> datetime:
        return self.after(moment, Span(time=counted))


def _shifted(moment: datetime, span: Span, sign: int) -> datetime:
    try:
        if span.months:
            return add_duration(moment, YearsMonths(sign * span.months))
        passed = timedelta(days=span.days) + span.time
        return (moment.astimezone(UTC) + sign * passed).astimezone(moment.tzinfo)
    except (FeelError, OverflowError) as error:
        raise OutOfReach(f"{span} from {moment:%Y-%m-%d}") from error


# --- working time --------------------------------------------------------------------------------


def _no_exceptions(_year: int) -> Mapping[date, Hours]:
    return {}


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When people work: hours for each weekday, Monday first, and for single dates instead.

    ``exceptions`` gives those of a year: holidays (`CLOSED`) and days with hours of their own.
    """

    zone: tzinfo
    week: tuple[Hours, ...]
    exceptions: Callable[[int], Mapping[date, Hours]] = _no_exceptions

    def hours_on(self, day: date) -> Hours:
        return self.exceptions(day.year).get(day, self.week[day.weekday()])

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.hours_on(local.date()))

    def next_opening(self, moment: datetime) -> datetime:
        """Return ``moment`` if it is working time, else when work begins next."""
        return self.deadline(moment, NOTHING)

    def deadline(self, asked_at: datetime, allowed: timedelta) -> datetime:
        """Return the moment at which ``allowed`` working time has passed since ``asked_at``.

        In the calendar's time zone. What is asked at night starts to count at the next opening;
        what is used up when work ends is due then, not at the next opening.
        """
        left, at = allowed, asked_at.astimezone(UTC)
        for begin, end in self._intervals(at, at + HORIZON):
            if left <= end - begin:
                return (begin + left).astimezone(self.zone)
            left -= end - begin
        raise OutOfReach(f"{allowed} from {asked_at:%Y-%m-%d}")

    def latest_start(self, until: datetime, needed: timedelta) -> datetime:
        """Return the latest moment from which ``needed`` working time is left before ``until``."""
        left, at = needed, until.astimezone(UTC)
        for begin, end in self._intervals_backwards(at):
            if left <= end - begin:
                return (end - left).astimezone(self.zone)
            left -= end - begin
        raise OutOfReach(f"{needed} before {until:%Y-%m-%d}")

    def working_time_between(self, earlier: datetime, later: datetime) -> timedelta:
        """Return the working time from one moment to another; negative if they are swapped."""
        # In one zone, moments compare by what the wall shows; an hour may be shown twice.
        first, last = earlier.astimezone(UTC), later.astimezone(UTC)
        if last < first:
            return -self.working_time_between(last, first)
        return sum((end - begin for begin, end in self._intervals(first, last)), NOTHING)

    between = working_time_between
    plus = deadline

    def after(self, moment: datetime, span: Span) -> datetime:
        """Return when ``span`` has passed: months by the calendar, then days of work, then hours.

        ``P2D`` is the same clock time two working days later. Where nobody works then, it is the
        next opening.
        """
        if not span:
            return moment
        if span.months:
            return self._settled(_shifted(moment.astimezone(self.zone), span, 1))
        at = self._days_after(moment, span.days) if span.days else moment
        return self.deadline(at, span.time) if span.time else at

    def before(self, moment: datetime, span: Span) -> datetime:
        """Return from when ``span`` is left until ``moment``; where nobody works then, earlier."""
        if not span:
            return moment
        if span.months:
            return self.latest_start(_shifted(moment.astimezone(self.zone), span, -1), NOTHING)
        at = self._days_before(moment, span.days) if span.days else moment
        return self.latest_start(at, span.time) if span.time else at

    # --- days of work ----------------------------------------------------------------------------

    def _days_after(self, moment: datetime, days: int) -> datetime:
        # In UTC: what is added in a zone moves the wall's time, which jumps.
        at = moment.astimezone(UTC)
        ends = not self.is_open(at) and self.is_open(at - TICK)
        if ends:
            # The end of a day's work belongs to that day, also when it is midnight.
            at -= TICK
        elif not self.is_open(at):
            at = self.next_opening(at)
        there = self._same_clock(at, days) + (TICK if ends else NOTHING)
        return self._settled(there)

    def _days_before(self, moment: datetime, days: int) -> datetime:
        at = self.latest_start(moment, NOTHING).astimezone(UTC)
        there = self._same_clock(at - TICK, -days) + TICK
        return self.latest_start(there, NOTHING)

    def _same_clock(self, moment: datetime, days: int) -> datetime:
        """Return the same clock time so many working days later, or earlier for negative ones.

        A clock time that is skipped on that day is an hour later then (RFC 5545, 3.3.5).
        """
        local = moment.astimezone(self.zone)
        day, step, left = local.date(), DAY if days > 0 else -DAY, abs(days)
        for _ in range(HORIZON.days):
            if not left:
                return datetime.combine(day, local.time(), self.zone).astimezone(UTC)
            day += step
            if self.hours_on(day) and self._exists(day):
                left -= 1
        raise OutOfReach(f"{days} working days from {moment:%Y-%m-%d}")

    def _exists(self, day: date) -> bool:
        """Tell whether the wall ever shows the date: islands have moved over the date line."""
        noon = datetime.combine(day, time(12), self.zone).astimezone(UTC)
        return noon.astimezone(self.zone).date() == day

    def _settled(self, moment: datetime) -> datetime:
        """Return the moment if it is working time or the end of it, else the next opening."""
        at = moment.astimezone(UTC)
        if self.is_open(at) or self.is_open(at - TICK):
            return at.astimezone(self.zone)
        return self.next_opening(at)

    # --- what is open, in UTC --------------------------------------------------------------------

    def _intervals(self, earlier: datetime, later: datetime) -> Iterator[Interval]:
        """Yield what is open between two moments in UTC, in order."""
        midnight = datetime.combine(earlier.date(), time(), UTC)
        while midnight < later:
            for begin, end in self._on(midnight):
                if begin < later and end > earlier:
                    yield max(begin, earlier), min(end, later)
            midnight += DAY

    def _intervals_backwards(self, until: datetime) -> Iterator[Interval]:
        midnight = datetime.combine(until.date(), time(), UTC)
        for _ in range(HORIZON.days):
            for begin, end in reversed(list(self._on(midnight))):
                if begin < until:
                    yield begin, min(end, until)
            midnight -= DAY

    def _on(self, midnight: datetime) -> Iterator[Interval]:
        """Yield what is open on a day of UTC, in order: for each date that the wall shows."""
        for begin, end, offset in _offsets(self.zone, midnight):
            shown = (begin + offset).replace(tzinfo=None)
            last = (end + offset).replace(tzinfo=None)
            day = shown.date()
            while day <= last.date():
                start_of_day = datetime.combine(day, time(), UTC) - offset
                for opens, closes in self.hours_on(day):
                    from_ = max(begin, start_of_day + timedelta(minutes=opens))
                    to = min(end, start_of_day + timedelta(minutes=closes))
                    if from_ < to:
                        yield from_, to
                day += DAY


@lru_cache(maxsize=4096)
def _offsets(zone: tzinfo, midnight: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the spans of a day of UTC, each with what is added to it to get the wall's time."""
    end = midnight + DAY
    first, last = _offset(zone, midnight), _offset(zone, end - TICK)
    if first == last:
        return ((midnight, end, first),)
    low, high = midnight, end
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == first else (low, middle)
    return ((midnight, high, first), (high, end, last))


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or NOTHING


# --- hours as people write them ------------------------------------------------------------------


def parse_hours(text: str) -> Hours:
    """Return the hours that a text spells, such as ``8–12, 13:00-17:30``; nothing is closed.

    Midnight at the end of a day is ``24``. Raises BadHours.
    """
    found: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise BadHours(part)
        opens, closes = (_minutes(*match.group(n, n + 1)) for n in (1, 3))
        if not opens < closes <= MIDNIGHT or (found and found[-1][1] > opens):
            raise BadHours(part)
        found.append((opens, closes))
    return tuple(found)


def _minutes(hour: str, minute: str | None) -> int:
    if int(minute or 0) >= 60:
        raise BadHours(f"{hour}:{minute}")
    return int(hour) * 60 + int(minute or 0)


def written_hours(hours: Hours) -> str:
    """Return hours as `parse_hours` reads them: ``08:00–12:00, 13:00–17:30``."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in hours)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
