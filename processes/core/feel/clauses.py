"""``if``, ``for``, ``some``, ``every``, contexts and functions: what opens a scope of names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from lark import Token, Tree

from .budget import MAX_OWN_FRAMES, Run
from .env import Code, Env, Scope
from .errors import FeelSyntaxError
from .moments import Date, date_of
from .parser import Node
from .types import FeelType, coerce
from .values import Accept, Function, Overload, Range, Value

if TYPE_CHECKING:
    from .compiler import Compiler


def weight(node: Node) -> int:
    """Return how many nodes the tree has: what running it once costs, in steps."""
    count, level = 0, [node]
    while level:
        count += len(level)
        level = [child for tree in level if isinstance(tree, Tree) for child in tree.children]
    return count


_FRAMES = {"postfix": 3, "loop": 6, "quantified": 6, "context": 2, "within": 2, "iterator": 0,
           "arguments": 0, "named_arguments": 0, "named": 0, "call": 1, "entry": 0}  # fmt: skip


def frames(node: Node) -> int:
    """Return how many of Python's frames running the tree takes at most."""
    deepest, level = 0, [(node, 0)]
    while level:
        following: list[tuple[Node, int]] = []
        for tree, above in level:
            if isinstance(tree, Tree):
                here = above + _FRAMES.get(tree.data, 1)
                here += sum(isinstance(part, Tree) and part.data == "iterator" for part in
                            tree.children)  # fmt: skip
                following += [(child, here) for child in tree.children]
            deepest = max(deepest, above + 1)
        level = following
    return deepest


def bounded_frames(tree: Tree[Token]) -> int:
    """Return how many frames an expression takes. Raises FeelSyntaxError if that is too many."""
    found = frames(tree)
    if found > MAX_OWN_FRAMES:
        raise FeelSyntaxError(
            "expression_too_deep",
            "The expression nests too many loops and conditions within each other. "
            "Split it into smaller ones.",
        )
    return found


