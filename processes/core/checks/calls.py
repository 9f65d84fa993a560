"""Calls of other systems and other processes."""

from collections.abc import Iterator

from processes.core import graph as g
from processes.core.expressions import as_duration, constant
from processes.core.feel import DaysTime, YearsMonths
from processes.core.findings import Finding
from processes.core.retry import LONGEST_CALL


def check_calls(graph: g.Graph) -> Iterator[Finding]:
    """Yield what calls nothing, or would wait longer than a call may."""
    for node in graph.nodes.values():
        match node:
            case g.ServiceTask(call=g.HttpCall() as call):
                yield from unsound_call(node, call)
            case g.ServiceTask(call=g.Topic(name="")):
                yield Finding(
                    node.id,
                    "error",
                    "no-topic",
                    f"“{node.label}” does not say to which workers it offers its work.",
                    'Add <placet:topic name="credit-check"/>.',
                )
            case g.CallActivity(process=""):
                yield Finding(
                    node.id,
                    "error",
                    "no-process",
                    f"“{node.label}” does not say which process it calls.",
                    'Write its id as calledElement="…".',
                )


def unsound_call(node: g.ServiceTask, call: g.HttpCall) -> Iterator[Finding]:
    """Yield a call without a connection, and one that would wait too long for its answer."""
    timeout = as_duration(constant(call.timeout)[1])
    longest = DaysTime.of(LONGEST_CALL)
    if isinstance(timeout, YearsMonths) or (timeout is not None and timeout > longest):
        yield Finding(
            node.id,
            "warning",
            "timeout-cut",
            f"“{node.label}” would wait {timeout} for its answer; a call waits {longest} at most.",
            "Write a shorter timeout, and let the other system answer later.",
        )
    if not call.connection:
        yield Finding(
            node.id,
            "error",
            "no-connection",
            f"“{node.label}” does not say which system it calls.",
            'Add <placet:http connection="orders" method="POST" path="/orders"/>.',
        )
