"""Which way tokens go: gateways, conditional and default flows (BPMN 2.0.2, 13.4)."""

import pytest

from processes.core import events as ev
from tests.core.graphs import Play, graph, user_task

CHOICE = """
start -> xor
xor -> small : amount <= 1000
xor -> large : amount > 1000
small -> end1
large -> end2
"""


@pytest.mark.parametrize(("amount", "asked"), [(1000, "small"), (1000.01, "large")])
def test_an_exclusive_gateway_takes_the_path_whose_condition_holds(amount, asked):
    play = Play(graph(user_task("small"), user_task("large"), flows=CHOICE), amount=amount)
    assert play.waiting() == {asked: "task"}


def test_of_two_conditions_that_hold_the_first_in_the_file_wins():
    flows = "start -> xor\nxor -> a : true\nxor -> b : true"
    play = Play(graph(user_task("a"), user_task("b"), flows=flows))
    assert play.waiting() == {"a": "task"}


def test_the_default_flow_is_taken_when_no_condition_holds():
    flows = "start -> xor\nxor => b\nxor -> a : false"
    play = Play(graph(user_task("a"), user_task("b"), flows=flows))
    assert play.waiting() == {"b": "task"}


def test_no_path_is_an_incident_that_says_what_was_seen():
    play = Play(graph(user_task("small"), user_task("large"), flows=CHOICE), amount=None)
    incident = play.incident()
    assert incident.node == "xor"
    assert "amount" in incident.sentence
    assert play.waiting() == {"xor": "incident"}


def test_a_condition_that_is_not_boolean_is_an_incident_with_the_expression():
    flows = "start -> xor\nxor -> a : amount + 1\nxor => b"
    play = Play(graph(user_task("a"), user_task("b"), flows=flows), amount=1)
    assert play.incident().code == "condition"
    assert "amount + 1" in play.incident().sentence


def test_a_parallel_gateway_opens_every_branch_and_waits_for_all():
    flows = """
    start -> and1
    and1 -> a
    and1 -> b
    a -> and2
    b -> and2
    and2 -> c
    c -> end
    """
    play = Play(graph(user_task("a"), user_task("b"), user_task("c"), flows=flows))
    assert play.waiting() == {"a": "task", "b": "task"}
    play.answer("b")
    assert play.waiting() == {"a": "task", "and2": ""}
    play.answer("a")
    assert play.waiting() == {"c": "task"}
    play.answer("c")
    assert play.state.status == "completed"


def test_a_second_token_on_the_same_flow_waits_for_the_next_round():
    flows = """
    start -> and1
    and1 -> a
    and1 -> b
    and1 -> c
    a -> xor
    b -> xor
    xor -> and2
    c -> and2
    and2 -> d
    """
    play = Play(graph(*(user_task(name) for name in "abcd"), flows=flows))
    play.answer("a")
    play.answer("b")
    assert play.waiting() == {"and2": "", "c": "task"}
    play.answer("c")
    assert sorted(token.node for token in play.state.tokens.values()) == ["and2", "d"]


def test_branches_that_can_never_meet_are_reported():
    flows = """
    start -> xor
    xor -> and : true
    xor -> a : false
    a -> and
    and -> end
    """
    play = Play(graph(user_task("a"), flows=flows))
    assert play.incident().code == "stuck"


def test_a_task_with_several_conditional_flows_takes_each_that_holds():
    flows = "start -> a\na -> b : amount > 1\na -> c : amount > 2\na => d"
    nodes = [user_task(name) for name in "abcd"]
    play = Play(graph(*nodes, flows=flows), amount=3)
    play.answer("a")
    assert play.waiting() == {"b": "task", "c": "task"}


def test_a_task_with_two_plain_flows_forks():
    play = Play(
        graph(user_task("a"), user_task("b"), user_task("c"), flows="start -> a\na -> b\na -> c")
    )
    play.answer("a")
    assert play.waiting() == {"b": "task", "c": "task"}


def test_a_terminate_end_takes_back_everything_else():
    flows = "start -> and\nand -> a\nand -> b\na -> stop\nb -> end"
    play = Play(graph(user_task("a"), user_task("b"), flows=flows))
    events = play.answer("a")
    assert [e.node for e in events if isinstance(e, ev.TaskWithdrawn)] == ["b"]
    assert play.state.status == "completed"
    assert not play.state.tokens


def test_a_path_without_an_end_event_ends_where_it_stops():
    play = Play(graph(user_task("a"), flows="start -> a"))
    play.answer("a")
    assert play.state.status == "completed"
