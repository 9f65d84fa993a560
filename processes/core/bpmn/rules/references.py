"""Rules about ids that name other elements: they exist, and are what may stand there."""

from collections.abc import Iterator

from processes.core.bpmn.grammar import attributes_of
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model, Part
from processes.core.bpmn.xml import BPMN, shorten
from processes.core.findings import Finding

# Rules with better sentences judge these.
SAID_ELSEWHERE = {
    ("sequenceFlow", "sourceRef"),
    ("sequenceFlow", "targetRef"),
    ("messageFlow", "sourceRef"),
    ("messageFlow", "targetRef"),
    ("boundaryEvent", "attachedToRef"),
    ("participant", "processRef"),
    ("default", ""),
    ("incoming", ""),
    ("outgoing", ""),
}
# Types come from other languages, often by a plain name, so that one is unknown breaks nothing.
TYPES = {"structureRef", "evaluatesToTypeRef", "type"}
PLAIN = {
    "boundInput": "an <inputSet>",
    "boundOutput": "an <outputSet>",
    "itemAwareElement": "data",
    "interactionNode": "something that sends or receives",
    "flowNode": "a step",
    "element": "an element",
}


def references_lead_somewhere(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.2 and 15.3.2: what is named exists and is of the kind that may be named.

    Names from the namespace of another file are not followed.
    """
    for part in model.parts:
        if part.refers:
            if (part.name, "") not in SAID_ELSEWHERE:
                yield from _followed(model, part, part.name, part.text, part.refers)
            continue
        for known in attributes_of(part.kind).values():
            if (
                known.refers
                and (value := part.attribute(known.name))
                and (known.name, "") not in SAID_ELSEWHERE
                and (part.kind, known.name) not in SAID_ELSEWHERE
            ):
                yield from _followed(model, part, known.name, value, known.refers)


def _followed(model: Model, part: Part, name: str, value: str, wanted: str) -> Iterator[Finding]:
    if not value or is_foreign(model, part, value):
        return
    found = model.by_id.get(value.rpartition(":")[2])
    if found is None and name in TYPES:
        yield Finding(
            part.owner or None,
            "warning",
            "unknown-type",
            f"The type “{shorten(value, 60)}” of “{part.label}” is not defined in the file.",
            "Define it as an itemDefinition, or leave it out.",
        )
    elif found is None:
        yield broken(
            part.owner,
            "dangling-reference",
            f"“{part.label}” names “{shorten(value, 60)}” as {name}, which is not in the file.",
            "Correct the id, or remove the reference.",
        )
    elif not found.is_a(wanted):
        yield broken(
            part.owner,
            "wrong-reference",
            f"“{part.label}” names “{found.label}” as {name}, but that is a <{found.name}>, "
            f"not {PLAIN.get(wanted, f'a <{wanted}>')}.",
            "Name an element of the right kind.",
        )


def is_foreign(model: Model, part: Part, value: str) -> bool:
    """Tell whether the prefix of a name stands for another file (XML Schema, QName)."""
    prefix, colon, _ = value.partition(":")
    if not colon:
        return False
    namespace = part.element.nsmap.get(prefix)
    return namespace not in (None, BPMN, model.root.attribute("targetNamespace"))
