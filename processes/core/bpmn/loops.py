"""Loop markers: how often an activity runs (BPMN 2.0.2, 10.3.8)."""

from typing import Literal, cast

from lxml import etree

from processes.core import graph as g
from processes.core.bpmn.associations import Mapped
from processes.core.bpmn.beside import target_of
from processes.core.bpmn.draft import Drawn, id_of
from processes.core.bpmn.extension import Holder, said
from processes.core.bpmn.formal import formal_child
from processes.core.bpmn.step import Step
from processes.core.bpmn.triggers import TRIGGERS
from processes.core.feel import Expression, compile_expression

Behavior = Literal["all", "one", "none", "complex"]
NAMED = (g.Signal, g.Message, g.Error, g.Escalation)


def standard_loop(marker: Drawn, step: Step) -> g.StandardLoop:
    condition = formal_child(marker, "loopCondition", step.drawn, "The loop condition", step.notes)
    maximum = marker.attribute("loopMaximum")
    return g.StandardLoop(
        condition=condition,
        test_before=marker.flag("testBefore"),
        maximum=whole(maximum) if maximum else None,
    )


def whole(text: str) -> int:
    """Return the number; what is none is told by the rules."""
    try:
        return int(text[:18])
    except ValueError:
        return 1


# --- multi-instance ------------------------------------------------------------------------------


def multi_instance(
    marker: Drawn, step: Step, inputs: list[Mapped], outputs: list[Mapped]
) -> g.MultiInstance:
    """Return the loop. Ours, on the activity or the marker, goes before the standard's data."""
    own = said(Holder(marker.element, marker.kind, step.drawn.id, step.drawn.label), step.notes)
    part = step.told.one("multiInstance") or own.one("multiInstance")
    notes = step.notes
    collection = part.expression("collection") if part else None
    cardinality = formal_child(marker, "loopCardinality", step.drawn, "The number", notes)
    if collection is None and cardinality is None:
        collection = read_from(marker, step, inputs)
    element = part.name("element") if part and part.text("element") else ""
    output = part.name("outputCollection") if part and part.text("outputCollection") else ""
    behavior = marker.attribute("behavior").lower() or "all"
    said_so = marker.children("loopCardinality") or (part and part.text("collection"))
    if collection is None and not said_so:
        note_uncounted(step)
    return g.MultiInstance(
        sequential=marker.flag("isSequential"),
        cardinality=None if collection is not None else cardinality,
        collection=collection,
        element=element or item(marker, "inputDataItem", step),
        output=output or written_to(marker, step, outputs),
        output_element=(part.expression("outputElement") if part else None)
        or item_expression(marker, step),
        completion=formal_child(
            marker, "completionCondition", step.drawn, "The completion condition", notes
        ),
        behavior=cast(Behavior, behavior if behavior in ("one", "none", "complex") else "all"),
        events=thrown_events(marker, behavior, step),
    )


def note_uncounted(step: Step) -> None:
    step.notes.unsupported(
        step.drawn.id,
        "instances-unknown",
        f"“{step.drawn.label}” runs several times, but nothing that Placet reads says how often.",
        'Add a loopCardinality, or <placet:multiInstance collection="=items" element="item" />.',
    )


def reference(marker: Drawn, name: str) -> str:
    return next((target_of(child) for child in marker.children(name)), "")


def read_from(marker: Drawn, step: Step, inputs: list[Mapped]) -> Expression | None:
    """Return the collection: what is mapped to the data input that is named, or that data."""
    wanted = reference(marker, "loopDataInputRef")
    for found in inputs:
        if found.end == wanted:
            return found.assign.source
    name = step.context.data.get(wanted, "")
    return compile_expression(name) if name else None


def written_to(marker: Drawn, step: Step, outputs: list[Mapped]) -> str:
    """Return the variable that gathers what the instances give."""
    targets = {found.end: found.assign.target for found in outputs}
    ends = (end for end in gathered(marker, step) if end in targets)
    end = next(ends, "")
    return targets.get(end) or step.context.data.get(reference(marker, "loopDataOutputRef"), "")


def gathered(marker: Drawn, step: Step) -> set[str]:
    """Return the ids of data that belongs to the loop as a whole, not to one instance."""
    named = {reference(marker, "loopDataInputRef"), reference(marker, "loopDataOutputRef")} - {""}
    ends = set(named)
    for association in step.drawn.children("dataOutputAssociation"):
        written = Drawn("", "", "", association)
        if named & {target_of(child) for child in written.children("sourceRef")}:
            ends |= {target_of(child) for child in written.children("targetRef")}
    return ends


def item(marker: Drawn, name: str, step: Step) -> str:
    return next((step.context.data.get(id_of(c), "") for c in marker.children(name)), "")


def item_expression(marker: Drawn, step: Step) -> Expression | None:
    """Return what one instance gives: for a task its result, else the item that it has set."""
    name = item(marker, "outputDataItem", step)
    is_scope = step.context.draft.scopes.get(step.drawn.id) is not None
    return compile_expression(name) if name and is_scope else None


# --- what is thrown ------------------------------------------------------------------------------


def thrown_events(marker: Drawn, behavior: str, step: Step) -> tuple[g.InstanceEvent, ...]:
    match behavior:
        case "none" | "one":
            shared = step.context.beside.find(marker, f"{behavior}BehaviorEventRef", *TRIGGERS)
            return instance_event(shared, None, step) if shared is not None else ()
        case "complex":
            return tuple(
                event
                for element in marker.children("complexBehaviorDefinition")
                for event in complex_events(element, step)
            )
        case _:
            return ()


def complex_events(element: etree._Element, step: Step) -> tuple[g.InstanceEvent, ...]:
    rule = Drawn(id_of(element), "complexBehaviorDefinition", "", element)
    condition = formal_child(rule, "condition", step.drawn, "The condition", step.notes)
    return tuple(
        event
        for inside in rule.children("event")
        for definition in step.context.beside.definitions(implicit(inside, step))
        for event in instance_event(definition, condition, step)
    )


def implicit(element: etree._Element, step: Step) -> Drawn:
    return Drawn(step.drawn.id, "implicitThrowEvent", step.drawn.scope, element)


def instance_event(
    definition: Drawn, condition: Expression | None, step: Step
) -> tuple[g.InstanceEvent, ...]:
    """Return the event as one or none; those without a name would reach nobody at the edge."""
    thrown = implicit(definition.element, step)
    trigger = TRIGGERS[definition.kind](definition, thrown, step.told, step.context)
    if trigger is None:
        return ()
    if not isinstance(trigger, NAMED):
        step.notes.unsupported(
            step.drawn.id,
            "behavior-event",
            f"“{step.drawn.label}” throws for its instances what no edge of it can catch.",
            "Throw a signal, a message, an error or an escalation.",
        )
        return ()
    return (g.InstanceEvent(trigger, condition),)


MARKERS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


def marker_of(drawn: Drawn) -> Drawn | None:
    """Return the loop marker of an activity."""
    for kind in MARKERS:
        for element in drawn.children(kind)[:1]:
            return Drawn(id_of(element), kind, "", element)
    return None
