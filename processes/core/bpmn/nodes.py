"""From a drawn flow node to the node of the graph: one function for each kind.

READERS names what is run. To run another kind, write its function and add it here; until then it is
refused by its plain name.
"""

from collections.abc import Callable
from typing import Any, TypedDict

from processes.core.bpmn import extension, words
from processes.core.bpmn.draft import TRUE, Drawn, standard_children, text_of
from processes.core.bpmn.extension import Holder, said
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.triggers import trigger
from processes.core.graph import (
    BoundaryEvent,
    CatchEvent,
    EndEvent,
    ExclusiveGateway,
    Node,
    ParallelGateway,
    ServiceTask,
    StartEvent,
    Terminate,
    Timer,
    UserTask,
)

MAX_NAME = 200


class Common(TypedDict):
    """What every node of the graph has."""

    id: str
    name: str
    documentation: str
    parent: str | None
    default: str | None


def read_node(drawn: Drawn, process: str, notes: Notes) -> Node | None:
    """Return the node, or None after writing down why it cannot be run."""
    reader = READERS.get(drawn.kind)
    if reader is None:
        notes.unsupported(
            drawn.id,
            "element",
            f"“{drawn.label}” is {words.FLOW_NODES[drawn.kind]}, which Placet does not run.",
            HINTS.get(drawn.kind, "Model it with user tasks, service tasks, gateways and timers."),
        )
        return None
    refuse_parts(drawn, notes)
    refuse_long_name(drawn, notes)
    common = Common(
        id=drawn.id,
        name=drawn.name,
        documentation="\n\n".join(text_of(child) for child in drawn.children("documentation")),
        parent=None if drawn.scope == process else drawn.scope,
        default=drawn.attribute("default") or None,
    )
    return reader(drawn, common, notes)


HINTS = {
    "task": "Say what it is: a user task for people, a service task for a call.",
    "manualTask": "Make it a user task, so that somebody can say when it is done.",
}


def refuse_parts(drawn: Drawn, notes: Notes) -> None:
    """Write down the standard's own markers and parts that are not run."""
    for kind, _ in standard_children(drawn.element):
        if kind in words.PARTS:
            notes.unsupported(
                drawn.id,
                "part",
                f"“{drawn.label}” has {words.PARTS[kind]}, which Placet does not run.",
                "Name people and groups in placet:assignment."
                if kind in words.PEOPLE_PARTS
                else "Remove it, or model it with gateways.",
            )
    if drawn.flag("isForCompensation"):
        notes.unsupported(
            drawn.id,
            "compensation",
            f"“{drawn.label}” is there for compensation, which Placet does not run.",
            "Model the way back with a gateway and a task.",
        )
    for attribute in ("startQuantity", "completionQuantity"):
        if drawn.attribute(attribute) not in ("", "1"):
            notes.unsupported(
                drawn.id,
                "quantity",
                f"“{drawn.label}” counts tokens ({attribute}), which Placet does not run.",
                "Set it to 1.",
            )


def refuse_long_name(drawn: Drawn, notes: Notes) -> None:
    for what, value in (("name", drawn.name), ("id", drawn.id)):
        if len(value) > MAX_NAME:
            notes.unsupported(
                drawn.id,
                "too-long",
                f"The {what} of “{drawn.label}” has {len(value):,} characters; "
                f"at most {MAX_NAME} are kept.",
                "Write the long text into the documentation of the element.",
            )


# --- events --------------------------------------------------------------------------------------


def start_event(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    if drawn.definitions or drawn.definition_references:
        trigger(drawn, notes)
        return None
    return StartEvent(**common)


def end_event(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    if not drawn.definitions and not drawn.definition_references:
        return EndEvent(**common)
    found = trigger(drawn, notes)
    return EndEvent(**common, trigger=found) if isinstance(found, Terminate) else None


def catch_event(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    found = trigger(drawn, notes)
    return CatchEvent(**common, trigger=found) if isinstance(found, Timer) else None


def boundary_event(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    found = trigger(drawn, notes)
    if not isinstance(found, Timer):
        return None
    return BoundaryEvent(
        **common,
        attached_to=drawn.reference("attachedToRef"),
        interrupting=(drawn.attribute("cancelActivity") or "true") in TRUE,
        trigger=found,
    )


# --- tasks and gateways --------------------------------------------------------------------------


def user_task(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    return UserTask(**common, **extension_fields(drawn, notes))


def service_task(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    return ServiceTask(**common, **extension_fields(drawn, notes))


def exclusive_gateway(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    return ExclusiveGateway(**common)


def parallel_gateway(drawn: Drawn, common: Common, notes: Notes) -> Node | None:
    told_nothing(drawn, notes)
    return ParallelGateway(**common)


def extension_fields(drawn: Drawn, notes: Notes) -> dict[str, Any]:
    return extension.FIELDS[drawn.kind](said(holder_of(drawn), notes))


def told_nothing(drawn: Drawn, notes: Notes) -> None:
    """Write down extension elements on a node for which there are none."""
    said(holder_of(drawn), notes)


def holder_of(drawn: Drawn) -> Holder:
    return Holder(drawn.element, drawn.kind, drawn.id, drawn.label)


READERS: dict[str, Callable[[Drawn, Common, Notes], Node | None]] = {
    "startEvent": start_event,
    "endEvent": end_event,
    "intermediateCatchEvent": catch_event,
    "boundaryEvent": boundary_event,
    "userTask": user_task,
    "serviceTask": service_task,
    "exclusiveGateway": exclusive_gateway,
    "parallelGateway": parallel_gateway,
}
