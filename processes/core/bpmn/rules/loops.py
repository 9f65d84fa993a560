"""Rules about activities that run several times (10.3.8), and how many tokens they count."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.collaboration import number
from processes.core.bpmn.rules.data import item_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.findings import Finding


def tokens_are_counted_from_one(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3: startQuantity and completionQuantity are 1 or more."""
    for part in model.all("activity"):
        for attribute in ("startQuantity", "completionQuantity"):
            if number(part.attribute(attribute), 1) < 1:
                yield broken(
                    part.owner,
                    "quantity",
                    f"“{part.label}” counts {part.attribute(attribute)} tokens ({attribute}); "
                    "the least is 1.",
                    "Write 1 or more.",
                )


def loops_have_a_sound_maximum(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.8: loopMaximum caps the number of iterations."""
    for loop in model.all("standardLoopCharacteristics"):
        if number(loop.attribute("loopMaximum"), 1) < 0:
            yield broken(
                loop.owner,
                "loop-maximum",
                f"“{loop.label}” cannot run {loop.attribute('loopMaximum')} times at most.",
                "Write 1 or more, or remove loopMaximum.",
            )


def instances_are_counted(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.8: an executable multi-instance activity knows how often it runs."""
    for loop in model.all("multiInstanceLoopCharacteristics"):
        said = loop.all("loopCardinality") or loop.all("loopDataInputRef")
        extended = loop.has_extensions or (loop.holder is not None and loop.holder.has_extensions)
        if loop.executed and not said and not extended:
            yield broken(
                loop.owner,
                "instances-unknown",
                f"“{loop.label}” does not say how many instances there are.",
                "Add a loopCardinality, or name a collection as loopDataInputRef.",
            )


def collections_of_instances_are_in_reach(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.8: data inputs and outputs of the task, or data around the sub-process.

    They are collections, and the item is of the kind of what they hold.
    """
    for loop in model.all("multiInstanceLoopCharacteristics"):
        for reference, item, kind in (
            ("loopDataInputRef", "inputDataItem", "dataInput"),
            ("loopDataOutputRef", "outputDataItem", "dataOutput"),
        ):
            for data in model.listed(loop, reference):
                if data.is_a("itemAwareElement"):
                    yield from _in_reach(model, loop, data, reference, kind)
                    for one in loop.all(item):
                        yield from _item_of_collection(model, loop, data, one)


def _in_reach(model: Model, loop: Part, data: Part, reference: str, kind: str) -> Iterator[Finding]:
    activity = loop.holder
    if activity is None:
        return
    if activity.is_a("subProcess"):
        reached = any(data.holder is p for p in activity.upwards()) or _beside(activity, data)
    else:
        reached = data.kind == kind and data.around("activity", "event") is activity
    if not reached:
        yield broken(
            loop.owner,
            "loop-data",
            f"“{activity.label}” names “{data.label}” as {reference}, which is "
            f"{'not in its reach' if activity.is_a('subProcess') else f'no <{kind}> of it'}.",
            f"Name a <{kind}> of its ioSpecification.",
        )
    item = item_of(model, data)
    stated = data.attribute("isCollection")
    if (stated or item is not None) and not (
        data.flag("isCollection") or (item is not None and item.flag("isCollection"))
    ):
        yield broken(
            loop.owner,
            "loop-data",
            f"“{activity.label}” names “{data.label}” as {reference}, which is no collection.",
            'Set isCollection="true".',
        )


def _beside(activity: Part, data: Part) -> bool:
    """Tell whether data is an input or output of a process or sub-process around the activity."""
    around = data.around("callableElement", "activity")
    return around is not None and around in activity.upwards()


def _item_of_collection(model: Model, loop: Part, data: Part, one: Part) -> Iterator[Finding]:
    whole, item = item_of(model, data), item_of(model, one)
    if item is None:
        return
    same = whole is None or whole.attribute("structureRef") == item.attribute("structureRef")
    if item.flag("isCollection") or one.flag("isCollection") or not same:
        yield broken(
            one.owner,
            "loop-item",
            f"<{one.name}> of “{loop.label}” is not of the kind of one item of “{data.label}”.",
            "Use an item definition with the same structureRef that is no collection.",
        )


def thrown_events_fit_the_behavior(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.8: with “None”, “One” and “Complex” an event is thrown, so it is named."""
    for loop in model.all("multiInstanceLoopCharacteristics"):
        for behavior, name in (
            ("None", "noneBehaviorEventRef"),
            ("One", "oneBehaviorEventRef"),
            ("Complex", "complexBehaviorDefinition"),
        ):
            there = loop.attribute(name) or loop.all(name)
            if loop.executed and loop.attribute("behavior") == behavior and not there:
                yield Finding(
                    loop.owner or None,
                    "warning",
                    "behavior-without-event",
                    f"“{loop.label}” has the behavior “{behavior}”, but names no event to throw.",
                    f"Add {name}.",
                )
