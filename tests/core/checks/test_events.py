"""Events that wait for the same, errors that nothing catches, loops, calls."""

from dataclasses import replace

import pytest

from processes.core import graph as g
from processes.core.checks import check
from processes.core.findings import Finding
from tests.core.checks.judging import NOW, approval, caught, found, told
from tests.core.graphs import feel, graph, service_task, user_task


def told_of(code: str, element: str, severity: str, *nodes: g.Node, flows: str) -> Finding:
    return told(graph(*nodes, flows=flows), code, element, severity)


def edge(name: str, *triggers: g.Trigger, interrupting: bool = True) -> g.BoundaryEvent:
    return g.BoundaryEvent(
        id=name, attached_to="task", triggers=triggers, interrupting=interrupting
    )


RACE = "start -> race\nrace -> one\nrace -> two\none -> end\ntwo -> end"


def test_two_events_behind_a_gateway_that_wait_for_the_same_are_told():
    told_of(
        *("same-event-twice", "two", "warning"),
        *(g.EventGateway(id="race"), caught("one", g.Signal("go")), caught("two", g.Signal("go"))),
        flows=RACE,
    )


def test_messages_with_different_keys_are_not_the_same():
    one = caught("one", g.Message("paid", feel("a")))
    two = caught("two", g.Message("paid", feel("b")))
    checked = graph(g.EventGateway(id="race"), one, two, flows=RACE)
    assert not found(checked, "same-event-twice")


def test_two_errors_of_one_code_on_an_edge_are_told():
    told_of(
        *("same-event-twice", "b", "warning"),
        *(user_task("task"), edge("a", g.Error("late")), edge("b", g.Error("late"))),
        flows="start -> task\ntask -> end\na -> end\nb -> end",
    )


def test_what_leaves_its_activity_running_may_wait_beside_another():
    checked = graph(
        *(user_task("task"), edge("a", g.Signal("go"), interrupting=False)),
        edge("b", g.Signal("go")),
        flows="start -> task\ntask -> end\na -> end\nb -> end",
    )
    assert not found(checked, "same-event-twice")


def test_an_error_of_a_call_that_nothing_catches_is_told():
    mapped = (g.ErrorMapping("404", "absent"),)
    flows = "start -> task\ntask -> end"
    told_of("uncaught-error", "task", "warning", service_task("task", errors=mapped), flows=flows)


@pytest.mark.parametrize("code", ["absent", ""])
def test_an_error_that_an_event_on_the_edge_catches_is_fine(code):
    checked = graph(
        service_task("task", errors=(g.ErrorMapping("404", "absent"),)),
        edge("b", g.Error(code)),
        flows="start -> task\ntask -> end\nb -> end",
    )
    assert not found(checked, "uncaught-error")


def test_undoing_what_nothing_undoes_is_told():
    undo = g.ThrowEvent(id="undo", triggers=(g.Compensation("task"),))
    flows = "start -> task\ntask -> undo\nundo -> end"
    told_of("nothing-to-undo", "undo", "warning", user_task("task"), undo, flows=flows)


def test_undoing_what_has_a_handler_is_fine():
    checked = graph(
        *(user_task("task"), user_task("refund", for_compensation=True)),
        replace(edge("b", g.Compensation()), handler="refund"),
        g.ThrowEvent(id="undo", triggers=(g.Compensation(),)),
        flows="start -> task\ntask -> undo\nundo -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_loop_without_condition_and_maximum_is_told():
    told(approval(loop=g.StandardLoop()), "loop-without-end", "task", "warning")


@pytest.mark.parametrize("text", ['"three"', "2.5", "-1", "true"])
def test_a_number_of_instances_that_is_none_is_an_error(text):
    loop = g.MultiInstance(cardinality=feel(text))
    told(approval(loop=loop), "not-a-number", "task", "error")


def test_a_number_of_instances_may_be_worked_out():
    loop = g.MultiInstance(cardinality=feel("2 + 1"))
    assert not found(approval(loop=loop), "not-a-number")


@pytest.mark.parametrize(
    "loop",
    [g.StandardLoop(condition=feel("1 + 1")), g.MultiInstance(completion=feel('"done"'))],
)
def test_conditions_of_loops_are_true_or_false(loop):
    told(approval(loop=loop), "condition-not-boolean", "task", "error")


def test_a_call_names_a_process():
    call = g.CallActivity(id="call", process="")
    told_of("no-process", "call", "error", call, flows="start -> call\ncall -> end")


def test_work_for_others_names_its_topic():
    call = service_task("call", call=g.Topic(""))
    told_of("no-topic", "call", "error", call, flows="start -> call\ncall -> end")


def test_a_start_time_that_has_passed_is_told():
    start = g.StartEvent(
        id="start", triggers=(g.Timer("date", feel('date and time("2026-03-02T08:00:00Z")')),)
    )
    flows = "start -> task\ntask -> end"
    told_of("timer-in-the-past", "start", "warning", start, user_task("task"), flows=flows)
