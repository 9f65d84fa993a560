"""Item definitions: the types that a model gives names to (DMN 1.5, 7.3.2 and 7.3.3)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from processes.core.dmn.model import Where
from processes.core.dmn.place import Allowance, Place
from processes.core.dmn.xml import attribute, child, children, text_of, type_of
from processes.core.feel.env import Scope
from processes.core.feel.names import Names, is_plain
from processes.core.feel.types import (
    ANY,
    Constrained,
    ContextOf,
    FeelType,
    FunctionOf,
    ListOf,
)
from processes.core.findings import Notes

MAX_NESTING = 30


def read_types(
    root: etree._Element, imported: Mapping[str, FeelType], notes: Notes, allowance: Allowance
) -> dict[str, FeelType]:
    """Return the types of the model by name, beside those of the models it imports."""
    return _Types(root, imported, notes, allowance).read()


def component_names(root: etree._Element) -> Names:
    """Return the names within contexts that are not plain words.

    They may follow any dot, so every expression of the model knows them.
    """
    found = (attribute(element, "name") for element in root.iter(_tag(root, "itemComponent")))
    return Names(name for name in found if name and not is_plain(name))


def _tag(root: etree._Element, name: str) -> str:
    return f"{{{etree.QName(root).namespace}}}{name}"


class _Types:
    def __init__(
        self,
        root: etree._Element,
        imported: Mapping[str, FeelType],
        notes: Notes,
        allowance: Allowance,
    ) -> None:
        self.notes = notes
        self.allowance = allowance
        self.names = component_names(root)
        self.items: dict[str, etree._Element] = {}
        for item in children(root, "itemDefinition"):
            self.items.setdefault(attribute(item, "name"), item)
        self.done = {name: kind for name, kind in imported.items() if name not in self.items}
        self.open: list[str] = []

    def read(self) -> dict[str, FeelType]:
        for name in self.items:
            self.named(name)
        return self.done

    def named(self, name: str) -> None:
        """Read the definition of that name, and before it those that it is made of."""
        if name in self.done or name not in self.items:
            return
        item = self.items[name]
        place = self.place(attribute(item, "id"), name)
        if name in self.open or len(self.open) >= MAX_NESTING:
            place.error(
                "type-in-itself" if name in self.open else "type-too-deep",
                "the type is made of itself."
                if name in self.open
                else f"types lie more than {MAX_NESTING} levels deep in each other.",
                "Take it out of its own parts." if name in self.open else "Use flatter types.",
            )
            self.done[name] = ANY
            return
        self.open.append(name)
        found = self.type_of(item, place)
        self.open.pop()
        self.done.setdefault(name, found)

    def place(self, element: str, label: str) -> Place:
        where = Where(element, label)
        return Place(Scope(None, set()), self.names, self.done, where, self.notes, self.allowance)

    def type_of(self, item: etree._Element, place: Place) -> FeelType:
        """Return the type that an item definition or one of its components describes."""
        components = list(children(item, "itemComponent"))
        function = child(item, "functionItem")
        base: FeelType
        if components:
            base = ContextOf(
                tuple((attribute(part, "name"), self.type_of(part, place)) for part in components)
            )
        elif function is not None:
            base = self.function(function, place)
        else:
            base = self.reference(type_of(item), place)
        base = self.constrained(base, item, "allowedValues", place)
        if attribute(item, "isCollection") == "true":
            base = ListOf(base)
        return self.constrained(base, item, "typeConstraint", place)

    def reference(self, name: str, place: Place) -> FeelType:
        self.named(name)
        return place.type(name) or ANY

    def function(self, item: etree._Element, place: Place) -> FeelType:
        parameters = tuple(
            self.reference(type_of(parameter), place) for parameter in children(item, "parameters")
        )
        return FunctionOf(parameters, self.reference(attribute(item, "outputTypeRef"), place))

    def constrained(
        self, base: FeelType, item: etree._Element, name: str, place: Place
    ) -> FeelType:
        text = text_of(child(item, name))
        cell = place.cell(text, "The list of its values") if text else None
        return base if cell is None else Constrained(base, cell)
