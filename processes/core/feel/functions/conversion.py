"""From one kind of value to another (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from lark import Token, Tree

from processes.core.feel.budget import MAX_DEPTH, Run, too_deep
from processes.core.feel.errors import FeelBudgetError, FeelSyntaxError
from processes.core.feel.moment_text import read_literal
from processes.core.feel.names import Names, is_name
from processes.core.feel.parser import Node, parse
from processes.core.feel.values import Function, Overload, Range, Value, make_range, number

from .registry import BUILTINS, builtin

_PLAIN = re.compile(
    r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?"
)
_SEPARATORS = (" ", ",", ".")
_NAMES = Names(["date", "time", "date and time", "duration"])


@builtin("string", "from: any?")
def string(run: Run, value: Value) -> Value:
    return value if value is None or isinstance(value, str) else text_of(run, value)


def text_of(run: Run, value: Value) -> str:
    """Return the value as the language would write it; a text alone is left without quotes."""
    parts: list[str] = []
    _write(run, value, parts, 0)
    length = sum(map(len, parts))
    run.check_string(length)
    return "".join(parts)


SHOWN_STEPS = 100
"""What showing a value in a sentence costs at most, in steps of the budget."""


def shown(value: Value) -> str:
    """Return the value as the language writes it, cut to what fits a sentence."""
    run = Run({})
    run.steps = SHOWN_STEPS
    parts: list[str] = []
    end = ""
    try:
        _write(run, value, parts, 1)
    except FeelBudgetError:
        end = "…"
    text = "".join(parts) + end
    return text if len(text) <= 80 else f"{text[:79]}…"


def _write(run: Run, value: Value, parts: list[str], depth: int) -> None:
    run.charge(3)
    if depth > MAX_DEPTH:
        raise too_deep()
    match value:
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case Decimal():
            parts.append(number_text(value))
        case str():
            run.check_string(len(value))
            parts.append(quoted(value) if depth else value)
        case list():
            parts.append("[")
            for position, item in enumerate(value):
                parts.append(", " if position else "")
                _write(run, item, parts, depth + 1)
            parts.append("]")
        case dict():
            parts.append("{")
            for position, (key, item) in enumerate(value.items()):
                parts.append((", " if position else "") + _key(key) + ": ")
                _write(run, item, parts, depth + 1)
            parts.append("}")
        case Range():
            parts.append("[" if value.start_included else "(")
            _write(run, value.start, parts, depth + 1)
            parts.append("..")
            _write(run, value.end, parts, depth + 1)
            parts.append("]" if value.end_included else ")")
        case Function():
            parts.append(value.name)
        case _:
            parts.append(str(value))


def _key(name: str) -> str:
    """Return the key of an entry, in quotes if it is no name."""
    return name if is_name(name) else quoted(name)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def number_text(value: Decimal) -> str:
    """Return the number without an exponent and without closing zeros."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@builtin("number", "from: string")
def number_from(run: Run, text: str) -> Value:
    return _read(text)


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?")
def number_with(run: Run, text: str, grouping: str | None, point: str | None) -> Value:
    """Read a number with a separator of thousands and one before the decimals."""
    if grouping not in (None, *_SEPARATORS) or point not in (None, ".", ","):
        return None
    if grouping is not None and grouping == point:
        return None
    run.check_string(len(text))
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    return _read(text)


def _read(text: str) -> Decimal | None:
    return number(text) if _PLAIN.fullmatch(text) else None


@builtin("range", "from: string")
def range_from_text(run: Run, text: str) -> Value:
    run.charge(500 + len(text) * 10)
    found = _literal_range(text)
    if found is None:
        return None
    opening, start, end, closing = found
    low, high = _end(run, start), _end(run, end)
    if low is None or high is None:
        return None
    return make_range(low, high, start_included=opening == "[", end_included=closing == "]")


@lru_cache(maxsize=256)
def _literal_range(text: str) -> tuple[str, Node, Node, str] | None:
    try:
        tree = parse(text, Names(), _NAMES)
    except FeelSyntaxError:
        return None
    root = tree.children[0]
    if not isinstance(root, Tree) or root.data != "range":
        return None
    opening, start, _, end, closing = root.children
    return str(opening), start, end, str(closing)


def _end(run: Run, node: Node) -> Value:
    """Return what an end of a range spells out: a literal, or a date function of a literal."""
    if isinstance(node, Token):
        return _literal(node)
    if node.data == "negation" and isinstance(node.children[1], Token):
        found = _literal(node.children[1])
        return -found if isinstance(found, Decimal) else None
    if node.data != "postfix" or len(node.children) != 2:
        return None
    name, suffix = node.children
    if not isinstance(suffix, Tree) or suffix.data != "call" or not suffix.children:
        return None
    arguments = suffix.children[0].children  # type: ignore[union-attr]
    if name not in _NAMES.names or len(arguments) != 1 or not isinstance(arguments[0], Token):
        return None
    text = _literal(arguments[0])
    overload: Overload = BUILTINS[str(name)].overloads[0]
    return overload.call(run, text) if isinstance(text, str) else None


def _literal(token: Token) -> Value:
    match token.type:
        case "NUMBER":
            return _read(str(token))
        case "STRING":
            return str(token)
        case "AT":
            return read_literal(str(token))
    return None
