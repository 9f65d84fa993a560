"""Rules about ids, sequence flows and how steps hang together."""

from collections.abc import Iterator

from processes.core.bpmn.draft import Draft, Drawn, text_of
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding


def flows_connect_nodes(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.13: from a flow node to a flow node of the same process level."""
    for flow in draft.flows.values():
        ends = []
        for end, verb in (("sourceRef", "starts"), ("targetRef", "ends")):
            reference = flow.attribute(end)
            node = draft.nodes.get(reference)
            if node is None:
                what = (
                    f"at “{shorten(reference, 60)}”, which is no step" if reference else "nowhere"
                )
                yield broken(
                    flow.id,
                    "dangling-flow",
                    f"The flow “{flow.label}” {verb} {what} of this process.",
                    "Connect both of its ends to a task, an event or a gateway.",
                )
            else:
                ends.append(node)
        if len(ends) == 2 and {ends[0].scope, ends[1].scope} != {flow.scope}:
            yield broken(
                flow.id,
                "flow-crosses-border",
                f"The flow “{flow.label}” crosses the border of a sub-process.",
                "Connect the sub-process itself, and use a start and an end event inside of it.",
            )


def start_events_have_no_incoming_flow(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.2."""
    yield from _no_flow_into(
        draft, "startEvent", "A start event begins a path; nothing leads to it."
    )


def boundary_events_have_no_incoming_flow(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.4."""
    sentence = "A boundary event begins with its activity; nothing leads to it."
    yield from _no_flow_into(draft, "boundaryEvent", sentence)


def _no_flow_into(draft: Draft, kind: str, rule: str) -> Iterator[Finding]:
    for node in draft.nodes.values():
        if node.kind == kind and draft.incoming[node.id]:
            flow = draft.incoming[node.id][0]
            yield broken(
                node.id,
                "flow-into-event",
                f"The flow “{flow.label}” leads into “{node.label}”. {rule}",
                "Let the flow end at the step after the event.",
            )


def end_events_have_no_outgoing_flow(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.3."""
    for node in draft.nodes.values():
        if node.kind == "endEvent" and draft.outgoing[node.id]:
            flow = draft.outgoing[node.id][0]
            yield broken(
                node.id,
                "flow-out-of-end",
                f"The flow “{flow.label}” leaves “{node.label}”. An end event ends its path.",
                "Use an intermediate event, or remove the flow.",
            )


def link_events_begin_or_end_a_path(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.4: nothing leads to the target of a link, nor away from its source."""
    for node in draft.nodes.values():
        if not _has(node, "link"):
            continue
        target = node.kind == "intermediateCatchEvent"
        flows = (draft.incoming if target else draft.outgoing)[node.id]
        if flows and node.kind in ("intermediateCatchEvent", "intermediateThrowEvent"):
            yield broken(
                node.id,
                "flow-of-link",
                f"The flow “{flows[0].label}” "
                f"{'leads into' if target else 'leaves'} “{node.label}”. "
                "The jump of a link takes its place.",
                "Remove the flow.",
            )


def start_and_end_come_together(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.2 and 10.5.3: a level with one of them must have the other."""
    for scope in (draft.id, *draft.scopes):
        kinds = {node.kind for node in draft.levels[scope]}
        if "endEvent" in kinds and "startEvent" not in kinds:
            yield broken(
                scope,
                "missing-start",
                f"“{_scope_label(draft, scope)}” has an end event but no start event.",
                "Draw a start event and connect it to the first step.",
            )
        if "startEvent" in kinds and "endEvent" not in kinds:
            yield broken(
                scope,
                "missing-end",
                f"“{_scope_label(draft, scope)}” has a start event but no end event.",
                "Draw an end event and connect the last step to it.",
            )


def _scope_label(draft: Draft, scope: str) -> str:
    return draft.scopes[scope].label if scope in draft.scopes else draft.label


def every_step_is_connected(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.2 to 10.5.4: where start and end are drawn, no step hangs in the air."""
    for scope in (draft.id, *draft.scopes):
        if scope in draft.scopes and draft.scopes[scope].kind == "adHocSubProcess":
            continue
        inside = draft.levels[scope]
        kinds = {node.kind for node in inside}
        for node in inside:
            between = node.kind in ("intermediateCatchEvent", "intermediateThrowEvent")
            if (
                ("startEvent" in kinds or between)
                and not draft.incoming[node.id]
                and not _begins_by_itself(node)
            ):
                yield broken(
                    node.id,
                    "not-connected",
                    f"No flow leads to “{node.label}”.",
                    "Connect it, or remove it.",
                )
            if (
                ("endEvent" in kinds or between or node.kind == "boundaryEvent")
                and not draft.outgoing[node.id]
                and not _ends_by_itself(node)
            ):
                yield broken(
                    node.id,
                    "not-connected",
                    f"No flow leads on from “{node.label}”.",
                    "Connect it to the next step or to an end event.",
                )


def _begins_by_itself(node: Drawn) -> bool:
    return (
        node.kind in ("startEvent", "boundaryEvent")
        or node.flag("isForCompensation")
        or node.flag("triggeredByEvent")
        or node.flag("instantiate")
        or (node.kind == "intermediateCatchEvent" and _has(node, "link"))
    )


def _ends_by_itself(node: Drawn) -> bool:
    return (
        node.kind == "endEvent"
        or node.flag("isForCompensation")
        or node.flag("triggeredByEvent")
        or (node.kind == "intermediateThrowEvent" and _has(node, "link"))
        or (node.kind == "boundaryEvent" and _has(node, "compensation"))
    )


def _has(node: Drawn, definition: str) -> bool:
    return any(word == definition for word, _ in node.definitions)


def references_agree_with_flows(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.9: “incoming” and “outgoing” repeat the flows; both may be absent."""
    said: dict[str, set[str]] = {}
    for node in draft.nodes.values():
        for kind, flows in (
            ("incoming", draft.incoming[node.id]),
            ("outgoing", draft.outgoing[node.id]),
        ):
            known = {flow.id for flow in flows}
            for child in node.children(kind):
                reference = text_of(child).rpartition(":")[2]
                if reference in known:
                    said.setdefault(reference, set()).add(kind)
                else:
                    yield broken(
                        node.id,
                        "contradicting-reference",
                        f"“{node.label}” names “{shorten(reference, 60)}” as {kind}, "
                        "but no such flow is connected to it.",
                        "Save the file again in a modeler, or remove the line.",
                    )
    yield from _named_at_one_end(draft, said)


def _named_at_one_end(draft: Draft, said: dict[str, set[str]]) -> Iterator[Finding]:
    """Yield flows that one of their steps names and the other does not."""
    for id_, kinds in said.items():
        flow = draft.flows.get(id_)
        if flow is None or len(kinds) == 2:
            continue
        end, kind = ("sourceRef", "outgoing") if "incoming" in kinds else ("targetRef", "incoming")
        if node := draft.nodes.get(flow.attribute(end)):
            yield broken(
                node.id,
                "contradicting-reference",
                f"“{node.label}” does not name the flow “{flow.label}” as {kind}, "
                "although the step at its other end does.",
                "Save the file again in a modeler.",
            )
