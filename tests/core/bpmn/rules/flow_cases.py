"""Rules about sequence flows and gateways."""

from processes.core.bpmn.rules import flows, gateways
from tests.core.bpmn.rules.cases import (
    END,
    START,
    TIMER,
    Case,
    boundary,
    catch,
    flow,
    link,
    process,
    sub,
    tasks,
    throw,
)


def racing(*targets: str, extra: str = "", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return process(
        f'<eventBasedGateway id="g"{written}/>',
        *targets,
        *(flow("g", f"c{number}") for number in range(1, len(targets) + 1)),
        extra,
    )


CASES = (
    # --- flows ---
    Case(
        flows.flows_connect_nodes,
        "dangling-flow",
        "a-b",
        process(tasks("a"), flow("a", "b")),
        process(tasks("a", "b"), flow("a", "b")),
    ),
    Case(
        flows.flows_connect_nodes,
        "flow-crosses-border",
        "a-b",
        process(tasks("a"), sub(tasks("b")), flow("a", "b")),
        process(tasks("a"), sub(tasks("b")), flow("a", "sub")),
    ),
    Case(
        flows.start_events_have_no_incoming_flow,
        "flow-into-event",
        "start",
        process(START, tasks("a"), flow("a", "start")),
        process(START, tasks("a"), flow("start", "a")),
    ),
    Case(
        flows.boundary_events_have_no_incoming_flow,
        "flow-into-event",
        "b",
        process(tasks("a"), boundary("b", "a", TIMER), flow("a", "b")),
        process(tasks("a"), boundary("b", "a", TIMER), flow("b", "a")),
    ),
    Case(
        flows.end_events_have_no_outgoing_flow,
        "flow-out-of-end",
        "end",
        process(END, tasks("a"), flow("end", "a")),
        process(END, tasks("a"), flow("a", "end")),
    ),
    Case(
        flows.link_events_begin_or_end_a_path,
        "flow-of-link",
        "c",
        process(catch("c", link("l", "x")), tasks("a"), flow("a", "c")),
        process(catch("c", link("l", "x")), tasks("a"), flow("c", "a")),
    ),
    Case(
        flows.link_events_begin_or_end_a_path,
        "flow-of-link",
        "t",
        process(throw("t", link("l", "x")), tasks("a"), flow("t", "a")),
        process(throw("t", link("l", "x")), tasks("a"), flow("a", "t")),
    ),
    Case(
        flows.start_and_end_come_together,
        "missing-end",
        "p",
        process(START, tasks("a"), flow("start", "a")),
        process(tasks("a")),
    ),
    Case(
        flows.every_step_is_connected,
        "not-connected",
        "a",
        process(START, END, tasks("a"), flow("start", "end")),
        process(START, END, tasks("a"), flow("start", "a"), flow("a", "end")),
    ),
    Case(
        flows.references_agree_with_flows,
        "contradicting-reference",
        "start",
        process(
            START,
            '<endEvent id="end"><incoming>start-end</incoming></endEvent>',
            flow("start", "end"),
        ),
        process(START, END, flow("start", "end")),
    ),
    # --- gateways ---
    Case(
        gateways.default_flows_leave_their_node,
        "default-not-outgoing",
        "a",
        process('<task id="a" default="b-c"/>', tasks("b", "c"), flow("b", "c")),
        process('<task id="a" default="a-c"/>', tasks("b", "c"), flow("a", "c")),
    ),
    Case(
        gateways.default_flows_leave_their_node,
        "default-not-allowed",
        "g",
        process('<parallelGateway id="g" default="g-a"/>', tasks("a"), flow("g", "a")),
        process('<inclusiveGateway id="g" default="g-a"/>', tasks("a"), flow("g", "a")),
    ),
    Case(
        gateways.default_flows_need_no_condition,
        "condition-on-default",
        "a-b",
        process('<task id="a" default="a-b"/>', tasks("b"), flow("a", "b", "x")),
        process('<task id="a" default="a-b"/>', tasks("b"), flow("a", "b")),
    ),
    Case(
        gateways.conditions_stand_where_a_choice_is_made,
        "condition-not-allowed",
        "g-a",
        process('<parallelGateway id="g"/>', tasks("a"), flow("g", "a", "x")),
        process('<exclusiveGateway id="g"/>', tasks("a"), flow("g", "a", "x")),
    ),
    Case(
        gateways.conditions_stand_where_a_choice_is_made,
        "lonely-condition",
        "a-b",
        process(tasks("a", "b"), flow("a", "b", "x")),
        process(tasks("a", "b", "c"), flow("a", "b", "x"), flow("a", "c")),
    ),
    Case(
        gateways.gateways_split_or_merge,
        "idle-gateway",
        "g",
        process('<exclusiveGateway id="g"/>', tasks("a", "b"), flow("a", "g"), flow("g", "b")),
        process('<exclusiveGateway id="g"/>', tasks("a", "b"), flow("g", "a"), flow("g", "b")),
    ),
    Case(
        gateways.gateways_keep_their_direction,
        "gateway-direction",
        "g",
        process(
            '<exclusiveGateway id="g" gatewayDirection="Converging"/>',
            tasks("a", "b"),
            flow("g", "a"),
            flow("g", "b"),
        ),
        process(
            '<exclusiveGateway id="g" gatewayDirection="Diverging"/>',
            tasks("a", "b"),
            flow("g", "a"),
            flow("g", "b"),
        ),
    ),
    Case(
        gateways.event_gateways_offer_a_choice,
        "event-gateway-ways",
        "g",
        racing(catch("c1", TIMER)),
        racing(catch("c1", TIMER), catch("c2", TIMER)),
    ),
    Case(
        gateways.event_gateways_offer_a_choice,
        "event-gateway-parallel",
        "g",
        racing(catch("c1", TIMER), catch("c2", TIMER), eventGatewayType="Parallel"),
        racing(
            *(catch("c1", TIMER), catch("c2", TIMER)),
            eventGatewayType="Parallel",
            instantiate="true",
        ),
    ),
    Case(
        gateways.event_gateways_lead_to_events,
        "event-gateway-target",
        "c2",
        racing(catch("c1", TIMER), '<task id="c2"/>'),
        racing(catch("c1", TIMER), '<receiveTask id="c2"/>'),
    ),
    Case(
        gateways.event_gateways_lead_to_events,
        "event-gateway-target",
        "c2",
        racing(catch("c1", TIMER), catch("c2", link("l", "x"))),
        racing(catch("c1", TIMER), catch("c2", "conditional")),
    ),
    Case(
        gateways.event_gateways_lead_to_events,
        "event-gateway-target",
        "c1",
        racing('<receiveTask id="c1"/>', catch("c2", TIMER), extra=boundary("b", "c1", TIMER)),
        racing('<receiveTask id="c1"/>', catch("c2", TIMER)),
    ),
    Case(
        gateways.event_gateways_lead_to_events,
        "event-gateway-target",
        "c1",
        racing(catch("c1", TIMER), catch("c2", TIMER), extra=tasks("a") + flow("a", "c1")),
        racing(catch("c1", TIMER), catch("c2", TIMER), extra=tasks("a") + flow("a", "g")),
    ),
    Case(
        gateways.event_gateways_lead_to_events,
        "event-gateway-mixed",
        "g",
        racing('<receiveTask id="c1"/>', catch("c2", "message")),
        racing(catch("c1", "message"), catch("c2", "message")),
    ),
)
