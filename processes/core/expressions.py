"""Which expressions a node has, and what is certain about them before anything runs."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from processes.core import graph as g
from processes.core.feel import (
    DaysTime,
    Duration,
    Expression,
    Value,
    YearsMonths,
    parse_duration,
)
from processes.core.feel.errors import FeelError

ROUND = frozenset({"loopCounter"})
COUNTS = ROUND | {
    *("numberOfInstances", "numberOfActiveInstances"),
    *("numberOfCompletedInstances", "numberOfTerminatedInstances"),
}
ANY_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


def spans(node: g.Node) -> Iterator[tuple[str, Expression]]:
    """Yield the expressions of a node that must give a duration, with words for them."""
    match node:
        case g.UserTask():
            yield from task_spans(node)
        case g.ServiceTask():
            if isinstance(node.call, g.HttpCall):
                yield "The timeout", node.call.timeout
            yield "The backoff", node.retry.backoff
            yield "The cap", node.retry.cap
    for trigger in triggers_of(node):
        match trigger:
            case g.Timer(kind="duration"):
                yield "The time", trigger.expression
            case g.Message(time_to_live=Expression() as lives):
                yield "The time to live", lives


def task_spans(task: g.UserTask) -> Iterator[tuple[str, Expression]]:
    until = task.deadline or g.Deadline()
    for words, span in (
        ("The deadline", until.complete_by),
        ("The start", until.start_by),
        ("The follow-up", until.follow_up),
        ("The time to undo", task.policy.undo),
        *(("The reminder", before) for before in until.remind_before),
        *(("An escalation", rung.after) for rung in task.escalations),
    ):
        if span is not None:
            yield words, span


def triggers_of(node: g.Node) -> tuple[g.Trigger, ...]:
    """Return what a node waits for or throws."""
    match node:
        case g.Catching() | g.ThrowEvent() | g.EndEvent():
            return node.triggers
        case g.SendTask() | g.ReceiveTask():
            return (node.message,)
        case _:
            return ()


class Read(NamedTuple):
    """An expression of a node with a word for it.

    ``extra`` are names that only this expression sees. One that is looked at ``anytime`` sees what
    is set while it waits.
    """

    what: str
    expression: Expression
    extra: frozenset[str] = frozenset()
    anytime: bool = False


def reads_of(node: g.Node) -> Iterator[Read]:
    """Yield every expression of a node, except those that map what it gives."""
    for what, span in spans(node):
        yield Read(what.rpartition(" ")[2], span)
    for trigger in triggers_of(node):
        yield from trigger_reads(trigger)
    match node:
        case g.UserTask():
            yield from task_reads(node)
        case g.ServiceTask():
            yield from machine_reads(node)
        case g.ScriptTask():
            yield from script_reads(node)
        case g.SubProcess(completion=Expression() as completion):
            yield Read("completion condition", completion, anytime=True)
        case g.ComplexGateway(activation=Expression() as activation):
            yield Read("activation condition", activation, frozenset({"activationCount"}))
    if isinstance(node, g.Activity):
        yield from in_order("input", node.inputs)
        yield from loop_reads(node)


def task_reads(task: g.UserTask) -> Iterator[Read]:
    """Yield every expression of what is asked of people, except spans."""
    who, quorum, policy = task.assignment, task.quorum, task.policy
    named = [*who.exclude, *who.exclude_groups, *who.skills]
    if task.deadline:
        named.append(task.deadline.calendar)
    for people in (who, *task.tiers, *task.escalations):
        named += [*people.users, *people.groups, *people.roles, people.unit, people.manager_of]
        yield from reads("levels", people.levels)
    yield from reads("people", *named)
    yield from reads("amount", who.amount)
    yield from reads("priority", task.priority)
    yield from reads("skipping", policy.skippable)
    if quorum is not None:
        yield from reads("quorum", quorum.need, quorum.weights)
    for tier in task.tiers:
        yield from reads("quorum", tier.need, tier.weights)


def reads(what: str, *values: str | Expression | None) -> Iterator[Read]:
    yield from (Read(what, value) for value in values if isinstance(value, Expression))


def machine_reads(task: g.ServiceTask) -> Iterator[Read]:
    if isinstance(task.call, g.HttpCall):
        if isinstance(task.call.path, Expression):
            yield Read("path", task.call.path)
        if task.call.body:
            yield Read("body", task.call.body)
    if task.result:
        yield Read("result", task.result, frozenset({"response"}))


def script_reads(task: g.ScriptTask) -> Iterator[Read]:
    yield from in_order("assignment", task.assignments)
    if task.expression:
        earlier = frozenset(assign.target for assign in task.assignments)
        yield Read("script", task.expression, earlier)


def trigger_reads(trigger: g.Trigger) -> Iterator[Read]:
    match trigger:
        case g.Timer(kind="date" | "cycle"):
            yield Read("time", trigger.expression)
        case g.Message(key=key, payload=payload):
            if key:
                yield Read("correlation key", key)
            if payload:
                yield Read("payload", payload)
        case g.Signal(payload=Expression() as payload):
            yield Read("payload", payload)
        case g.Conditional():
            yield Read("condition", trigger.condition, anytime=True)


def loop_reads(node: g.Activity) -> Iterator[Read]:
    match node.loop:
        case g.StandardLoop(condition=Expression() as condition):
            yield Read("loop condition", condition, ROUND, anytime=True)
        case g.MultiInstance() as loop:
            for what, expression in (("number", loop.cardinality), ("collection", loop.collection)):
                if expression:
                    yield Read(what, expression)
            for ending in (loop.completion, *(event.condition for event in loop.events)):
                if ending:
                    yield Read("completion condition", ending, COUNTS, anytime=True)


def in_order(what: str, assigns: tuple[g.Assign, ...]) -> Iterator[Read]:
    """Yield the sources of a mapping; each sees what was set before it."""
    earlier: set[str] = set()
    for assign in assigns:
        yield Read(what, assign.source, frozenset(earlier))
        earlier.add(assign.target)


def constant(expression: Expression) -> tuple[bool, Value]:
    """Return whether the expression is the same always, and its value then."""
    if expression.names or expression.possible_names or expression.type_names:
        return False, None
    if re.search(r"\b(now|today)\b", expression.text):
        return False, None
    try:
        return True, expression.evaluate({}, now=ANY_NOON)
    except FeelError:
        return True, None


def as_duration(value: Value) -> Duration | None:
    """Return the duration that a value is or, as text, spells."""
    if isinstance(value, DaysTime | YearsMonths):
        return value
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except FeelError:
        return None
