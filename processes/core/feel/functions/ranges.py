"""How points and ranges lie to each other (DMN 1.5, 10.3.4.10, table 78).

An answer that needs the end of a range without that end is null.
"""

from __future__ import annotations

from collections.abc import Callable

from processes.core.feel.budget import Run
from processes.core.feel.values import Range, Value, order, within

from .registry import builtin


class _Unknown(Exception):
    """Two ends cannot be compared."""


def _order(left: Value, right: Value) -> int:
    found = order(left, right)
    if found is None:
        raise _Unknown
    return found


Relation = Callable[[Value, Value], bool]


def _before(a: Value, b: Value) -> bool:
    """The end of the first lies before the start of the second."""
    last = a.end if isinstance(a, Range) else a
    first = b.start if isinstance(b, Range) else b
    placed = _order(last, first)
    if placed:
        return placed < 0
    open_end = isinstance(a, Range) and not a.end_included
    return open_end or (isinstance(b, Range) and not b.start_included)


def _after(a: Value, b: Value) -> bool:
    return _before(b, a)


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def _reaches(a: Range, b: Range) -> bool:
    """The end of the first is not before the start of the second."""
    placed = _order(a.end, b.start)
    return placed > 0 or (placed == 0 and a.end_included and b.start_included)


def _ends_by(a: Range, b: Range) -> bool:
    """The first ends no later than the second."""
    placed = _order(a.end, b.end)
    return placed < 0 or (placed == 0 and (not a.end_included or b.end_included))


def _starts_by(a: Range, b: Range) -> bool:
    """The first starts no later than the second."""
    placed = _order(a.start, b.start)
    return placed < 0 or (placed == 0 and (a.start_included or not b.start_included))


def _overlaps(a: Range, b: Range) -> bool:
    return _reaches(a, b) and _reaches(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    placed = _order(a.start, b.start)
    sooner = placed < 0 or (placed == 0 and a.start_included and not b.start_included)
    return sooner and _reaches(a, b) and _ends_by(a, b)


def _finishes(a: Value, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.end_included and _order(a, b.end) == 0
    same_end = a.end_included is b.end_included and _order(a.end, b.end) == 0
    return same_end and _starts_by(b, a)


def _starts(a: Value, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.start_included and _order(a, b.start) == 0
    same_start = a.start_included is b.start_included and _order(a.start, b.start) == 0
    return same_start and _ends_by(a, b)


def _includes(a: Range, b: Range) -> bool:
    return _starts_by(a, b) and _ends_by(b, a)


def _coincides(a: Value, b: Value) -> bool:
    if not isinstance(a, Range) or not isinstance(b, Range):
        return _order(a, b) == 0
    return (
        _order(a.start, b.start) == 0
        and _order(a.end, b.end) == 0
        and a.start_included is b.start_included
        and a.end_included is b.end_included
    )


def _register(name: str, parameters: str, relation: Callable[..., bool]) -> None:
    ranges = {part.split(": ")[0] for part in parameters.split(", ") if part.endswith(": range")}
    points = [part.split(": ")[0] not in ranges for part in parameters.split(", ")]

    def call(run: Run, first: Value, second: Value) -> Value:
        for value, is_point in zip((first, second), points, strict=True):
            if is_point and (value is None or isinstance(value, Range)):
                return None
        try:
            return relation(first, second)
        except _Unknown:
            return None

    builtin(name, parameters, "boolean")(call)


_BOTH = "range1: range, range2: range"
_POINT_FIRST = "point: any, range: range"
_RANGE_FIRST = "range: range, point: any"
_POINTS = "point1: any, point2: any"


def _turned(relation: Callable[..., bool]) -> Callable[..., bool]:
    return lambda a, b: relation(b, a)


for _name, _relation in {"before": _before, "after": _after}.items():
    for _parameters in (_BOTH, _POINT_FIRST, _RANGE_FIRST, _POINTS):
        _register(_name, _parameters, _relation)
for _name, _of_ranges in {
    "meets": _meets,
    "met by": _turned(_meets),
    "overlaps": _overlaps,
    "overlaps before": _overlaps_before,
    "overlaps after": _turned(_overlaps_before),
    "includes": _includes,
    "during": _turned(_includes),
    "finishes": _finishes,
    "finished by": _turned(_finishes),
    "starts": _starts,
    "started by": _turned(_starts),
    "coincides": _coincides,
}.items():
    _register(_name, _BOTH, _of_ranges)
_register("finishes", _POINT_FIRST, _finishes)
_register("finished by", _RANGE_FIRST, _turned(_finishes))
_register("starts", _POINT_FIRST, _starts)
_register("started by", _RANGE_FIRST, _turned(_starts))
_register("coincides", _POINTS, _coincides)


def _point_within(run: Run, point: Value, span: Range) -> Value:
    return within(run, point, span)


def _within_point(run: Run, span: Range, point: Value) -> Value:
    return within(run, point, span)


builtin("during", _POINT_FIRST, "boolean")(_point_within)
builtin("includes", _RANGE_FIRST, "boolean")(_within_point)
