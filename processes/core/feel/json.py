"""Between JSON, or plain Python, and the values of an expression."""

from __future__ import annotations

import datetime as py
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation, Overflow

from .budget import MAX_DEPTH, MAX_ITEMS, MAX_STRING, too_deep
from .durations import DaysTime, YearsMonths
from .errors import FeelBudgetError, FeelEvaluationError
from .moments import Date, DateTime, Time, from_python
from .values import NUMBERS, Function, Range, Value

MAX_DIGITS = 308
MAX_FLOAT = Decimal("1.7976931348623157E+308")
"""The largest number that is handed out; readers of JSON take more for infinity."""

MAX_BITS = 20_500
"""Bits of the widest whole number that is taken in; more take long to convert."""

_FEEL = (str, Date, Time, DateTime, DaysTime, YearsMonths, Range, Function)


class _Count:
    """How many values a nest may still hold."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_ITEMS

    def enter(self, size: int, depth: int) -> None:
        """Go into a list or context of so many values."""
        if depth > MAX_DEPTH:
            raise too_deep()
        self.left -= size
        if self.left < 0:
            raise FeelBudgetError(
                "expression_value_too_large",
                f"A value holds more than {MAX_ITEMS:,} values in its lists and contexts. "
                "Use a smaller part of it.",
            )


def from_json(value: object) -> Value:
    """Return the FEEL value of a JSON value, or of a Python date, moment or span.

    Numbers become decimals of 34 digits; texts stay texts, also where they look like dates.
    Raises FeelEvaluationError for what has no FEEL value.
    """
    return _in(value, _Count(), 0)


def convert_nest(value: object) -> tuple[Value, int]:
    """Return the FEEL value of lists and contexts, and how many values they hold."""
    count = _Count()
    found = _in(value, count, 0)
    return found, MAX_ITEMS - count.left


def _in(value: object, count: _Count, depth: int) -> Value:
    kind = type(value)
    if kind is str:
        return read_string(value)  # type: ignore[arg-type]
    if kind is bool or value is None:
        return value  # type: ignore[return-value]
    if kind is int or kind is float or kind is Decimal:
        return _number(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        count.enter(len(value), depth)
        return {str(key): _in(item, count, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        count.enter(len(value), depth)
        return [_in(item, count, depth + 1) for item in value]
    return _rare(value)


def read_string(text: str) -> str:
    """Return the text of a variable. Raises FeelBudgetError if it is too long to work with."""
    if len(text) > MAX_STRING:
        raise FeelBudgetError(
            "expression_text_too_long",
            f"A variable holds a text of {len(text):,} characters; expressions read at most "
            f"{MAX_STRING:,}. Keep large texts outside the variables.",
        )
    return text


def _rare(value: object) -> Value:
    if isinstance(value, _FEEL):
        return read_string(str(value)) if isinstance(value, str) else value
    if isinstance(value, py.date | py.time | py.timedelta):
        return from_python(value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    raise FeelEvaluationError(
        "expression_value_unknown",
        f"A variable holds a Python {type(value).__name__}, which expressions do not know. "
        "Pass texts, numbers, true or false, dates, lists and contexts.",
    )


def _number(value: float | Decimal) -> Decimal:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise _unusable()
    try:
        found = NUMBERS.create_decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, Overflow):
        raise _unusable() from None
    if not found.is_finite():
        raise _unusable()
    return found


def _unusable() -> FeelEvaluationError:
    return FeelEvaluationError(
        "expression_number_unusable",
        "A variable holds a number that is infinite, not a number, or too large to calculate "
        "with. Pass a number of at most 6,144 digits.",
    )


def to_json(value: object) -> object:
    """Return the value in the terms of JSON.

    Whole numbers become int, others float (the nearest one); dates, times and durations become
    their ISO 8601 text, a named zone the offset it has then; a range its text. Raises
    FeelEvaluationError for a function and for a number that JSON readers take for infinity.
    """
    return _out(value, _Count(), 0)


def _out(value: object, count: _Count, depth: int) -> object:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return _plain(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        count.enter(len(value), depth)
        return {str(key): _out(item, count, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        count.enter(len(value), depth)
        return [_out(item, count, depth + 1) for item in value]
    return _text(_in(value, count, depth), count, depth)


def _text(value: Value, count: _Count, depth: int) -> object:
    match value:
        case Decimal():
            return _plain(value)
        case DateTime():
            return value.with_offset()
        case Time():
            return str(Time(value.nanos, value.offset))
        case Range():
            return _range_text(value, count, depth)
        case Function():
            raise FeelEvaluationError(
                "expression_gives_function",
                f"The expression gives the function {value.name} itself, not its result. "
                "Write brackets with its arguments after it.",
            )
    return str(value)


def _plain(value: Decimal) -> int | float:
    if value.adjusted() >= MAX_DIGITS and abs(value) > MAX_FLOAT:
        raise FeelEvaluationError(
            "expression_number_too_large",
            f"The result has {value.adjusted() + 1:,} digits. Make it smaller.",
        )
    whole = int(value)
    return whole if whole == value else float(value)


def _range_text(value: Range, count: _Count, depth: int) -> str:
    count.enter(2, depth)
    if value.operator:
        end = value.end if value.start is None else value.start
        return f"{value.operator} {_out(end, count, depth + 1)}"
    low, high = _out(value.start, count, depth + 1), _out(value.end, count, depth + 1)
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{low}..{high}{closing}"
