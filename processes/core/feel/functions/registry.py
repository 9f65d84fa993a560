"""How a built-in function is written down: its names, its parameters and what they take."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from processes.core.feel.budget import Run
from processes.core.feel.durations import DaysTime, YearsMonths
from processes.core.feel.moments import Date, DateTime, Time
from processes.core.feel.values import Accept, Function, Overload, Range, Value

F = TypeVar("F", bound=Callable[..., Value])

BUILTINS: dict[str, Function] = {}
"""Every built-in function by its name (DMN 1.5, 10.3.4)."""

GIVES_BOOLEAN: set[str] = set()
"""Built-in functions whose result is true, false or null."""

GIVES_ANYTHING: set[str] = set()
"""Built-in functions whose result may be true or false among other things."""

_TYPES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (Date, DateTime),
    "clock": (Time, DateTime, Date),
    "time": (Time,),
    "duration": (DaysTime, YearsMonths),
    "days": (DaysTime,),
    "context": (dict,),
    "range": (Range,),
    "function": (Function,),
}


def builtin(name: str, parameters: str, gives: str = "") -> Callable[[F], F]:
    """Register a function under ``name``.

    ``parameters`` reads like ``string: string, start position: number, length?: number``: a
    question mark after the name says that it may be left out, one after the type that it may be
    null, three dots after the name that any number of values may follow. ``gives`` is
    ``boolean`` or ``anything`` where the result may be true or false.
    """

    def register(call: F) -> F:
        overload = _overload(parameters, call)
        known = BUILTINS.get(name)
        overloads = (*known.overloads, overload) if known else (overload,)
        BUILTINS[name] = Function(name, overloads)
        if gives == "boolean":
            GIVES_BOOLEAN.add(name)
        elif gives:
            GIVES_ANYTHING.add(name)
        return call

    return register


def _overload(parameters: str, call: Callable[..., Value]) -> Overload:
    names: list[str] = []
    accepts: list[Accept] = []
    required = 0
    variadic = False
    for part in filter(None, parameters.split(", ")):
        name, _, kind = part.partition(": ")
        if name.endswith("..."):
            variadic = True
        elif not name.endswith("?"):
            required += 1
        names.append(name.rstrip("?."))
        accepts.append(_accept(kind))
    return Overload(tuple(names), tuple(accepts), required, call, variadic)


def _accept(kind: str) -> Accept:
    kind, optional = kind.rstrip("?"), kind.endswith("?")
    if kind == "any":
        return lambda run, value: (True, value)
    if kind == "list":
        return _accept_list
    wanted = _TYPES[kind]

    def accept(run: Run, value: Value) -> tuple[bool, Value]:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return isinstance(value, wanted) or (optional and value is None), value

    return accept


def _accept_list(run: Run, value: Value) -> tuple[bool, Value]:
    if isinstance(value, list):
        return True, value
    return value is not None, [value]
