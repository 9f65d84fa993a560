"""Conditions that cannot decide, and choices that may find no way on."""

import re
from collections.abc import Iterator
from decimal import Decimal

from processes.core import graph as g
from processes.core.expressions import constant
from processes.core.feel import Expression
from processes.core.findings import Finding

OUTCOME = re.compile(r'(\w+)\.outcome\s*(=|!=)\s*"([^"]*)"')
COMPARISON = re.compile(r"([^<>=!]+?)\s*(<=|>=|!=|<|>|=)\s*([^<>=!]+)")
OPPOSITE = {"<=": ">", ">": "<=", "<": ">=", ">=": "<", "=": "!=", "!=": "="}
SINGLE = re.compile(r"[^()]*")


def check_conditions(graph: g.Graph) -> Iterator[Finding]:
    """Yield conditions that cannot decide, and choices that may find no way on."""
    for flow in graph.flows.values():
        if flow.condition is not None:
            what = f"The condition of “{flow.name or flow.id}”"
            yield from undecided(flow.id, what, flow.condition)
            yield from unknown_outcomes(graph, flow.id, flow.condition)
    for node in graph.nodes.values():
        for what, condition in conditions_of(node):
            yield from undecided(node.id, f"{what} of “{node.label}”", condition)
        yield from uncounted(node)
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


def conditions_of(node: g.Node) -> Iterator[tuple[str, Expression]]:
    """Yield what must be true or false about a node itself, with words for it."""
    match node:
        case g.ComplexGateway(activation=Expression() as activation):
            yield "The activation condition", activation
        case g.SubProcess(completion=Expression() as completion):
            yield "The completion condition", completion
        case g.StartEvent() | g.CatchEvent() | g.BoundaryEvent():
            for trigger in node.triggers:
                if isinstance(trigger, g.Conditional):
                    yield "The condition", trigger.condition
    if isinstance(node, g.Activity):
        match node.loop:
            case g.StandardLoop(condition=Expression() as condition):
                yield "The loop condition", condition
            case g.MultiInstance(completion=Expression() as completion):
                yield "The completion condition", completion


def uncounted(node: g.Node) -> Iterator[Finding]:
    """Yield loops that never end by themselves, and numbers of instances that are none."""
    match node.loop if isinstance(node, g.Activity) else None:
        case g.StandardLoop(condition=None, maximum=None):
            yield Finding(
                node.id,
                "warning",
                "loop-without-end",
                f"“{node.label}” is repeated without a condition and without a maximum, "
                "so it never ends.",
                "Add a loopCondition or a loopMaximum.",
            )
        case g.MultiInstance(cardinality=Expression() as cardinality):
            known, value = constant(cardinality)
            whole = isinstance(value, Decimal) and value == int(value) and value >= 0
            if known and not whole:
                yield Finding(
                    node.id,
                    "error",
                    "not-a-number",
                    f"“{node.label}” cannot run {cardinality.text:.60} times.",
                    "Write a whole number, or an expression that gives one.",
                )


def undecided(element: str, what: str, condition: Expression) -> Iterator[Finding]:
    """Yield a condition that is the same whatever the variables are."""
    known, value = constant(condition)
    if condition.is_surely_not_boolean or (known and not isinstance(value, bool)):
        yield Finding(
            element,
            "error",
            "condition-not-boolean",
            f"{what}, {condition.text:.60}, is neither true nor false.",
            "Compare something, for example amount > 1000.",
        )
    elif known:
        yield Finding(
            element,
            "warning",
            "condition-constant",
            f"{what} is always {str(value).lower()}.",
            "Read a variable in it, or remove it.",
        )


def unknown_outcomes(graph: g.Graph, element: str, condition: Expression) -> Iterator[Finding]:
    """Yield comparisons with an outcome that the task does not have; they are mostly slips."""
    tasks = {
        n.result_variable or n.id: n for n in graph.nodes.values() if isinstance(n, g.UserTask)
    }
    for variable, _, outcome in OUTCOME.findall(condition.text):
        task = tasks.get(variable)
        known = answers(task) if task else []
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
            if {
                (name, "=", outcome) for outcome in answers(node) if outcome != "sent_back"
            } <= asked:
                return True
    return False


def answers(task: g.UserTask) -> list[str]:
    """Return what the outcome of the task may be, whoever or whatever gives it."""
    return [
        *(outcome.id for outcome in task.outcomes),
        *(["skipped"] if task.policy.skippable else []),
        *(["sent_back"] if task.policy.send_back else []),
    ]
