"""Reading boxed expressions (DMN 1.5, 10.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal as Choice

from lxml import etree

from processes.core.dmn.depth import frames_of
from processes.core.dmn.model import (
    Boxed,
    Conditional,
    Context,
    Filter,
    Invocation,
    Items,
    Lambda,
    Loop,
    Missing,
    Relation,
    Typed,
)
from processes.core.dmn.place import Place
from processes.core.dmn.tables import read_table
from processes.core.dmn.xml import attribute, child, children, kind, text_of, type_of
from processes.core.feel.budget import MAX_OWN_FRAMES
from processes.core.xml import shorten

FEEL = ("", "feel", "http://www.omg.org/spec/feel/")


def read_logic(parent: etree._Element | None, place: Place) -> Boxed:
    """Return the expression that stands in an element, or Missing."""
    if parent is not None:
        for element in children(parent):
            if kind(element) in _READERS:
                return read_boxed(element, place)
    return Missing(place.where)


def read_boxed(element: etree._Element, place: Place) -> Boxed:
    """Return the boxed expression, held to the type that it names."""
    return typed(_READERS[kind(element)](element, place), type_of(element), place)


def typed(base: Boxed, name: str, place: Place) -> Boxed:
    """Return the expression held to the type of that name; any value will do without one."""
    wanted = place.type(name)
    return base if wanted is None else Typed(base, wanted, name, place.where)


def bounded(logic: Boxed, place: Place) -> tuple[Boxed, int]:
    """Return the logic and how many of Python's frames it stands on, unless those are too many."""
    frames = frames_of(logic)
    if frames <= MAX_OWN_FRAMES:
        return logic, frames
    place.error(
        "logic-too-deep",
        "its expressions lie too deep in each other.",
        "Give parts of them to decisions of their own.",
    )
    return Missing(place.where, broken=True), 1


def _literal(element: etree._Element, place: Place) -> Boxed:
    language = attribute(element, "expressionLanguage").lower()
    if not language.startswith(FEEL[2]) and language not in FEEL and "/feel" not in language:
        place.notes.unsupported(
            place.where.element,
            "expression-language",
            f"“{place.where.label}”: an expression is written in {shorten(language, 60)}.",
            "Write it in FEEL.",
        )
        return Missing(place.where, broken=True)
    text = text_of(element)
    return place.formula(text, "The expression") if text else Missing(place.where)


def _context(element: etree._Element, place: Place) -> Boxed:
    inner = place.within()
    entries: list[tuple[str, Boxed]] = []
    result: Boxed | None = None
    for entry in children(element, "contextEntry"):
        variable = child(entry, "variable")
        value = read_logic(entry, inner)
        name = attribute(variable, "name")
        if not name:
            result = value
            continue
        if any(name == known for known, _ in entries):
            place.error(
                "entry-twice",
                f"the context has two entries “{shorten(name, 60)}”.",
                "Give one of them another name.",
            )
            return Missing(place.where, broken=True)
        entries.append((name, typed(value, type_of(variable), inner)))
        inner.know(name)
    return Context(tuple(entries), result)


def _relation(element: etree._Element, place: Place) -> Boxed:
    columns = list(children(element, "column"))
    names = tuple(attribute(column, "name") for column in columns)
    rows: list[tuple[Boxed, ...]] = []
    for number, row in enumerate(children(element, "row"), 1):
        cells = [cell for cell in children(row) if kind(cell) in _READERS]
        if len(cells) != len(columns):
            place.error(
                "row-length",
                f"row {number} has {len(cells)} cells, and there are {len(columns)} columns.",
                "Give the row one cell for each column.",
            )
            return Missing(place.where, broken=True)
        rows.append(
            tuple(
                typed(read_boxed(cell, place), type_of(column), place)
                for cell, column in zip(cells, columns, strict=True)
            )
        )
    return Relation(names, tuple(rows))


def _list(element: etree._Element, place: Place) -> Boxed:
    return Items(
        tuple(read_boxed(item, place) for item in children(element) if kind(item) in _READERS)
    )


def _invocation(element: etree._Element, place: Place) -> Boxed:
    names: list[str] = []
    arguments: list[Boxed] = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        names.append(attribute(parameter, "name"))
        arguments.append(typed(read_logic(binding, place), type_of(parameter), place))
    return Invocation(read_logic(element, place), tuple(names), tuple(arguments), place.where)


def _function(element: etree._Element, place: Place) -> Boxed:
    return read_function(element, place, place.where.label)


def read_function(element: etree._Element, place: Place, name: str) -> Lambda | Missing:
    """Return the function that an element defines, with its formal parameters."""
    written_in = attribute(element, "kind") or "FEEL"
    if written_in != "FEEL":
        place.notes.unsupported(
            place.where.element,
            "external-function",
            f"“{place.where.label}” calls {shorten(written_in, 20)} code outside of the model, "
            "which is never run.",
            "Write what it calculates as an expression.",
        )
        return Missing(place.where, broken=True)
    parameters = list(children(element, "formalParameter"))
    names = tuple(attribute(parameter, "name") for parameter in parameters)
    inner = place.within(names)
    body, frames = bounded(read_logic(element, inner), place)
    types = tuple(place.type(type_of(parameter)) for parameter in parameters)
    return Lambda(name, names, types, body, frames)


def _conditional(element: etree._Element, place: Place) -> Boxed:
    return Conditional(
        read_logic(child(element, "if"), place),
        read_logic(child(element, "then"), place),
        read_logic(child(element, "else"), place),
    )


def _filter(element: etree._Element, place: Place) -> Boxed:
    inner = place.within(["item"], of_item=True)
    return Filter(_child(element, "in", place), _child(element, "match", inner))


def _loop(
    kind_of_loop: Choice["for", "some", "every"], ending: str
) -> Callable[[etree._Element, Place], Boxed]:
    def read(element: etree._Element, place: Place) -> Boxed:
        name = attribute(element, "iteratorVariable")
        inner = place.within([name, "partial"] if kind_of_loop == "for" else [name])
        return Loop(
            kind_of_loop, name, _child(element, "in", place), _child(element, ending, inner)
        )

    return read


def _child(element: etree._Element, name: str, place: Place) -> Boxed:
    """Return the expression of a part, which may name the type of its value."""
    found = child(element, name)
    return typed(read_logic(found, place), type_of(found), place)


_READERS: dict[str, Callable[[etree._Element, Place], Boxed]] = {
    "literalExpression": _literal,
    "context": _context,
    "relation": _relation,
    "list": _list,
    "invocation": _invocation,
    "functionDefinition": _function,
    "decisionTable": read_table,
    "conditional": _conditional,
    "filter": _filter,
    "for": _loop("for", "return"),
    "some": _loop("some", "satisfies"),
    "every": _loop("every", "satisfies"),
}
