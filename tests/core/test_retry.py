"""When the next try of a failed call comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.retry import (
    LONGEST_CALL,
    LONGEST_WAIT,
    NO_WAIT,
    RetryPolicy,
    asked_wait,
    may_pass,
    next_wait,
    policy_of,
    succeeded,
    time_to_answer,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 10_000),
    backoff=st.timedeltas(-timedelta(days=1), timedelta(days=400)),
    factor=st.floats(1, 1e300),
    cap=st.timedeltas(-timedelta(days=1), timedelta(days=400)),
)
chance = st.floats(0, 1, exclude_max=True)
waits = st.timedeltas(NO_WAIT, timedelta.max)


def policy(**changed: object) -> RetryPolicy:
    return RetryPolicy(**{"attempts": 4, "backoff": 2 * SECOND, "factor": 2.0, "cap": 60 * SECOND}
                       | changed)  # fmt: skip


@given(policies, st.integers(1, 20_000), chance, waits)
def test_a_wait_is_never_negative_and_never_above_the_cap(given_policy, tried, luck, asked):
    wait = next_wait(given_policy, tried=tried, luck=luck, asked=asked)

    assert (wait is None) == (tried >= given_policy.attempts)
    if wait is not None:
        assert NO_WAIT <= wait <= max(given_policy.cap, NO_WAIT)


@given(policies, st.integers(1, 9_998), chance)
def test_with_the_same_luck_a_later_wait_is_never_shorter(given_policy, tried, luck):
    first = next_wait(given_policy, tried=tried, luck=luck)
    second = next_wait(given_policy, tried=tried + 1, luck=luck)

    if first is not None and second is not None:
        assert first <= second


@given(policies, st.integers(1, 9_999), chance)
def test_luck_spreads_a_wait_over_its_upper_half(given_policy, tried, luck):
    least, most = (next_wait(given_policy, tried=tried, luck=extreme) for extreme in (0.0, 1.0))
    wait = next_wait(given_policy, tried=tried, luck=luck)

    if wait is not None:
        assert most / 2 <= least + timedelta(microseconds=1)
        assert least <= wait <= most


def test_waits_double_until_the_cap_and_end_with_the_tries():
    given_policy = policy(attempts=6, cap=20 * SECOND)

    found = [next_wait(given_policy, tried=tried, luck=1.0) for tried in range(1, 7)]

    assert found == [2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND, 20 * SECOND, None]


def test_a_policy_of_one_try_never_tries_again():
    assert next_wait(policy(attempts=1), tried=1, luck=0.5) is None


def test_what_the_other_system_asks_for_lengthens_the_wait_within_the_cap():
    assert next_wait(policy(), tried=1, luck=0.0, asked=30 * SECOND) == 30 * SECOND
    assert next_wait(policy(), tried=1, luck=0.0, asked=timedelta(days=9)) == 60 * SECOND
    assert next_wait(policy(), tried=1, luck=0.0, asked=NO_WAIT) == 1 * SECOND


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 120 * SECOND),
        (" 7 ", 7 * SECOND),
        ("0", NO_WAIT),
        ("Mon, 02 Mar 2026 09:00:30 GMT", 30 * SECOND),
        ("Mon, 02 Mar 2026 10:00:30 +0100", 30 * SECOND),
        ("Mon, 02 Mar 2026 09:00:30 -0000", 30 * SECOND),
        ("Mon, 02 Mar 2026 08:00:00 GMT", NO_WAIT),
        ("9" * 30, timedelta.max),
        ("9" * 5_000, NO_WAIT),
        ("-5", NO_WAIT),
        ("1.5", NO_WAIT),
        ("٣", NO_WAIT),
        ("soon", NO_WAIT),
        ("Mon, 99 Mar 2026 09:00:30 GMT", NO_WAIT),
        ("Mon, 02 Mar 2026 09:00:30 +9999", NO_WAIT),
        ("", NO_WAIT),
        (None, NO_WAIT),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, wait):
    assert asked_wait(header, now=NOW) == wait


@given(st.text(max_size=60))
def test_no_retry_after_header_can_break_anything(header):
    assert asked_wait(header, now=NOW) >= NO_WAIT


def test_only_trouble_that_may_pass_is_tried_again():
    later = {status for status in range(100, 600) if may_pass(status)}
    done = {status for status in range(100, 600) if succeeded(status)}

    assert later == {408, 425, 429, *range(500, 600)}
    assert done == set(range(200, 300))


def test_a_policy_is_read_from_the_request():
    request = {"attempts": 4, "backoff": "PT2S", "factor": 2, "cap": "PT1M"}

    assert policy_of(request, now=NOW) == policy()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT10S", 10 * SECOND),
        ("PT1.5S", 1.5 * SECOND),
        ("PT0S", SECOND),
        ("-PT5S", SECOND),
        ("PT1H", LONGEST_CALL),
        ("P1M", LONGEST_CALL),
        ("P999999999D", LONGEST_CALL),
    ],
)
def test_a_call_has_between_a_second_and_the_longest_time(text, length):
    assert time_to_answer({"timeout": text}, now=NOW) == length


def test_a_wait_is_never_longer_than_the_engine_allows():
    request = {"attempts": 4, "backoff": "P999999999D", "factor": 2, "cap": "P9Y"}

    assert policy_of(request, now=NOW) == policy(backoff=LONGEST_WAIT, cap=LONGEST_WAIT)
