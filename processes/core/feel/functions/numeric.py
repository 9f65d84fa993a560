"""Functions on numbers (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from processes.core.feel.arithmetic import calculate, calculate_one
from processes.core.feel.budget import Run
from processes.core.feel.durations import DaysTime, YearsMonths
from processes.core.feel.values import NUMBERS, Value

from .registry import builtin

MIN_SCALE, MAX_SCALE = -6111, 6176


def rounded(value: Decimal, scale: Decimal, rounding: str) -> Value:
    """Return the number with so many digits after the point; null for a scale out of range."""
    if not MIN_SCALE <= scale <= MAX_SCALE:
        return None
    digits = int(scale)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= digits:
        return value
    unit = Decimal((0, (1,), -digits))
    return calculate_one(lambda number: number.quantize(unit, rounding, NUMBERS), value)


def _register_rounding(name: str, rounding: str, parameters: str) -> None:
    def call(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Value:
        return rounded(n, scale, rounding)

    builtin(name, parameters)(call)


for _name, _rounding in {
    "decimal": ROUND_HALF_EVEN,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
}.items():
    _register_rounding(_name, _rounding, "n: number, scale: number")
_register_rounding("floor", ROUND_FLOOR, "n: number, scale?: number")
_register_rounding("ceiling", ROUND_CEILING, "n: number, scale?: number")


@builtin("abs", "n: number")
def absolute(run: Run, n: Decimal) -> Value:
    return NUMBERS.abs(n)


@builtin("abs", "n: duration")
def absolute_span(run: Run, n: DaysTime | YearsMonths) -> Value:
    return DaysTime(abs(n.nanos)) if isinstance(n, DaysTime) else YearsMonths(abs(n.months))


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """Return the rest, with the sign of the divisor."""
    rest = calculate(NUMBERS.remainder, dividend, divisor)
    if rest is None or not rest or (rest < 0) is (divisor < 0):
        return rest
    return calculate(NUMBERS.add, rest, divisor)


def _register_real(name: str, operation: Callable[[Decimal], Decimal]) -> None:
    def call(run: Run, number: Decimal) -> Value:
        run.charge(100)
        return calculate_one(operation, number)

    builtin(name, "number: number")(call)


_register_real("sqrt", NUMBERS.sqrt)
_register_real("exp", NUMBERS.exp)
_register_real("log", NUMBERS.ln)


@builtin("odd", "number: number", "boolean")
def odd(run: Run, number: Decimal) -> Value:
    rest = calculate(NUMBERS.remainder, number, Decimal(2))
    return None if rest is None else abs(rest) == 1


@builtin("even", "number: number", "boolean")
def even(run: Run, number: Decimal) -> Value:
    rest = calculate(NUMBERS.remainder, number, Decimal(2))
    return None if rest is None else rest == 0


@builtin("not", "negand: any", "boolean")
def negation(run: Run, negand: Value) -> Value:
    """Turn true and false around; anything else is null (DMN 1.5, 10.3.4.2)."""
    if isinstance(negand, list) and len(negand) == 1:
        negand = negand[0]
    return not negand if isinstance(negand, bool) else None
