"""Expressions within a model: compiled once against the names of the place where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .budget import Run
from .clauses import bounded_frames, weight
from .compiler import Compiler
from .env import Code, Env, Scope
from .functions import BUILTINS
from .names import Names
from .parser import parse
from .types import FeelType
from .unary import Test, compile_each, either
from .values import Value

_BUILTIN_NAMES = Names(BUILTINS)


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression, ready to run in an environment that has the shape of its scope.

    ``unknown`` are the names that nothing around it defines; they are null. ``frames`` of Python's
    it stands on at most.
    """

    text: str
    code: Code
    cost: int
    frames: int
    unknown: frozenset[str]

    def value(self, env: Env) -> Value:
        env.run.charge(self.cost)
        return self.code(env)


@dataclass(frozen=True, slots=True)
class Cell:
    """The unary tests of a cell: all of them, and each one alone, in their order."""

    text: str
    test: Test
    each: tuple[Test, ...]
    cost: int
    frames: int
    unknown: frozenset[str]

    def passes(self, env: Env, value: Value) -> bool:
        env.run.charge(self.cost)
        return self.test(env, value) is True

    def admits(self, run: Run, value: Value) -> bool:
        """Return whether the value passes where nothing else can be read."""
        return self.passes(Env(run, None, {}), value)

    def place_of(self, env: Env, value: Value) -> int | None:
        """Return the position of the first test that the value passes."""
        for place, test in enumerate(self.each):
            env.run.charge(1 + self.cost // len(self.each))
            if test(env, value) is True:
                return place
        return None


def compile_formula(
    text: str, scope: Scope, names: Names, types: Mapping[str, FeelType]
) -> Formula:
    """Return the compiled expression; ``names`` are those that are not plain words.

    Raises FeelSyntaxError.
    """
    tree = parse(text, names, _BUILTIN_NAMES)
    compiler = Compiler(frozenset(), types)
    code = compiler.compile(tree, scope)
    return Formula(text, code, _cost(weight(tree)), bounded_frames(tree), _unknown(compiler))


def compile_cell(text: str, scope: Scope, names: Names, types: Mapping[str, FeelType]) -> Cell:
    """Return the compiled tests of a cell. Raises FeelSyntaxError."""
    tree = parse(text, names, _BUILTIN_NAMES, "unary_tests")
    compiler = Compiler(frozenset(), types)
    each = compile_each(compiler, tree, scope)
    test = either(each, turned=tree.data == "none_of")
    frames = bounded_frames(tree) + 3
    cost = len(each) + _cost(weight(tree))
    return Cell(text, test, tuple(each), cost, frames, _unknown(compiler))


def _cost(nodes: int) -> int:
    return 1 + (nodes >> 2)


def _unknown(compiler: Compiler) -> frozenset[str]:
    return frozenset(compiler.free - BUILTINS.keys())
