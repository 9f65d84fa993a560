"""How long things take: spans of time drawn at random, and how they are written."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, assert_never

from processes.core.feel import parse_duration
from processes.core.feel.durations import DaysTime
from processes.core.feel.errors import FeelError
from processes.core.simulate.refusals import fields_of, number_of, refuse

# A heavy tail now and then draws a span in which nobody is interested any more.
LONGEST = 10 * 365 * 86_400.0


@dataclass(frozen=True, slots=True)
class Fixed:
    seconds: float


@dataclass(frozen=True, slots=True)
class Uniform:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exponential:
    mean: float


@dataclass(frozen=True, slots=True)
class Triangular:
    low: float
    mode: float
    high: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Half of the spans are shorter than ``median``; ``sigma`` says how far the rest scatters."""

    median: float
    sigma: float


Distribution = Fixed | Uniform | Exponential | Triangular | Lognormal


def draw(distribution: Distribution, random: Random) -> float:
    """Return a span in seconds, at most ten years."""
    return min(_draw(distribution, random), LONGEST)


def _draw(distribution: Distribution, random: Random) -> float:
    match distribution:
        case Fixed(seconds):
            return seconds
        case Uniform(low, high):
            return random.uniform(low, high)
        case Exponential(mean):
            return random.expovariate(1 / mean) if mean else 0.0
        case Triangular(low, mode, high):
            return random.triangular(low, high, mode)
        case Lognormal(median, sigma):
            return random.lognormvariate(math.log(median), sigma)
        case _:
            assert_never(distribution)


def read_distribution(value: Any, where: str) -> Distribution:
    """Return what ``value`` says. A plain span, ``PT30M`` or seconds, is always the same.

    ``{"uniform": [low, high]}``, ``{"exponential": mean}``, ``{"triangular": [low, mode, high]}``
    and ``{"lognormal": {"median": span, "sigma": number}}`` scatter. Raises Invalid.
    """
    if not isinstance(value, dict):
        return Fixed(span_of(value, where))
    if len(value) != 1:
        refuse(where, f"names {len(value)} distributions. Write one.")
    kind, given = next(iter(value.items()))
    if kind not in _KINDS:
        refuse(where, f"knows no distribution {kind!r:.40}. Write one of: {', '.join(_KINDS)}.")
    return _KINDS[kind](given, f"{where}.{kind}")


def span_of(value: Any, where: str) -> float:
    """Return the seconds that an ISO 8601 span or a number of seconds means."""
    if not isinstance(value, str):
        return number_of(value, where, least=0, most=LONGEST)
    try:
        found = parse_duration(value)
    except FeelError as error:
        refuse(where, f"is {value!r:.40}: {error}")
    if not isinstance(found, DaysTime):
        refuse(where, f"is {value!r:.40}. Months differ in length, so write days, such as P30D.")
    return number_of(found.nanos / 1e9, where, least=0, most=LONGEST)


def _fixed(given: Any, where: str) -> Distribution:
    return Fixed(span_of(given, where))


def _uniform(given: Any, where: str) -> Distribution:
    low, high = _ascending(given, 2, where)
    return Uniform(low, high)


def _exponential(given: Any, where: str) -> Distribution:
    return Exponential(span_of(given, where))


def _triangular(given: Any, where: str) -> Distribution:
    low, mode, high = _ascending(given, 3, where)
    return Triangular(low, mode, high)


def _lognormal(given: Any, where: str) -> Distribution:
    found = fields_of(given, where, ("median", "sigma"))
    median = span_of(found.get("median"), f"{where}.median")
    if not median:
        refuse(f"{where}.median", "is nothing. Write a span that is longer, such as PT1H.")
    return Lognormal(median, number_of(found.get("sigma"), f"{where}.sigma", least=0, most=10))


def _ascending(given: Any, count: int, where: str) -> list[float]:
    if not isinstance(given, list) or len(given) != count:
        refuse(where, f"wants a list of {count} spans.")
    spans = [span_of(value, f"{where}[{at}]") for at, value in enumerate(given)]
    if spans != sorted(spans):
        refuse(where, "must go from the shortest span to the longest.")
    return spans


_KINDS: dict[str, Callable[[Any, str], Distribution]] = {
    "fixed": _fixed,
    "uniform": _uniform,
    "exponential": _exponential,
    "triangular": _triangular,
    "lognormal": _lognormal,
}
