"""From a tree to closures: each node becomes a Python function of the scope it runs in.

Nothing of a text is ever run as Python: a closure can only read variables, and call what the
language has. What a closure costs is known from its tree, and loops pay for their body each time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal

from lark import Token, Tree

from . import arithmetic, clauses, postfix
from .env import Code, Env, Scope, convert, raw_path, read_variable
from .errors import FeelSyntaxError
from .functions import BUILTINS
from .moment_text import read_literal
from .parser import Node
from .types import FeelType, Named, conforms, parse_type, resolve
from .values import Range, Value, compare, equal, is_in, make_range, number

MAX_NUMBER = 400
"""Characters in a number that is written out."""

_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, arithmetic.Operator] = {
    "PLUS": arithmetic.add,
    "MINUS": arithmetic.subtract,
    "STAR": arithmetic.multiply,
    "SLASH": arithmetic.divide,
}


class Compiler:
    """Compiles one expression and notes which names it reads."""

    def __init__(self, known: frozenset[str], types: Mapping[str, FeelType] | None = None) -> None:
        self.known = known
        self.known_types = types or {}
        self.free: set[str] = set()
        self.possible: set[str] = set()
        self.types: set[str] = set()
        self.paths: set[tuple[str, ...]] = set()

    def compile(self, node: Node, scope: Scope | None) -> Code:
        """Return the closure of a node that stands in ``scope``."""
        if isinstance(node, Token):
            return self.leaf(node, scope)
        return _RULES[str(node.data)](self, node, scope)

    def compile_all(self, nodes: list[Node], scope: Scope | None) -> list[Code]:
        return [self.compile(node, scope) for node in nodes]

    def leaf(self, token: Token, scope: Scope | None) -> Code:
        if token.type == "NAME":
            return self.name(str(token), scope)
        return constant(literal(token))

    def name(self, name: str, scope: Scope | None) -> Code:
        """Return the closure that reads a name, from the nearest scope that has it."""
        unsure, sure = scope.find(name) if scope else ([], None)
        if not unsure and sure is not None:
            return _local(name, sure)
        if sure is None:
            self.note((name,), unsure=bool(unsure) or name in BUILTINS)
        if not unsure:
            return _global(name)

        def read(env: Env) -> Value:
            for hops in unsure:
                values = _up(env, hops).values
                if name in values:
                    return values[name]
            if sure is None:
                return read_variable(env.run, name)
            return _up(env, sure).values[name]

        return read

    def note(self, path: tuple[str, ...], *, unsure: bool) -> None:
        """Remember that the expression reads what this path leads to."""
        self.paths.add(path)
        if unsure and path[0] not in self.known:
            self.possible.add(path[0])
        else:
            self.free.add(path[0])

    def type(self, token: Token) -> FeelType:
        """Return the type and note the names of those that the model must define."""
        found = resolve(parse_type(str(token)), self.known_types)
        if isinstance(found, Named):
            self.types.add(found.name)
        return found


def constant(value: Value) -> Code:
    def give(env: Env) -> Value:
        return value

    give.__dict__["constant"] = value
    return give


def literal(token: Token) -> Value:
    """Return the value that a token spells."""
    match token.type:
        case "NUMBER":
            return _number(token)
        case "STRING":
            return str(token)
        case "TRUE":
            return True
        case "FALSE":
            return False
        case "AT":
            return read_literal(str(token))
        case _:
            return None


def _number(token: Token) -> Decimal:
    digits, _, exponent = token.lower().partition("e")
    if len(digits) > MAX_NUMBER or len(exponent) > 5 or abs(int(exponent or 0)) > 6000:
        at = token.start_pos or 0
        raise FeelSyntaxError(
            "expression_number_too_long",
            f"The number at position {at + 1} is too long. Write at most 34 digits.",
            at,
        )
    return number(str(token))


def _up(env: Env, hops: int) -> Env:
    for _ in range(hops):
        env = env.parent  # type: ignore[assignment]
    return env


def _local(name: str, hops: int) -> Code:
    if hops == 0:
        return lambda env: env.values[name]
    return lambda env: _up(env, hops).values[name]


def _global(name: str) -> Code:
    def read(env: Env) -> Value:
        return read_variable(env.run, name)

    return read


def _whole(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    return compiler.compile(node.children[0], scope)


def _disjunction(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    return _logic(compiler.compile_all(node.children, scope), decisive=True)


def _conjunction(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    return _logic(compiler.compile_all(node.children, scope), decisive=False)


def _logic(codes: list[Code], *, decisive: bool) -> Code:
    """Return the closure of ``and`` or ``or`` in Kleene's logic (DMN 1.5, table 50).

    One decisive value settles it; otherwise anything but true and false makes it null.
    """

    def decide(env: Env) -> Value:
        unsure = False
        for code in codes:
            value = code(env)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                unsure = True
        return None if unsure else not decisive

    return decide


def _compare(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    left, sign, right = node.children
    return comparison(str(sign), compiler.compile(left, scope), compiler.compile(right, scope))


def comparison(sign: str, left: Code, right: Code) -> Code:
    """Return the closure of a comparison; the common cases skip the general rules."""
    fixed = getattr(right, "constant", None)
    if sign in _ORDER:
        test = _ORDER[sign]

        def ordered(env: Env) -> Value:
            a, b = left(env), right(env)
            if type(a) is Decimal and type(b) is Decimal:
                return test(a, b)
            return compare(sign, a, b)

        return ordered
    wanted = sign == "="

    if isinstance(fixed, str | Decimal):
        kind = type(fixed)

        def same_as(env: Env) -> Value:
            value = left(env)
            if type(value) is kind:
                return (value == fixed) is wanted
            return not wanted if value is None else None

        return same_as

    def same(env: Env) -> Value:
        found = equal(env.run, left(env), right(env))
        return None if found is None else found is wanted

    return same


def _between(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    value, low, high = compiler.compile_all(node.children, scope)

    def between(env: Env) -> Value:
        found = value(env)
        above = compare(">=", found, low(env))
        below = compare("<=", found, high(env))
        return None if above is None or below is None else above and below

    return between


def _within(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    value, *tests = compiler.compile_all(node.children, scope)
    if len(tests) == 1:
        only = tests[0]
        return lambda env: is_in(env.run, value(env), only(env))

    def within(env: Env) -> Value:
        found = value(env)
        results = [is_in(env.run, found, test(env)) for test in tests]
        return True if True in results else None if None in results else False

    return within


def _instance_of(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    value = compiler.compile(node.children[0], scope)
    wanted = compiler.type(node.children[1])  # type: ignore[arg-type]
    return lambda env: conforms(env.run, value(env), wanted)


def _sign_test(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    sign = str(node.children[0])
    value = compiler.compile(node.children[1], scope)
    return lambda env: open_range(sign, value(env))


def open_range(sign: str, value: Value) -> Value:
    """Return the range of everything that compares so with the value, such as (> 10)."""
    match sign:
        case "=":
            return Range(value, value, True, True, sign)
        case "!=":
            return Range(value, value, False, False, sign)
        case "<" | "<=":
            return None if value is None else Range(None, value, False, sign == "<=", sign)
        case _:
            return None if value is None else Range(value, None, sign == ">=", False, sign)


def _range(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    opening, start, _, end, closing = node.children
    low, high = compiler.compile(start, scope), compiler.compile(end, scope)
    start_included, end_included = opening == "[", closing == "]"
    return lambda env: make_range(
        low(env), high(env), start_included=start_included, end_included=end_included
    )


def _arithmetic(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    """Chains such as a + b - c are one loop, so that a long one is not a deep one."""
    first = compiler.compile(node.children[0], scope)
    rest = [
        (_ARITHMETIC[sign.type], compiler.compile(operand, scope))  # type: ignore[union-attr]
        for sign, operand in zip(node.children[1::2], node.children[2::2], strict=True)
    ]
    return _chain(first, rest)


def _power(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    first, *rest = compiler.compile_all(node.children, scope)
    return _chain(first, [(arithmetic.power, code) for code in rest])


def _chain(first: Code, rest: list[tuple[arithmetic.Operator, Code]]) -> Code:
    def calculate(env: Env) -> Value:
        value = first(env)
        for apply, operand in rest:
            value = apply(env.run, value, operand(env))
        return value

    return calculate


def _negation(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    value = compiler.compile(node.children[1], scope)
    if hasattr(value, "constant"):
        return constant(arithmetic.negate(value.constant))
    return lambda env: arithmetic.negate(value(env))


def _list(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    items = compiler.compile_all(node.children, scope)
    return lambda env: [item(env) for item in items]


def _postfix(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    """Read a path of plain variables without converting all of them; otherwise step by step."""
    base, *suffixes = node.children
    keys: list[str] = []
    if isinstance(base, Token) and base.type == "NAME":
        name = str(base)
        unsure, sure = scope.find(name) if scope else ([], None)
        if not unsure and sure is None:
            for suffix in suffixes:
                if not isinstance(suffix, Tree) or suffix.data != "path":
                    break
                keys.append(str(suffix.children[0]))
            if keys:
                compiler.note((name, *keys), unsure=name in BUILTINS)
                steps = postfix.steps(compiler, suffixes[len(keys) :], scope)
                return postfix.walk(read_path((name, *keys)), steps)
    return postfix.compile_postfix(compiler, base, suffixes, scope)


def read_path(path: tuple[str, ...]) -> Code:
    """Return the closure that follows a path from a variable."""
    name, *rest = path
    keys = tuple(rest)

    def read(env: Env) -> Value:
        raw, done = raw_path(env.run, name, keys)
        kind = type(raw)
        if done == len(keys):
            return raw if kind is bool or raw is None else convert(env.run, raw)  # type: ignore[return-value]
        value = read_variable(env.run, name) if done == 0 else convert(env.run, raw)
        for key in keys[done:]:
            value = postfix.property_of(env.run, value, key)
        return value

    return read


_Rule = Callable[[Compiler, "Tree[Token]", "Scope | None"], Code]

_RULES: dict[str, _Rule] = {
    "expression": _whole,
    "disjunction": _disjunction,
    "conjunction": _conjunction,
    "compare": _compare,
    "between": _between,
    "within": _within,
    "instance_of": _instance_of,
    "sign_test": _sign_test,
    "open_range": _whole,
    "range": _range,
    "sum": _arithmetic,
    "product": _arithmetic,
    "power": _power,
    "negation": _negation,
    "list": _list,
    "postfix": _postfix,
    "condition": clauses.condition,
    "loop": clauses.loop,
    "quantified": clauses.quantified,
    "context": clauses.context,
    "function": clauses.function,
}
