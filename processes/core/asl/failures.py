"""What happens when a state fails: errors that are caught, and tasks that take too long."""

from typing import Any

from processes.core.asl import work
from processes.core.asl.board import FAILURE, Board, Pending, Scope
from processes.core.asl.dataflow import STATE, Flow
from processes.core.bpmn.writer import timer

TIMEOUT = "States.Timeout"
CAUGHT = f'{{"Error": {FAILURE}.code, "Cause": {FAILURE}.message}}'
LATE = f'{{"Error": "{TIMEOUT}", "Cause": ""}}'


def catch(board: Board, flow: Flow, scope: Scope, node: str) -> None:
    """Draw an event on the edge for each error that is caught; the first rule for it counts."""
    drawn: set[str] = set()
    for at, rule in enumerate(flow.state.list_of("Catch")):
        names = work.errors_of(rule)
        for code in codes(names):
            if code not in drawn:
                drawn.add(code)
                label = code or "any error"
                event = board.edge(scope, node, label, board.drawing.event("error", code))
                lead_on(board, flow, scope, event, rule, at, CAUGHT)
        flow.add("Catch", "translated", ", ".join(names), ", ".join(codes(names)) or "any error")


def lead_on(
    board: Board, flow: Flow, scope: Scope, event: str, rule: dict[str, Any], at: int, told: str
) -> None:
    """Put what is known of the error where the rule wants it, and go to where it leads."""
    value = flow.placed(told, rule.get("ResultPath", "$"))
    last = event
    if value != STATE:
        last = board.step(scope, f"Note the error of {flow.state.name}", [value])
        board.drawing.flow(event, last)
    target = rule.get("Next")
    scope.pending.append(
        Pending(
            last,
            target if isinstance(target, str) else "",
            f"{flow.state.place}.Catch[{at}].Next",
        )
    )


def timeout(board: Board, flow: Flow, scope: Scope, node: str) -> None:
    """Let a task that takes too long fail, to where that is caught."""
    span = work.span(flow, "TimeoutSeconds")
    if not span:
        return
    event = board.edge(scope, node, "too late", timer("duration", span))
    for at, rule in enumerate(flow.state.list_of("Catch")):
        if {TIMEOUT, "States.ALL"} & set(work.errors_of(rule)):
            lead_on(board, flow, scope, event, rule, at, LATE)
            return
    failed = board.drawing.node(
        "endEvent",
        board.drawing.free_id("timed_out"),
        parent=scope.parent,
        definitions=[board.drawing.event("error", TIMEOUT)],
    )
    board.drawing.flow(event, failed)


def codes(names: list[str]) -> list[str]:
    """Return the codes of the errors; empty stands for any."""
    return list(dict.fromkeys("" if name in work.EVERY_ERROR else name for name in names))


def any_failure(flow: Flow) -> bool:
    """Tell whether the machine goes on after a failure that the worker gives no name for."""
    return any("" in codes(work.errors_of(rule)) for rule in flow.state.list_of("Catch"))
