"""Types as the standard writes them (DMN 1.5, 10.3.2.1 and grammar rules 53 to 56)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from .budget import MAX_DEPTH, Run, too_deep
from .durations import DaysTime, YearsMonths
from .errors import FeelSyntaxError
from .moments import Date, DateTime, Time
from .values import Function, Range, Value

BASIC: dict[str, type | tuple[type, ...]] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "days and time duration": DaysTime,
    "day and time duration": DaysTime,
    "years and months duration": YearsMonths,
    "year and month duration": YearsMonths,
    "duration": (DaysTime, YearsMonths),
}
MAX_TYPE_NESTING = 12
_WORDS = re.compile(r"[^\W\d][\w?]*(?:(?:[ \t\r\n]+|\.)[^\W\d][\w?]*)*")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Basic:
    """A type without parts, ``Any`` and ``Null`` among them."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A type that the model defines under a name of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    item: FeelType


@dataclass(frozen=True, slots=True)
class RangeOf:
    item: FeelType


@dataclass(frozen=True, slots=True)
class ContextOf:
    entries: tuple[tuple[str, FeelType], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf:
    parameters: tuple[FeelType, ...]
    result: FeelType


class Tests(Protocol):
    """What can say whether a value is allowed."""

    def admits(self, run: Run, value: Value) -> bool: ...


@dataclass(frozen=True, slots=True)
class Constrained:
    """The values of another type that pass a test (DMN 1.5, 7.3.3, allowed values)."""

    base: FeelType
    tests: Tests


FeelType = Basic | Named | ListOf | RangeOf | ContextOf | FunctionOf | Constrained
ANY = Basic("Any")


def parse_type(text: str) -> FeelType:
    """Return the type that the whole ``text`` names. Raises FeelSyntaxError."""
    found, end = read_type(text, 0)
    rest = _space(text, end)
    if rest != len(text):
        raise _no_type(text, rest)
    return found


def read_type(text: str, position: int, level: int = 0) -> tuple[FeelType, int]:
    """Return the type that starts at ``position`` and where it ends."""
    start = _space(text, position)
    found = _WORDS.match(text, start)
    if found is None or level > MAX_TYPE_NESTING:
        raise _no_type(text, start)
    name, end = _longest_known(found.group(), start)
    opening = _space(text, end)
    if text[opening : opening + 1] != "<" or name not in ("list", "range", "context", "function"):
        if name in BASIC or name in ("Any", "Null"):
            return Basic(name), end
        shorthand: dict[str, FeelType] = {
            "list": ListOf(ANY),
            "context": ContextOf(()),
            "range": RangeOf(ANY),
        }
        return shorthand.get(name, Named(name)), end
    parts: list[tuple[str, FeelType]] = []
    at = _space(text, opening + 1)
    while text[at : at + 1] != ">":
        if parts:
            at = _expect(text, at, ",")
        key = ""
        if name == "context":
            words = _WORDS.match(text, at := _space(text, at))
            if words is None:
                raise _no_type(text, at)
            key = " ".join(words.group().split())
            at = _expect(text, words.end(), ":")
        part, at = read_type(text, at, level + 1)
        parts.append((key, part))
        at = _space(text, at)
        if text[at : at + 1] not in (",", ">"):
            raise _no_type(text, at)
    return _generic(text, name, parts, at + 1, level)


def _generic(
    text: str, name: str, parts: list[tuple[str, FeelType]], at: int, level: int
) -> tuple[FeelType, int]:
    if name == "context":
        return ContextOf(tuple(parts)), at
    types = tuple(part for _, part in parts)
    if name == "function":
        arrow = _space(text, at)
        if text[arrow : arrow + 2] != "->":
            raise _no_type(text, arrow)
        result, end = read_type(text, arrow + 2, level + 1)
        return FunctionOf(types, result), end
    if len(types) != 1:
        raise _no_type(text, at - 1)
    return (ListOf(types[0]) if name == "list" else RangeOf(types[0])), at


_RESERVED = frozenset([
    "and", "or", "between", "in", "instance", "if", "then", "else", "for", "return", "some",
    "every", "satisfies", "true", "false", "null",
])  # fmt: skip


def _longest_known(words: str, start: int) -> tuple[str, int]:
    """Return the longest known name that the words begin with, or the words up to a keyword."""
    ends = [found.end() for found in re.finditer(r"\S+", words)]
    for end in reversed(ends):
        name = " ".join(words[:end].split())
        if name in BASIC or name in ("Any", "Null", "list", "context", "range", "function"):
            return name, start + end
    last = 0
    for end in ends:
        if words[last:end].strip() in _RESERVED and last:
            break
        last = end
    return " ".join(words[:last].split()), start + last


def _space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _expect(text: str, position: int, sign: str) -> int:
    position = _space(text, position)
    if text[position : position + 1] != sign:
        raise _no_type(text, position)
    return position + 1


def _no_type(text: str, position: int) -> FeelSyntaxError:
    seen = text[position : position + 12]
    return FeelSyntaxError(
        "expression_type",
        (f"“{seen}” at position {position + 1} is not a type. " if seen else "A type is missing. ")
        + "Write one such as number, string, date, list<number> or context<name: string>.",
        position,
    )


def conforms(run: Run, value: Value, wanted: FeelType, depth: int = 0) -> bool | None:
    """Return whether the value is of the type (DMN 1.5, 10.3.2.9.4), or None for unknown types.

    Null belongs to ``Null`` only; within lists and contexts it belongs to every type. Which values
    of a type are allowed plays no part.
    """
    if depth > MAX_DEPTH:
        raise too_deep()
    if isinstance(wanted, Named):
        known: Mapping[str, FeelType] = run.types or {}
        if wanted.name not in known:
            return None
        return conforms(run, value, known[wanted.name], depth + 1)
    if isinstance(wanted, Constrained):
        return conforms(run, value, wanted.base, depth + 1)
    if isinstance(wanted, Basic):
        if value is None or wanted.name in ("Any", "Null"):
            return wanted.name == ("Null" if value is None else "Any")
        return isinstance(value, BASIC[wanted.name])
    return _has_parts(run, value, wanted, depth)


def _has_parts(
    run: Run, value: Value, wanted: ListOf | RangeOf | ContextOf | FunctionOf, depth: int
) -> bool:
    match wanted:
        case ListOf(item):
            return isinstance(value, list) and _all(run, [(v, item) for v in value], depth)
        case RangeOf(item):
            if not isinstance(value, Range):
                return False
            return _all(run, [(value.start, item), (value.end, item)], depth)
        case ContextOf(entries):
            if not isinstance(value, dict) or any(key not in value for key, _ in entries):
                return False
            return _all(run, [(value[key], part) for key, part in entries], depth)
        case FunctionOf(parameters, _):
            return isinstance(value, Function) and len(value.parameters) == len(parameters)


def _all(run: Run, pairs: list[tuple[Value, FeelType]], depth: int) -> bool:
    run.charge(len(pairs))
    return all(v is None or conforms(run, v, part, depth + 1) is True for v, part in pairs)


def is_allowed(run: Run, value: Value, wanted: FeelType, depth: int = 0) -> bool:
    """Return whether a value of the type, and its parts, are among those that it allows."""
    if depth > MAX_DEPTH:
        raise too_deep()
    run.charge(1)
    match wanted:
        case Constrained(base, tests):
            return is_allowed(run, value, base, depth + 1) and tests.admits(run, value)
        case ListOf(item) if isinstance(value, list):
            return all(v is None or is_allowed(run, v, item, depth + 1) for v in value)
        case ContextOf(entries) if isinstance(value, dict):
            return all(
                value.get(key) is None or is_allowed(run, value[key], part, depth + 1)
                for key, part in entries
            )
    return True


def coerce(run: Run, value: Value, wanted: FeelType) -> tuple[bool, Value]:
    """Return whether the value can stand where the type is wanted, and as what.

    One value counts as a list of one and the other way round, a date as its midnight in Greenwich
    (DMN 1.5, 10.3.2.9.4). Null can stand anywhere.
    """
    if value is None:
        return True, None
    for found in _readings(value):
        if conforms(run, found, wanted) is True:
            allowed = is_allowed(run, found, wanted)
            return allowed, found if allowed else None
    return False, None


def _readings(value: Value) -> Iterator[Value]:
    """Yield the value, and then what else it may count as."""
    yield value
    if isinstance(value, list):
        if len(value) == 1:
            yield value[0]
        return
    yield [value]
    if isinstance(value, Date):
        yield DateTime(value, 0, 0)


def resolve(found: FeelType, types: Mapping[str, FeelType]) -> FeelType:
    """Return the type with the names that a model defines replaced by what they mean."""
    match found:
        case Named(name):
            return types.get(name, found)
        case ListOf(item):
            return ListOf(resolve(item, types))
        case RangeOf(item):
            return RangeOf(resolve(item, types))
        case ContextOf(entries):
            return ContextOf(tuple((key, resolve(part, types)) for key, part in entries))
        case FunctionOf(parameters, result):
            return FunctionOf(
                tuple(resolve(part, types) for part in parameters), resolve(result, types)
            )
        case Basic() | Constrained():
            return found
