"""Names that are read and never set, across everything that sets and reads them."""

import pytest

from processes.core import graph as g
from processes.core.variables import check_variables
from tests.core.graphs import feel, graph, service_task, user_task


def unknown(*nodes: g.Node, flows: str = "start -> x\nx -> end") -> set[tuple[str, str]]:
    """Return which elements read which names that nothing sets."""
    return {
        (finding.element or "", finding.sentence.partition("reads “")[2].partition("”")[0])
        for finding in check_variables(graph(*nodes, flows=flows))
        if finding.code == "unknown-variable"
    }


def assign(target: str, source: str) -> g.Assign:
    return g.Assign(target, feel(source))


TWO = "start -> first\nfirst -> x\nx -> end"


@pytest.mark.parametrize(
    "node",
    [
        g.CatchEvent(id="x", triggers=(g.Message("m", key=feel("missing")),)),
        g.CatchEvent(id="x", triggers=(g.Conditional(feel("missing > 1")),)),
        g.ThrowEvent(id="x", triggers=(g.Message("m", payload=feel("{a: missing}")),)),
        g.ThrowEvent(id="x", triggers=(g.Signal("s", payload=feel("missing")),)),
        g.SendTask(id="x", message=g.Message("m", time_to_live=feel("missing"))),
        g.ScriptTask(id="x", assignments=(assign("a", "missing"),)),
        g.ScriptTask(id="x", expression=feel("missing")),
        g.PlainTask(id="x", inputs=(assign("a", "missing"),)),
        g.PlainTask(id="x", outputs=(assign("a", "missing"),)),
        g.PlainTask(id="x", loop=g.StandardLoop(feel("missing"))),
        g.PlainTask(id="x", loop=g.MultiInstance(cardinality=feel("missing"))),
        g.PlainTask(id="x", loop=g.MultiInstance(collection=feel("missing"))),
        user_task(
            "x",
            loop=g.MultiInstance(
                cardinality=feel("2"), output="all", output_element=feel("missing")
            ),
        ),
        g.PlainTask(
            id="x", loop=g.MultiInstance(cardinality=feel("1"), completion=feel("missing"))
        ),
        g.SubProcess(id="x", kind="ad_hoc", completion=feel("missing")),
        g.ComplexGateway(id="x", activation=feel("missing")),
    ],
)
def test_every_expression_of_a_node_is_looked_at(node):
    assert unknown(node) == {("x", "missing")}


@pytest.mark.parametrize(
    "first",
    [
        g.ScriptTask(id="first", assignments=(assign("a", "1"),)),
        g.ScriptTask(id="first", expression=feel("1"), result_variable="a"),
        g.DecisionTask(id="first", ref="d", result_variable="a"),
        g.PlainTask(id="first", outputs=(assign("a", "1"),)),
        g.CatchEvent(id="first", triggers=(g.Signal("s"),), result_variable="a"),
        g.ReceiveTask(id="first", message=g.Message("m"), result_variable="a"),
        g.PlainTask(id="first", loop=g.MultiInstance(cardinality=feel("2"), output="a")),
        g.CallActivity(id="first", process="q", result_variable="a"),
    ],
)
def test_what_is_set_is_known_behind_it_and_not_before(first):
    assert unknown(first, user_task("x", evidence=("a",)), flows=TWO) == set()
    later = "start -> x\nx -> first\nfirst -> end"
    assert unknown(first, user_task("x", evidence=("a",)), flows=later) == {("x", "a")}


@pytest.mark.parametrize(
    "first",
    [
        g.CatchEvent(id="first", triggers=(g.Message("m"),)),
        g.ReceiveTask(id="first", message=g.Message("m")),
        service_task("first", call=g.Topic("work")),
        g.CallActivity(id="first", process="q", everything=True),
    ],
)
def test_behind_what_may_set_anything_nothing_is_surely_unknown(first):
    assert unknown(first, user_task("x", evidence=("a",)), flows=TWO) == set()


def test_what_a_task_maps_and_loops_over_is_its_own():
    task = user_task(
        "x",
        assignment=g.Assignment(
            users=(feel("who"), feel("item.owner"), feel("string(loopCounter)"))
        ),
        inputs=(assign("who", "process.initiator"),),
        loop=g.MultiInstance(collection=feel("[1]"), element="item"),
    )
    assert unknown(
        task, user_task("y", evidence=("item", "who")), flows="start -> x\nx -> y\ny -> end"
    ) == {
        ("y", "item"),
        ("y", "who"),
    }


def test_a_sub_process_sees_what_is_around_it_and_has_its_own():
    sub = g.SubProcess(
        id="sub",
        variables={"note": g.Variable("note")},
        inputs=(assign("given", "a"),),
        loop=g.MultiInstance(cardinality=feel("2")),
    )
    inner = user_task("x", parent="sub", evidence=("a", "note", "given", "loopCounter", "b"))
    first = g.ScriptTask(id="first", assignments=(assign("a", "1"),))
    found = unknown(first, sub, inner, flows="start -> first\nfirst -> sub\nsub -> end")
    assert found == {("x", "b")}


def test_what_is_set_inside_is_known_behind_the_sub_process():
    inner = g.ScriptTask(id="inner", parent="sub", assignments=(assign("a", "1"),))
    flows = "start -> sub\nsub -> x\nx -> end"
    assert (
        unknown(g.SubProcess(id="sub"), inner, user_task("x", evidence=("a",)), flows=flows)
        == set()
    )


def test_what_an_event_starts_may_come_after_anything_of_its_level():
    handler = g.SubProcess(id="handler", kind="event")
    begins = g.StartEvent(id="begins", parent="handler", triggers=(g.Error(""),))
    inner = user_task("inner", parent="handler", evidence=("a", "b"))
    task = g.ScriptTask(id="x", assignments=(assign("a", "1"),))
    flows = "start -> x\nx -> end\nbegins -> inner"
    assert unknown(handler, begins, inner, task, flows=flows) == {("inner", "b")}


def test_what_undoes_knows_what_was_set_later():
    undo = user_task("undo", for_compensation=True, evidence=("a",))
    edge = g.BoundaryEvent(
        id="edge", attached_to="first", handler="undo", triggers=(g.Compensation(),)
    )
    task = g.ScriptTask(id="x", assignments=(assign("a", "1"),))
    assert unknown(g.PlainTask(id="first"), undo, edge, task, flows=TWO) == set()


def test_the_flows_of_a_complex_gateway_may_ask_whether_it_starts():
    flows = "start -> x\nx -> end : waitingForStart"
    assert unknown(g.ComplexGateway(id="x"), flows=flows) == set()
