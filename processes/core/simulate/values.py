"""What people and machines answer: data drawn at random, from a plan or from a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, assert_never

from processes.core.simulate.refusals import number_of, refuse, weights_of, whole_of

MAX_DEPTH = 20
HIGHEST = 1e15


@dataclass(frozen=True, slots=True)
class Plain:
    value: Any


@dataclass(frozen=True, slots=True)
class Between:
    """A number; ``digits`` is how many it has behind the point."""

    low: float
    high: float
    digits: int


@dataclass(frozen=True, slots=True)
class OneOf:
    options: tuple[Any, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Object:
    fields: Mapping[str, "Answer"]


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple["Answer", ...]


Answer = Plain | Between | OneOf | Object | Items


def answer(what: Answer, random: Random) -> Any:
    """Return plain data."""
    match what:
        case Plain(value):
            return value
        case Between(low, high, 0):
            return random.randint(int(low), int(high))
        case Between(low, high, digits):
            return round(random.uniform(low, high), digits)
        case OneOf(options, weights):
            return random.choices(options, weights)[0]
        case Object(fields):
            return {name: answer(field, random) for name, field in fields.items()}
        case Items(items):
            return [answer(item, random) for item in items]
        case _:
            assert_never(what)


def read_answer(value: Any, where: str, depth: int = 0) -> Answer:
    """Return what ``value`` says: plain data, at any depth of which stands what to draw.

    ``{"uniform": [low, high]}`` is a number, ``{"integer": [low, high]}`` a whole one,
    ``{"choice": [a, b]}`` or ``{"choice": {"a": 3, "b": 1}}`` one of several, with weights, and
    ``{"value": …}`` anything just as it is. Raises Invalid.
    """
    if depth > MAX_DEPTH:
        refuse(where, f"is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, list):
        items = enumerate(value)
        return Items(tuple(read_answer(item, f"{where}[{at}]", depth + 1) for at, item in items))
    if not isinstance(value, dict):
        return Plain(value)
    if len(value) == 1:
        kind, given = next(iter(value.items()))
        match kind:
            case "value":
                return Plain(given)
            case "uniform":
                low, high = _limits(given, f"{where}.uniform")
                return Between(low, high, 2)
            case "integer":
                low, high = _limits(given, f"{where}.integer")
                whole = {"least": -int(HIGHEST), "most": int(HIGHEST)}
                return Between(whole_of(low, where, **whole), whole_of(high, where, **whole), 0)
            case "choice":
                return _one_of(given, f"{where}.choice")
    return object_of_answers(value, where, depth)


def object_of_answers(value: Any, where: str, depth: int = 0) -> Object:
    """Return an object whose fields say what to draw."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        refuse(where, "must be an object.")
    fields = {n: read_answer(field, f"{where}.{n}", depth + 1) for n, field in value.items()}
    return Object(fields)


def _limits(given: Any, where: str) -> tuple[float, float]:
    if not isinstance(given, list) or len(given) != 2:
        refuse(where, "wants a list of two numbers.")
    low, high = (number_of(limit, where, least=-HIGHEST, most=HIGHEST) for limit in given)
    if low > high:
        refuse(where, "must go from the lowest number to the highest.")
    return low, high


def _one_of(given: Any, where: str) -> OneOf:
    if isinstance(given, list):
        if not given:
            refuse(where, "is empty. Write what to choose from.")
        return OneOf(tuple(given), (1.0,) * len(given))
    weights = weights_of(given, where)
    return OneOf(tuple(weights), tuple(weights.values()))


# --- forms ---------------------------------------------------------------------------------------


def answers_of(form: Mapping[str, Any] | None) -> Object:
    """Return answers that fill a form at random, each field as its schema allows."""
    fields = (form or {}).get("properties", {})
    return Object({name: _field(field) for name, field in fields.items()})


def _field(field: Mapping[str, Any]) -> Answer:
    if field.get("enum"):
        return OneOf(tuple(field["enum"]), (1.0,) * len(field["enum"]))
    match field.get("type"):
        case "boolean":
            return OneOf((False, True), (1.0, 1.0))
        case "integer":
            return Between(*_bounds(field), 0)
        case "number":
            return Between(*_bounds(field), 2)
    match field.get("format"):
        case "date":
            return Plain("2026-01-05")
        case "date-time":
            return Plain("2026-01-05T09:00:00+00:00")
        case "email":
            return Plain("somebody@example.com")
    return Plain("text")


def _bounds(field: Mapping[str, Any]) -> tuple[float, float]:
    low = field.get("minimum", field.get("exclusiveMinimum", 0))
    high = field.get("maximum", field.get("exclusiveMaximum", max(low, 0) + 1000))
    return low, max(low, high)
