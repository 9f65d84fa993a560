"""Compiled expressions and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache

from lark import Token, Tree

from .budget import Run
from .clauses import bounded_frames
from .compiler import Compiler
from .env import Code, Env
from .errors import FeelBudgetError, FeelEvaluationError
from .functions import BUILTINS, GIVES_ANYTHING, GIVES_BOOLEAN
from .functions.conversion import shown
from .json import from_json
from .names import Names
from .parser import Node, parse
from .types import FeelType
from .unary import Test, compile_tests
from .values import Value, kind_of

_BUILTIN_NAMES = Names(BUILTINS)
_NEVER_BOOLEAN = frozenset([
    "sum", "product", "power", "negation", "list", "context", "function", "loop", "range",
    "open_range",
])  # fmt: skip


class Expression:
    """One expression, ready to be evaluated any number of times by any number of threads.

    ``names`` are the variables it reads, by the first part of their path. ``possible_names`` are
    those within a filter that may be entries of the filtered items instead. ``paths`` are the
    whole paths. ``type_names`` are types that are not part of the language.
    """

    __slots__ = (
        "_code", "_frames", "_known", "is_surely_not_boolean", "names", "paths", "possible_names",
        "text", "type_names",
    )  # fmt: skip

    def __init__(self, text: str, tree: Tree[Token], known: frozenset[str]) -> None:
        compiler = Compiler(known)
        self.text = text
        self._known = known
        self._frames = bounded_frames(tree)
        self._code: Code = compiler.compile(tree, None)
        self.names = frozenset(compiler.free)
        self.possible_names = frozenset(compiler.possible - compiler.free)
        self.type_names = frozenset(compiler.types)
        self.paths = frozenset(compiler.paths)
        self.is_surely_not_boolean: bool = _never_boolean(tree.children[0])

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __eq__(self, other: object) -> bool:
        """The same text, read with the same names in mind, is the same expression."""
        if not isinstance(other, Expression):
            return NotImplemented
        return self.text == other.text and self._known == other._known

    def __hash__(self) -> int:
        return hash((self.text, self._known))

    def __reduce__(self) -> tuple[Callable[..., Expression], tuple[str, frozenset[str]]]:
        """Travel between processes as text: closures cannot."""
        return compile_expression, (self.text, self._known)

    def evaluate(
        self,
        variables: Mapping[str, object],
        *,
        now: datetime | None = None,
        types: Mapping[str, FeelType] | None = None,
    ) -> Value:
        """Return the value for these variables: plain JSON, dates, or FEEL values.

        ``types`` are those that a model defines. Raises FeelEvaluationError when the budget is
        used up, a variable has no FEEL value, or the clock is asked for and not given.
        """
        return _run(self.text, self._code, Run(variables, now, types, self._frames))


class UnaryTests:
    """The tests of one cell, such as ``> 10, [1..3]`` or ``not("a")`` or ``-``."""

    __slots__ = ("_frames", "_test", "names", "possible_names", "text")

    def __init__(self, text: str, tree: Tree[Token], known: frozenset[str]) -> None:
        compiler = Compiler(known)
        self.text = text
        self._frames = bounded_frames(tree)
        self._test: Test = compile_tests(compiler, tree)
        self.names = frozenset(compiler.free)
        self.possible_names = frozenset(compiler.possible - compiler.free)

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"

    def matches(
        self,
        input_value: object,
        variables: Mapping[str, object],
        *,
        now: datetime | None = None,
        types: Mapping[str, FeelType] | None = None,
    ) -> bool:
        """Return whether the input passes; a test that nobody can decide does not pass."""
        value = from_json(input_value)
        run = Run(variables, now, types, self._frames)
        return _run(self.text, lambda env: self._test(env, value), run) is True


@lru_cache(maxsize=1024)
def compile_expression(text: str, names: frozenset[str] = frozenset()) -> Expression:
    """Return the compiled expression; a leading ``=`` is left out.

    ``names`` are variables whose names hold signs or keywords, such as ``profit/loss``; words
    that stand next to each other are one name anyway. Raises FeelSyntaxError.
    """
    text = text.strip().removeprefix("=")
    tree = parse(text, Names(names), _BUILTIN_NAMES)
    return Expression(text.strip(), tree, names)


@lru_cache(maxsize=1024)
def compile_unary_tests(text: str, names: frozenset[str] = frozenset()) -> UnaryTests:
    """Return the compiled tests of a cell. Raises FeelSyntaxError."""
    tree = parse(text, Names(names), _BUILTIN_NAMES, "unary_tests")
    return UnaryTests(text.strip(), tree, names)


def evaluate_condition(
    expression: Expression,
    variables: Mapping[str, object],
    *,
    now: datetime | None = None,
    hidden: Collection[str] = (),
) -> bool:
    """Return whether the condition holds.

    Raises FeelEvaluationError for anything but true and false, with the values that were read;
    those of the variables in ``hidden`` are left out.
    """
    value = expression.evaluate(variables, now=now)
    if value is True or value is False:
        return value
    read = {
        ".".join(path): _follow(path, variables)
        for path in sorted(expression.paths)
        if path[0] in variables and path[0] not in hidden
    }
    shown = ", ".join(f"{path} = {_shown(item)}" for path, item in read.items())
    seen = f" It read {shown}." if shown else ""
    if missing := sorted(expression.names - variables.keys()):
        seen += f" There is no {' and no '.join(missing)}."
    raise FeelEvaluationError(
        "condition_not_boolean",
        f"“{expression.text}” gave {kind_of(value)}, not true or false.{seen} "
        "Correct the condition or the values it reads.",
        read,
    )


def _follow(path: tuple[str, ...], variables: Mapping[str, object]) -> object:
    value: object = variables[path[0]]
    for key in path[1:]:
        if not isinstance(value, Mapping):
            break
        value = value.get(key)
    return value


def _shown(value: object) -> str:
    try:
        return shown(from_json(value))
    except FeelEvaluationError:
        return "a value that cannot be shown"


def _run(text: str, code: Callable[[Env], Value], run: Run) -> Value:
    try:
        return code(Env(run, None, {}))
    except RecursionError:
        raise FeelBudgetError(
            "expression_calls_too_deep",
            f"“{text[:60]}” goes too deep and was stopped. "
            "Check that no function calls itself without an end.",
        ) from None


def _never_boolean(node: Node) -> bool:
    """Tell whether the result can be neither true nor false, whatever the variables are."""
    if isinstance(node, Token):
        return node.type in ("NUMBER", "STRING", "NULL", "AT")
    if node.data == "condition":
        return all(_never_boolean(part) for part in node.children[1:])
    if node.data == "postfix":
        name = node.children[0]
        calls = len(node.children) == 2 and getattr(node.children[1], "data", "") == "call"
        return calls and name in BUILTINS and name not in GIVES_BOOLEAN | GIVES_ANYTHING
    return str(node.data) in _NEVER_BOOLEAN
