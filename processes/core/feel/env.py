"""Where names are found while an expression runs, and while it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from .budget import Run
from .functions import BUILTINS
from .json import convert_nest, from_json, read_string
from .values import Value


class Env:
    """The names of one scope at run time; the outermost one has none of its own."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, run: Run, parent: Env | None, values: dict[str, Value]) -> None:
        self.run = run
        self.parent = parent
        self.values = values


Code: TypeAlias = Callable[[Env], Value]


class Scope:
    """The names of one scope at compile time.

    ``of_item`` says that the scope may hold names that nobody knows before it runs: the entries of
    the item that a filter looks at.
    """

    def __init__(self, parent: Scope | None, names: set[str], *, of_item: bool = False) -> None:
        self.parent = parent
        self.names = names
        self.of_item = of_item

    def find(self, name: str) -> tuple[list[int], int | None]:
        """Return how far up the scopes of items are, and how far up the name surely is."""
        unsure: list[int] = []
        scope: Scope | None = self
        hops = 0
        while scope is not None:
            if name in scope.names:
                return unsure, hops
            if scope.of_item:
                unsure.append(hops)
            scope = scope.parent
            hops += 1
        return unsure, None


def read_variable(run: Run, name: str) -> Value:
    """Return a variable of the evaluation, or the built-in function of that name, or null."""
    value = run.variables.get(name)
    kind = type(value)
    if kind is str:
        return read_string(value)  # type: ignore[arg-type]
    if kind is bool:
        return value  # type: ignore[return-value]
    if value is None:
        return None if name in run.variables else BUILTINS.get(name)
    return convert(run, value)


def convert(run: Run, raw: object) -> Value:
    """Return the FEEL value of a plain one; a list or a context is converted once per evaluation.

    The plain one is kept beside it: while it lives, nothing else has its identity.
    """
    if not isinstance(raw, list | tuple | Mapping):
        return from_json(raw)
    if run.converted is None:
        run.converted = {}
    key = id(raw)
    if key not in run.converted:
        found, size = convert_nest(raw)
        run.charge(size >> 1)
        run.converted[key] = (raw, found)
    return run.converted[key][1]


def raw_path(run: Run, name: str, keys: tuple[str, ...]) -> tuple[object, int]:
    """Follow keys through plain contexts without converting them; tell how far that went."""
    value: object = run.variables.get(name)
    for position, key in enumerate(keys):
        if not isinstance(value, Mapping):
            return value, position
        value = value.get(key)
    return value, len(keys)
