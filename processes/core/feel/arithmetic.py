"""Plus, minus, times, divided by and to the power of (DMN 1.5, 10.3.2.5, tables 54 to 58).

What the standard does not define gives null. A number too large for 34 digits and an exponent of
6,144 is refused instead: nobody means it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow

from .budget import Run
from .durations import DAY, DaysTime, YearsMonths
from .errors import FeelBudgetError
from .moments import Date, DateTime, Time, add_days_time, add_years_months
from .values import NUMBERS, Value

Operator = Callable[[Run, Value, Value], Value]
MOVE = 15
"""What moving a date or a time costs, in steps of the budget."""

MAX_SPAN = 10**30
"""Nanoseconds or months that a calculated duration may have."""


def too_large() -> FeelBudgetError:
    return FeelBudgetError(
        "expression_number_too_large",
        "The expression calculates a number with more than 6,144 digits and was stopped. "
        "Use smaller numbers or a smaller power.",
    )


def add(run: Run, left: Value, right: Value) -> Value:
    if isinstance(left, Decimal):
        return calculate(NUMBERS.add, left, right)
    if isinstance(left, str):
        if not isinstance(right, str):
            return None
        run.check_string(len(left) + len(right))
        return left + right
    if isinstance(left, Date | DateTime | Time):
        run.charge(MOVE)
        return _move(left, right, 1)
    if isinstance(left, DaysTime):
        if isinstance(right, DaysTime):
            return _span(left.nanos + right.nanos)
        run.charge(MOVE)
        return _move(right, left, 1)
    if isinstance(left, YearsMonths):
        if isinstance(right, YearsMonths):
            return _months(left.months + right.months)
        run.charge(MOVE)
        return _move(right, left, 1)
    return None


def subtract(run: Run, left: Value, right: Value) -> Value:
    match left, right:
        case Decimal(), _:
            return calculate(NUMBERS.subtract, left, right)
        case Time(), Time():
            if (left.zone is None) is not (right.zone is None):
                return None
            return DaysTime(left.instant - right.instant)
        case ((Date() | DateTime()), (Date() | DateTime())):
            return _between(left, right)
        case DaysTime(), DaysTime():
            return _span(left.nanos - right.nanos)
        case YearsMonths(), YearsMonths():
            return _months(left.months - right.months)
        case ((Date() | DateTime() | Time()), _):
            run.charge(MOVE)
            return _move(left, right, -1)
    return None


def multiply(run: Run, left: Value, right: Value) -> Value:
    if isinstance(left, Decimal):
        if isinstance(right, DaysTime | YearsMonths):
            return multiply(run, right, left)
        return calculate(NUMBERS.multiply, left, right)
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, DaysTime):
        return _span(_whole(calculate(NUMBERS.multiply, Decimal(left.nanos), right)))
    if isinstance(left, YearsMonths):
        return _months(_whole(calculate(NUMBERS.multiply, Decimal(left.months), right)))
    return None


def divide(run: Run, left: Value, right: Value) -> Value:
    match left, right:
        case Decimal(), _:
            return calculate(NUMBERS.divide, left, right)
        case DaysTime(), DaysTime():
            return calculate(NUMBERS.divide, Decimal(left.nanos), Decimal(right.nanos))
        case YearsMonths(), YearsMonths():
            return calculate(NUMBERS.divide, Decimal(left.months), Decimal(right.months))
        case DaysTime(), Decimal():
            return _span(_whole(calculate(NUMBERS.divide, Decimal(left.nanos), right)))
        case YearsMonths(), Decimal():
            return _months(_whole(calculate(NUMBERS.divide, Decimal(left.months), right)))
    return None


def power(run: Run, left: Value, right: Value) -> Value:
    if not isinstance(left, Decimal):
        return None
    run.charge(20 if isinstance(right, Decimal) and right == right.to_integral_value() else 200)
    return calculate(NUMBERS.power, left, right)


def negate(value: Value) -> Value:
    match value:
        case Decimal():
            return NUMBERS.minus(value)
        case DaysTime():
            return DaysTime(-value.nanos)
        case YearsMonths():
            return YearsMonths(-value.months)
    return None


def calculate(
    operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Value
) -> Decimal | None:
    """Return the result, or null where it is not defined (DMN 1.5, 10.3.2.3.1)."""
    if not isinstance(right, Decimal):
        return None
    try:
        found = operation(left, right)
    except Overflow:
        raise too_large() from None
    except (InvalidOperation, DivisionByZero):
        return None
    return found if found.is_finite() else None


def calculate_one(operation: Callable[[Decimal], Decimal], value: Decimal) -> Decimal | None:
    """Return the result for one number, or null where it is not defined."""
    try:
        found = operation(value)
    except Overflow:
        raise too_large() from None
    except DecimalException:
        return None
    return found if found.is_finite() else None


def _move(value: Value, span: Value, sign: int) -> Value:
    if isinstance(span, DaysTime) and isinstance(value, Date | Time | DateTime):
        return add_days_time(value, DaysTime(sign * span.nanos))
    if isinstance(span, YearsMonths) and isinstance(value, Date | DateTime):
        return add_years_months(value, YearsMonths(sign * span.months))
    return None


def _between(left: Date | DateTime, right: Date | DateTime) -> DaysTime | None:
    """Return the span; a date counts as its midnight in the zone of the other, if that has one."""
    if isinstance(left, Date) and isinstance(right, Date):
        return DaysTime((left.ordinal - right.ordinal) * DAY)
    first = _midnight(left, right) if isinstance(left, Date) else left
    second = _midnight(right, left) if isinstance(right, Date) else right
    if (first.zone is None) is not (second.zone is None):
        return None
    return DaysTime(first.instant - second.instant)


def _midnight(day: Date, other: Date | DateTime) -> DateTime:
    zoned = isinstance(other, DateTime) and other.zone is not None
    return DateTime(day, 0, 0 if zoned else None)


def _whole(value: Decimal | None) -> int | None:
    if value is None:
        return None
    if value.adjusted() > 30:
        raise too_large()
    return int(value)


def _span(nanos: int | None) -> DaysTime | None:
    if nanos is not None and abs(nanos) > MAX_SPAN:
        raise too_large()
    return None if nanos is None else DaysTime(nanos)


def _months(months: int | None) -> YearsMonths | None:
    if months is not None and abs(months) > MAX_SPAN:
        raise too_large()
    return None if months is None else YearsMonths(months)
