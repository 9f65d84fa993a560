"""What a decision table gives when some of its rows hold: the hit policies (DMN 1.5, 8.2.8–10)."""

from __future__ import annotations

from typing import assert_never

from processes.core.dmn.model import DecisionTable, Rule
from processes.core.dmn.work import tell
from processes.core.feel.budget import Run
from processes.core.feel.calls import invoke
from processes.core.feel.env import Env
from processes.core.feel.formula import Cell
from processes.core.feel.functions import BUILTINS
from processes.core.feel.values import Value, number, same

Row = tuple[int, list[Value]]
"""The number of a row, counted from 1, and what its outputs are."""

_AGGREGATES = {"SUM": "sum", "MIN": "min", "MAX": "max"}


def matching(table: DecisionTable, env: Env, inputs: list[Value]) -> list[int]:
    """Return the indexes of the rules that hold; only the first one where the policy says so."""
    found: list[int] = []
    for index, rule in enumerate(table.rules):
        env.run.charge(1)
        if _holds(rule, env, inputs):
            found.append(index)
            if table.policy == "FIRST":
                break
    return found


def _holds(rule: Rule, env: Env, inputs: list[Value]) -> bool:
    for test, value in zip(rule.tests, inputs, strict=False):
        if test is not None and not (isinstance(test, Cell) and test.passes(env, value)):
            return False
    return True


def combine(table: DecisionTable, env: Env, rows: list[Row]) -> Value:
    """Return what the table gives for the rows that hold, of which there is at least one."""
    match table.policy:
        case "UNIQUE":
            if len(rows) > 1:
                _tell_several(table, env.run, rows)
                return None
            return _result(table, rows[0])
        case "ANY":
            return _any(table, env.run, rows)
        case "FIRST":
            return _result(table, rows[0])
        case "PRIORITY":
            return _result(table, _by_priority(table, env, rows)[0])
        case "OUTPUT ORDER":
            return [_result(table, row) for row in _by_priority(table, env, rows)]
        case "RULE ORDER":
            return [_result(table, row) for row in rows]
        case "COLLECT":
            return _collect(table, env.run, rows)
        case _:
            assert_never(table.policy)


def nothing(table: DecisionTable) -> Value:
    """Return what the table gives when no row holds and there are no default values."""
    if table.policy != "COLLECT":
        return None
    if table.aggregation is None:
        return []
    return number(0) if table.aggregation == "COUNT" else None


def context_of(table: DecisionTable, values: list[Value]) -> Value:
    """Return the value of a table with one output, or the context of several."""
    if len(table.outputs) == 1:
        return values[0]
    names = [output.name for output in table.outputs]
    return dict(zip(names, values, strict=True))


def _result(table: DecisionTable, row: Row) -> Value:
    return context_of(table, row[1])


def _any(table: DecisionTable, run: Run, rows: list[Row]) -> Value:
    first = _result(table, rows[0])
    for row in rows[1:]:
        if not same(run, first, _result(table, row)):
            tell(
                run,
                table.where,
                "rows-disagree",
                f"rows {rows[0][0]} and {row[0]} hold and give different results, and the hit "
                "policy ANY allows one only. The result is null.",
                "Give both rows the same result, or make their tests exclude each other.",
            )
            return None
    return first


def _tell_several(table: DecisionTable, run: Run, rows: list[Row]) -> None:
    numbers = ", ".join(str(number) for number, _ in rows[:5])
    tell(
        run,
        table.where,
        "rows-overlap",
        f"rows {numbers} hold at the same time, and the hit policy UNIQUE allows one only. "
        "The result is null.",
        "Make their tests exclude each other, or choose another hit policy.",
    )


def _by_priority(table: DecisionTable, env: Env, rows: list[Row]) -> list[Row]:
    """Return the rows by the order in which their outputs list their values, leftmost first."""

    def rank(row: Row) -> list[int]:
        places: list[int] = []
        for output, value in zip(table.outputs, row[1], strict=True):
            if output.allowed:
                place = output.allowed.place_of(env, value)
                places.append(len(output.allowed.each) if place is None else place)
        return places

    return sorted(rows, key=rank)


def _collect(table: DecisionTable, run: Run, rows: list[Row]) -> Value:
    results = [_result(table, row) for row in rows]
    if table.aggregation is None:
        return results
    if table.aggregation == "COUNT":
        return number(len(results))
    name = _AGGREGATES[table.aggregation]
    found = invoke(run, BUILTINS[name], [results])
    if found is None:
        tell(
            run,
            table.where,
            "not-aggregated",
            f"{table.aggregation} of the results is not defined: they are not all "
            f"{'numbers' if name == 'sum' else 'of one kind that has an order'}.",
            "Correct the outputs of the rows, or collect without it.",
        )
    return found
