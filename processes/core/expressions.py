"""Which expressions a node has, and what is certain about them before anything runs."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

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
            yield "The timeout", node.call.timeout
            yield "The backoff", node.retry.backoff
            yield "The cap", node.retry.cap
        case g.CatchEvent() | g.BoundaryEvent():
            if node.trigger.kind == "duration":
                yield "The time", node.trigger.expression


def node_expressions(node: g.Node) -> Iterator[tuple[str, Expression]]:
    """Yield every expression of a node with a word for it."""
    for what, expression in spans(node):
        yield what.rpartition(" ")[2], expression
    match node:
        case g.UserTask():
            who = node.assignment
            people = [*who.users, *who.groups, *who.exclude]
            for rung in node.escalations:
                people += [*rung.users, *rung.groups]
            yield from (("people", entry) for entry in people if isinstance(entry, Expression))
        case g.ServiceTask():
            if isinstance(node.call.path, Expression):
                yield "path", node.call.path
            if node.call.body:
                yield "body", node.call.body
            if node.result:
                yield "result", node.result
        case g.CatchEvent() | g.BoundaryEvent():
            if node.trigger.kind != "duration":
                yield "time", node.trigger.expression


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
