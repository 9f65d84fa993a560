"""Each rule of the standard has a file that breaks it, and the finding names the element."""

import pytest

from processes.core.bpmn import read
from tests.core.bpmn.build import (
    codes,
    element,
    file,
    flow,
    only_graph,
    refused,
    straight,
    timer,
    user_task,
)

START, END = element("startEvent", "start"), element("endEvent", "end")
TASK = user_task("task")
WHOLE = (START, TASK, END, flow("start", "task"), flow("task", "end"))


def test_a_file_that_breaks_no_rule_is_fine():
    assert read(file(*WHOLE)).ok


def test_elements_may_come_in_any_order():
    assert read(file(*reversed(WHOLE))).ok


@pytest.mark.parametrize("prefix", ["bpmn2", "semantic", "x"])
def test_the_namespace_may_have_any_prefix(prefix):
    written = (
        f'<{prefix}:definitions xmlns:{prefix}="http://www.omg.org/spec/BPMN/20100524/MODEL">'
        f'<{prefix}:process id="p" isExecutable="1"><{prefix}:startEvent id="a"/>'
        f'<{prefix}:endEvent id="b"/><{prefix}:sequenceFlow id="f" sourceRef="a" targetRef="b"/>'
        f"</{prefix}:process></{prefix}:definitions>"
    )
    assert only_graph(written.encode()).flows["f"].target == "b"


# --- ids and flows -------------------------------------------------------------------------------


def test_an_id_is_used_once():
    refused(file(*WHOLE, user_task("task")), "duplicate-id", "task")


def test_ids_of_extension_elements_are_not_counted():
    outcome = '<placet:outcome id="task"/>'
    source = file(START, user_task("task", outcome), END, *WHOLE[3:])
    assert "duplicate-id" not in codes(source)


@pytest.mark.parametrize("id_", ["1task", "a b", "a/b", "a:b", "-a"])
def test_an_id_is_a_name(id_):
    finding = refused(straight((id_, user_task(id_))), "bad-id", id_)
    assert id_ in finding.sentence


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (flow("task", "nowhere", id_="f"), "ends at"),
        (flow("nowhere", "task", id_="f"), "starts at"),
        ('<sequenceFlow id="f" sourceRef="task"/>', "ends nowhere"),
        (flow("task", "start-task", id_="f"), "no step"),
    ],
)
def test_a_flow_connects_two_steps(broken, word):
    assert word in refused(file(*WHOLE, broken), "dangling-flow", "f").sentence


def test_a_flow_stays_within_its_sub_process():
    inner = element("subProcess", "sub", user_task("inner"))
    source = file(START, inner, END, flow("start", "inner"), flow("sub", "end"))
    refused(source, "flow-crosses-border", "start-inner")


def test_a_flow_stays_within_its_process():
    other = '<process id="q">' + user_task("far") + "</process>"
    refused(file(*WHOLE, flow("task", "far"), beside=other), "dangling-flow", "task-far")


def test_nothing_leads_into_a_start_event():
    refused(file(*WHOLE, flow("task", "start")), "flow-into-event", "start")


def test_nothing_leads_out_of_an_end_event():
    refused(file(*WHOLE, flow("end", "task")), "flow-out-of-end", "end")


def test_nothing_leads_into_a_boundary_event():
    edge = element("boundaryEvent", "edge", timer("timeDuration", "PT1H"), attachedToRef="task")
    source = file(*WHOLE, edge, flow("edge", "end"), flow("task", "edge"))
    refused(source, "flow-into-event", "edge")


def test_an_end_event_needs_a_start_event():
    refused(file(TASK, END, flow("task", "end")), "missing-start", "p")


def test_a_start_event_needs_an_end_event():
    refused(file(START, TASK, flow("start", "task")), "missing-end", "p")


def test_a_step_that_nothing_leads_to_is_told():
    source = file(*WHOLE, user_task("alone"), flow("alone", "end"))
    assert "leads to" in refused(source, "not-connected", "alone").sentence


