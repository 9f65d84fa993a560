"""Timer events: when they are due, what firing does, and what a jumping clock does."""

from datetime import datetime, timedelta

import pytest

from processes.core import commands as c
from processes.core import events as ev
from processes.core.errors import WrongState
from tests.core.graphs import NOW, Play, boundary, graph, timer, user_task


def due(play, node):
    return datetime.fromisoformat(play.timer(node).due_at)


def test_a_duration_counts_from_the_moment_the_token_arrives():
    play = Play(graph(timer("wait", '"P2DT1H"'), flows="start -> wait\nwait -> end"))
    assert due(play, "wait") == NOW + timedelta(days=2, hours=1)
    play.fire("wait")
    assert play.state.status == "completed"


def test_a_date_comes_from_a_variable():
    play = Play(
        graph(timer("wait", "day", "date"), flows="start -> wait\nwait -> end"),
        day="2026-04-01T08:00:00+02:00",
    )
    assert due(play, "wait").isoformat() == "2026-04-01T08:00:00+02:00"


def test_a_time_that_is_none_is_an_incident():
    play = Play(graph(timer("wait", "day"), flows="start -> wait\nwait -> end"), day="soon")
    assert play.incident().code == "timer"
    assert "soon" in play.incident().sentence


def test_a_timer_does_not_fire_before_it_is_due():
    play = Play(graph(timer("wait"), flows="start -> wait\nwait -> end"))
    with pytest.raises(WrongState) as refused:
        play.do(c.FireTimer(play.timer("wait").id), now=NOW + timedelta(minutes=59))
    assert refused.value.code == "timer_not_due"
    assert play.waiting() == {"wait": "event"}


def test_a_timer_fires_once():
    play = Play(graph(timer("wait"), user_task("a"), flows="start -> wait\nwait -> a"))
    armed = play.timer("wait").id
    play.fire("wait")
    with pytest.raises(WrongState) as refused:
        play.do(c.FireTimer(armed))
    assert refused.value.code == "timer_not_armed"


def test_an_interrupting_timer_takes_the_task_back_and_leaves_by_its_edge():
    flows = "start -> a\na -> end\nlate -> b\nb -> end2"
    play = Play(graph(user_task("a"), boundary("late", "a"), user_task("b"), flows=flows))
    assert play.waiting() == {"a": "task"}
    events = play.fire("late")
    assert any(isinstance(e, ev.TaskWithdrawn) for e in events)
    assert play.waiting() == {"b": "task"}


def test_a_timer_that_does_not_interrupt_leaves_the_task_open():
    flows = "start -> a\na -> end\nlate -> b\nb -> end2"
    late = boundary("late", "a", interrupting=False)
    play = Play(graph(user_task("a"), late, user_task("b"), flows=flows))
    play.fire("late")
    assert play.waiting() == {"a": "task", "b": "task"}
    assert not play.state.timers


def test_answering_in_time_withdraws_the_timer():
    flows = "start -> a\na -> end\nlate -> end2"
    play = Play(graph(user_task("a"), boundary("late", "a"), flows=flows))
    events = play.answer("a")
    assert [e.node for e in events if isinstance(e, ev.TimerWithdrawn)] == ["late"]
    assert not play.state.timers


def test_a_cycle_fires_as_often_as_it_says_on_its_own_beat():
    flows = "start -> a\na -> end\nlate -> end2"
    late = boundary("late", "a", '"R3/PT10M"', "cycle", interrupting=False)
    play = Play(graph(user_task("a"), late, flows=flows))
    moments = []
    while play.state.timers:
        moments.append(due(play, "late") - NOW)
        play.fire("late")
    assert moments == [timedelta(minutes=m) for m in (10, 20, 30)]


def test_firings_missed_during_a_downtime_count_once():
    flows = "start -> a\na -> end\nlate -> end2"
    late = boundary("late", "a", '"R/PT10M"', "cycle", interrupting=False)
    play = Play(graph(user_task("a"), late, flows=flows))
    play.do(c.FireTimer(play.timer("late").id), now=NOW + timedelta(hours=3, minutes=5))
    assert due(play, "late") == NOW + timedelta(hours=3, minutes=10)


@pytest.mark.parametrize("text", ["R3/PT0S", "R/P", "3/PT10M", "R-1/PT1M", "R3/PT10M/PT1M"])
def test_a_cycle_that_makes_no_sense_is_an_incident(text):
    late = boundary("late", "a", f'"{text}"', "cycle", interrupting=False)
    play = Play(graph(user_task("a"), late, flows="start -> a\nlate -> end2"))
    assert play.incident().code == "timer"
    assert play.waiting() == {"a": "incident"}
