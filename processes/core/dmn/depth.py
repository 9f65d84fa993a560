"""How deep the evaluation of a boxed expression goes, so that no model overflows Python's stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from processes.core.dmn.model import (
    Boxed,
    Conditional,
    Context,
    DecisionTable,
    Filter,
    Invocation,
    Items,
    Lambda,
    Literal,
    Loop,
    Missing,
    Relation,
    Typed,
)
from processes.core.feel.formula import Cell

OWN = 3
"""Python frames that one level of boxed expressions takes at most."""


def frames_of(box: Boxed) -> int:
    """Return how many of Python's frames evaluating the expression takes at most."""
    deepest, level = 0, [(box, 0)]
    while level:
        following: list[tuple[Boxed, int]] = []
        for found, above in level:
            here = above + OWN
            deepest = max(deepest, here + _formula(found))
            following += [(part, here) for part in _parts(found)]
        level = following
    return deepest


def _formula(box: Boxed) -> int:
    if isinstance(box, Literal):
        return box.formula.frames
    if isinstance(box, DecisionTable):
        return max((cell.frames for cell in _cells(box)), default=0)
    return 0


def _cells(table: DecisionTable) -> Iterator[Cell]:
    lists = [column.allowed for column in table.inputs]
    lists += [column.allowed for column in table.outputs]
    yield from (allowed for allowed in lists if allowed)
    for rule in table.rules:
        yield from (test for test in rule.tests if isinstance(test, Cell))


def _parts(box: Boxed) -> list[Boxed]:
    match box:
        case Missing() | Literal() | Lambda():
            return []
        case Context(entries, result):
            return [part for _, part in entries] + ([result] if result else [])
        case Relation(_, rows):
            return [cell for row in rows for cell in row]
        case Items(items):
            return list(items)
        case Invocation(function, _, arguments, _):
            return [function, *arguments]
        case Conditional(test, yes, no):
            return [test, yes, no]
        case Filter(items, keep):
            return [items, keep]
        case Loop(_, _, domain, body):
            return [domain, body]
        case Typed(base, _, _, _):
            return [base]
        case DecisionTable(inputs=inputs, outputs=outputs, rules=rules):
            defaults = [column.default for column in outputs if column.default]
            values = [value for rule in rules for value in rule.values]
            return [*(column.expression for column in inputs), *defaults, *values]
        case _:
            assert_never(box)
