"""Reading a decision table (DMN 1.5, 8.3)."""

from __future__ import annotations

from typing import cast, get_args

from lxml import etree

from processes.core.dmn.model import (
    Aggregation,
    Boxed,
    DecisionTable,
    HitPolicy,
    Input,
    Missing,
    Output,
    Rule,
)
from processes.core.dmn.place import Place
from processes.core.dmn.xml import attribute, child, children, text_of, type_of
from processes.core.feel.formula import Cell
from processes.core.feel.types import Constrained, FeelType
from processes.core.xml import shorten


def read_table(element: etree._Element, place: Place) -> Boxed:
    """Return the table, as far as it can be read."""
    policy = attribute(element, "hitPolicy") or "UNIQUE"
    if policy not in get_args(HitPolicy):
        place.error(
            "hit-policy",
            f"“{shorten(policy, 40)}” is not a hit policy.",
            "Choose one of " + ", ".join(get_args(HitPolicy)) + ".",
        )
        return Missing(place.where, broken=True)
    aggregation = attribute(element, "aggregation")
    if aggregation and aggregation not in get_args(Aggregation):
        place.error(
            "aggregation",
            f"“{shorten(aggregation, 40)}” is not a way to aggregate.",
            "Choose SUM, COUNT, MIN or MAX.",
        )
        return Missing(place.where, broken=True)
    inputs = tuple(
        _input(one, number, place) for number, one in enumerate(children(element, "input"), 1)
    )
    columns = list(children(element, "output"))
    outputs = tuple(
        _output(one, number, len(columns), place) for number, one in enumerate(columns, 1)
    )
    table = DecisionTable(
        cast("HitPolicy", policy),
        cast("Aggregation", aggregation) if aggregation and policy == "COLLECT" else None,
        inputs,
        outputs,
        tuple(
            _rule(rule, number, inputs, outputs, place)
            for number, rule in enumerate(children(element, "rule"), 1)
        ),
        place.where,
    )
    _judge(table, place)
    return table


def _judge(table: DecisionTable, place: Place) -> None:
    """Write down what the standard asks of a table as a whole (DMN 1.5, 8.2.8 to 8.2.10)."""
    if not table.outputs:
        place.error("no-output", "the table has no output.", "Add an output column.")
    if table.policy in ("PRIORITY", "OUTPUT ORDER") and not any(
        output.allowed for output in table.outputs
    ):
        place.error(
            "no-priority",
            f"the hit policy {table.policy} follows the order of the output values, and no output "
            "lists its values.",
            'List the values of the output from the highest down, for example "high", "low".',
        )
    if table.aggregation and len(table.outputs) > 1:
        place.error(
            "aggregates-several",
            f"{table.aggregation} is not defined for a table with several outputs.",
            "Keep one output, or collect without it.",
        )


def _input(element: etree._Element, number: int, place: Place) -> Input:
    expression = child(element, "inputExpression")
    text = text_of(expression)
    label = attribute(element, "label") or text or f"input {number}"
    wanted = place.type(type_of(expression))
    read: Boxed = Missing(place.where)
    if text:
        read = place.formula(text, f"The input “{shorten(label, 60)}”")
    else:
        place.error(
            "no-input-expression",
            f"input {number} has no expression.",
            "Write what is tested, for example the name of an input.",
        )
    return Input(label, read, _allowed(element, "inputValues", wanted, label, place))


def _output(element: etree._Element, number: int, count: int, place: Place) -> Output:
    name = attribute(element, "name")
    if not name and count > 1:
        place.error(
            "no-output-name",
            f"output {number} has no name, and the table has several.",
            "Name it: the result is a context with an entry of that name.",
        )
        name = f"output {number}"
    type_name = type_of(element)
    wanted = place.type(type_name)
    default = text_of(child(element, "defaultOutputEntry"))
    label = name or attribute(element, "label") or "output"
    return Output(
        name,
        _allowed(element, "outputValues", wanted, label, place),
        place.formula(default, f"The default of “{shorten(label, 60)}”") if default else None,
        wanted,
        type_name,
    )


def _allowed(
    element: etree._Element, name: str, wanted: FeelType | None, label: str, place: Place
) -> Cell | None:
    """Return the values that a column may have: its own, or else those of its type."""
    text = text_of(child(element, name))
    if text:
        return place.cell(text, f"The list of values of “{shorten(label, 60)}”")
    tests = wanted.tests if isinstance(wanted, Constrained) else None
    return tests if isinstance(tests, Cell) else None


def _rule(
    rule: etree._Element,
    number: int,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    place: Place,
) -> Rule:
    tests = list(children(rule, "inputEntry"))
    values = list(children(rule, "outputEntry"))
    for kind, found, wanted in (
        ("tests", tests, inputs),
        ("values", values, outputs),
    ):
        if len(found) != len(wanted):
            place.error(
                "row-length",
                f"row {number} has {len(found)} {kind}, and the table has {len(wanted)} columns "
                "for them.",
                "Give the row one for each column; write - where any value will do.",
            )
    return Rule(
        tuple(
            _test(entry, number, column.label, place)
            for entry, column in zip(tests, inputs, strict=False)
        ),
        tuple(
            _value(entry, number, column, place)
            for entry, column in zip(values, outputs, strict=False)
        ),
    )


def _test(entry: etree._Element, number: int, label: str, place: Place) -> Cell | Missing | None:
    text = text_of(entry)
    if not text or text == "-":
        return None
    what = f"The test of “{shorten(label, 60)}” in row {number}"
    return place.cell(text, what) or Missing(place.where, broken=True)


def _value(entry: etree._Element, number: int, column: Output, place: Place) -> Boxed:
    text = text_of(entry)
    if not text or text == "-":
        return Missing(place.where)
    shown = f" of “{shorten(column.name, 60)}”" if column.name else ""
    return place.formula(text, f"The result{shown} in row {number}")
