"""The parts of a state are found by what they belong to, also after they have come and gone."""

from copy import deepcopy

from processes.core import commands as c
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import change, decide
from processes.core.parts import Parts
from tests.core.graphs import NOW, Play, feel, graph, user_task


def by_length(*words: str) -> Parts[str]:
    return Parts(len, {word: word for word in words})


def test_parts_are_found_by_their_group_in_the_order_they_came():
    parts = by_length("to", "be", "not")
    assert parts.of(2) == ["to", "be"]
    assert parts.of(9) == []


def test_a_group_keeps_up_with_what_comes_and_goes():
    parts = by_length("to", "be")
    assert parts.of(2) == ["to", "be"]
    parts["or"] = "or"
    del parts["to"]
    assert parts.of(2) == ["be", "or"]
    del parts["be"], parts["or"]
    assert parts.of(2) == []
    assert parts == {}


def test_what_is_found_may_be_taken_away_while_it_is_gone_through():
    parts = by_length("to", "be")
    for word in parts.of(2):
        del parts[word]
    assert parts.of(2) == []


def side_by_side(number: int) -> g.Graph:
    task = user_task("a", loop=g.MultiInstance(cardinality=feel(str(number))))
    return graph(task, flows="start -> a \n a -> end")


def test_a_thousand_tasks_wait_side_by_side_and_end_together():
    graph = side_by_side(1_000)
    state = st.State()
    change(graph, state, c.Start("test"), now=NOW)
    assert not state.incidents
    for token in [t.id for t in state.tokens.values() if t.wait == "task"]:
        change(graph, state, c.CompleteTask(token, "approved", {}, "bob"), now=NOW)
    assert state.status == "completed"
    assert not state.tokens


def test_changing_a_state_leads_where_deciding_leads():
    play = Play(side_by_side(3))
    answer = c.CompleteTask(
        next(t.id for t in play.state.tokens.values() if t.wait == "task"), "approved", {}, "bob"
    )
    before = deepcopy(play.state)
    events, after = decide(play.graph, play.state, answer, now=NOW)
    assert play.state == before
    assert change(play.graph, play.state, answer, now=NOW) == events
    assert play.state == after
