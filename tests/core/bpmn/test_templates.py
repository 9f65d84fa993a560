"""The templates that are shipped say what their story needs."""

from datetime import UTC, datetime

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from processes.core.checks import check
from processes.core.feel import Expression
from tests.core.bpmn.build import TEMPLATES, only_graph, template

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in TEMPLATES.glob("*.bpmn"))


@pytest.fixture(scope="module")
def purchase() -> g.Graph:
    return only_graph(template("purchase-approval"))


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_nothing_to_mend_and_a_whole_picture(name):
    reading = read(template(name))
    assert reading.findings == ()
    assert reading.has_diagram
    (graph,) = reading.graphs
    assert graph.id == name
    assert check(graph, now=NOW) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_speaks_in_words_of_people(name):
    graph = only_graph(template(name))
    assert all(node.name for node in graph.nodes.values())
    assert isinstance(graph.subject, Expression)
    assert graph.start_form is not None
    tasks = [node for node in graph.nodes.values() if isinstance(node, g.UserTask)]
    assert all(task.evidence and task.instructions and task.deadline for task in tasks)
    assert all(set(task.evidence) <= set(graph.start_form["properties"]) for task in tasks)


def test_the_manager_has_an_alternate(purchase):
    manager = purchase.nodes["manager"]
    assert manager.assignment.groups == ("managers",)
    assert manager.assignment.exclude == ("initiator",)
    assert manager.deadline.complete_by.text == 'duration("PT24H")'
    assert manager.deadline.remind_before[0].text == 'duration("PT4H")'
    (rung,) = manager.escalations
    assert (rung.users, rung.groups) == (("carol",), ("deputies",))


@pytest.mark.parametrize(("amount", "small"), [(1, True), (1000, True), (1000.01, False)])
def test_up_to_a_thousand_one_approval_is_enough(purchase, amount, small):
    flow = purchase.flows["up_to_limit"]
    assert flow.condition.evaluate({"amount": amount}) is small
    assert flow.target == "approved"
    assert purchase.nodes["how_much"].default == "above_limit"


@pytest.mark.parametrize("task", ["manager", "finance", "legal"])
def test_a_rejection_needs_a_comment_and_nobody_decides_twice(purchase, task):
    outcomes = {outcome.id: outcome for outcome in purchase.nodes[task].outcomes}
    assert set(outcomes) == {"approved", "rejected"}
    assert outcomes["rejected"].comment_required
    assert not outcomes["approved"].comment_required
    assert "initiator" in purchase.nodes[task].assignment.exclude


def test_the_order_is_placed_on_every_way_to_yes(purchase):
    (into,) = purchase.incoming["place_order"]
    assert into.source == "approved"
    order = purchase.nodes["place_order"]
    assert (order.call.connection, order.call.method, order.call.path) == (
        "orders",
        "POST",
        "/orders",
    )
    assert order.retry.attempts == 4


def test_the_order_can_be_written_without_finance(purchase):
    body = purchase.nodes["place_order"].call.body
    order = body.evaluate({"title": "Pens", "amount": 12, "manager": {"decidedBy": "bob"}})
    assert (order["title"], order["approvedBy"], order["costCenter"]) == ("Pens", "bob", None)


def test_a_request_that_nobody_answers_expires():
    graph = only_graph(template("access-request"))
    timer = graph.nodes["three_days"]
    assert timer.interrupting
    assert graph.nodes[graph.outgoing["three_days"][0].target].name == "Expired"
