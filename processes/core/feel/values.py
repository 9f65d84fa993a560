"""What an expression can hold, and the rules of equality and order (DMN 1.5, 10.3.2.2 and .13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import TypeAlias, Union

from .budget import MAX_DEPTH, Run, too_deep
from .durations import NANOS, DaysTime, YearsMonths
from .moments import Date, DateTime, Time

Value: TypeAlias = Union[
    bool, Decimal, str, Date, Time, DateTime, DaysTime, YearsMonths,
    "Range", "Function", list["Value"], dict[str, "Value"], None,
]  # fmt: skip
"""Lists and contexts are shared between values and are never changed once made."""

NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""IEEE 754-2008 decimal128 (DMN 1.5, 10.3.2.3.1). Used through its methods only."""


@dataclass(frozen=True, slots=True)
class Range:
    """Everything between two values; a missing end is open without a limit.

    ``operator`` is set where the range was written as a comparison, such as (> 10): the standard
    holds that for another range than (10..null).
    """

    start: Value
    end: Value
    start_included: bool
    end_included: bool
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function.

    ``accepts`` turns an argument into what the parameter takes and tells whether it fits. The
    parameters from ``required`` on may be left out; with ``variadic`` the last one takes any
    number of values.
    """

    parameters: tuple[str, ...]
    accepts: tuple[Accept, ...]
    required: int
    call: Callable[..., Value]
    variadic: bool = False


Accept: TypeAlias = Callable[[Run, Value], tuple[bool, Value]]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that can be called, in one of several ways."""

    name: str
    overloads: tuple[Overload, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.overloads[0].parameters


_KINDS: dict[type, str] = {
    bool: "true or false",
    Decimal: "a number",
    str: "a text",
    Date: "a date",
    Time: "a time",
    DateTime: "a date and time",
    DaysTime: "a duration",
    YearsMonths: "a duration",
    Range: "a range",
    Function: "a function",
    list: "a list",
    dict: "a context",
}


def kind_of(value: Value) -> str:
    """Return the name that people read for the kind of value."""
    return _KINDS.get(type(value), "null")


def equal(run: Run, left: Value, right: Value, depth: int = 0) -> bool | None:
    """Return whether both are the same value, or null if they are not of one kind.

    Null equals null only. Times and moments compare by the second, as the conformance cases of
    the standard do.
    """
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if isinstance(left, Decimal | str | bool | Date | DaysTime | YearsMonths):
        return left == right
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        if (left.zone is None) is not (right.zone is None):
            return None
        return left.instant // NANOS == right.instant // NANOS
    if isinstance(left, list) and isinstance(right, list):
        return _all_equal(run, left, right, depth)
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return _all_equal(run, list(left.values()), [right[key] for key in left], depth)
    if isinstance(left, Range) and isinstance(right, Range):
        if (left.start_included, left.end_included, left.operator) != (
            right.start_included, right.end_included, right.operator,
        ):  # fmt: skip
            return False
        return _all_equal(run, [left.start, left.end], [right.start, right.end], depth)
    return left is right


def _all_equal(run: Run, left: list[Value], right: list[Value], depth: int) -> bool:
    if len(left) != len(right):
        return False
    if depth > MAX_DEPTH:
        raise too_deep()
    run.charge(2 * len(left))
    return all(equal(run, a, b, depth + 1) for a, b in zip(left, right, strict=True))


def same(run: Run, left: Value, right: Value) -> bool:
    """Return whether both are the same value; values of different kinds are not."""
    return equal(run, left, right) is True


def order(left: Value, right: Value) -> int | None:
    """Return -1, 0 or 1 as ``left`` lies before, at or after ``right``; None if nobody can say."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        if type(left) is not type(right) or (left.zone is None) is not (right.zone is None):
            return None
        a, b = left.instant // NANOS, right.instant // NANOS
    elif isinstance(left, Date) and isinstance(right, Date):
        a, b = left.ordinal, right.ordinal
    elif isinstance(left, DaysTime) and isinstance(right, DaysTime):
        a, b = left.nanos, right.nanos
    elif isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        a, b = left.months, right.months
    else:
        return None
    return (a > b) - (a < b)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """Return what ``left operator right`` says for <, <=, > and >=; null if nobody can say."""
    placed = order(left, right)
    if placed is None:
        return None
    match operator:
        case "<":
            return placed < 0
        case "<=":
            return placed <= 0
        case ">":
            return placed > 0
        case _:
            return placed >= 0


def within(run: Run, value: Value, span: Range) -> bool | None:
    """Return whether the range includes the value; null if they cannot be compared."""
    if span.operator == "!=":
        found = equal(run, value, span.start)
        return None if found is None else not found
    if span.operator == "=":
        return equal(run, value, span.start)
    if (span.start is None and span.end is None) or value is None:
        return None
    if span.start is not None:
        placed = order(value, span.start)
        if placed is None:
            return None
        if placed < 0 or (placed == 0 and not span.start_included):
            return False
    if span.end is not None:
        placed = order(value, span.end)
        if placed is None:
            return None
        if placed > 0 or (placed == 0 and not span.end_included):
            return False
    return True


def make_range(start: Value, end: Value, *, start_included: bool, end_included: bool) -> Value:
    """Return the range, or null if its ends are of two kinds or the wrong way round."""
    if start is not None and end is not None:
        placed = order(start, end)
        if placed is None or placed > 0:
            return None
    for side in (start, end):
        if side is not None and order(side, side) is None:
            return None
    return Range(start, end, start_included, end_included)


def is_in(run: Run, value: Value, test: Value) -> bool | None:
    """Return what ``value in test`` says: within the range, one of the list, or equal."""
    if isinstance(test, Range):
        return within(run, value, test)
    if not isinstance(test, list):
        return equal(run, value, test)
    run.charge(2 * len(test))
    unsure = False
    for item in test:
        if isinstance(item, Range) and not isinstance(value, Range):
            found = within(run, value, item)
        elif isinstance(item, list) and not isinstance(value, list):
            found = is_in(run, value, item)
        else:
            found = equal(run, value, item)
        if found:
            return True
        unsure = unsure or (found is None and isinstance(item, Range))
    if isinstance(value, list) and equal(run, value, test):
        return True
    return None if unsure else False


def number(value: int | str | Decimal) -> Decimal:
    """Return the number, rounded to 34 digits."""
    return NUMBERS.create_decimal(value)
