"""Every kind of event becomes what the graph says of it, with messages, signals and codes named."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from processes.core.feel import compile_expression
from tests.core.bpmn.build import (
    codes,
    definition,
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
    timer,
    user_task,
)

BESIDE = (
    '<message id="m" name="Order placed"/><message id="nameless"/><signal id="s" name="Stop"/>'
    '<error id="e" errorCode="E-1"/><error id="any" name="Any"/>'
    '<escalation id="up" escalationCode="U-1"/><escalation id="whatever"/>'
)
MESSAGE, SIGNAL = definition("message", messageRef="m"), definition("signal", signalRef="s")
CONDITION = definition("conditional", "<condition>amount &gt; 5</condition>")


def step(kind: str, *inside: str, more: str = "", **attributes: str) -> g.Node:
    """Return an event that stands between start and end."""
    written = element(kind, "x", *inside, **attributes)
    return only_node(straight(("x", written), more=more, beside=BESIDE))


def on_the_edge(*inside: str, **attributes: str) -> g.BoundaryEvent:
    edge = element("boundaryEvent", "x", *inside, attachedToRef="task", **attributes)
    source = straight(("task", user_task()), more=edge + flow("x", "end"), beside=BESIDE)
    node = only_node(source)
    assert isinstance(node, g.BoundaryEvent)
    return node


def ends(*inside: str) -> g.EndEvent:
    source = file(
        *(element("startEvent", "start"), element("endEvent", "x", *inside), flow("start", "x")),
        beside=BESIDE,
    )
    node = only_node(source)
    assert isinstance(node, g.EndEvent)
    return node


def starts(*inside: str, **attributes: str) -> g.StartEvent:
    source = file(
        element("startEvent", "x", *inside, **attributes),
        *(element("endEvent", "end"), flow("x", "end")),
        beside=BESIDE,
    )
    node = only_node(source)
    assert isinstance(node, g.StartEvent)
    return node


def event_sub_process(*inside: str, **attributes: str) -> bytes:
    """Return a file whose process has an event sub-process that starts with the event “x”."""
    start = element("startEvent", "x", *inside, **attributes)
    handler = element(
        "subProcess", "h", start, element("endEvent", "hend"), flow("x", "hend"),
        triggeredByEvent="true",
    )  # fmt: skip
    return straight(("task", user_task()), more=handler, beside=BESIDE)


# --- one trigger ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "trigger"),
    [
        (MESSAGE, g.Message("Order placed")),
        (definition("message", messageRef="nameless"), g.Message("nameless")),
        (SIGNAL, g.Signal("Stop")),
        (CONDITION, g.Conditional(compile_expression("amount > 5"))),
        (
            timer("timeDuration", "PT1H"),
            g.Timer("duration", compile_expression('duration("PT1H")')),
        ),
    ],
)
def test_what_a_catching_event_waits_for(inside, trigger):
    assert step("intermediateCatchEvent", inside) == g.CatchEvent(id="x", triggers=(trigger,))
    assert starts(inside).triggers == (trigger,)
    assert on_the_edge(inside).triggers == (trigger,)


@pytest.mark.parametrize(
    ("inside", "trigger"),
    [
        (definition("error", errorRef="e"), g.Error("E-1")),
        (definition("error", errorRef="any"), g.Error("")),
        (definition("error"), g.Error("")),
        (definition("escalation", escalationRef="up"), g.Escalation("U-1")),
        (definition("escalation", escalationRef="whatever"), g.Escalation("")),
    ],
)
def test_what_comes_from_inside_is_caught_by_its_code_or_all_of_it(inside, trigger):
    assert on_the_edge(inside).triggers == (trigger,)
    node = only_node(event_sub_process(inside))
    assert isinstance(node, g.StartEvent)
    assert (node.triggers, node.parent, node.interrupting) == ((trigger,), "h", True)


@pytest.mark.parametrize(
    ("inside", "trigger"),
    [
        (MESSAGE, g.Message("Order placed")),
        (SIGNAL, g.Signal("Stop")),
        (definition("error", errorRef="e"), g.Error("E-1")),
        (definition("escalation", escalationRef="up"), g.Escalation("U-1")),
        (definition("compensate", activityRef="x"), g.Compensation("x")),
        (definition("compensate"), g.Compensation()),
        (definition("terminate"), g.Terminate()),
    ],
)
def test_what_an_end_throws(inside, trigger):
    if isinstance(trigger, g.Compensation) and trigger.activity:
        inside = inside.replace('"x"', '"task"')
        source = straight(("task", user_task())).replace(
            b'<endEvent id="end">', f'<endEvent id="end">{inside}'.encode()
        )
        assert only_node(source, "end") == g.EndEvent(id="end", triggers=(g.Compensation("task"),))
    else:
        assert ends(inside).triggers == (trigger,)


def test_an_intermediate_event_may_throw_nothing():
    assert step("intermediateThrowEvent") == g.ThrowEvent(id="x")


def test_compensation_that_would_not_wait_is_told():
    throw = element(
        "intermediateThrowEvent", "x", definition("compensate", waitForCompletion="false")
    )
    reading = read(straight(("x", throw)))
    assert reading.ok
    assert one(reading, "compensation-waits").element == "x"


@pytest.mark.parametrize(("written", "interrupting"), [("false", False), ("true", True)])
def test_events_that_do_not_interrupt(written, interrupting):
    assert on_the_edge(MESSAGE, cancelActivity=written).interrupting is interrupting
    node = only_node(event_sub_process(SIGNAL, isInterrupting=written))
    assert isinstance(node, g.StartEvent)
    assert node.interrupting is interrupting


def test_a_transaction_is_cancelled_from_inside_and_left_by_its_edge():
    inner = (
        element("startEvent", "a") + element("endEvent", "b", definition("cancel")) + flow("a", "b")
    )
    edge = element("boundaryEvent", "x", definition("cancel"), attachedToRef="t")
    source = straight(("t", element("transaction", "t", inner)), more=edge + flow("x", "end"))
    graph = only_graph(source)
    assert graph.nodes["b"] == g.EndEvent(id="b", parent="t", triggers=(g.Cancel(),))
    node = graph.nodes["x"]
    assert isinstance(node, g.BoundaryEvent)
    assert node.triggers == (g.Cancel(),)


def test_a_compensation_event_leads_to_what_undoes_by_an_association_in_either_direction():
    edge = element("boundaryEvent", "x", definition("compensate"), attachedToRef="task")
    undo = element("userTask", "undo", isForCompensation="true")
    for ends_ in ('sourceRef="x" targetRef="undo"', 'sourceRef="undo" targetRef="x"'):
        more = f'{edge}{undo}<association id="as" {ends_}/>'
        graph = only_graph(straight(("task", user_task()), more=more))
        node = graph.nodes["x"]
        assert isinstance(node, g.BoundaryEvent)
        assert (node.triggers, node.handler) == ((g.Compensation(),), "undo")
        assert graph.nodes["undo"].for_compensation


# --- links ---------------------------------------------------------------------------------------


def linked(throwing: str, catching: str) -> g.Graph:
    return only_graph(
        file(
            *(element("startEvent", "start"), element("endEvent", "end")),
            element("intermediateThrowEvent", "away", throwing),
            element("intermediateCatchEvent", "here", catching),
            *(flow("start", "away"), flow("here", "end")),
        )
    )


@pytest.mark.parametrize(
    ("throwing", "catching"),
    [
        (definition("link", name="A"), definition("link", name="A")),
        (
            definition("link", "<target>two</target>", name="A", id="one"),
            definition("link", "<source>one</source>", name="A", id="two"),
        ),
        (
            definition("link", name="Out", id="one"),
            definition("link", "<source>one</source>", name="A", id="two"),
        ),
    ],
)
def test_a_link_is_known_by_the_name_of_its_target(throwing, catching):
    graph = linked(throwing, catching)
    assert graph.nodes["away"] == g.ThrowEvent(id="away", triggers=(g.Link("A"),))
    assert graph.nodes["here"] == g.CatchEvent(id="here", triggers=(g.Link("A"),))


# --- several triggers ----------------------------------------------------------------------------


def test_an_event_may_wait_for_any_or_for_all_of_several():
    any_of = step("intermediateCatchEvent", MESSAGE, SIGNAL)
    assert isinstance(any_of, g.CatchEvent)
    assert any_of.triggers == (g.Message("Order placed"), g.Signal("Stop"))
    assert not any_of.parallel
    all_of = step("intermediateCatchEvent", MESSAGE, SIGNAL, parallelMultiple="true")
    assert isinstance(all_of, g.CatchEvent)
    assert all_of.parallel


def test_an_event_may_throw_several_in_the_order_of_the_file():
    node = step("intermediateThrowEvent", SIGNAL, MESSAGE)
    assert node == g.ThrowEvent(id="x", triggers=(g.Signal("Stop"), g.Message("Order placed")))


def test_a_shared_definition_is_read_where_it_is_named():
    shared = '<signalEventDefinition id="shared" signalRef="s"/>'
    event = element(
        "intermediateCatchEvent", "x", "<eventDefinitionRef>shared</eventDefinitionRef>"
    )
    node = only_node(straight(("x", event), beside=BESIDE + shared))
    assert node == g.CatchEvent(id="x", triggers=(g.Signal("Stop"),))


@pytest.mark.parametrize(
    ("kind", "inside", "attributes"),
    [
        ("endEvent", (definition("terminate"), definition("error", errorRef="e")), {}),
        ("boundaryEvent", (definition("compensate"), MESSAGE), {}),
        (
            "boundaryEvent",
            (definition("error", errorRef="e"), MESSAGE),
            {"parallelMultiple": "true"},
        ),
        ("startEvent", (timer("timeCycle", "R/P1D"), CONDITION), {"parallelMultiple": "true"}),
    ],
)
def test_what_cannot_happen_together_is_not_run(kind, inside, attributes):
    if kind == "boundaryEvent":
        attributes |= {"attachedToRef": "task"}
    event = element(kind, "x", *inside, **attributes)
    source = straight(("task", user_task()), more=event, beside=BESIDE)
    assert one(read(source), "multiple-event").severity == "unsupported"


# --- what the extension says ---------------------------------------------------------------------


def test_a_message_has_a_key_and_where_it_is_sent_a_payload_and_a_time_to_live():
    said = part("message", correlationKey="=order", payload="={id: order}", timeToLive="PT1H")
    thrown = step("intermediateThrowEvent", extension(said), MESSAGE)
    assert isinstance(thrown, g.ThrowEvent)
    (sent,) = thrown.triggers
    assert sent == g.Message(
        "Order placed",
        compile_expression("order"),
        compile_expression("{id: order}"),
        compile_expression('duration("PT1H")'),
    )
    key = part("message", correlationKey="=order")
    caught = step("intermediateCatchEvent", extension(key), MESSAGE)
    assert isinstance(caught, g.CatchEvent)
    assert caught.triggers == (g.Message("Order placed", compile_expression("order")),)


def test_a_payload_says_nothing_where_a_message_is_received():
    said = extension(part("message", payload="=order"))
    event = element("intermediateCatchEvent", "x", said, MESSAGE)
    refused(straight(("x", event), beside=BESIDE), "attribute-not-here", "x")


def test_each_of_several_messages_may_have_a_key_of_its_own():
    first = definition("message", extension(part("message", correlationKey="=a")), messageRef="m")
    second = definition(
        "message", extension(part("message", correlationKey="=b")), messageRef="nameless"
    )
    node = step("intermediateCatchEvent", first, second)
    assert isinstance(node, g.CatchEvent)
    assert [t.key.text for t in node.triggers if isinstance(t, g.Message) and t.key] == ["a", "b"]


def test_a_signal_carries_a_payload():
    node = step("intermediateThrowEvent", extension(part("signal", payload="=why")), SIGNAL)
    assert isinstance(node, g.ThrowEvent)
    assert node.triggers == (g.Signal("Stop", compile_expression("why")),)


def test_what_comes_is_kept_in_a_variable():
    node = step("intermediateCatchEvent", MESSAGE, placet_resultVariable="order")
    assert isinstance(node, g.CatchEvent)
    assert node.result_variable == "order"
    assert on_the_edge(definition("error"), placet_resultVariable="failure").result_variable == (
        "failure"
    )
    refused(
        straight(("x", element("endEvent", "x", placet_resultVariable="y"))),
        "unknown-attribute",
        "x",
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("intermediateCatchEvent", part("message", correlationKey="=order")),
        ("intermediateThrowEvent", part("signal", payload="=order")),
    ],
)
def test_details_of_what_the_event_does_not_have_are_told(kind, said):
    other = timer("timeDuration", "PT1H") if "Catch" in kind else MESSAGE
    event = element(kind, "x", extension(said), other)
    refused(straight(("x", event), beside=BESIDE), "extension-not-here", "x")


# --- what is not run, or wrong -------------------------------------------------------------------


def test_a_message_that_only_another_language_names_is_not_run():
    message = definition("message", "<extensionElements/>")
    source = straight(("x", element("intermediateThrowEvent", "x", message)))
    finding = refused(source, "no-message", "x", "unsupported")
    assert "sends" in finding.sentence
    assert "messageRef" in finding.hint


def test_an_event_on_the_edge_of_an_event_sub_process_is_not_run():
    edge = element("boundaryEvent", "edge", MESSAGE, attachedToRef="h") + flow("edge", "end")
    source = event_sub_process(SIGNAL).replace(
        b'<userTask id="task"', f'{edge}<userTask id="task"'.encode()
    )
    refused(source, "boundary-of-event-sub-process", "edge", "unsupported")


def test_a_condition_that_is_no_feel_is_told_by_the_event():
    bad = definition("conditional", "<condition>amount &gt;</condition>")
    source = straight(("x", element("intermediateCatchEvent", "x", bad)))
    refused(source, "expression", "x")
    other = definition("conditional", "<condition language='python'>x</condition>")
    source = straight(("x", element("intermediateCatchEvent", "x", other)))
    refused(source, "expression-language", "x", "unsupported")


def test_a_process_may_start_with_several_events_beside_the_plain_one():
    source = straight(
        ("task", user_task()),
        more=element("startEvent", "also", MESSAGE) + flow("also", "task"),
        beside=BESIDE,
    )
    graph = only_graph(source)
    assert [node.id for node in graph.beginnings[None]] == ["start"]
    assert list(graph.entrances) == ["also"]


def test_a_second_plain_start_in_a_sub_process_is_not_run():
    inner = "".join(
        (
            element("startEvent", "a"),
            element("startEvent", "b"),
            element("endEvent", "c"),
            flow("a", "c"),
            flow("b", "c"),
        )
    )
    refused(
        straight(("x", element("subProcess", "x", inner))), "several-starts", "b", "unsupported"
    )


def test_an_event_that_breaks_a_rule_is_told_once():
    source = straight(("x", element("intermediateCatchEvent", "x", definition("signal"))))
    assert codes(source) >= {"signal-missing"}
    assert "no-signal" not in codes(source)
