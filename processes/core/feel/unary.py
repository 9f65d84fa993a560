"""Unary tests: what a cell of a decision table asks of its input (DMN 1.5, 10.3.2.8)."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token, Tree

from .budget import Run
from .compiler import Compiler
from .env import Env, Scope
from .parser import Node
from .values import Range, Value, equal, is_in

Test = Callable[[Env, Value], "bool | None"]


def compile_tests(compiler: Compiler, tree: Tree[Token], scope: Scope | None = None) -> Test:
    """Return the function that tells whether an input passes; null where nobody can say."""
    return either(compile_each(compiler, tree, scope), turned=tree.data == "none_of")


def either(tests: list[Test], *, turned: bool) -> Test:
    """Return the test that holds if one of the tests does, or none of them; ``-`` is no test."""

    def decide(env: Env, value: Value) -> bool | None:
        unsure = False
        for test in tests:
            found = test(env, value)
            if found:
                return not turned
            unsure = unsure or found is None
        return None if unsure else turned

    return decide if tests else lambda env, value: True


def compile_each(compiler: Compiler, tree: Tree[Token], scope: Scope | None) -> list[Test]:
    """Return the tests one by one, in their order."""
    return [_test(compiler, node, scope) for node in tree.children if _is_test(node)]


def _is_test(node: Node) -> bool:
    return not (isinstance(node, Token) and node.type in ("NOT", "MINUS"))


def _test(compiler: Compiler, node: Node, scope: Scope | None) -> Test:
    code = compiler.compile(node, Scope(scope, {"?"}))
    names = [node] if isinstance(node, Token) else node.scan_values(lambda part: part == "?")
    asks_itself = any(name == "?" and name.type == "NAME" for name in names)

    def passes(env: Env, value: Value) -> bool | None:
        found = code(Env(env.run, env, {"?": value}))
        if asks_itself:
            return found if isinstance(found, bool) else None
        return _meets(env.run, value, found)

    return passes


def _meets(run: Run, value: Value, test: Value) -> bool | None:
    """Return whether the input is the value, within the range or list, or the test is true."""
    if isinstance(test, bool) and not isinstance(value, bool):
        return test
    if isinstance(test, Range | list):
        return is_in(run, value, test)
    return equal(run, value, test)
