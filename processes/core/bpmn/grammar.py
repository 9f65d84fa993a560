"""What the schema of BPMN allows at a place: the rows of the table, read."""

from functools import cache
from typing import NamedTuple

from processes.core.bpmn.schema import KINDS


class Child(NamedTuple):
    """A child as the schema allows it; ``refers`` is set where it only names another element."""

    name: str
    kind: str
    refers: str
    low: int
    high: int


class Attribute(NamedTuple):
    """``type`` is text, boolean, integer, uri or choice."""

    name: str
    type: str
    choices: tuple[str, ...]
    refers: str
    needed: bool


# Kinds that only gather what others have in common; no element bears their name.
ABSTRACT = frozenset(
    {
        *("activity", "artifact", "baseElement", "catchEvent", "choreographyActivity"),
        *("conversationNode", "event", "eventDefinition", "flowElement", "flowNode", "gateway"),
        *("inputOutputBinding", "inputOutputSpecification", "loopCharacteristics", "rootElement"),
        *("throwEvent",),
    }
)
# What messages, data and operations connect, gathered across the hierarchy (9.1, 10.4.1). A
# binding names sets; tools have always named the data itself there.
GATHERED = {
    "boundInput": ("inputSet", "dataInput"),
    "boundOutput": ("outputSet", "dataOutput"),
    "interactionNode": ("participant", "activity", "event", "conversationNode"),
    "itemAwareElement": (
        *("dataInput", "dataOutput", "dataObject", "dataObjectReference"),
        *("dataStore", "dataStoreReference", "property"),
    ),
}
MANY = 1_000_000
COUNTS = {"*": (0, MANY), "?": (0, 1), "+": (1, MANY), "++": (2, MANY), "": (1, 1)}


def is_a(kind: str, wanted: str) -> bool:
    """Tell whether a kind is the wanted one or extends it."""
    if wanted in GATHERED:
        return any(is_a(kind, one) for one in GATHERED[wanted])
    while kind and kind != wanted:
        kind = KINDS[kind].base if kind in KINDS else ""
    return bool(kind) or wanted == "element"


@cache
def children_of(kind: str) -> tuple[Child, ...]:
    """Return what an element of the kind may hold, the inherited first."""
    row = KINDS[kind]
    own = tuple(_child(word) for word in row.children.split())
    return (*children_of(row.base), *own) if row.base else own


@cache
def attributes_of(kind: str) -> dict[str, Attribute]:
    row = KINDS[kind]
    own = {found.name: found for found in map(_attribute, row.attributes.split())}
    return attributes_of(row.base) | own if row.base else own


@cache
def child_of(kind: str, name: str) -> Child | None:
    """Return the place that a child of this name takes, None where it has none."""
    for child in children_of(kind):
        if child.name == name:
            return None if name in ABSTRACT and child.kind == name else child
    for child in children_of(kind):
        if name in KINDS and name not in ABSTRACT and is_a(name, child.name):
            return child._replace(kind=name)
    return None


def _child(word: str) -> Child:
    plain = word.rstrip("*?+")
    low, high = COUNTS[word.removeprefix(plain)]
    name, _, refers = plain.partition(">")
    name, _, kind = name.partition("=")
    return Child(name, kind or name, refers, low, high)


def _attribute(word: str) -> Attribute:
    plain = word.rstrip("!")
    name, _, refers = plain.partition(">")
    name, _, choices = name.partition("=")
    name, _, type_ = name.partition(":")
    found = tuple(choices.split("|")) if choices else ()
    return Attribute(name, "choice" if found else type_ or "text", found, refers, plain != word)
