"""Durations of ISO 8601: the two kinds that DMN knows, and adding them to a moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import (
    DaysTime,
    FeelEvaluationError,
    FeelSyntaxError,
    YearsMonths,
    add_duration,
    parse_duration,
)
from tests.core.feel import value

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0S", 0),
        ("PT24H", 86_400),
        ("P3DT2H", 266_400),
        ("P1DT1H1M1.5S", 90_061.5),
        ("-PT15M", -900),
        (" PT15M ", 900),
    ],
)
def test_days_and_time_have_a_length(text, seconds):
    assert parse_duration(text).timedelta == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "months"), [("P1Y", 12), ("P18M", 18), ("P1Y6M", 18), ("-P1M", -1)]
)
def test_years_and_months_count_months(text, months):
    assert parse_duration(text) == YearsMonths(months)


@pytest.mark.parametrize(
    ("text", "code", "advice"),
    [
        ("P2W", "duration_weeks", "P14D"),
        ("P1Y2D", "duration_mixed", "either years and months"),
        ("P1MT2H", "duration_mixed", "either years and months"),
        ("P", "duration_unreadable", "PT24H"),
        ("PT", "duration_unreadable", "PT24H"),
        ("P1DT", "duration_unreadable", "PT24H"),
        ("1D", "duration_unreadable", "PT24H"),
        ("P1.5D", "duration_unreadable", "PT24H"),
        ("P-1D", "duration_unreadable", "PT24H"),
        ("", "duration_unreadable", "PT24H"),
        ("P" + "9" * 50 + "D", "duration_unreadable", "PT24H"),
    ],
)
def test_what_is_no_duration_is_refused_with_advice(text, code, advice):
    with pytest.raises(FeelSyntaxError, match=advice) as caught:
        parse_duration(text)
    assert caught.value.code == code


@given(st.timedeltas())
def test_a_span_and_its_text_say_the_same(span):
    assert parse_duration(str(DaysTime.of(span))).timedelta == span


@given(st.integers(-(10**6), 10**6))
def test_months_and_their_text_say_the_same(months):
    assert parse_duration(str(YearsMonths(months))) == YearsMonths(months)


def test_days_count_elapsed_time_over_a_change_of_the_clock():
    evening = datetime(2024, 3, 30, 12, tzinfo=PARIS)
    later = add_duration(evening, parse_duration("P1D"))
    assert later == evening.astimezone(UTC) + timedelta(days=1)
    assert (later.hour, later.tzinfo) == (13, PARIS)


def test_months_keep_the_hour_and_take_the_last_day_of_a_short_month():
    assert add_duration(datetime(2024, 1, 31, 9, tzinfo=PARIS), parse_duration("P1M")) == datetime(
        2024, 2, 29, 9, tzinfo=PARIS
    )


def test_a_moment_past_the_end_of_the_calendar_is_refused():
    for text in ("P9000Y", "P4000000D", "-P3000Y"):
        with pytest.raises(FeelEvaluationError) as caught:
            add_duration(datetime(2024, 1, 1, tzinfo=UTC), parse_duration(text))
        assert caught.value.code == "duration_too_long"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('duration("P1DT25H")', "P2DT1H"),
        ('duration("PT0.000000001S")', "PT0.000000001S"),
        ('duration("P14M")', "P1Y2M"),
        ('duration("P0Y")', "P0M"),
        ('duration("-PT0S")', "PT0S"),
        ('duration("P1W")', None),
        ('duration("P1Y1D")', None),
        ("duration(null)", None),
        ('years and months duration(@"2014-12-31", @"2019-10-01")', "P4Y9M"),
        ('years and months duration(@"2019-10-01", @"2014-12-31")', "-P4Y9M"),
        ('years and months duration(from: @"2024-01-31", to: @"2024-02-29T10:00:00")', "P0M"),
    ],
)
def test_expressions_read_and_write_durations(text, expected):
    assert value(text) == expected
