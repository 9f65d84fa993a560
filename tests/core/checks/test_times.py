"""Spans that are none, and moments that have passed."""

import pytest

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import approval, found, told
from tests.core.graphs import feel, graph, timer


@pytest.mark.parametrize("text", ["5", '"soon"', "null", 'date("2026-01-01")', 'duration("x")'])
def test_a_span_that_is_none_is_an_error(text):
    told(approval(deadline=g.Deadline(complete_by=feel(text))), "not-a-duration", "task", "error")


@pytest.mark.parametrize("text", ['"PT1H"', 'duration("PT1H")', '@"PT1H"', "task_span"])
def test_a_span_may_be_written_in_several_ways(text):
    assert not found(approval(deadline=g.Deadline(complete_by=feel(text))), "not-a-duration")


@pytest.mark.parametrize(
    ("whole", "before", "early"), [("PT4H", "PT4H", True), ("P1D", "PT23H", False)]
)
def test_a_reminder_comes_after_the_task_was_opened(whole, before, early):
    deadline = g.Deadline(
        complete_by=feel(f'duration("{whole}")'), remind_before=(feel(f'duration("{before}")'),)
    )
    assert bool(found(approval(deadline=deadline), "reminder-at-once")) is early


@pytest.mark.parametrize(
    ("moment", "past"),
    [
        ("2026-03-02T08:59:59Z", True),
        ("2026-03-02T10:30:00+02:00", True),
        ("2026-03-02", True),
        ("2026-03-02T09:00:01Z", False),
    ],
)
def test_a_moment_that_has_passed_is_told(moment, past):
    waiting = timer("wait", f'date and time("{moment}")', "date")
    checked = graph(waiting, flows="start -> wait\nwait -> end")
    assert bool(found(checked, "timer-in-the-past")) is past
    assert check(checked) == ()
