"""Rules about conditions, default flows and gateways."""

from collections.abc import Iterator

from processes.core.bpmn import words
from processes.core.bpmn.draft import Draft
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding


def default_flows_leave_their_node(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3 and 10.6.2: activities and exclusive, inclusive, complex gateways."""
    may = {*words.ACTIVITIES, "exclusiveGateway", "inclusiveGateway", "complexGateway"}
    for node in draft.nodes.values():
        default = node.attribute("default")
        if not default:
            continue
        if node.kind not in may:
            yield broken(
                node.id,
                "default-not-allowed",
                f"“{node.label}” is {words.FLOW_NODES[node.kind]} and cannot have a default flow.",
                "Remove the default.",
            )
        elif default not in {flow.id for flow in draft.outgoing[node.id]}:
            yield broken(
                node.id,
                "default-not-outgoing",
                f"The default flow “{shorten(default, 60)}” does not leave “{node.label}”.",
                "Choose one of the flows that leave it.",
            )


def default_flows_need_no_condition(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.6.2: such a condition is ignored, so it is no broken rule."""
    for node in draft.nodes.values():
        for flow in draft.outgoing[node.id]:
            if flow.id == node.attribute("default") and flow.children("conditionExpression"):
                yield Finding(
                    flow.id,
                    "warning",
                    "condition-on-default",
                    f"The default flow “{flow.label}” has a condition, which is ignored.",
                    "Remove the condition: a default flow is taken when no other one is.",
                )


def conditions_stand_where_a_choice_is_made(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.13 and 10.5.2."""
    for flow in draft.flows.values():
        source = draft.nodes.get(flow.attribute("sourceRef"))
        if source is None or not flow.children("conditionExpression"):
            continue
        if len(flow.children("conditionExpression")) > 1:
            yield broken(
                flow.id,
                "several-conditions",
                f"The flow “{flow.label}” has several conditions.",
                "Join them with “and” or “or” in one expression.",
            )
        if source.kind in ("parallelGateway", "eventBasedGateway", "startEvent"):
            yield broken(
                flow.id,
                "condition-not-allowed",
                f"The flow “{flow.label}” has a condition, but it leaves "
                f"{words.FLOW_NODES[source.kind]}, where nothing is chosen.",
                "Remove the condition, or put an exclusive gateway there.",
            )
        elif source.kind in words.ACTIVITIES and len(draft.outgoing[source.id]) == 1:
            yield broken(
                flow.id,
                "lonely-condition",
                f"The only flow out of “{source.label}” has a condition; there is no other way on.",
                "Add a second flow, best as the default, or remove the condition.",
            )


def gateways_split_or_merge(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.6.1."""
    for node in draft.nodes.values():
        if node.kind not in words.GATEWAYS:
            continue
        ins, outs = len(draft.incoming[node.id]), len(draft.outgoing[node.id])
        if ins < 2 and outs < 2:
            yield broken(
                node.id,
                "idle-gateway",
                f"The gateway “{node.label}” neither splits nor merges: {ins} in, {outs} out.",
                "Connect more flows to it, or remove it.",
            )


def gateways_keep_their_direction(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, table 8.46."""
    for node in draft.nodes.values():
        if node.kind not in words.GATEWAYS:
            continue
        ins, outs = len(draft.incoming[node.id]), len(draft.outgoing[node.id])
        direction = node.attribute("gatewayDirection")
        wrong = {
            "Converging": outs > 1,
            "Diverging": ins > 1,
            "Mixed": ins < 2 or outs < 2,
        }
        if wrong.get(direction, False):
            yield broken(
                node.id,
                "gateway-direction",
                f"The gateway “{node.label}” is marked as {direction.lower()}, "
                f"but has {ins} flows in and {outs} out.",
                "Remove the attribute gatewayDirection, or change the flows.",
            )


# --- event-based gateways ------------------------------------------------------------------------

RACING = {"message", "timer", "signal", "condition"}


def event_gateways_offer_a_choice(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.6.6: two ways or more, and a parallel one only begins a process."""
    for gateway in model.all("eventBasedGateway"):
        ways = len(model.outgoing.get(gateway.id, ()))
        if ways < 2:
            yield broken(
                gateway.owner,
                "event-gateway-ways",
                f"The event-based gateway “{gateway.label}” has {ways} ways on; "
                "it waits for the first of several events.",
                "Connect two events or more.",
            )
        if gateway.attribute("eventGatewayType") == "Parallel" and not gateway.flag("instantiate"):
            yield broken(
                gateway.owner,
                "event-gateway-parallel",
                f"“{gateway.label}” waits for all its events; only a gateway that begins a "
                "process may.",
                'Set instantiate="true", or eventGatewayType="Exclusive".',
            )


def event_gateways_lead_to_events(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.6.6: each way leads to a receive task or to a catch event.

    No other flow leads there and nothing interrupts it; messages are awaited in one manner.
    """
    watched = {event.reference("attachedToRef") for event in model.all("boundaryEvent")}
    for gateway in model.all("eventBasedGateway"):
        nodes = [
            node
            for flow in model.outgoing.get(gateway.id, ())
            if (node := model.named(flow, "targetRef")) is not None
        ]
        for node in nodes:
            if reason := _unfit_after_events(model, node, watched):
                yield broken(
                    node.owner,
                    "event-gateway-target",
                    f"The event-based gateway “{gateway.label}” leads to “{node.label}”, {reason}",
                    "Lead to receive tasks, or to message, timer, signal or conditional events.",
                )
        tasks = [node for node in nodes if node.kind == "receiveTask"]
        messages = [node for node in nodes if "message" in _awaited(model, node)]
        if tasks and messages:
            yield broken(
                gateway.owner,
                "event-gateway-mixed",
                f"“{gateway.label}” waits for messages by receive tasks and by events at once.",
                "Use message events, or receive tasks, for all of them.",
            )


def _unfit_after_events(model: Model, node: Part, watched: set[str]) -> str:
    """Return why a step cannot stand behind an event-based gateway; empty when it can."""
    if node.kind not in ("receiveTask", "intermediateCatchEvent"):
        return f"{words.FLOW_NODES.get(node.kind, 'something')} that waits for no event."
    if not _awaited(model, node) <= RACING:
        return "which waits for an event that cannot be chosen."
    if len(model.incoming.get(node.id, ())) > 1:
        return "to which another flow leads as well."
    if node.id in watched:
        return "which has a boundary event."
    return ""


def _awaited(model: Model, node: Part) -> set[str]:
    return {word for word, _ in definitions_of(model, node)}