def test_a_step_that_leads_nowhere_is_told():
    source = file(*WHOLE, user_task("alone"), flow("task", "alone"))
    assert "leads on" in refused(source, "not-connected", "alone").sentence


def test_a_boundary_event_leads_somewhere():
    edge = element("boundaryEvent", "edge", timer("timeDuration", "PT1H"), attachedToRef="task")
    refused(file(*WHOLE, edge), "not-connected", "edge")


def test_incoming_and_outgoing_may_be_absent_or_repeat_the_flows():
    told = element("userTask", "task", "<outgoing>task-end</outgoing>")
    end = element("endEvent", "end", "<incoming>task-end</incoming>")
    assert read(file(START, told, end, *WHOLE[3:])).ok


def test_a_flow_is_named_by_both_of_its_steps_or_by_none():
    told = element("userTask", "task", "<outgoing>task-end</outgoing>")
    refused(file(START, told, *WHOLE[2:]), "contradicting-reference", "end")


def test_incoming_and_outgoing_may_not_contradict_the_flows():
    told = element("userTask", "task", "<incoming>task-end</incoming>")
    refused(file(START, told, *WHOLE[2:]), "contradicting-reference", "task")


# --- conditions, defaults, gateways --------------------------------------------------------------


def split(kind: str, *flows: str, **attributes: str) -> bytes:
    """Return a file in which ``g`` leads to the tasks a and b, and both to the end."""
    return file(
        START,
        element(kind, "g", **attributes),
        user_task("a"),
        user_task("b"),
        END,
        *(flow("start", "g"), *flows, flow("a", "end"), flow("b", "end")),
    )


def test_a_default_flow_leaves_its_gateway():
    source = split("exclusiveGateway", flow("g", "a", "x"), flow("g", "b"), default="a-end")
    refused(source, "default-not-outgoing", "g")


def test_a_default_flow_exists():
    source = split("exclusiveGateway", flow("g", "a", "x"), flow("g", "b"), default="gone")
    refused(source, "default-not-outgoing", "g")


def test_a_parallel_gateway_has_no_default_flow():
    source = split("parallelGateway", flow("g", "a"), flow("g", "b"), default="g-a")
    refused(source, "default-not-allowed", "g")


def test_the_condition_of_a_default_flow_is_ignored_with_a_warning():
    flows = flow("g", "a", "x"), flow("g", "b", "not FEEL at all (")
    source = split("exclusiveGateway", *flows, default="g-b")
    reading = read(source)
    assert reading.ok
    assert "condition-on-default" in {finding.code for finding in reading.findings}
    assert reading.graphs[0].flows["g-b"].condition is None


@pytest.mark.parametrize("kind", ["parallelGateway", "eventBasedGateway"])
def test_no_condition_leaves_a_gateway_that_does_not_choose(kind):
    source = split(kind, flow("g", "a", "x"), flow("g", "b"))
    refused(source, "condition-not-allowed", "g-a")


def test_no_condition_leaves_a_start_event():
    refused(
        file(*WHOLE[:3], flow("start", "task", "x"), WHOLE[4]),
        "condition-not-allowed",
        "start-task",
    )


def test_the_only_flow_out_of_a_task_has_no_condition():
    refused(file(*WHOLE[:4], flow("task", "end", "x > 1")), "lonely-condition", "task-end")


def test_a_flow_has_one_condition():
    twice = flow("g", "a", "x").replace("</sequenceFlow>", "") + (
        "<conditionExpression>y</conditionExpression></sequenceFlow>"
    )
    refused(split("exclusiveGateway", twice, flow("g", "b")), "several-conditions", "g-a")


def test_a_gateway_splits_or_merges():
    source = straight(("g", element("exclusiveGateway", "g")))
    assert "1 in, 1 out" in refused(source, "idle-gateway", "g").sentence


@pytest.mark.parametrize("direction", ["Converging", "Mixed"])
def test_a_gateway_keeps_its_direction(direction):
    flows = flow("g", "a", "x"), flow("g", "b")
    source = split("exclusiveGateway", *flows, gatewayDirection=direction)
    refused(source, "gateway-direction", "g")


