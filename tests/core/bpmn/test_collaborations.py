"""Pools, lanes, message flows between processes of a file, and the standard's correlation."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import Reading, read
from processes.core.feel import compile_expression
from tests.core.bpmn.build import (
    NAMESPACES,
    definition,
    element,
    extension,
    flow,
    one,
    only_graph,
    part,
    refused,
    straight,
    user_task,
)


def process(id_: str, step: str, kind: str = "", more: str = "") -> str:
    """Return an executable process of one step called after it."""
    attributes = 'isExecutable="true"' if kind != "drawn" else ""
    flows = flow(f"{id_}s", f"{id_}x") + flow(f"{id_}x", f"{id_}e")
    return (
        f'<process id="{id_}" {attributes}>{more}{element("startEvent", f"{id_}s")}{step}'
        f"{element('endEvent', f'{id_}e')}{flows}</process>"
    )


def together(sender: str, receiver: str, *flows: str, beside: str = "", more: str = "") -> Reading:
    """Return the reading of two processes in pools with message flows between them."""
    pools = '<participant id="A" name="Shop" processRef="a"/><participant id="B" processRef="b"/>'
    source = (
        f"<definitions {NAMESPACES}>{beside}"
        f"{process('a', sender)}{process('b', receiver, more=more)}"
        f'<collaboration id="c">{pools}{"".join(flows)}</collaboration></definitions>'
    )
    return read(source.encode())


def sent_and_awaited(reading: Reading) -> tuple[str, str]:
    """Return the message that the first process sends and that which the second waits for."""
    sender, receiver = (graph.nodes[f"{graph.id}x"] for graph in reading.graphs)
    assert isinstance(sender, g.SendTask)
    assert isinstance(receiver, g.ReceiveTask)
    return sender.message.name, receiver.message.name


SEND, RECEIVE = element("sendTask", "ax"), element("receiveTask", "bx")
MESSAGES = '<message id="m" name="Order"/><message id="n" name="Bill"/>'


@pytest.mark.parametrize(
    ("send", "receive", "attributes", "name"),
    [
        (SEND, RECEIVE, {}, "f"),
        (SEND, RECEIVE, {"name": "Goods"}, "Goods"),
        (SEND, RECEIVE, {"messageRef": "m"}, "Order"),
        (element("sendTask", "ax", messageRef="n"), RECEIVE, {}, "Bill"),
        (SEND, element("receiveTask", "bx", messageRef="n"), {}, "Bill"),
    ],
)
def test_a_message_flow_says_which_message_is_meant(send, receive, attributes, name):
    between = element("messageFlow", "f", sourceRef="ax", targetRef="bx", **attributes)
    reading = together(send, receive, between, beside=MESSAGES)
    assert reading.ok, reading.findings
    assert sent_and_awaited(reading) == (name, name)
    assert not {"drawn-only", "message-mismatch"} & {f.code for f in reading.findings}


def test_messages_that_never_meet_are_told():
    between = element("messageFlow", "f", sourceRef="ax", targetRef="bx")
    reading = together(
        element("sendTask", "ax", messageRef="m"),
        element("receiveTask", "bx", messageRef="n"),
        between,
        beside=MESSAGES,
    )
    assert reading.ok
    assert "“Order”" in one(reading, "message-mismatch").sentence


def test_a_message_flow_between_other_steps_is_only_drawn():
    between = element("messageFlow", "f", sourceRef="ax", targetRef="bx")
    reading = together(user_task("ax"), user_task("bx"), between)
    assert reading.ok
    assert one(reading, "drawn-only").element == "f"


def test_a_message_to_a_pool_without_a_process_is_sent_all_the_same():
    reading = together(
        element("sendTask", "ax", messageRef="m"),
        user_task("bx"),
        element("messageFlow", "f", sourceRef="ax", targetRef="C"),
        '<participant id="C" name="Somebody"/>',
        beside=MESSAGES,
    )
    assert reading.ok, reading.findings
    assert "drawn-only" not in {finding.code for finding in reading.findings}


def test_a_process_is_called_like_its_pool_when_it_has_no_name():
    reading = together(user_task("ax"), user_task("bx"))
    assert [graph.name for graph in reading.graphs] == ["Shop", "b"]


def test_lanes_are_kept_with_the_innermost_name():
    inner = '<lane id="l2" name="Buyers"><flowNodeRef>task</flowNodeRef></lane>'
    lanes = (
        '<laneSet><lane id="l1" name="Office"><flowNodeRef>start</flowNodeRef>'
        f"<flowNodeRef>task</flowNodeRef><childLaneSet>{inner}</childLaneSet></lane></laneSet>"
    )
    graph = only_graph(straight(("task", user_task()), more=lanes))
    assert graph.lanes == {"start": "Office", "task": "Buyers"}


# --- correlation ---------------------------------------------------------------------------------

PROPERTIES = MESSAGES + "".join(
    f'<correlationProperty id="{id_}"><correlationPropertyRetrievalExpression messageRef="m">'
    f"<messagePath>{id_}</messagePath></correlationPropertyRetrievalExpression>"
    "</correlationProperty>"
    for id_ in ("order", "customer")
)
SENT = extension(part("message", payload="={order: number, customer: who}"))


def key(*properties: str) -> str:
    refs = "".join(f"<correlationPropertyRef>{id_}</correlationPropertyRef>" for id_ in properties)
    return f'<correlationKey id="k">{refs}</correlationKey>'


def subscription(**paths: str) -> str:
    bound = "".join(
        f'<correlationPropertyBinding correlationPropertyRef="{id_}"><dataPath>{path}</dataPath>'
        "</correlationPropertyBinding>"
        for id_, path in paths.items()
    )
    return f'<correlationSubscription correlationKeyRef="k">{bound}</correlationSubscription>'


def correlated(send: str, keys: str, subscribed: str) -> Reading:
    receive = element("receiveTask", "bx", messageRef="m")
    send_task = element("sendTask", "ax", send, messageRef="m")
    return together(send_task, receive, keys, beside=PROPERTIES, more=subscribed)


def test_a_key_of_one_property_is_that_property():
    reading = correlated(SENT, key("order"), subscription(order="myOrder"))
    assert reading.ok, reading.findings
    sender, receiver = reading.graphs[0].nodes["ax"], reading.graphs[1].nodes["bx"]
    assert isinstance(sender, g.SendTask)
    assert sender.message.key is not None
    assert sender.message.key.evaluate({"number": 7, "who": "bob"}) == 7
    assert isinstance(receiver, g.ReceiveTask)
    assert receiver.message.key == compile_expression("myOrder")


def test_a_key_of_several_properties_is_a_list():
    reading = correlated(SENT, key("order", "customer"), subscription(order="=a", customer="=b"))
    sender, receiver = reading.graphs[0].nodes["ax"], reading.graphs[1].nodes["bx"]
    assert isinstance(sender, g.SendTask)
    assert sender.message.key is not None
    assert sender.message.key.evaluate({"number": 7, "who": "bob"}) == [7, "bob"]
    assert isinstance(receiver, g.ReceiveTask)
    assert receiver.message.key == compile_expression("[a, b]")


@pytest.mark.parametrize(
    ("send", "subscribed", "element_id"),
    [
        (SENT, "", "bx"),
        (SENT, subscription(customer="x"), "bx"),
        (SENT, subscription(order="/order/@id"), "bx"),
        ("", subscription(order="x"), "ax"),
    ],
)
def test_correlation_that_one_key_cannot_say_is_not_run(send, subscribed, element_id):
    keys = key("order") if "customer" not in subscribed else key("order", "customer")
    reading = correlated(send, keys, subscribed)
    finding = one(reading, "correlation")
    assert (finding.element, finding.severity) == (element_id, "unsupported")
    assert "placet:message" in finding.hint


def test_our_own_key_goes_first():
    send = extension(part("message", correlationKey="=number"))
    reading = correlated(send, key("order"), subscription(order="x"))
    sender = reading.graphs[0].nodes["ax"]
    assert reading.ok, reading.findings
    assert isinstance(sender, g.SendTask)
    assert sender.message.key == compile_expression("number")


def test_a_message_that_begins_a_process_needs_no_key():
    start = element("startEvent", "bx", definition("message", messageRef="m"))
    receiver = (
        f'<process id="b" isExecutable="true">{start}{user_task("t")}{flow("bx", "t")}</process>'
    )
    source = f"<definitions {NAMESPACES}>{PROPERTIES}{receiver}<collaboration>{key('order')}"
    reading = read(f"{source}</collaboration></definitions>".encode())
    assert "correlation" not in {finding.code for finding in reading.findings}


def test_a_message_behind_a_gateway_that_begins_a_process_needs_no_key():
    both = [element("receiveTask", id_, messageRef=ref) for id_, ref in (("x", "m"), ("y", "n"))]
    gateway = element("eventBasedGateway", "g", instantiate="true")
    inside = f"{gateway}{''.join(both)}{flow('g', 'x')}{flow('g', 'y')}"
    source = (
        f"<definitions {NAMESPACES}>{PROPERTIES}<process id='b' isExecutable='true'>{inside}"
        f"</process><collaboration>{key('order')}</collaboration></definitions>"
    )
    reading = read(source.encode())
    assert reading.ok, reading.findings


def test_more_keys_than_anybody_draws_are_refused():
    keys = "".join(key("order").replace('"k"', f'"k{n}"') for n in range(100))
    reading = correlated(SENT, keys, "")
    assert one(reading, "too-many-keys").severity == "unsupported"


def test_names_that_are_given_twice_are_told():
    beside = (
        '<message id="m" name="Order"/><message id="n" name="Order"/><signal id="s" name="Order"/>'
    )
    reading = read(straight(("task", user_task()), beside=beside))
    assert reading.ok
    assert one(reading, "same-name").element == "n"


def test_a_process_that_only_a_global_conversation_joins_is_told():
    source = straight(("task", user_task()), beside='<globalConversation id="gc"/>')
    assert one(read(source), "not-run").element == "gc"
    assert refused(
        source.replace(b'isExecutable="true"', b""), "not-executable", None, "unsupported"
    )
