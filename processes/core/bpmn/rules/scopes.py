"""Rules about processes and sub-processes as wholes: how they begin and what they hold."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model
from processes.core.findings import Finding


def public_processes_are_not_executed(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.2: an executable process is a private one."""
    for process in model.all("process"):
        if process.attribute("processType") == "Public" and process.flag("isExecutable"):
            yield broken(
                process.owner,
                "public-executable",
                f"“{process.label}” is public, which shows it to others; only a private process "
                "is executed.",
                'Set processType="Private", or isExecutable="false".',
            )


def executed_flows_are_immediate(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.13: in an executable process nothing can happen on the way of a flow."""
    for flow in model.all("sequenceFlow"):
        if flow.executed and flow.attribute("isImmediate") in ("false", "0"):
            yield broken(
                flow.owner,
                "not-immediate",
                f"The flow “{flow.label}” leaves room for steps that are not drawn, which an "
                "executable process cannot have.",
                "Remove isImmediate.",
            )


def event_sub_processes_begin_with_their_event(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.5: no sequence flow is connected to it, and one start event begins it."""
    for part in model.all("subProcess"):
        if not part.flag("triggeredByEvent"):
            continue
        for flow in (*model.incoming.get(part.id, ()), *model.outgoing.get(part.id, ())):
            if part.id:
                yield broken(
                    flow.owner,
                    "flow-of-event-sub-process",
                    f"The flow “{flow.label}” is connected to “{part.label}”, which an event "
                    "starts.",
                    "Remove the flow.",
                )
        starts = len(part.all("startEvent"))
        if starts != 1:
            yield broken(
                part.owner,
                "event-sub-process-start",
                f"“{part.label}” is started by an event, but has {starts} start events; "
                "it needs one.",
                "Draw one start event that names the event.",
            )


def ad_hoc_sub_processes_hold_activities(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.5: at least one activity, and neither start nor end events."""
    for part in model.all("adHocSubProcess"):
        if not part.all("activity"):
            yield broken(
                part.owner,
                "ad-hoc-without-activity",
                f"The ad-hoc sub-process “{part.label}” has no activity.",
                "Draw at least one task in it.",
            )
        for event in part.all("startEvent", "endEvent"):
            yield broken(
                event.owner,
                "ad-hoc-event",
                f"“{event.label}” is a start or end event in the ad-hoc sub-process "
                f"“{part.label}”, which has none.",
                "Remove it; what nothing leads to is ready from the start.",
            )


def receiving_starts_come_first(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.3 and 10.6.6: what begins a process has no incoming flow."""
    for part in model.all("receiveTask", "eventBasedGateway"):
        flows = model.incoming.get(part.id, ()) if part.id else ()
        if part.flag("instantiate") and flows:
            yield broken(
                part.owner,
                "flow-into-start",
                f"“{part.label}” begins the process, but the flow “{flows[0].label}” leads to it.",
                "Remove the flow, or the mark “instantiate”.",
            )


def lanes_hold_steps_of_their_process(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.8: a lane lists steps of the process or sub-process that it divides."""
    for lane in model.all("lane"):
        level = lane.around("process", "subProcess")
        for node in model.listed(lane, "flowNodeRef"):
            if node.is_a("flowNode") and level is not None and level not in node.upwards():
                yield broken(
                    lane.owner,
                    "foreign-step-in-lane",
                    f"The lane “{lane.label}” lists “{node.label}”, which belongs to another "
                    "process.",
                    "List steps of the process that the lane lies in.",
                )


def correlations_bind_their_key(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.2: a subscription binds properties of the key that it names."""
    for subscription in model.all("correlationSubscription"):
        key = model.named(subscription, "correlationKeyRef")
        if key is None or key.kind != "correlationKey":
            continue
        known = {one.target for one in key.all("correlationPropertyRef")}
        for binding in subscription.all("correlationPropertyBinding"):
            if (bound := binding.reference("correlationPropertyRef")) and bound not in known:
                yield broken(
                    subscription.owner,
                    "foreign-property",
                    f"“{subscription.label}” binds “{bound[:60]}”, which is no property of the "
                    f"key “{key.label}”.",
                    "Bind the properties of the key.",
                )
