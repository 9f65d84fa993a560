"""The value of a boxed expression in an environment (DMN 1.5, 10.2 and 10.4)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from processes.core.dmn import hits
from processes.core.dmn.model import (
    Boxed,
    Conditional,
    Context,
    DecisionTable,
    Filter,
    Input,
    Invocation,
    Items,
    Lambda,
    Literal,
    Loop,
    Missing,
    Output,
    Relation,
    Rule,
    Typed,
    Where,
)
from processes.core.dmn.work import tell
from processes.core.feel.budget import Run
from processes.core.feel.calls import invoke
from processes.core.feel.clauses import accepting, items_of, make_function
from processes.core.feel.env import Env
from processes.core.feel.functions.conversion import SHOWN_STEPS, shown
from processes.core.feel.postfix import pick
from processes.core.feel.types import FeelType, coerce
from processes.core.feel.values import Function, Value, kind_of
from processes.core.xml import shorten

CALL = 5
"""Python frames that calling a function of the model takes beside those of its body."""


def value_of(box: Boxed, env: Env) -> Value:
    """Return the value; what is not defined is null, with a problem noted where that is a fault."""
    env.run.charge(1)
    match box:
        case Literal(formula):
            return formula.value(env)
        case Missing(where, broken):
            return _missing(where, env.run) if broken else None
        case Typed(base, wanted, type_name, where):
            return held(env.run, value_of(base, env), wanted, type_name, where)
        case DecisionTable():
            return _table(box, env)
        case Context(entries, result):
            return _context(entries, result, env)
        case Relation(columns, rows):
            return [
                {name: value_of(cell, env) for name, cell in zip(columns, row, strict=True)}
                for row in rows
            ]
        case Items(items):
            return [value_of(item, env) for item in items]
        case Invocation():
            return _invocation(box, env)
        case Lambda():
            return function_of(box, env)
        case Conditional(test, yes, no):
            return value_of(yes if value_of(test, env) is True else no, env)
        case Filter():
            return _filter(box, env)
        case Loop():
            return _for(box, env) if box.kind == "for" else _quantified(box, env)
        case _:
            assert_never(box)


def held(run: Run, value: Value, wanted: FeelType, type_name: str, where: Where) -> Value:
    """Return the value as its type wants it, or null with a problem (DMN 1.5, 10.3.2.9.4)."""
    fits, found = coerce(run, value, wanted)
    if not fits:
        run.charge(SHOWN_STEPS)
        tell(
            run,
            where,
            "wrong-type",
            f"{shown(value)} is {kind_of(value)} and does not fit the type “{type_name}”. "
            "It counts as null.",
            "Correct the value, or the type.",
        )
    return found


def function_of(box: Lambda, env: Env) -> Function:
    """Return the function that the definition means in this environment."""
    return make_function(
        env,
        box.parameters,
        tuple(accepting(wanted) for wanted in box.types),
        lambda inner: value_of(box.body, inner),
        cost=5,
        levels=box.frames + CALL,
        name=box.name,
    )


def _missing(where: Where, run: Run) -> Value:
    tell(
        run,
        where,
        "broken-expression",
        "an expression in it cannot be read, so it is null.",
        "Mend what is found when the file is read.",
    )
    return None


def _context(entries: tuple[tuple[str, Boxed], ...], result: Boxed | None, env: Env) -> Value:
    values: dict[str, Value] = {}
    own = Env(env.run, env, values)
    for name, box in entries:
        values[name] = value_of(box, own)
    return values if result is None else value_of(result, own)


def _invocation(box: Invocation, env: Env) -> Value:
    function = value_of(box.function, env)
    if not isinstance(function, Function):
        tell(
            env.run,
            box.where,
            "calls-no-function",
            f"what it calls is {kind_of(function)}, not a function. The result is null.",
            "Write the name of a knowledge model or of a function, and require it.",
        )
        return None
    arguments = [value_of(argument, env) for argument in box.arguments]
    return invoke(env.run, function, arguments, box.names)


def _filter(box: Filter, env: Env) -> Value:
    run = env.run
    found = value_of(box.items, env)
    if found is None:
        return []
    items: list[Value] = found if isinstance(found, list) else [found]
    run.check_items(len(items))
    kept: list[Value] = []
    for position, item in enumerate(items):
        names: dict[str, Value] = {"item": item}
        if isinstance(item, dict):
            run.charge(len(item) >> 2)
            names.update(item)
        answer = value_of(box.keep, Env(run, env, names))
        if position == 0 and isinstance(answer, Decimal):
            return pick(items, answer)
        if answer is True:
            kept.append(item)
    return kept


def _visits(box: Loop, env: Env) -> Iterator[Env] | None:
    """Return an environment for each item that the loop visits, or None if it can visit none."""
    domain = items_of(env.run, value_of(box.domain, env))
    if domain is None:
        return None
    return (Env(env.run, env, {box.name: item}) for item in domain)


def _for(box: Loop, env: Env) -> Value:
    visits = _visits(box, env)
    if visits is None:
        return None
    results: list[Value] = []
    for own in visits:
        env.run.check_items(len(results))
        own.values["partial"] = list(results)
        results.append(value_of(box.body, own))
    return results


def _quantified(box: Loop, env: Env) -> Value:
    """Return ``or`` or ``and`` over all items, as the loops of the language do."""
    visits = _visits(box, env)
    if visits is None:
        return None
    decisive = box.kind == "some"
    unsure = False
    for own in visits:
        found = value_of(box.body, own)
        if found is decisive:
            return decisive
        if found is not None and not isinstance(found, bool):
            return None
        unsure = unsure or found is None
    return None if unsure else not decisive


def _table(table: DecisionTable, env: Env) -> Value:
    inputs: list[Value] = []
    for column in table.inputs:
        value = value_of(column.expression, env)
        if not _is_allowed(table, column, value, env):
            return None
        inputs.append(value)
    found = hits.matching(table, env, inputs)
    if not found:
        return _default(table, env)
    rows: list[hits.Row] = []
    for index in found:
        values = _outputs(table, table.rules[index], index + 1, env)
        if values is None:
            return None
        rows.append((index + 1, values))
    return hits.combine(table, env, rows)


def _is_allowed(table: DecisionTable, column: Input, value: Value, env: Env) -> bool:
    if value is None or column.allowed is None or column.allowed.passes(env, value):
        return True
    tell(
        env.run,
        table.where,
        "input-not-allowed",
        f"“{shorten(column.label, 60)}” is {shown(value)}, which is none of the values it may "
        f"have: {shorten(column.allowed.text, 80)}. The result is null.",
        "Correct the input, or add the value to the list.",
    )
    return False


def _outputs(table: DecisionTable, rule: Rule, row: int, env: Env) -> list[Value] | None:
    """Return what the row gives, or None after noting that one value is not allowed."""
    values: list[Value] = []
    for output, box in zip(table.outputs, rule.values, strict=False):
        value = _as_wanted(table, output, value_of(box, env), row, env)
        if value is not None and output.allowed and not output.allowed.passes(env, value):
            tell(
                env.run,
                table.where,
                "output-not-allowed",
                f"row {row} gives {shown(value)}, which is none of the "
                f"values that the output may have: {shorten(output.allowed.text, 80)}. "
                "The result is null.",
                "Correct the row, or add the value to the list.",
            )
            return None
        values.append(value)
    return values + [None] * (len(table.outputs) - len(values))


def _as_wanted(table: DecisionTable, output: Output, value: Value, row: int, env: Env) -> Value:
    if output.wanted is None:
        return value
    where = Where(table.where.element, f"{table.where.label}, row {row}")
    return held(env.run, value, output.wanted, output.type_name, where)


def _default(table: DecisionTable, env: Env) -> Value:
    if not any(output.default for output in table.outputs):
        return hits.nothing(table)
    return hits.context_of(
        table,
        [value_of(output.default, env) if output.default else None for output in table.outputs],
    )
