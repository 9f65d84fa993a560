"""Quiet hours, digests and second tries, around midnight and when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.telling import (
    CHANNELS,
    RETRIES,
    Channel,
    Kind,
    Wishes,
    after_quiet,
    next_time,
    next_try,
    send_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
MOMENTS = st.integers(1_735_689_600, 1_798_761_600).map(lambda s: datetime.fromtimestamp(s, UTC))
NIGHT = Wishes(zone=BERLIN, quiet_from=time(20), quiet_until=time(7))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        (berlin(2026, 3, 2, 19, 59), berlin(2026, 3, 2, 19, 59)),
        (berlin(2026, 3, 2, 20), berlin(2026, 3, 3, 7)),
        (berlin(2026, 3, 2, 23, 59), berlin(2026, 3, 3, 7)),
        (berlin(2026, 3, 3, 0), berlin(2026, 3, 3, 7)),
        (berlin(2026, 3, 3, 6, 59), berlin(2026, 3, 3, 7)),
        (berlin(2026, 3, 3, 7), berlin(2026, 3, 3, 7)),
    ],
)
def test_quiet_hours_may_cross_midnight(at, sent):
    assert after_quiet(NIGHT, at) == sent


def test_quiet_hours_are_those_of_the_persons_clock():
    there = Wishes(zone=AUCKLAND, quiet_from=time(20), quiet_until=time(7))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert after_quiet(there, at) == datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert after_quiet(NIGHT, at) == at


def test_quiet_hours_end_an_hour_sooner_where_the_clocks_go_forward():
    at = berlin(2026, 3, 28, 22)
    assert after_quiet(NIGHT, at) - at == timedelta(hours=8)


def test_quiet_hours_end_an_hour_later_where_the_clocks_go_back():
    at = berlin(2026, 10, 24, 22)
    assert after_quiet(NIGHT, at) - at == timedelta(hours=10)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_all_the_same():
    wishes = Wishes(zone=BERLIN, quiet_from=time(22), quiet_until=time(2, 30))
    assert after_quiet(wishes, berlin(2026, 3, 28, 23)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_daily_digest_goes_out_at_the_next_such_time():
    daily = Wishes(zone=BERLIN, digest="daily", digest_at=time(8))
    assert send_at(daily, Kind.ASKED, berlin(2026, 3, 2, 7, 59)) == berlin(2026, 3, 2, 8)
    assert send_at(daily, Kind.ASKED, berlin(2026, 3, 2, 8)) == berlin(2026, 3, 3, 8)


def test_an_hourly_digest_waits_for_the_end_of_quiet_hours():
    wishes = Wishes(zone=BERLIN, digest="hourly", quiet_from=time(20), quiet_until=time(7))
    assert send_at(wishes, Kind.ASKED, berlin(2026, 3, 2, 19, 30)) == berlin(2026, 3, 3, 7)
    assert send_at(wishes, Kind.ASKED, berlin(2026, 3, 2, 14, 30)) == berlin(2026, 3, 2, 15)


def test_urgent_news_breaks_through_unless_the_person_says_no():
    at = berlin(2026, 3, 2, 23)
    assert send_at(NIGHT, Kind.OVERDUE, at) == at
    asleep = Wishes(
        zone=BERLIN, quiet_from=time(20), quiet_until=time(7), urgent_breaks_through=False
    )
    assert send_at(asleep, Kind.OVERDUE, at) == berlin(2026, 3, 3, 7)


@given(
    at=MOMENTS,
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"]),
)
def test_nothing_goes_out_in_quiet_hours_and_nothing_waits_longer_than_them(at, begins, ends, zone):
    wishes = Wishes(zone=ZoneInfo(zone), quiet_from=begins, quiet_until=ends)
    sent = after_quiet(wishes, at)
    assert at <= sent <= at + timedelta(hours=25)
    assert after_quiet(wishes, sent) == sent or begins == ends


@given(
    now=MOMENTS,
    at=st.times(),
)
def test_the_next_time_is_later_and_within_a_day_and_an_hour(now, at):
    found = next_time(now, at, BERLIN)
    assert now < found <= now + timedelta(hours=25)


def test_a_channel_is_tried_over_hours_and_then_given_up():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    tries = [next_try(now, attempt) for attempt in range(1, len(RETRIES) + 2)]
    assert tries[-1] is None
    assert sum(RETRIES, timedelta()) > timedelta(hours=12)


def test_every_kind_says_where_it_usually_goes():
    assert CHANNELS.keys() == set(Kind)
    assert Wishes(zone=BERLIN).wants(Kind.ASKED, Channel.MAIL)
    chosen = Wishes(zone=BERLIN, chosen={"asked": {"mail": False}})
    assert not chosen.wants(Kind.ASKED, Channel.MAIL)
