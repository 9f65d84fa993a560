"""From drawn events to the events of the graph (BPMN 2.0.2, 10.5)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypedDict

from processes.core import graph as g
from processes.core.bpmn.associations import caught_in, thrown_from
from processes.core.bpmn.draft import TRUE
from processes.core.bpmn.extension import result_variable
from processes.core.bpmn.step import Step
from processes.core.bpmn.triggers import triggers


class Caught(TypedDict):
    """What every catching event has."""

    triggers: tuple[g.Trigger, ...]
    parallel: bool
    result_variable: str


def caught(step: Step) -> Caught | None:
    """Return what the event waits for, None when that was not understood."""
    found = triggers(step.drawn, step.told, step.context)
    if found is None:
        return None
    variable = result_variable(step.told.holder, step.notes)
    return Caught(
        triggers=found,
        parallel=step.drawn.flag("parallelMultiple"),
        result_variable=variable or caught_in(step),
    )


def thrown(step: Step) -> tuple[g.Trigger, ...] | None:
    """Return what the event throws; a data association gives the payload that nothing else says."""
    found = triggers(step.drawn, step.told, step.context)
    payload = thrown_from(step)
    if found is None or payload is None:
        return found
    return tuple(
        replace(trigger, payload=payload)
        if isinstance(trigger, g.Message | g.Signal) and trigger.payload is None
        else trigger
        for trigger in found
    )


def start_event(step: Step) -> g.Node | None:
    found = caught(step)
    if found is None:
        return None
    interrupting = (step.drawn.attribute("isInterrupting") or "true") in TRUE
    return g.StartEvent(**step.common, **found, interrupting=interrupting)


def catch_event(step: Step) -> g.Node | None:
    found = caught(step)
    return g.CatchEvent(**step.common, **found) if found and found["triggers"] else None


def boundary_event(step: Step) -> g.Node | None:
    found = caught(step)
    if not found or not found["triggers"]:
        return None
    host = step.context.draft.nodes.get(step.drawn.reference("attachedToRef"))
    if host is not None and host.flag("triggeredByEvent"):
        step.notes.unsupported(
            step.drawn.id,
            "boundary-of-event-sub-process",
            f"“{step.drawn.label}” watches “{host.label}”, which an event starts. That is not run.",
            "Put a sub-process into it, and watch that.",
        )
    return g.BoundaryEvent(
        **step.common,
        **found,
        attached_to=step.drawn.reference("attachedToRef"),
        interrupting=(step.drawn.attribute("cancelActivity") or "true") in TRUE,
        handler=handler(step, found["triggers"]),
    )


def handler(step: Step, found: tuple[g.Trigger, ...]) -> str:
    """Return the activity that undoes, which an association leads to (10.7.1)."""
    if not any(isinstance(trigger, g.Compensation) for trigger in found):
        return ""
    draft = step.context.draft
    for other in draft.associated.get(step.drawn.id, ()):
        if other in draft.nodes and draft.nodes[other].flag("isForCompensation"):
            return other
    return ""


def throw_event(step: Step) -> g.Node | None:
    found = thrown(step)
    return None if found is None else g.ThrowEvent(**step.common, triggers=found)


def end_event(step: Step) -> g.Node | None:
    found = thrown(step)
    return None if found is None else g.EndEvent(**step.common, triggers=found)


READERS: Mapping[str, Callable[[Step], g.Node | None]] = {
    "startEvent": start_event,
    "endEvent": end_event,
    "intermediateCatchEvent": catch_event,
    "intermediateThrowEvent": throw_event,
    "boundaryEvent": boundary_event,
}
