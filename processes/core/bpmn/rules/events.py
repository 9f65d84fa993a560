"""Rules about events and what they may carry."""

from collections.abc import Iterator

from processes.core.bpmn import words
from processes.core.bpmn.draft import Draft, Drawn
from processes.core.bpmn.rules.broken import broken
from processes.core.findings import Finding

INTERRUPTS = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}


def boundary_events_sit_on_an_activity(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.4."""
    for node in draft.nodes.values():
        if node.kind != "boundaryEvent":
            continue
        host = draft.nodes.get(node.reference("attachedToRef"))
        if host is None or host.kind not in words.ACTIVITIES or host.scope != node.scope:
            yield broken(
                node.id,
                "boundary-on-nothing",
                f"The boundary event “{node.label}” sits on no activity of its level.",
                "Attach it to the task that it watches.",
            )


def events_carry_what_they_may(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, tables 10.84 to 10.93."""
    for node in draft.nodes.values():
        if node.kind not in words.EVENTS:
            continue
        allowed = _allowed_definitions(draft, node)
        for word, _ in node.definitions:
            if word not in allowed:
                yield broken(
                    node.id,
                    "event-definition-not-allowed",
                    f"“{node.label}” is {words.EVENTS[node.kind]} and cannot carry "
                    f"the definition “{word}” here.",
                )
            elif (
                word in words.ALWAYS_INTERRUPTING
                and node.kind in INTERRUPTS
                and node.attribute(INTERRUPTS[node.kind]) in ("false", "0")
            ):
                yield broken(
                    node.id,
                    "must-interrupt",
                    f"“{node.label}” ({word}) cannot leave what it interrupts running.",
                    f'Set {INTERRUPTS[node.kind]}="true".',
                )
        waits = node.kind in ("intermediateCatchEvent", "boundaryEvent")
        if (
            (waits or _begins_event_sub_process(draft, node))
            and not node.definitions
            and not node.definition_references
        ):
            yield broken(
                node.id,
                "event-without-definition",
                f"“{node.label}” is {words.EVENTS[node.kind]} that waits for nothing.",
                "Make it a timer event, or remove it.",
            )


def _allowed_definitions(draft: Draft, node: Drawn) -> set[str]:
    around = draft.scopes.get(node.scope)
    match node.kind:
        case "startEvent":
            if _begins_event_sub_process(draft, node):
                return words.EVENT_SUB_PROCESS_START
            return words.START if around is None else set()
        case "endEvent":
            in_transaction = around is not None and around.kind == "transaction"
            return words.END if in_transaction else words.END - {"cancel"}
        case "boundaryEvent":
            host = draft.nodes.get(node.reference("attachedToRef"))
            on_transaction = host is not None and host.kind == "transaction"
            return words.BOUNDARY if on_transaction else words.BOUNDARY - {"cancel"}
        case "intermediateCatchEvent":
            return words.CATCH
    return words.THROW


def _begins_event_sub_process(draft: Draft, node: Drawn) -> bool:
    around = draft.scopes.get(node.scope)
    return node.kind == "startEvent" and around is not None and around.flag("triggeredByEvent")
