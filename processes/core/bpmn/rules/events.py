"""Rules about events and what they may carry."""

from collections.abc import Iterator

from processes.core.bpmn import words
from processes.core.bpmn.draft import Draft
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
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


def events_carry_what_they_may(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.2 to 10.5.4; a definition that is named counts like one that is held."""
    for event in model.all("event"):
        if event.kind not in words.EVENTS or event.around("choreography"):
            continue
        allowed = _allowed_definitions(model, event)
        for word, _ in definitions_of(model, event):
            if word not in allowed:
                yield broken(
                    event.owner,
                    "event-definition-not-allowed",
                    f"“{event.label}” is {words.EVENTS[event.kind]} and cannot carry "
                    f"the definition “{word}” here.",
                )
            elif (
                word in words.ALWAYS_INTERRUPTING
                and event.kind in INTERRUPTS
                and event.attribute(INTERRUPTS[event.kind]) in ("false", "0")
            ):
                yield broken(
                    event.owner,
                    "must-interrupt",
                    f"“{event.label}” ({word}) cannot leave what it interrupts running.",
                    f'Set {INTERRUPTS[event.kind]}="true".',
                )


def events_wait_for_something(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.5, 10.5.2 and 10.5.4: what catches names what it waits for."""
    for event in model.all("intermediateCatchEvent", "boundaryEvent", "startEvent"):
        if event.kind == "startEvent" and not _begins_event_sub_process(event):
            continue
        if not event.all("eventDefinition") and not event.all("eventDefinitionRef"):
            yield broken(
                event.owner,
                "event-without-definition",
                f"“{event.label}” is {words.EVENTS[event.kind]} that waits for nothing.",
                "Make it a timer event, or remove it.",
            )


def named_definitions_are_shared(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.1: only a definition beside the processes can be named by an event."""
    for event in model.all("event"):
        for definition in model.listed(event, "eventDefinitionRef"):
            if definition.is_a("eventDefinition") and definition.holder is not model.root:
                yield broken(
                    event.owner,
                    "definition-not-shared",
                    f"“{event.label}” names the event definition “{definition.id[:60]}”, which "
                    "belongs to another element.",
                    "Move the definition beside the process, or write one into the event.",
                )


def _allowed_definitions(model: Model, event: Part) -> set[str]:
    match event.kind:
        case "startEvent":
            if _begins_event_sub_process(event):
                return words.EVENT_SUB_PROCESS_START
            inside = event.holder is not None and event.holder.is_a("subProcess")
            return set() if inside else words.START
        case "endEvent":
            in_transaction = event.holder is not None and event.holder.kind == "transaction"
            return words.END if in_transaction else words.END - {"cancel"}
        case "boundaryEvent":
            host = model.named(event, "attachedToRef")
            on_transaction = host is not None and host.kind == "transaction"
            return words.BOUNDARY if on_transaction else words.BOUNDARY - {"cancel"}
        case "intermediateCatchEvent":
            return words.CATCH
    return words.THROW


def _begins_event_sub_process(event: Part) -> bool:
    return event.holder is not None and event.holder.flag("triggeredByEvent")
