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
            if node.deadline:
                yield "The deadline", node.deadline.complete_by
                if node.deadline.remind_before:
                    yield "The reminder", node.deadline.remind_before
            for rung in node.escalations:
                yield "An escalation", rung.after
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
            yield from (Read("people", who) for who in people(node) if isinstance(who, Expression))
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


def people(task: g.UserTask) -> Iterator[str | Expression]:
    """Yield everybody whom a task asks or excludes."""
    who = task.assignment
    yield from (*who.users, *who.groups, *who.exclude)
    for rung in task.escalations:
        yield from (*rung.users, *rung.groups)


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
