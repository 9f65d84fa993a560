"""Working time: what a working calendar counts, against examples and a slow obvious reading."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.rules.working_time import (
    CLOSED,
    BadHours,
    ElapsedTime,
    OutOfReach,
    Span,
    WorkingCalendar,
    parse_hours,
    written_hours,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = parse_hours("8–12, 13–17")
MINUTE = timedelta(minutes=1)


def office(zone=BERLIN, week=(*[OFFICE] * 5, CLOSED, CLOSED), **days):
    """Return a calendar; days of its own are given as ``d2026_05_01="9–12"``."""
    own = {date(*map(int, name[1:].split("_"))): parse_hours(hours) for name, hours in days.items()}
    return WorkingCalendar(zone, week, lambda _year: own)


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def after(text, span, calendar=None):
    found = (calendar or office()).after(at(text), Span.parse(span))
    return f"{found.astimezone(BERLIN):%a %Y-%m-%d %H:%M}"


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "span", "due"),
    [
        # Monday is 2 March 2026; a day has eight hours, with a break at noon.
        ("2026-03-02 09:00", "PT3H", "Mon 2026-03-02 12:00"),
        ("2026-03-02 09:00", "PT3H1M", "Mon 2026-03-02 13:01"),
        ("2026-03-06 16:00", "PT2H", "Mon 2026-03-09 09:00"),
        ("2026-03-06 16:00", "PT16H", "Tue 2026-03-10 16:00"),
        ("2026-03-02 23:00", "PT1H", "Tue 2026-03-03 09:00"),
        # A working day has as many hours as it has.
        ("2026-03-06 16:00", "P1D", "Mon 2026-03-09 16:00"),
        ("2026-03-06 16:00", "P2D", "Tue 2026-03-10 16:00"),
        ("2026-03-07 16:00", "P1D", "Tue 2026-03-10 08:00"),
        ("2026-03-02 17:00", "P1D", "Tue 2026-03-03 17:00"),
        ("2026-03-02 17:01", "P1D", "Wed 2026-03-04 08:00"),
        ("2026-03-06 16:00", "P1DT2H", "Tue 2026-03-10 09:00"),
        # Months are those of the calendar on the wall; where nobody works then, the next opening.
        ("2026-01-31 10:00", "P1M", "Mon 2026-03-02 08:00"),
        ("2026-03-07 10:00", "PT0S", "Sat 2026-03-07 10:00"),
    ],
)
def test_a_deadline_counts_what_people_work(asked, span, due):
    assert after(asked, span) == due


def test_a_holiday_and_a_weekend_do_not_count():
    easter = office(d2026_04_03="", d2026_04_06="")
    assert after("2026-04-02 16:00", "PT2H", easter) == "Tue 2026-04-07 09:00"
    assert after("2026-04-02 16:00", "P1D", easter) == "Tue 2026-04-07 16:00"


def test_a_day_of_its_own_may_be_open_on_a_sunday_and_short():
    stocktaking = office(d2026_03_08="9–11")
    assert after("2026-03-06 16:00", "PT2H", stocktaking) == "Sun 2026-03-08 10:00"
    assert after("2026-03-06 10:00", "P1D", stocktaking) == "Sun 2026-03-08 10:00"
    assert after("2026-03-06 16:00", "P1D", stocktaking) == "Mon 2026-03-09 08:00"


def test_a_reminder_counts_back_over_the_weekend():
    due = at("2026-03-09 09:00")
    assert office().before(due, Span.parse("PT2H")) == at("2026-03-06 16:00")
    assert office().before(due, Span.parse("P1D")) == at("2026-03-06 09:00")
    assert office().before(at("2026-03-06 17:00"), Span.parse("P1D")) == at("2026-03-05 17:00")
    assert office().before(at("2026-04-08 09:00"), Span.parse("P1M")) == at("2026-03-06 17:00")


def test_two_days_and_forty_eight_hours_are_not_the_same():
    assert Span.parse("P2D") == Span(days=2)
    assert Span.parse("PT48H") == Span(time=timedelta(hours=48))
    assert Span.parse("P1DT36H") == Span(days=1, time=timedelta(hours=36))
    assert Span.parse("P1Y2M") == Span(months=14)


def test_the_hour_that_is_repeated_counts_twice_and_the_one_that_is_skipped_does_not():
    always = office(week=(parse_hours("0–24"),) * 7)
    autumn = at("2026-10-25 00:00"), at("2026-10-26 00:00")
    spring = at("2026-03-29 00:00"), at("2026-03-30 00:00")
    assert always.working_time_between(*autumn) == timedelta(hours=25)
    assert always.working_time_between(*spring) == timedelta(hours=23)


def test_a_clock_time_that_is_skipped_is_an_hour_later():
    nights = office(week=(parse_hours("0–24"),) * 7)
    assert after("2026-03-28 02:30", "P1D", nights) == "Sun 2026-03-29 03:30"


def test_a_clock_time_that_comes_twice_is_the_first_of_them():
    nights = office(week=(parse_hours("0–24"),) * 7)
    found = nights.after(at("2026-10-24 02:30"), Span.parse("P1D"))
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_work_that_ends_at_midnight_ends_on_its_own_day():
    late = office(week=(*[parse_hours("16–24")] * 5, CLOSED, CLOSED))
    assert after("2026-03-06 20:00", "PT4H", late) == "Sat 2026-03-07 00:00"
    assert after("2026-03-07 00:00", "P1D", late) == "Tue 2026-03-10 00:00"


def test_a_calendar_that_never_opens_is_refused():
    never = office(week=(CLOSED,) * 7)
    for ask in (
        lambda: never.next_opening(at("2026-03-02 09:00")),
        lambda: never.latest_start(at("2026-03-02 09:00"), MINUTE),
        lambda: never.after(at("2026-03-02 09:00"), Span.parse("P1D")),
        lambda: never.before(at("2026-03-02 09:00"), Span.parse("P1D")),
    ):
        with pytest.raises(OutOfReach):
            ask()


@pytest.mark.parametrize("span", ["PT999999H", "P9999D", "P999999999999D", "P99999Y"])
def test_a_span_beyond_ten_years_of_work_is_refused(span):
    with pytest.raises(OutOfReach):
        office().after(at("2026-03-02 09:00"), Span.parse(span))


@pytest.mark.parametrize("span", ["P999999999999D", "P99999Y"])
def test_elapsed_time_ends_with_the_calendar(span):
    with pytest.raises(OutOfReach):
        ElapsedTime().after(at("2026-03-02 09:00"), Span.parse(span))


def test_without_a_calendar_a_day_has_24_hours_and_months_are_months():
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    keeper = ElapsedTime()
    assert keeper.after(start, Span.parse("P2DT1H")) == start + timedelta(hours=49)
    assert keeper.before(start, Span.parse("P1M")) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert keeper.plus(start, keeper.between(start, start + MINUTE)) == start + MINUTE


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("8-12,13-17", "08:00–12:00, 13:00–17:00"),
        (" 8:15 – 24 ", "08:15–24:00"),
        ("0–6, 22–24", "00:00–06:00, 22:00–24:00"),
        ("8–12, 12–13", "08:00–12:00, 12:00–13:00"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(text, written):
    assert written_hours(parse_hours(text)) == written


@pytest.mark.parametrize("text", ["8", "12–8", "8–8", "8–25", "8–12, 11–13", "8:75–9", "22–6", "x"])
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(BadHours):
        parse_hours(text)


# --- laws ----------------------------------------------------------------------------------------

# With an offset of half an hour, of 45 minutes, changes at midnight or by half an hour, a date that
# was left out (Apia), a change a minute after midnight (St John's), and one for Ramadan (El Aaiún).
ZONES = [
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-11-01T06:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"),
    ("America/Havana", "2026-03-08T05:00"),
    ("Asia/Beirut", "2026-03-28T22:00"),
    ("America/St_Johns", "2010-11-07T02:31"),
    ("Asia/Kathmandu", "2026-05-05T00:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Africa/El_Aaiun", "2026-02-15T02:00"),
    ("UTC", "2026-03-02T00:00"),
]


@st.composite
def day_hours(draw):
    cuts = sorted(draw(st.sets(st.integers(0, 48), max_size=6)))
    marks = [minute * 30 for minute in cuts]
    return tuple(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def around_a_change(draw):
    """Return a calendar, and a moment within days of a change of its clock."""
    name, change = draw(st.sampled_from(ZONES))
    week = tuple(draw(st.lists(day_hours(), min_size=7, max_size=7)))
    assume(any(week))
    moment = datetime.fromisoformat(change).replace(tzinfo=UTC)
    own = draw(st.dictionaries(st.integers(-3, 3), day_hours(), max_size=2))
    days = {moment.date() + timedelta(days=days): hours for days, hours in own.items()}
    calendar = WorkingCalendar(ZoneInfo(name), week, lambda _year: days)
    return calendar, moment + MINUTE * draw(st.integers(-2 * 1440, 2 * 1440))


def shown(calendar, moment):
    """Tell whether the clock on the wall shows working time in the minute that begins."""
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in calendar.hours_on(local.date()))


def walked(calendar, moment, minutes):
    """Return the deadline by walking from minute to minute; None within three weeks."""
    at = moment
    for _ in range(21 * 1440):
        if minutes == 0 and shown(calendar, at):
            return at
        if shown(calendar, at):
            minutes -= 1
            if minutes == 0:
                return at + MINUTE
        at += MINUTE
    return None


@given(around_a_change(), st.integers(0, 1500))
def test_a_deadline_is_where_walking_from_minute_to_minute_ends(found, minutes):
    calendar, moment = found
    expected = walked(calendar, moment, minutes)
    assume(expected is not None)
    due = calendar.deadline(moment, MINUTE * minutes)
    assert due.astimezone(UTC) == expected


@given(around_a_change(), st.integers(0, 3 * 1440))
def test_working_time_is_the_number_of_minutes_at_work(found, minutes):
    calendar, moment = found
    counted = sum(shown(calendar, moment + MINUTE * passed) for passed in range(minutes))
    later = moment + MINUTE * minutes
    assert calendar.working_time_between(moment, later) == MINUTE * counted
    assert calendar.working_time_between(later, moment) == -MINUTE * counted


SPANS = st.integers(1, 90_000).map(lambda seconds: timedelta(seconds=seconds))


@given(around_a_change(), SPANS)
def test_a_deadline_leaves_just_the_time_that_was_allowed(found, allowed):
    calendar, moment = found
    due = calendar.deadline(moment, allowed)
    assert calendar.working_time_between(moment, due) == allowed
    assert calendar.working_time_between(calendar.latest_start(due, allowed), due) == allowed


@given(around_a_change(), SPANS, SPANS)
def test_to_allow_twice_is_to_allow_the_sum(found, first, second):
    calendar, moment = found
    twice = calendar.deadline(calendar.deadline(moment, first), second)
    assert twice.astimezone(UTC) == calendar.deadline(moment, first + second).astimezone(UTC)


@given(around_a_change(), SPANS, SPANS, st.integers(0, 90_000))
def test_who_asks_later_or_allows_more_waits_no_less(found, allowed, more, later):
    calendar, moment = found
    due = calendar.deadline(moment, allowed).astimezone(UTC)
    other = calendar.deadline(moment + timedelta(seconds=later), allowed).astimezone(UTC)
    assert other >= due
    assert calendar.deadline(moment, allowed + more).astimezone(UTC) > due


@given(around_a_change(), SPANS)
def test_a_deadline_never_lies_where_nobody_works(found, allowed):
    calendar, moment = found
    due = calendar.deadline(moment, allowed).astimezone(UTC)
    assert calendar.is_open(due - timedelta(microseconds=1))
    opening = calendar.next_opening(moment)
    assert calendar.is_open(opening)
    assert calendar.working_time_between(moment, opening) == timedelta(0)


@given(around_a_change(), st.integers(1, 9))
def test_days_later_somebody_works_at_that_moment_or_has_just_ended(found, days):
    calendar, moment = found
    due = calendar.after(moment, Span(days=days)).astimezone(UTC)
    assert calendar.is_open(due) or calendar.is_open(due - timedelta(microseconds=1))
    assert due > moment


@given(around_a_change(), st.integers(1, 9))
def test_days_earlier_somebody_works_until_that_moment(found, days):
    calendar, moment = found
    start = calendar.before(moment, Span(days=days)).astimezone(UTC)
    assert calendar.is_open(start - timedelta(microseconds=1))
    assert start < moment
