"""What cannot run, or is surely a mistake, in a definition that reads well.

The reader judges the file; these checks judge the meaning: conditions, people, variables, calls,
times and the ways through the process.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from processes.core import graph as g
from processes.core.expressions import as_duration, constant, spans
from processes.core.feel import DaysTime, Expression, Value, YearsMonths, to_json
from processes.core.findings import Finding, gravest_first
from processes.core.paths import check_paths
from processes.core.retry import LONGEST_CALL
from processes.core.variables import check_variables

OUTCOME = re.compile(r'(\w+)\.outcome\s*(=|!=)\s*"([^"]*)"')
COMPARISON = re.compile(r"([^<>=!]+?)\s*(<=|>=|!=|<|>|=)\s*([^<>=!]+)")
OPPOSITE = {"<=": ">", ">": "<=", "<": ">=", ">=": "<", "=": "!=", "!=": "="}
SINGLE = re.compile(r"[^()]*")


def check(graph: g.Graph, *, now: datetime | None = None) -> tuple[Finding, ...]:
    """Return what was found, the gravest first.

    Moments that lie in the past are only looked for when ``now`` is given.
    """
    return tuple(
        gravest_first(
            (
                *check_paths(graph),
                *check_conditions(graph),
                *check_people(graph),
                *check_calls(graph),
                *check_times(graph, now),
                *check_variables(graph),
            )
        )
    )


# --- conditions ----------------------------------------------------------------------------------


def check_conditions(graph: g.Graph) -> Iterator[Finding]:
    """Yield conditions that cannot decide, and choices that may find no way on."""
    for flow in graph.flows.values():
        if flow.condition is not None:
            yield from undecided(flow, flow.condition)
            yield from unknown_outcomes(graph, flow.id, flow.condition)
    for node in graph.nodes.values():
        flows = graph.outgoing[node.id]
        open_flows = [f for f in flows if f.condition is None and f.id != node.default]
        if isinstance(node, g.ExclusiveGateway) and len(flows) > 1:
            for flow in open_flows:
                yield Finding(
                    flow.id,
                    "error",
                    "flow-without-condition",
                    f"The flow “{flow.name or flow.id}” out of “{node.label}” has no condition, "
                    "so the paths after it would never be taken.",
                    "Give it a condition, or make it the default flow.",
                )
        conditions = [flow.condition for flow in flows if flow.condition is not None]
        if conditions and not open_flows and not node.default and not cover(graph, conditions):
            yield Finding(
                node.id,
                "warning",
                "no-default",
                f"“{node.label}” has no default flow: when no condition holds, the process stops "
                "with an incident.",
                "Make one of its flows the default.",
            )


def undecided(flow: g.Flow, condition: Expression) -> Iterator[Finding]:
    """Yield a condition that is the same whatever the variables are."""
    label = flow.name or flow.id
    known, value = constant(condition)
    if condition.is_surely_not_boolean or (known and not isinstance(value, bool)):
        yield Finding(
            flow.id,
            "error",
            "condition-not-boolean",
            f"The condition of “{label}”, {condition.text:.60}, is neither true nor false.",
            "Compare something, for example amount > 1000.",
        )
    elif known:
        yield Finding(
            flow.id,
            "warning",
            "condition-constant",
            f"The condition of “{label}” is always {str(value).lower()}.",
            "Read a variable in it, or remove it.",
        )


def unknown_outcomes(graph: g.Graph, element: str, condition: Expression) -> Iterator[Finding]:
    """Yield comparisons with an outcome that the task does not have; they are mostly slips."""
    tasks = {
        n.result_variable or n.id: n for n in graph.nodes.values() if isinstance(n, g.UserTask)
    }
    for variable, _, outcome in OUTCOME.findall(condition.text):
        task = tasks.get(variable)
        known = [o.id for o in task.outcomes] if task else []
        if task and outcome not in known:
            yield Finding(
                element,
                "error",
                "unknown-outcome",
                f"“{task.label}” has no outcome “{outcome:.60}”.",
                f"It has: {', '.join(known)}.",
            )


def cover(graph: g.Graph, conditions: list[Expression]) -> bool:
    """Tell whether one of the conditions surely holds, as far as their text shows it."""
    texts = {" ".join(condition.text.split()) for condition in conditions}
    if any(f"not({text})" in texts for text in texts):
        return True
    compared = {
        found.groups()
        for text in texts
        if SINGLE.fullmatch(text)
        and not re.search(r"\b(and|or)\b", text)
        and (found := COMPARISON.fullmatch(text))
    }
    if any((left, OPPOSITE[sign], right) in compared for left, sign, right in compared):
        return True
    asked = {found.groups() for text in texts if (found := OUTCOME.fullmatch(text))}
    for node in graph.nodes.values():
        if isinstance(node, g.UserTask):
            name = node.result_variable or node.id
            if {(name, "=", outcome.id) for outcome in node.outcomes} <= asked:
                return True
    return False


# --- people and calls ----------------------------------------------------------------------------


def check_people(graph: g.Graph) -> Iterator[Finding]:
    """Yield tasks that nobody is asked to do, and ladders that lean on nothing."""
    for node in graph.nodes.values():
        if not isinstance(node, g.UserTask):
            continue
        who = node.assignment
        if not who.users and not who.groups:
            yield Finding(
                node.id,
                "warning",
                "nobody-asked",
                f"“{node.label}” names no people and no groups, so it goes to the fallback group.",
                "Name candidateUsers or candidateGroups in placet:assignment.",
            )
        elif not who.groups and all(isinstance(u, str) and u in who.exclude for u in who.users):
            yield Finding(
                node.id,
                "error",
                "everybody-excluded",
                f"Everybody whom “{node.label}” asks is excluded from it.",
                "Ask somebody else as well, or exclude fewer people.",
            )
        if node.escalations and node.deadline is None:
            yield Finding(
                node.id,
                "error",
                "escalation-without-deadline",
                f"“{node.label}” escalates after its deadline, but has none.",
                "Add placet:deadline with completeBy.",
            )


def check_calls(graph: g.Graph) -> Iterator[Finding]:
    """Yield service tasks that call nothing, or would wait longer than a call may."""
    for node in graph.nodes.values():
        if not isinstance(node, g.ServiceTask):
            continue
        timeout = as_duration(constant(node.call.timeout)[1])
        longest = DaysTime.of(LONGEST_CALL)
        if isinstance(timeout, YearsMonths) or (timeout is not None and timeout > longest):
            yield Finding(
                node.id,
                "warning",
                "timeout-cut",
                f"“{node.label}” would wait {timeout} for its answer; "
                f"a call waits {longest} at most.",
                "Write a shorter timeout, and let the other system answer later.",
            )
        if not node.call.connection:
            yield Finding(
                node.id,
                "error",
                "no-connection",
                f"“{node.label}” does not say which system it calls.",
                'Add <placet:http connection="orders" method="POST" path="/orders"/>.',
            )


# --- times ---------------------------------------------------------------------------------------


def check_times(graph: g.Graph, now: datetime | None) -> Iterator[Finding]:
    """Yield spans that are none, and moments that have passed."""
    for node in graph.nodes.values():
        for what, span in spans(node):
            known, value = constant(span)
            if known and as_duration(value) is None:
                yield Finding(
                    node.id,
                    "error",
                    "not-a-duration",
                    f"{what} of “{node.label}”, {span.text:.60}, is not a duration.",
                    'Write for example PT24H, or =duration("PT24H").',
                )
        if isinstance(node, g.UserTask) and node.deadline and reminder_too_early(node.deadline):
            yield Finding(
                node.id,
                "warning",
                "reminder-at-once",
                f"The reminder of “{node.label}” would come before anybody could answer.",
                "Make remindBefore shorter than completeBy.",
            )
        if isinstance(node, g.CatchEvent | g.BoundaryEvent) and node.trigger.kind == "date" and now:
            known, value = constant(node.trigger.expression)
            if known and passed(value, now):
                yield Finding(
                    node.id,
                    "warning",
                    "timer-in-the-past",
                    f"The time of “{node.label}” has already passed, so it fires at once.",
                    "Write a later date, or a duration.",
                )


def reminder_too_early(deadline: g.Deadline) -> bool:
    """Tell whether the reminder surely lies before the task was opened."""
    if deadline.remind_before is None:
        return False
    whole = as_duration(constant(deadline.complete_by)[1])
    before = as_duration(constant(deadline.remind_before)[1])
    match whole, before:
        case (DaysTime(), DaysTime()):
            return before >= whole
        case (YearsMonths(), YearsMonths()):
            return before >= whole
    return False


def passed(value: Value, now: datetime) -> bool:
    """Tell whether a moment lies before ``now``; one without a zone is read in that of ``now``."""
    try:
        found = datetime.fromisoformat(str(to_json(value)).partition("@")[0])
    except ValueError:
        return False
    return (found if found.tzinfo else found.replace(tzinfo=now.tzinfo)) < now