@pytest.mark.parametrize("direction", ["Diverging", "Unspecified", ""])
def test_a_gateway_that_keeps_its_direction_is_fine(direction):
    flows = flow("g", "a", "x"), flow("g", "b", "not(x)")
    assert read(split("exclusiveGateway", *flows, gatewayDirection=direction)).ok


# --- events --------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["", "nowhere", "end", "start-task"])
def test_a_boundary_event_sits_on_an_activity(host):
    edge = element("boundaryEvent", "edge", timer("timeDuration", "PT1H"), attachedToRef=host)
    refused(file(*WHOLE, edge, flow("edge", "end")), "boundary-on-nothing", "edge")


@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "boundaryEvent"])
def test_an_event_that_waits_says_for_what(kind):
    event = element(kind, "event", attachedToRef="task")
    incoming = flow("task", "event") if kind == "intermediateCatchEvent" else ""
    source = file(*WHOLE, event, incoming, flow("event", "end"))
    refused(source, "event-without-definition", "event")


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("startEvent", "terminate"),
        ("startEvent", "error"),
        ("startEvent", "link"),
        ("endEvent", "timer"),
        ("endEvent", "link"),
        ("endEvent", "cancel"),
        ("intermediateCatchEvent", "terminate"),
        ("intermediateCatchEvent", "error"),
        ("intermediateThrowEvent", "timer"),
        ("boundaryEvent", "terminate"),
        ("boundaryEvent", "link"),
        ("boundaryEvent", "cancel"),
    ],
)
def test_an_event_carries_only_what_the_standard_allows(kind, definition):
    event = element(kind, "event", f"<{definition}EventDefinition/>", attachedToRef="task")
    refused(file(*WHOLE, event), "event-definition-not-allowed", "event")


@pytest.mark.parametrize("definition", ["error", "compensate"])
def test_some_boundary_events_always_interrupt(definition):
    event = element(
        "boundaryEvent",
        "event",
        f"<{definition}EventDefinition/>",
        attachedToRef="task",
        cancelActivity="false",
    )
    refused(file(*WHOLE, event), "must-interrupt", "event")


# --- pools, messages, unknown elements -----------------------------------------------------------


def pools(*inside: str) -> bytes:
    shown = '<participant id="us" processRef="p"/><participant id="them" name="Shop"/>'
    return file(*WHOLE, beside=f'<collaboration id="c">{shown}{"".join(inside)}</collaboration>')


def test_a_pool_shows_a_process_that_exists():
    refused(pools('<participant id="x" processRef="gone"/>'), "dangling-reference", "x")


def test_a_message_flow_connects_two_ends():
    refused(pools('<messageFlow id="m" sourceRef="them"/>'), "dangling-message-flow", "m")


@pytest.mark.parametrize(("source", "target"), [("task", "us"), ("start", "end"), ("us", "us")])
def test_a_message_flow_goes_between_pools(source, target):
    message = f'<messageFlow id="m" sourceRef="{source}" targetRef="{target}"/>'
    refused(pools(message), "message-flow-within-pool", "m")


@pytest.mark.parametrize(("source", "target"), [("start", "them"), ("them", "start")])
def test_a_plain_start_event_takes_part_in_no_message_flow(source, target):
    message = f'<messageFlow id="m" sourceRef="{source}" targetRef="{target}"/>'
    refused(pools(message), "message-flow-end", "m")


def test_a_message_flow_to_another_pool_is_only_drawn():
    reading = read(pools('<messageFlow id="m" sourceRef="task" targetRef="them"/>'))
    assert reading.ok
    assert "drawn-only" in {finding.code for finding in reading.findings}


def test_an_element_that_the_standard_does_not_have_is_an_error():
    refused(file(*WHOLE, "<usertask id='x'/>"), "unknown-element", "x")
    refused(file(*WHOLE, beside="<proces id='x'/>"), "unknown-element", "x")


def test_rules_also_hold_for_steps_that_are_not_run():
    source = file(*WHOLE, element("implicitThrowEvent", "s"), flow("s", "end"))
    assert {"not-connected", "element"} <= codes(source)
