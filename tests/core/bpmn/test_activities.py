"""Every kind of activity and gateway becomes what the graph says of it."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from processes.core.feel import compile_expression
from tests.core.bpmn.build import (
    element,
    extension,
    file,
    flow,
    one,
    only_graph,
    only_node,
    part,
    refused,
    straight,
    user_task,
)

BESIDE = (
    '<message id="m" name="Order placed"/>'
    '<interface id="i" name="I"><operation id="op" name="Op"><inMessageRef>m</inMessageRef>'
    "</operation></interface>"
)


def step(kind: str, *inside: str, **attributes: str) -> g.Node:
    """Return an activity that stands between start and end."""
    source = straight(("x", element(kind, "x", *inside, **attributes)), beside=BESIDE)
    return only_node(source)


def assigned(*pairs: tuple[str, str]) -> tuple[g.Assign, ...]:
    return tuple(g.Assign(target, compile_expression(source)) for target, source in pairs)


# --- tasks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_a_task_without_work_is_plain(kind):
    assert step(kind) == g.PlainTask(id="x")


@pytest.mark.parametrize(
    ("said", "call"),
    [
        (part("topic", name="credit-check"), g.Topic("credit-check")),
        (part("http", connection="bank", path="/credit"), "bank"),
    ],
)
@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
def test_a_machine_does_the_work(kind, said, call):
    retry = part("retry", attempts="5")
    node = step(kind, extension(said, retry, part("result", "=response.body")))
    assert isinstance(node, g.ServiceTask)
    assert (node.call if isinstance(node.call, g.Topic) else node.call.connection) == call
    assert node.retry.attempts == 5
    assert node.result == compile_expression("response.body")


def test_answers_become_errors_by_their_status():
    mapped = [
        part("errorMapping", status="404", code="gone"),
        part("errorMapping", status="4xx", code="refused"),
        part("errorMapping", code="down"),
    ]
    node = step("serviceTask", extension(part("http", connection="bank", path="/"), *mapped))
    assert isinstance(node, g.ServiceTask)
    assert node.errors == (
        g.ErrorMapping("404", "gone"),
        g.ErrorMapping("4xx", "refused"),
        g.ErrorMapping("", "down"),
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([part("topic")], "attribute-missing"),
        ([part("topic", name="x" * 201)], "name"),
        ([part("topic", name="a"), part("http", connection="b", path="/")], "topic-and-http"),
        ([part("topic", name="a"), part("errorMapping", status="abc", code="x")], "status"),
        ([part("topic", name="a"), part("errorMapping", status="404")], "attribute-missing"),
    ],
)
def test_work_that_makes_no_sense_is_told(said, code):
    refused(straight(("x", element("serviceTask", "x", extension(*said)))), code, "x")


@pytest.mark.parametrize("attributes", [{"messageRef": "m"}, {"operationRef": "op"}])
def test_messages_are_sent_and_received_by_tasks(attributes):
    assert step("sendTask", **attributes) == g.SendTask(id="x", message=g.Message("Order placed"))
    assert step("receiveTask", **attributes) == g.ReceiveTask(
        id="x", message=g.Message("Order placed")
    )


def test_a_message_of_a_task_has_its_details():
    said = extension(part("message", correlationKey="=order", payload="={id: order}"))
    node = step("sendTask", said, messageRef="m")
    assert isinstance(node, g.SendTask)
    assert node.message.key == compile_expression("order")
    assert node.message.payload == compile_expression("{id: order}")


@pytest.mark.parametrize("kind", ["sendTask", "receiveTask"])
def test_a_task_without_a_message_is_not_run(kind):
    finding = refused(straight(("x", element(kind, "x"))), "no-message", "x", "unsupported")
    assert "messageRef" in finding.hint


@pytest.mark.parametrize(
    ("kind", "said", "attributes"),
    [
        ("sendTask", [part("topic", name="a"), part("message", payload="=b")], {"messageRef": "m"}),
        ("sendTask", [part("retry", attempts="2")], {"messageRef": "m"}),
        ("businessRuleTask", [part("topic", name="a"), part("decision", ref="b")], {}),
        ("businessRuleTask", [part("result", "=b"), part("decision", ref="b")], {}),
    ],
)
def test_what_says_nothing_beside_the_rest_is_told(kind, said, attributes):
    task = element(kind, "x", extension(*said), **attributes)
    refused(straight(("x", task), beside=BESIDE), "extension-not-here", "x")


def test_a_receive_task_may_begin_a_process():
    task = element("receiveTask", "x", instantiate="true", messageRef="m")
    graph = only_graph(file(task, user_task("then"), flow("x", "then"), beside=BESIDE))
    assert graph.entrances == {"x": (g.Message("Order placed"),)}
    assert graph.beginnings[None] == ()


def test_what_begins_a_process_lies_on_its_level():
    task = element("receiveTask", "r", instantiate="true", messageRef="m")
    source = straight(("x", element("subProcess", "x", task)), beside=BESIDE)
    refused(source, "instantiate-inside", "r", "unsupported")
    loop = '<standardLoopCharacteristics loopMaximum="2"/>'
    task = element("receiveTask", "x", loop, instantiate="true", messageRef="m")
    source = file(task, user_task("then"), flow("x", "then"), beside=BESIDE)
    refused(source, "loop-on-first", "x", "unsupported")


# --- scripts and decisions -----------------------------------------------------------------------


def test_a_script_task_sets_variables_in_order():
    said = [
        part("assign", variable="net", value="=price * 2"),
        part("assign", variable="b", value="1"),
    ]
    node = step("scriptTask", extension(*said))
    assert node == g.ScriptTask(id="x", assignments=assigned(("net", "price * 2"), ("b", "1")))


def test_a_script_may_be_an_expression():
    script = "<script>= price * 2</script>"
    node = step("scriptTask", script, scriptFormat="feel", placet_resultVariable="total")
    assert node == g.ScriptTask(
        id="x", expression=compile_expression("price * 2"), result_variable="total"
    )


def test_a_script_task_without_a_script_does_nothing():
    assert step("scriptTask") == g.ScriptTask(id="x")


def test_code_is_not_run():
    script = element("scriptTask", "x", "<script>1 + 1</script>", scriptFormat="text/javascript")
    finding = refused(straight(("x", script)), "script", "x", "unsupported")
    assert "javascript" in finding.sentence
    assert "placet:assign" in finding.hint


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (part("assign", variable="a-b", value="=1"), "name"),
        (part("assign", value="=1"), "attribute-missing"),
        (part("assign", variable="a"), "attribute-missing"),
        (part("assign", variable="a", value="=1 +"), "expression"),
    ],
)
def test_an_assignment_that_makes_no_sense_is_told(said, code):
    refused(straight(("x", element("scriptTask", "x", extension(said)))), code, "x")


def test_a_business_rule_task_asks_a_decision():
    said = extension(part("decision", ref="approval-level"))
    node = step("businessRuleTask", said, placet_resultVariable="level")
    assert node == g.DecisionTask(id="x", ref="approval-level", result_variable="level")
    refused(straight(("x", element("businessRuleTask", "x"))), "no-decision", "x", "unsupported")


# --- calls ---------------------------------------------------------------------------------------


def test_a_call_names_a_process_and_which_version_of_it():
    assert step("callActivity", calledElement="billing") == g.CallActivity(
        id="x", process="billing"
    )
    said = part("call", binding="version", version="3", propagateAll="true")
    assert step("callActivity", extension(said), calledElement="billing") == g.CallActivity(
        id="x", process="billing", binding="version", version=3, everything=True
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (part("call", binding="newest"), "choice"),
        (part("call", binding="version"), "call-version"),
        (part("call", version="3"), "call-version"),
        (part("call", binding="version", version="x"), "number"),
    ],
)
def test_a_version_that_makes_no_sense_is_told(said, code):
    call = element("callActivity", "x", extension(said), calledElement="billing")
    refused(straight(("x", call)), code, "x")


@pytest.mark.parametrize("attributes", [{}, {"calledElement": "=process"}])
def test_a_call_of_nothing_is_not_run(attributes):
    source = straight(("x", element("callActivity", "x", **attributes)))
    refused(source, "calls-nothing", "x", "unsupported")


def test_a_call_of_a_process_that_is_only_drawn_is_not_run():
    source = straight(
        ("x", element("callActivity", "x", calledElement="q")), beside='<process id="q"/>'
    )
    refused(source, "calls-a-picture", "x", "unsupported")


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        (element("globalTask", "t"), g.PlainTask),
        (element("globalManualTask", "t"), g.PlainTask),
        (element("globalUserTask", "t"), g.UserTask),
        (element("globalScriptTask", "t"), g.ScriptTask),
        (
            element("globalBusinessRuleTask", "t", extension(part("decision", ref="d"))),
            g.DecisionTask,
        ),
    ],
)
def test_a_call_of_a_global_task_is_that_task(task, kind):
    said = extension(part("input", target="a", source="=b"))
    call = element("callActivity", "x", said, calledElement="t", name="Here")
    node = only_node(straight(("x", call), beside=task))
    assert isinstance(node, kind)
    assert (node.id, node.name, node.inputs) == ("x", "Here", assigned(("a", "b")))


def test_a_global_task_says_what_its_calls_do():
    script = element(
        "globalScriptTask", "t", "<script>1 + 1</script>", scriptLanguage="feel", name="Add",
        placet_resultVariable="sum",
    )  # fmt: skip
    call = element("callActivity", "x", calledElement="t")
    node = only_node(straight(("x", call), beside=script))
    assert node == g.ScriptTask(
        id="x", name="Add", expression=compile_expression("1 + 1"), result_variable="sum"
    )


# --- what all activities have --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["task", "userTask", "subProcess", "callActivity"])
def test_variables_are_mapped_into_an_activity_and_out_of_it(kind):
    said = [
        part("input", target="a", source="=order.id"),
        part("input", target="b", source="a + 1"),
        part("output", target="done", source="=true"),
    ]
    inside = extension(*said)
    attributes = {"calledElement": "q"} if kind == "callActivity" else {}
    node = step(kind, inside, placet_resultVariable="result", **attributes)
    assert isinstance(node, g.Activity)
    assert node.inputs == assigned(("a", "order.id"), ("b", "a + 1"))
    assert node.outputs == assigned(("done", "true"))
    assert node.result_variable == "result"


def test_an_activity_counts_tokens():
    node = step("task", startQuantity="2", completionQuantity="3")
    assert node == g.PlainTask(id="x", start_quantity=2, completion_quantity=3)
    refused(straight(("x", element("task", "x", startQuantity="0"))), "quantity", "x")
    many = element("task", "x", completionQuantity="1000000")
    refused(straight(("x", many)), "quantity", "x", "unsupported")


def test_an_activity_has_a_default_flow():
    source = file(
        *(
            element("startEvent", "s"),
            element("task", "x", default="x-b"),
            element("endEvent", "b"),
        ),
        *(flow("s", "x"), flow("x", "b"), element("endEvent", "c"), flow("x", "c", "amount > 1")),
    )
    assert only_node(source).default == "x-b"


# --- sub-processes -------------------------------------------------------------------------------

INNER = element("startEvent", "a") + user_task("b") + element("endEvent", "c")
INNER += flow("a", "b") + flow("b", "c")


@pytest.mark.parametrize(
    ("kind", "word"), [("subProcess", "embedded"), ("transaction", "transaction")]
)
def test_steps_lie_in_their_sub_process(kind, word):
    graph = only_graph(straight(("x", element(kind, "x", INNER))))
    node = graph.nodes["x"]
    assert isinstance(node, g.SubProcess)
    assert node.kind == word
    assert [inner.id for inner in graph.inside["x"]] == ["a", "b", "c"]
    assert [inner.id for inner in graph.beginnings["x"]] == ["a"]
    assert {"a-b", "b-c"} <= set(graph.flows)


def test_sub_processes_lie_in_each_other():
    outer = element("subProcess", "x", element("subProcess", "y", INNER))
    graph = only_graph(straight(("x", outer)))
    assert [graph.nodes[id_].parent for id_ in ("x", "y", "b")] == [None, "x", "y"]


def test_a_transaction_undoes_by_compensation_only():
    assert step("transaction", INNER, method="##Compensate")
    source = straight(("x", element("transaction", "x", INNER, method="##Store")))
    refused(source, "transaction-method", "x", "unsupported")


def test_an_ad_hoc_sub_process_has_an_order_and_an_end():
    node = step("adHocSubProcess", user_task("b"))
    assert node == g.SubProcess(id="x", kind="ad_hoc")
    condition = '<completionCondition>b.outcome = "approved"</completionCondition>'
    node = step(
        "adHocSubProcess", user_task("b"), condition, ordering="Sequential",
        cancelRemainingInstances="false",
    )  # fmt: skip
    assert node == g.SubProcess(
        id="x",
        kind="ad_hoc",
        sequential=True,
        completion=compile_expression('b.outcome = "approved"'),
        cancel_remaining=False,
    )


@pytest.mark.parametrize(
    ("kind", "inside", "attributes"),
    [
        ("transaction", "", {}),
        ("subProcess", '<standardLoopCharacteristics loopMaximum="2"/>', {}),
        ("subProcess", extension(part("input", target="a", source="=1")), {}),
        ("subProcess", "", {"isForCompensation": "true"}),
    ],
)
def test_an_event_sub_process_is_nothing_else_too(kind, inside, attributes):
    inner = INNER.replace('<startEvent id="a">', '<startEvent id="a"><errorEventDefinition/>')
    handler = element(kind, "x", inside, inner, triggeredByEvent="true", **attributes)
    source = straight(("task", user_task()), more=handler)
    refused(source, "event-sub-process", "x", "unsupported")


# --- gateways ------------------------------------------------------------------------------------


def forked(gateway: str, beside: str = "") -> g.Graph:
    return only_graph(
        file(
            *(element("startEvent", "s"), gateway, user_task("a"), user_task("b")),
            *(element("endEvent", "e"), flow("s", "x"), flow("x", "a"), flow("x", "b")),
            *(flow("a", "e"), flow("b", "e")),
            beside=beside,
        )
    )


@pytest.mark.parametrize(
    ("kind", "node"),
    [
        ("exclusiveGateway", g.ExclusiveGateway(id="x", default="x-a")),
        ("inclusiveGateway", g.InclusiveGateway(id="x", default="x-a")),
        ("complexGateway", g.ComplexGateway(id="x", default="x-a")),
    ],
)
def test_gateways_that_choose_have_a_default(kind, node):
    assert forked(element(kind, "x", default="x-a")).nodes["x"] == node


def test_a_parallel_gateway_is_read():
    assert forked(element("parallelGateway", "x")).nodes["x"] == g.ParallelGateway(id="x")


def test_a_complex_gateway_says_when_it_goes_on():
    condition = "<activationCondition>activationCount &gt;= 2</activationCondition>"
    node = forked(element("complexGateway", "x", condition)).nodes["x"]
    assert node == g.ComplexGateway(id="x", activation=compile_expression("activationCount >= 2"))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, g.EventGateway(id="x")),
        ({"instantiate": "true"}, g.EventGateway(id="x", instantiate=True)),
        (
            {"instantiate": "true", "eventGatewayType": "Parallel"},
            g.EventGateway(id="x", instantiate=True, parallel=True),
        ),
    ],
)
def test_an_event_based_gateway_waits_or_begins(attributes, expected):
    begins = () if attributes else (element("startEvent", "s"), flow("s", "x"))
    source = file(
        *begins,
        element("eventBasedGateway", "x", **attributes),
        element("receiveTask", "a", messageRef="m"),
        element("receiveTask", "b", messageRef="n"),
        *(flow("x", "a"), flow("x", "b")),
        *((element("endEvent", "e"), flow("a", "e"), flow("b", "e")) if begins else ()),
        beside='<message id="m"/><message id="n"/>',
    )
    graph = only_graph(source)
    assert graph.nodes["x"] == expected
    assert set(graph.entrances) == ({"a", "b"} if attributes else set())


def test_a_gateway_that_begins_a_process_lies_on_its_level():
    inside = "".join(
        (
            element("eventBasedGateway", "x", instantiate="true"),
            element("receiveTask", "a", messageRef="m"),
            element("receiveTask", "b", messageRef="m"),
            *(flow("x", "a"), flow("x", "b")),
        )
    )
    source = straight(("sub", element("subProcess", "sub", inside)), beside='<message id="m"/>')
    refused(source, "instantiate-inside", "x", "unsupported")


def test_a_loop_behind_an_event_based_gateway_is_not_run():
    loop = '<standardLoopCharacteristics loopMaximum="2"/>'
    source = file(
        *(element("startEvent", "s"), element("eventBasedGateway", "x"), element("endEvent", "e")),
        element("receiveTask", "a", loop, messageRef="m"),
        element("receiveTask", "b", messageRef="n"),
        *(flow("s", "x"), flow("x", "a"), flow("x", "b"), flow("a", "e"), flow("b", "e")),
        beside='<message id="m"/><message id="n"/>',
    )
    assert one(read(source), "loop-on-first").element == "a"
