"""What a plan may hold, told with the place where it does not."""

import math
from collections.abc import Sequence
from typing import Any, NoReturn

from processes.core.errors import Invalid


def refuse(where: str, sentence: str) -> NoReturn:
    raise Invalid("invalid_simulation", f"{where} {sentence}", unchanged="Nothing was simulated.")


def fields_of(value: Any, where: str, known: Sequence[str]) -> dict[str, Any]:
    """Return an object that has no other than the known fields."""
    if not isinstance(value, dict):
        refuse(where, f"must be an object with: {', '.join(known)}.")
    for name in value:
        if name not in known:
            refuse(where, f"knows no {name!r:.60}. Write one of: {', '.join(known)}.")
    return value


def object_of(value: Any, where: str) -> dict[str, Any]:
    """Return an object with names of any kind."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        refuse(where, "must be an object.")
    return value


def number_of(value: Any, where: str, *, least: float, most: float) -> float:
    """Return a finite number within the limits."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        refuse(where, f"is {value!r:.40}. Write a number.")
    if not least <= value <= most:
        refuse(where, f"is {value:,}. Write a number from {least:,} to {most:,}.")
    return float(value)


def whole_of(value: Any, where: str, *, least: int, most: int) -> int:
    found = number_of(value, where, least=least, most=most)
    if not found.is_integer():
        refuse(where, f"is {value}. Write a whole number.")
    return int(found)


def weights_of(value: Any, where: str) -> dict[str, float]:
    """Return how likely each name is; the weights need not sum up to one."""
    found = {
        name: number_of(weight, f"{where}.{name}", least=0, most=1e9)
        for name, weight in object_of(value, where).items()
    }
    if not any(found.values()):
        refuse(where, "must give at least one of them a weight above 0.")
    return found
