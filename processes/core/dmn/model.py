"""What a DMN file says, read once and never changed (DMN 1.5, chapters 6, 7, 8 and 10.2).

Boxed expressions are a closed union: a new kind does not type-check until it can be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal as Choice

from processes.core.feel.formula import Cell, Formula
from processes.core.feel.types import FeelType

HitPolicy = Choice[
    "UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT",
]  # fmt: skip
Aggregation = Choice["SUM", "COUNT", "MIN", "MAX"]


@dataclass(frozen=True, slots=True)
class Where:
    """What a sentence points to: the id in the file, and the name that people gave it."""

    element: str
    label: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No expression, or one that could not be read: it is null."""

    where: Where
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    formula: Formula


@dataclass(frozen=True, slots=True)
class Context:
    """Entries that see those before them; ``result`` is what it gives instead of all entries."""

    entries: tuple[tuple[str, Boxed], ...]
    result: Boxed | None


@dataclass(frozen=True, slots=True)
class Relation:
    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call with named arguments."""

    function: Boxed
    names: tuple[str, ...]
    arguments: tuple[Boxed, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function definition; calling it stands on ``frames`` of Python's frames at most."""

    name: str
    parameters: tuple[str, ...]
    types: tuple[FeelType | None, ...]
    body: Boxed
    frames: int


@dataclass(frozen=True, slots=True)
class Conditional:
    test: Boxed
    yes: Boxed
    no: Boxed


@dataclass(frozen=True, slots=True)
class Filter:
    items: Boxed
    keep: Boxed


@dataclass(frozen=True, slots=True)
class Loop:
    """``for``, ``some`` or ``every`` over what ``domain`` gives."""

    kind: Choice["for", "some", "every"]
    name: str
    domain: Boxed
    body: Boxed


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression whose value must be of a type; otherwise it is null."""

    base: Boxed
    wanted: FeelType
    type_name: str
    where: Where


@dataclass(frozen=True, slots=True)
class Input:
    """A column that is tested; ``allowed`` are the values it may have."""

    label: str
    expression: Boxed
    allowed: Cell | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column that is given; ``allowed`` holds its values in the order of their priority."""

    name: str
    allowed: Cell | None
    default: Boxed | None
    wanted: FeelType | None
    type_name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a test for each input, None where any value will do, and a value for each output.

    A test that could not be read is passed by nothing.
    """

    tests: tuple[Cell | Missing | None, ...]
    values: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    where: Where


Boxed = (
    Missing
    | Literal
    | Context
    | Relation
    | Items
    | Invocation
    | Lambda
    | Conditional
    | Filter
    | Loop
    | Typed
    | DecisionTable
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an element needs: by its id, in the model that is imported ``via`` a name, if any."""

    via: str | None
    id: str


@dataclass(frozen=True, slots=True)
class Element:
    """What every part of a requirement graph has. ``variable`` is the name expressions read."""

    id: str
    name: str
    variable: str
    wanted: FeelType | None
    type_name: str
    needs: tuple[Reference, ...] = ()

    @property
    def where(self) -> Where:
        return Where(self.id, self.name)


@dataclass(frozen=True, slots=True)
class InputData(Element):
    pass


@dataclass(frozen=True, slots=True)
class Decision(Element):
    """A question that its logic answers, from what it needs."""

    logic: Boxed = Missing(Where("", ""))
    frames: int = 0
    question: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeModel(Element):
    """A function that decisions and other knowledge models call."""

    logic: Boxed = Missing(Where("", ""))


@dataclass(frozen=True, slots=True)
class DecisionService(Element):
    """Decisions that are called together, as a function of inputs and of other decisions."""

    outputs: tuple[Reference, ...] = ()
    parameters: tuple[Reference, ...] = ()


@dataclass(frozen=True, eq=False)
class Model:
    """A file: its elements by id, and the models it imports by the names it gives them.

    An empty name puts the elements of that model among its own.
    """

    name: str
    namespace: str
    elements: Mapping[str, Element]
    types: Mapping[str, FeelType] = field(default_factory=dict)
    imports: Mapping[str, Model] = field(default_factory=dict)

    def find(self, name: str) -> Element | None:
        """Return what can be evaluated under this id or name."""
        found = self.elements.get(name)
        if found is None or isinstance(found, InputData):
            found = next((one for one in self.invocable() if one.name == name), None)
        return found

    @property
    def is_open(self) -> bool:
        """Whether names that nothing defines are read from what is given: it declares no inputs."""
        return not any(isinstance(one, InputData) for one in self.elements.values())

    def invocable(self) -> Iterator[Element]:
        """Yield what can be evaluated: decisions, decision services and knowledge models."""
        for element in self.elements.values():
            if not isinstance(element, InputData):
                yield element

    def target(self, reference: Reference) -> tuple[Model, Element] | None:
        """Return what the reference points to, and the model it stands in."""
        model = self if reference.via is None else self.imports.get(reference.via)
        found = model.elements.get(reference.id) if model else None
        return (model, found) if model and found else None