def condition(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    test, yes, no = compiler.compile_all(node.children, scope)
    return lambda env: yes(env) if test(env) is True else no(env)


def context(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    """Compile a context; each entry sees those before it (DMN 1.5, 10.3.2.6)."""
    inner = Scope(scope, set())
    entries: list[tuple[str, Code]] = []
    for entry in node.children:
        key, value = entry.children  # type: ignore[union-attr]
        entries.append((str(key), compiler.compile(value, inner)))
        inner.names.add(str(key))
    if len(inner.names) < len(entries):
        return lambda env: None

    def build(env: Env) -> Value:
        values: dict[str, Value] = {}
        own = Env(env.run, env, values)
        for key, code in entries:
            values[key] = code(own)
        return values

    return build


def function(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    declared, body = node.children
    names: list[str] = []
    accepts: list[Accept] = []
    for parameter in declared.children:  # type: ignore[union-attr]
        name, *kind = parameter.children  # type: ignore[union-attr]
        names.append(str(name))
        accepts.append(accepting(compiler.type(kind[0]) if kind else None))  # type: ignore[arg-type]
    code = compiler.compile(body, Scope(scope, set(names)))
    cost, levels = weight(body), frames(body) + 4
    parameters, taken = tuple(names), tuple(accepts)
    return lambda env: make_function(env, parameters, taken, code, cost=cost, levels=levels)


def make_function(
    env: Env,
    parameters: tuple[str, ...],
    accepts: tuple[Accept, ...],
    code: Code,
    *,
    cost: int,
    levels: int,
    name: str = "",
) -> Function:
    """Return the function that runs ``code`` with its arguments in a scope within ``env``.

    Each call costs so many steps, and stands on so many ``levels`` of Python's frames.
    """

    def call(run: Run, *arguments: Value) -> Value:
        own = env.run.called_from(run)
        own.charge(cost + 5)
        own.enter(levels)
        found = code(Env(own, env, dict(zip(parameters, arguments, strict=True))))
        own.leave(levels)
        run.steps = own.steps
        return found

    overload = Overload(parameters, accepts, len(parameters), call)
    return Function(name or "function(" + ", ".join(parameters) + ")", (overload,))


def accepting(wanted: FeelType | None) -> Accept:
    """Return what turns an argument into what a parameter of this type takes."""
    if wanted is None:
        return lambda run, value: (True, value)
    return lambda run, value: coerce(run, value, wanted)


def loop(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    """Compile ``for``: one result per combination, the last iterator running fastest."""
    *iterators, body = node.children
    names, domains, inner = _iterators(compiler, iterators, scope)
    inner.names.add("partial")
    code = compiler.compile(body, inner)
    cost = weight(body) + 3
    needs_partial = "partial" in _words(body)

    def run_loop(env: Env) -> Value:
        results: list[Value] = []
        run = env.run

        def visit(own: Env) -> bool:
            run.charge(cost)
            if needs_partial:
                run.check_items(len(results))
                own.values["partial"] = list(results)
            results.append(code(own))
            return True

        if _each(env, names, domains, visit) is None:
            return None
        run.check_items(len(results))
        return results

    return run_loop


def quantified(compiler: Compiler, node: Tree[Token], scope: Scope | None) -> Code:
    """Compile ``some`` and ``every``: ``or`` and ``and`` over all combinations.

    Null leaves it open as it does there; what is no boolean at all makes it null at once.
    """
    kind, *iterators, body = node.children
    names, domains, inner = _iterators(compiler, iterators, scope)
    code = compiler.compile(body, inner)
    cost = weight(body) + 3
    decisive: bool = kind == "some"

    def decide(env: Env) -> Value:
        unsure = False

        def visit(own: Env) -> bool | None:
            nonlocal unsure
            env.run.charge(cost)
            value = code(own)
            if value is not None and not isinstance(value, bool):
                return None
            unsure = unsure or value is None
            return value is not decisive

        finished = _each(env, names, domains, visit)
        if finished is False:
            return decisive
        return None if finished is None or unsure else not decisive

    return decide


Domain = Callable[[Env], "Iterable[Value] | None"]


def _iterators(
    compiler: Compiler, iterators: list[Node], scope: Scope | None
) -> tuple[list[str], list[Domain], Scope]:
    """Compile the iterators; each sees the names of those before it."""
    inner = Scope(scope, set())
    names: list[str] = []
    domains: list[Domain] = []
    for iterator in iterators:
        name, *parts = iterator.children  # type: ignore[union-attr]
        domains.append(_domain(compiler.compile_all(parts, inner)))
        names.append(str(name))
        inner.names.add(str(name))
    return names, domains, inner


def _domain(parts: list[Code]) -> Domain:
    if len(parts) == 2:
        start, end = parts
        return lambda env: span(env.run, start(env), end(env))
    only = parts[0]

    return lambda env: items_of(env.run, only(env))


def items_of(run: Run, found: Value) -> Iterable[Value] | None:
    """Return what a loop over the value visits: a value alone is a list of one."""
    if isinstance(found, list):
        return found
    if isinstance(found, Range):
        return range_values(run, found)
    return None if found is None else [found]


def span(run: Run, start: Value, end: Value) -> Iterable[Value] | None:
    """Return all whole numbers or dates from ``start`` to ``end``, upwards or downwards."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if abs(end - start) > 10**7:
            run.check_items(10**7)
        if start != start.to_integral_value() or end != end.to_integral_value():
            return None
        low, high = int(start), int(end)
        step = 1 if low <= high else -1
        return (Decimal(value) for value in range(low, high + step, step))
    if isinstance(start, Date) and isinstance(end, Date):
        low, high = start.ordinal, end.ordinal
        step = 1 if low <= high else -1
        return (date_of(value) for value in range(low, high + step, step))
    return None


def range_values(run: Run, found: Range) -> Iterable[Value] | None:
    """Return the whole numbers or dates that a range includes."""
    values = span(run, found.start, found.end)
    if values is None or found.operator:
        return None
    ends = (found.start if not found.start_included else None,
            found.end if not found.end_included else None)  # fmt: skip
    return (value for value in values if value not in ends)


def _each(
    env: Env,
    names: list[str],
    domains: list[Domain],
    visit: Callable[[Env], bool | None],
) -> bool | None:
    """Visit all combinations; what a visit says to stop with, None if a domain is none.

    There are as many levels of recursion as iterators, and the length of the text bounds those.
    """
    last = len(names) - 1

    def descend(level: int, values: dict[str, Value]) -> bool | None:
        domain = domains[level](Env(env.run, env, values))
        if domain is None:
            return None
        for value in domain:
            env.run.charge(1 + (len(values) >> 1))
            own = {**values, names[level]: value}
            found = visit(Env(env.run, env, own)) if level == last else descend(level + 1, own)
            if not found:
                return found
        return True

    return descend(0, {})


def _words(node: Node) -> set[str]:
    """Return the texts of all tokens; the tree has passed the bound on its depth."""
    if isinstance(node, Token):
        return {str(node)}
    return {str(token) for token in node.scan_values(lambda value: isinstance(value, Token))}
