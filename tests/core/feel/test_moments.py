"""Dates, times and moments: their texts, parts and zones (DMN 1.5, 10.3.4.1 and 10.3.4.8)."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import FeelEvaluationError, compile_expression
from tests.core.feel import value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2024-02-29")', "2024-02-29"),
        ('date("2023-02-29")', None),
        ('date("2024-2-9")', None),
        ('date("12024-01-01")', "12024-01-01"),
        ('date("02024-01-01")', None),
        ('date("-0044-03-15")', "-0044-03-15"),
        ('date("1000000000-01-01")', None),
        ('date("2024-01-01T00:00:00")', None),
        ("date(2024, 2, 29)", "2024-02-29"),
        ("date(2024, 2, 30)", None),
        ("date(2024.5, 2, 1)", None),
        ("date(year: 2024, month: 1, day: 2)", "2024-01-02"),
        ('date(@"2024-01-01T10:00:00Z")', "2024-01-01"),
        ("date(null)", None),
        ('time("10:30:00")', "10:30:00"),
        ('time("10:30:00.250+02:00")', "10:30:00.25+02:00"),
        ('time("24:00:00")', "00:00:00"),
        ('time("24:00:01")', None),
        ('time("10:30")', None),
        ('time("10:60:00")', None),
        ('time("10:30:00+19:00")', None),
        ('time("10:30:00+02:00@Europe/Paris")', None),
        ('time("10:30:00@Nowhere/Town")', None),
        ('time("10:30:00@../../etc/passwd")', None),
        ('string(time("10:30:00@Europe/Paris"))', "10:30:00@Europe/Paris"),
        ('time(10, 30, 0.5, duration("-PT2H"))', "10:30:00.5-02:00"),
        ("time(10, 30, 0)", "10:30:00"),
        ("time(10, 30, 60)", None),
        ("time(24, 0, 0)", None),
        ('time(@"2024-01-01T10:00:00Z")', "10:00:00Z"),
        ('time(date("2024-01-01"))', "00:00:00Z"),
        ('date and time("2024-01-01T24:00:00")', "2024-01-02T00:00:00"),
        ('date and time("2024-01-01")', "2024-01-01T00:00:00"),
        ('date and time("2024-01-01T10:00:00.123456789Z")', "2024-01-01T10:00:00.123456789Z"),
        ('date and time(date("2024-01-01"), time("10:00:00Z"))', "2024-01-01T10:00:00Z"),
        ('date and time(@"2024-01-01T05:00:00Z", time("10:00:00"))', "2024-01-01T10:00:00"),
        ('date and time("2024-01-01T10:00:00+05:0")', None),
        ('string(@"2024-01-01T10:00:00@Europe/Paris")', "2024-01-01T10:00:00@Europe/Paris"),
        ('@"2024-01-01"', "2024-01-01"),
        ('@"10:00:00"', "10:00:00"),
        ('@"P1D"', "P1D"),
        ('@"-P1M"', "-P1M"),
        ('@"nonsense"', None),
        ('day of week(@"2024-05-06")', "Monday"),
        ('month of year(@"2024-05-06T10:00:00")', "May"),
        ('day of year(@"2024-12-31")', 366),
        ('week of year(@"2005-01-01")', 53),
        ('week of year(@"2003-12-29")', 1),
        ('is(@"10:00:00Z", @"10:00:00")', False),
        ('is(@"2024-01-01", @"2024-01-01")', True),
        ('is(1, "1")', False),
        ("is([1], [1])", True),
    ],
)
def test_texts_become_moments_and_back(text, expected):
    assert value(text) == expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_of_python_keeps_its_parts(moment):
    found = compile_expression("m").evaluate({"m": moment})
    assert value("[m.year, m.month, m.day, m.hour, m.minute, m.weekday]", m=moment) == [
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.isoweekday(),
    ]  # fmt: skip
    assert compile_expression("date and time(string(m)) = m").evaluate({"m": found}) is True


@given(st.dates())
def test_the_calendar_is_that_of_python(day):
    assert value("d.weekday", d=day) == day.isoweekday()
    assert value("week of year(d)", d=day) == day.isocalendar().week
    assert value("day of year(d)", d=day) == day.timetuple().tm_yday


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_named_zone_has_the_offset_that_python_knows(moment):
    moment = moment.replace(fold=0)  # Text cannot say which of two hours is meant.
    zone = ZoneInfo("America/New_York")
    offset = moment.replace(tzinfo=zone).utcoffset()
    text = f"{moment:%Y-%m-%dT%H:%M:%S}@America/New_York"
    assert value("date and time(text).time offset = offset", text=text, offset=offset) is True


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (date(2024, 1, 2), "2024-01-02"),
        (time(10, 30), "10:30:00"),
        (datetime(2024, 1, 2, 3, tzinfo=UTC), "2024-01-02T03:00:00Z"),
        (datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2024-01-02T00:00:00+02:00"),
        (datetime(2024, 7, 2, tzinfo=ZoneInfo("Europe/Paris")), "2024-07-02T00:00:00@Europe/Paris"),
        (timedelta(hours=25, microseconds=5), "P1DT1H0.000005S"),
    ],
)
def test_dates_of_python_may_be_variables(given, expected):
    assert value("string(x)", x=given) == expected


def test_now_and_today_come_from_the_clock_that_is_given():
    assert value("now()") == "2024-05-06T07:08:09Z"
    assert value("today()") == "2024-05-06"
    assert value("now(1)") is None


def test_without_a_clock_now_is_refused():
    with pytest.raises(FeelEvaluationError) as caught:
        compile_expression("now() > x").evaluate({"x": 1})
    assert caught.value.code == "expression_no_clock"


def test_the_calendar_ends_without_an_error():
    assert value('@"999999999-12-31" + @"P1D"') is None
    assert value('@"-999999999-01-01" - @"P1M"') is None
    assert value('string(@"2024-01-01T00:00:00@Europe/Paris" + @"P4000000D")').startswith("12975-")
