"""What a page may say of itself, and how much of it is kept for a page that does not read."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from tasks.consumers.guard import Close
from tasks.consumers.live import AT_ONCE, PER_SECOND, Allowance
from tasks.consumers.page import INBOX, MOST_WAITING, OpenPage, instance_hint, refusal
from tasks.consumers.shown import Malformed, Shown, read

ONE = "0198d2a0-0000-7000-8000-000000000001"


def test_a_page_says_what_it_shows_and_what_of_it_it_has_seen():
    text = {"watch": {"instances": [ONE, "x"]}, "seen": {"inbox": "s1", "instances": {ONE: 7}}}
    assert read(json.dumps(text)) == Shown((ONE, "x"), "s1", {UUID(ONE): 7})


def test_saying_nothing_about_instances_is_not_saying_that_there_are_none():
    assert read("{}").instances is None
    assert read('{"watch": {"instances": []}}').instances == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "7",
        "[" * 8_000 + "]" * 8_000,
        '{"watch": []}',
        '{"watch": {"instances": "all"}}',
        '{"watch": {"instances": [7]}}',
        '{"watch": {"instances": [null]}}',
        '{"watch": {"instances": [{}]}}',
        json.dumps({"watch": {"instances": ["x" * 101]}}),
        '{"seen": {"inbox": 7}}',
        '{"seen": {"instances": []}}',
        json.dumps({"seen": {"instances": {"x": 1}}}),
        json.dumps({"seen": {"instances": {ONE: "1"}}}),
        json.dumps({"seen": {"instances": {ONE: True}}}),
        json.dumps({"seen": {"instances": {ONE: float("nan")}}}),
    ],
    ids=lambda text: text[:40] or "empty",
)
def test_what_is_not_of_the_form_is_malformed(text):
    with pytest.raises(Malformed):
        read(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["watch", "seen", "instances", "inbox", ONE]), inner)
    ),
    max_leaves=10,
)


@given(json_values.map(json.dumps) | st.text())
def test_whatever_is_sent_is_either_read_or_malformed(text):
    try:
        shown = read(text)
    except Malformed:
        return
    assert isinstance(shown, Shown)


def page(*, trusted_for: float = 60) -> OpenPage:
    found = OpenPage(User(pk=1, username="bob"), "session", cut=lambda: None)
    found.trust(trusted_for)
    return found


async def waiting(open_page: OpenPage) -> list[str]:
    async with asyncio.timeout(1):
        return await open_page.frames()


async def test_hints_that_wait_are_told_once_and_the_latest_only():
    bob, instance = page(), uuid4()
    for sequence in range(1_000):
        bob.hear_inbox()
        bob.hear_instance(instance, sequence, instance_hint(str(instance), sequence))
    assert await waiting(bob) == [INBOX, instance_hint(str(instance), 999)]


async def test_a_page_is_given_up_when_too_much_waits_for_it():
    bob = page()
    for _ in range(MOST_WAITING):
        bob.hear_instance(uuid4(), 1, "{}")
    assert bob.ended is None
    bob.hear_instance(uuid4(), 1, "{}")
    assert bob.ended is Close.TOO_SLOW
    bob.hear_inbox()
    assert await waiting(bob) == []


async def test_a_page_that_was_not_checked_in_time_is_told_nothing():
    bob = page(trusted_for=-1)
    bob.hear_inbox()
    assert bob.ended is Close.TRY_AGAIN
    assert await waiting(bob) == []


async def test_a_watched_instance_is_told_only_when_it_has_moved_on():
    bob, instance = page(), uuid4()
    bob.saw(instance, 4)
    for sequence in (3, 4, 5, 5, 4):
        bob.hear_instance(instance, sequence, f"{sequence}")
    assert await waiting(bob) == ["5"]


async def test_what_waited_about_a_lost_instance_is_not_told_any_more():
    bob, instance = page(), uuid4()
    bob.saw(instance, 4)
    bob.hear_instance(instance, 5, "5")
    bob.forget([instance])
    assert await waiting(bob) == [refusal(str(instance))]


def test_an_allowance_is_used_up_and_fills_as_time_passes():
    allowance = Allowance()
    assert [allowance.take(100.0) for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]
    assert [allowance.take(101.0) for _ in range(PER_SECOND + 1)] == [True] * PER_SECOND + [False]
    assert [allowance.take(9_000.0) for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]
