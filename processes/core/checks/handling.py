"""What people may do with a task beside answering it, and what happens when they do not."""

from collections.abc import Iterator

from processes.core import graph as g
from processes.core.checks.agreement import automatic_yes, unknown_outcome
from processes.core.findings import Finding
from processes.core.paths import on_its_level
from processes.core.reach import reach

WITHDRAWAL_WORDS = ("never", "firstDecision", "end")


def check_handling(graph: g.Graph) -> Iterator[Finding]:
    """Yield ladders that lean on nothing, and ways back that lead nowhere."""
    after = on_its_level(graph)
    for node in graph.nodes.values():
        if isinstance(node, g.UserTask):
            yield from check_ladder(node)
            for to in node.policy.send_back:
                yield from check_send_back(graph, node, to, after)
    yield from check_withdrawal(graph)


def check_ladder(node: g.UserTask) -> Iterator[Finding]:
    until = node.deadline or g.Deadline()
    spans = {"completeBy": until.complete_by, "startBy": until.start_by}
    missing = {rung.of: None for rung in node.escalations if spans[rung.of] is None}
    for of in missing:
        yield Finding(
            node.id,
            "error",
            "escalation-without-deadline",
            f"“{node.label}” escalates after its deadline, but has none.",
            f"Add placet:deadline with {of}.",
        )
    if until.remind_before and until.complete_by is None:
        yield Finding(
            node.id,
            "error",
            "reminder-without-deadline",
            f"“{node.label}” reminds before its deadline, but has none.",
            "Add completeBy to placet:deadline.",
        )
    for rung in node.escalations:
        if rung.do != "answer":
            continue
        if rung.outcome:
            yield from unknown_outcome(node, rung.outcome, "placet:escalation (outcome)")
        elif not any(outcome.kind == "negative" for outcome in node.outcomes):
            yield Finding(
                node.id,
                "error",
                "no-automatic-outcome",
                f"An escalation answers “{node.label}”, which has no negative outcome.",
                "Write the outcome on placet:escalation.",
            )
        yield from automatic_yes(node, rung.outcome, "when it is late")


def check_send_back(
    graph: g.Graph, node: g.UserTask, to: str, after: dict[str, tuple[str, ...]]
) -> Iterator[Finding]:
    target = graph.nodes.get(to)
    if not isinstance(target, g.UserTask):
        yield Finding(
            node.id,
            "error",
            "unknown-step",
            f"“{node.label}” may be sent back to “{to:.60}”, which is no user task.",
            "Write the id of a user task of this process.",
        )
    elif target.parent != node.parent:
        yield Finding(
            node.id,
            "error",
            "send-back-across",
            f"“{node.label}” may be sent back to “{target.label}”, which lies on another level.",
            "Name a step of the same process or sub-process.",
        )
    elif target is node or node.id not in reach(after[to], after):
        yield Finding(
            node.id,
            "error",
            "send-back-onward",
            f"“{node.label}” may be sent back to “{target.label}”, which does not come before it.",
            "Name a step that comes before.",
        )
    elif node.loop is not None:
        yield Finding(
            node.id,
            "error",
            "send-back-from-round",
            f"“{node.label}” runs several times, so one of them cannot be sent back.",
            "Put the steps into a sub-process that runs several times.",
        )


def check_withdrawal(graph: g.Graph) -> Iterator[Finding]:
    """Yield a withdrawal that ends at an unknown step, or goes on where nothing can begin."""
    until, to = graph.withdrawal.until, graph.withdrawal.to
    if until not in WITHDRAWAL_WORDS and until not in graph.nodes:
        yield Finding(
            graph.id,
            "error",
            "unknown-step",
            f"“{graph.name}” can be taken back until “{until:.60}”, which is no step of it.",
            f"Write {', '.join(WITHDRAWAL_WORDS)}, or the id of a step.",
        )
    if not to:
        return
    target = graph.nodes.get(to)
    if target is None:
        yield Finding(
            graph.id,
            "error",
            "unknown-step",
            f"“{graph.name}” goes on at “{to:.60}” when it is taken back, which is no step of it.",
            "Write the id of a step, or remove it to cancel.",
        )
    elif target.parent is not None or not may_begin(target):
        yield Finding(
            graph.id,
            "error",
            "withdrawal-target",
            f"“{graph.name}” cannot go on at “{target.label}” when it is taken back.",
            "Name a task, a gateway or an end on the outermost level.",
        )


def may_begin(node: g.Node) -> bool:
    """Tell whether a token can be put before the node."""
    if isinstance(node, g.StartEvent | g.BoundaryEvent):
        return False
    if isinstance(node, g.Activity) and node.for_compensation:
        return False
    return not (isinstance(node, g.SubProcess) and node.kind == "event")
