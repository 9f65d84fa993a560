"""Calling a function: which overload fits, which argument goes where (DMN 1.5, 10.3.2.13)."""

from __future__ import annotations

from collections.abc import Sequence

from .budget import Run
from .values import Function, Overload, Value

_LEFT_OUT = object()


def invoke(
    run: Run, function: Value, arguments: Sequence[Value], names: Sequence[str] = ()
) -> Value:
    """Return what the function gives, or null if it cannot take these arguments.

    ``names`` says which parameter each argument is for, where they are named.
    """
    if not isinstance(function, Function):
        return None
    for overload in function.overloads:
        placed = _by_name(overload, arguments, names) if names else _in_order(overload, arguments)
        if placed is None:
            continue
        fitted = _fit(run, overload, placed)
        if fitted is not None:
            result: Value = overload.call(run, *fitted)
            return result
    return None


def _in_order(overload: Overload, arguments: Sequence[Value]) -> list[object] | None:
    count = len(arguments)
    if count < overload.required:
        return None
    if count > len(overload.parameters) and not overload.variadic:
        return None
    return list(arguments)


def _by_name(
    overload: Overload, arguments: Sequence[Value], names: Sequence[str]
) -> list[object] | None:
    given = dict(zip(names, arguments, strict=True))
    if len(given) != len(names) or any(name not in overload.parameters for name in given):
        return None
    placed: list[object] = [given.get(name, _LEFT_OUT) for name in overload.parameters]
    while placed and placed[-1] is _LEFT_OUT:
        placed.pop()
    if len(placed) < overload.required or _LEFT_OUT in placed[: overload.required]:
        return None
    return placed


def _fit(run: Run, overload: Overload, placed: list[object]) -> list[object] | None:
    last = len(overload.accepts) - 1
    fitted: list[object] = []
    for index, argument in enumerate(placed):
        if argument is _LEFT_OUT:
            fitted.append(None)
            continue
        fits, value = overload.accepts[min(index, last)](run, argument)  # type: ignore[arg-type]
        if not fits:
            return None
        fitted.append(value)
    return fitted
