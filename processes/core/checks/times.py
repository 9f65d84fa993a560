"""Spans that are none, and moments that have passed."""

from collections.abc import Iterator
from datetime import datetime

from processes.core import graph as g
from processes.core.expressions import as_duration, constant, spans
from processes.core.feel import DaysTime, Duration, Expression, Value, YearsMonths, to_json
from processes.core.findings import Finding


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
        for moment in moments(node) if now else ():
            known, value = constant(moment)
            if known and now and passed(value, now):
                yield Finding(
                    node.id,
                    "warning",
                    "timer-in-the-past",
                    f"The time of “{node.label}” has already passed, so it fires at once.",
                    "Write a later date, or a duration.",
                )


def moments(node: g.Node) -> Iterator[Expression]:
    """Yield the dates and times that an event waits for."""
    if isinstance(node, g.Catching):
        for trigger in node.triggers:
            if isinstance(trigger, g.Timer) and trigger.kind == "date":
                yield trigger.expression


def reminder_too_early(deadline: g.Deadline) -> bool:
    """Tell whether the reminder surely lies before the task was opened."""
    if deadline.complete_by is None:
        return False
    whole = as_duration(constant(deadline.complete_by)[1])
    return any(
        not_shorter(as_duration(constant(before)[1]), whole) for before in deadline.remind_before
    )


def not_shorter(before: Duration | None, whole: Duration | None) -> bool:
    """Tell whether a span is surely as long as another; months and days are not compared."""
    match before, whole:
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
