"""What may be asked of an instance, and what is refused without a trace."""

from copy import deepcopy

import pytest

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.advance import decide
from processes.core.errors import Invalid, WrongState
from processes.core.run import MAX_STEPS
from tests.core.graphs import NOW, Play, boundary, feel, graph, service_task, timer, user_task

ONE = "start -> a\na -> end"


def one_task():
    return Play(graph(user_task("a"), flows=ONE), amount=1)


def test_the_answer_is_kept_under_the_task_s_result_variable():
    play = Play(
        graph(user_task("a", result_variable="manager"), user_task("b"), flows="start -> a\na -> b")
    )
    play.do(c.CompleteTask(play.token("a"), "approved", {"note": "ok"}, "carol", "bob", "fine"))
    assert play.state.variables["manager"] == {
        "outcome": "approved",
        "data": {"note": "ok"},
        "decidedBy": "carol",
        "onBehalfOf": "bob",
        "comment": "fine",
    }


def test_fields_of_a_form_never_become_variables_of_their_own():
    play = one_task()
    play.answer("a", amount=999999)
    assert play.state.variables["amount"] == 1


def test_an_outcome_that_is_not_declared_is_refused():
    play = one_task()
    with pytest.raises(Invalid) as refused:
        play.answer("a", "maybe")
    assert "approved, rejected" in str(refused.value)


def test_a_task_is_answered_once():
    play = Play(graph(user_task("a"), user_task("b"), flows="start -> a\na -> b"))
    token = play.token("a")
    play.answer("a")
    with pytest.raises(WrongState) as refused:
        play.do(c.CompleteTask(token, "approved", {}, "carol"))
    assert refused.value.code == "task_not_open"


def test_a_refused_command_leaves_the_state_alone():
    play = one_task()
    before = deepcopy(play.state)
    with pytest.raises(Invalid):
        decide(play.graph, play.state, c.CompleteTask(play.token("a"), "maybe", {}, "bob"), now=NOW)
    assert play.state == before


def test_deciding_leaves_the_given_state_alone():
    play = one_task()
    before = deepcopy(play.state)
    decide(play.graph, play.state, c.CompleteTask(play.token("a"), "approved", {}, "bob"), now=NOW)
    assert play.state == before


@pytest.mark.parametrize(
    "command",
    [c.Cancel("late"), c.Suspend(), c.Resume(), c.CompleteTask("t2", "approved", {}, "b")],
)
def test_nothing_can_be_asked_of_an_instance_that_has_ended(command):
    play = one_task()
    play.answer("a")
    with pytest.raises(WrongState) as refused:
        play.do(command)
    assert refused.value.code == "instance_ended"


def test_a_suspended_instance_waits():
    play = one_task()
    play.do(c.Suspend("audit"))
    with pytest.raises(WrongState) as refused:
        play.answer("a")
    assert refused.value.code == "instance_suspended"
    play.do(c.Resume())
    play.answer("a")
    assert play.state.status == "completed"


def test_cancelling_takes_back_everything_that_waits():
    flows = "start -> and\nand -> a\nand -> wait\nand -> order\nlate -> end"
    play = Play(
        graph(
            user_task("a"), boundary("late", "a"), timer("wait"), service_task("order"), flows=flows
        )
    )
    play.do(c.Cancel("no longer needed"))
    kinds = {type(e) for e in play.history}
    assert {ev.TaskWithdrawn, ev.TimerWithdrawn, ev.JobWithdrawn, ev.InstanceCancelled} <= kinds
    assert play.state.status == "cancelled"
    assert not play.state.tokens
    assert not play.state.timers


def test_cancelling_resolves_open_incidents():
    flows = "start -> xor\nxor -> a : false"
    play = Play(graph(user_task("a"), flows=flows))
    play.do(c.Cancel("broken"))
    assert not play.state.incidents


def test_a_retry_of_a_choice_goes_on_when_the_variable_was_the_reason():
    flows = 'start -> xor\nxor -> a : process.initiator = "nobody"'
    play = Play(graph(user_task("a"), flows=flows))
    first = play.incident().incident
    play.do(c.Retry(first))
    assert play.incident().incident != first
    with pytest.raises(WrongState):
        play.do(c.Retry(first))


def test_a_loop_that_never_waits_is_an_incident_not_a_hang():
    play = Play(graph(flows="start -> xor1\nxor1 -> xor2\nxor2 -> xor1 : true\nxor2 => end"))
    assert play.incident().code == "too_many_steps"
    assert len(play.history) < 4 * MAX_STEPS


def test_a_loop_that_doubles_its_tokens_is_an_incident_not_a_hang():
    play = Play(
        graph(
            flows="start -> xor1\nxor1 -> and1\nand1 -> xor2\nand1 -> xor3\n"
            "xor2 -> xor1\nxor3 -> end"
        )
    )
    assert play.incident().code == "too_many_steps"


@pytest.mark.parametrize(
    "variables", [{"x": float("nan")}, {"x": float("inf")}, {"x": "a\x00b"}, {"x": "a" * 600_000}]
)
def test_values_that_no_database_keeps_are_refused_at_the_start(variables):
    with pytest.raises(Invalid):
        Play(graph(user_task("a"), flows=ONE), **variables)


def test_candidates_come_from_names_and_expressions():
    who = g.Assignment(
        users=("bob", feel("approvers")),
        groups=(feel('if amount > 10 then "finance" else "team"'),),
        exclude=("initiator", "carol"),
    )
    play = Play(
        graph(user_task("a", assignment=who), flows=ONE), approvers=["carol", "bob"], amount=11
    )
    asked = next(e for e in play.history if isinstance(e, ev.TaskOpened)).asked
    assert asked["users"] == ["bob", "carol"]
    assert asked["groups"] == ["finance"]
    assert asked["exclude"] == ["alice", "carol"]


def test_a_candidate_that_is_no_name_is_an_incident():
    who = g.Assignment(users=(feel("amount"),))
    play = Play(graph(user_task("a", assignment=who), flows=ONE), amount=11)
    assert play.incident().code == "assignment"


def test_a_deadline_in_the_past_is_an_incident():
    late = g.Deadline(complete_by=feel('"-PT1H"'))
    play = Play(graph(user_task("a", deadline=late), flows=ONE))
    assert play.incident().code == "duration"
