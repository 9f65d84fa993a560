"""What may follow a value: a path, a filter, the arguments of a call (DMN 1.5, 10.3.2.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from lark import Token, Tree

from .budget import Run
from .calls import invoke
from .clauses import weight
from .durations import NANOS, DaysTime, YearsMonths
from .env import Code, Env, Scope
from .functions import BUILTINS
from .moments import Date, DateTime, Time, second_of
from .parser import Node
from .values import Range, Value

if TYPE_CHECKING:
    from .compiler import Compiler

Step = Callable[[Env, Value], Value]


def compile_postfix(
    compiler: Compiler, base: Node, suffixes: list[Node], scope: Scope | None
) -> Code:
    """Compile a value and what follows it; a name before brackets may be a built-in function."""
    first = suffixes[0]
    if (
        isinstance(base, Token)
        and base in BUILTINS
        and isinstance(first, Tree)
        and first.data == "call"
        and (scope is None or scope.find(str(base))[1] is None)
    ):
        function = BUILTINS[str(base)]
        names, codes = _arguments(compiler, first, scope)

        def call(env: Env) -> Value:
            env.run.charge(8)
            return invoke(env.run, function, [code(env) for code in codes], names)

        return walk(call, steps(compiler, suffixes[1:], scope))
    return walk(compiler.compile(base, scope), steps(compiler, suffixes, scope))


def walk(base: Code, following: list[Step]) -> Code:
    if not following:
        return base
    if len(following) == 1:
        only = following[0]
        return lambda env: only(env, base(env))

    def run(env: Env) -> Value:
        value = base(env)
        for step in following:
            value = step(env, value)
        return value

    return run


def steps(compiler: Compiler, suffixes: list[Node], scope: Scope | None) -> list[Step]:
    return [_step(compiler, suffix, scope) for suffix in suffixes]  # type: ignore[arg-type]


def _step(compiler: Compiler, suffix: Tree[Token], scope: Scope | None) -> Step:
    if suffix.data == "path":
        key = str(suffix.children[0])
        return lambda env, value: property_of(env.run, value, key)
    if suffix.data == "filter":
        return _filter(compiler, suffix.children[0], scope)
    names, codes = _arguments(compiler, suffix, scope)

    def call(env: Env, value: Value) -> Value:
        env.run.charge(8)
        return invoke(env.run, value, [code(env) for code in codes], names)

    return call


def _arguments(
    compiler: Compiler, suffix: Tree[Token], scope: Scope | None
) -> tuple[list[str], list[Code]]:
    arguments = suffix.children[0]
    if not isinstance(arguments, Tree) or arguments.data != "named_arguments":
        return [], compiler.compile_all(arguments.children, scope)  # type: ignore[union-attr]
    names = [str(named.children[0]) for named in arguments.children]  # type: ignore[union-attr]
    values = [named.children[1] for named in arguments.children]  # type: ignore[union-attr]
    return names, compiler.compile_all(values, scope)


def _filter(compiler: Compiler, node: Node, scope: Scope | None) -> Step:
    """Compile a filter: a number picks one item, a condition keeps those it holds for.

    The entries of an item are names within the condition, before all others; ``item`` is the item
    itself unless it has an entry of that name.
    """
    code = compiler.compile(node, Scope(scope, {"item"}, of_item=True))
    fixed = getattr(code, "constant", None)
    cost = weight(node) + 3

    def keep(env: Env, value: Value) -> Value:
        run = env.run
        items: list[Value] = value if isinstance(value, list) else [value]
        if isinstance(fixed, Decimal):
            return pick(items, fixed)
        if value is None:
            items = []
        kept: list[Value] = []
        for position, item in enumerate(items or [None]):
            run.charge(cost)
            names: dict[str, Value] = {"item": item}
            if isinstance(item, dict):
                run.charge(len(item) >> 2)
                names.update(item)
            found = code(Env(run, env, names))
            if position == 0 and isinstance(found, Decimal):
                return pick(items, found)
            if found is True and items:
                kept.append(item)
        return kept

    return keep


def pick(items: list[Value], position: Decimal) -> Value:
    """Return the item at a position that counts from 1, or from -1 at the end; null if none."""
    if position != position.to_integral_value() or abs(position) > len(items) or not position:
        return None
    index = int(position)
    return items[index - 1 if index > 0 else index]


def property_of(run: Run, value: Value, key: str) -> Value:
    """Return an entry of a context or a property of a value (DMN 1.5, table 65); null if none.

    A list gives the list of its items' properties.
    """
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list):
        run.check_items(len(value))
        run.charge(len(value))
        return [None if isinstance(item, list) else property_of(run, item, key) for item in value]
    found: Value = None
    match value:
        case Date():
            found = _of_date(value, key)
        case DateTime():
            found = _of_date(value.date, key)
            if found is None:
                found = _of_time(value.time, value.offset, key)
        case Time():
            found = _of_time(value, value.offset, key)
        case DaysTime():
            days, hours, minutes, nanos = value.parts()
            parts = {"days": days, "hours": hours, "minutes": minutes}
            if key == "seconds":
                return Decimal(nanos).scaleb(-9).normalize() + 0
            found = Decimal(parts[key]) if key in parts else None
        case YearsMonths():
            years, months = value.parts()
            both = {"years": years, "months": months}
            found = Decimal(both[key]) if key in both else None
        case Range():
            found = _of_range(value, key)
    return found


def _of_date(value: Date, key: str) -> Value:
    match key:
        case "year":
            return Decimal(value.year)
        case "month":
            return Decimal(value.month)
        case "day":
            return Decimal(value.day)
        case "weekday":
            return Decimal(value.weekday)
    return None


def _of_time(value: Time, offset: int | None, key: str) -> Value:
    match key:
        case "hour":
            return Decimal(value.nanos // (3600 * NANOS))
        case "minute":
            return Decimal(value.nanos // (60 * NANOS) % 60)
        case "second":
            return second_of(value.nanos)
        case "time offset":
            return None if offset is None else DaysTime(offset * NANOS)
        case "timezone":
            return value.zone if isinstance(value.zone, str) else None
    return None


def _of_range(value: Range, key: str) -> Value:
    match key:
        case "start":
            return value.start
        case "end":
            return value.end
        case "start included":
            return value.start_included
        case "end included":
            return value.end_included
    return None
