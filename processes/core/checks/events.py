"""Events that cannot be told apart, errors that nobody catches, and nothing to undo."""

from collections.abc import Iterator, Sequence

from processes.core import graph as g
from processes.core.findings import Finding


def check_events(graph: g.Graph) -> Iterator[Finding]:
    """Yield what waits twice for the same, and what is thrown for nobody."""
    for node in graph.nodes.values():
        match node:
            case g.EventGateway():
                targets = [graph.nodes.get(flow.target) for flow in graph.outgoing[node.id]]
                yield from awaited_twice(
                    f"behind “{node.label}”", [target for target in targets if target]
                )
            case g.ThrowEvent() | g.EndEvent():
                for trigger in node.triggers:
                    if isinstance(trigger, g.Compensation):
                        yield from nothing_to_undo(graph, node, trigger)
                    if isinstance(trigger, g.Error) and node.parent is not None:
                        yield from uncaught(graph, node, trigger.code)
            case g.ServiceTask():
                for mapping in node.errors:
                    yield from uncaught(graph, node, mapping.code)
            case g.UserTask():
                yield from thrown_by_people(graph, node)
        if events := graph.boundary.get(node.id):
            yield from awaited_twice(f"on the edge of “{node.label}”", events)


def awaited_twice(where: str, events: Sequence[g.Node]) -> Iterator[Finding]:
    """Yield events of which only the first can ever occur, because both wait for the same."""
    seen: dict[tuple[str, str, str], g.Node] = {}
    for event in events:
        interrupting = not isinstance(event, g.BoundaryEvent) or event.interrupting
        triggers = event.triggers if isinstance(event, g.Catching) else g.awaited_by(event)
        for sign in filter(None, map(sign_of, triggers)):
            if first := seen.get(sign):
                yield Finding(
                    event.id,
                    "warning",
                    "same-event-twice",
                    f"“{first.label}” and “{event.label}” wait for the same {where}, "
                    "so one of them never occurs.",
                    "Remove one, or let them wait for different things.",
                )
            elif interrupting:
                seen[sign] = event


def sign_of(trigger: g.Trigger) -> tuple[str, str, str] | None:
    """Return by what an event is known from others of its kind; None where each is its own."""
    match trigger:
        case g.Message(name=name, key=key):
            return "message", name, key.text if key is not None else ""
        case g.Signal(name=name):
            return "signal", name, ""
        case g.Error(code=code):
            return "error", code, ""
        case g.Escalation(code=code):
            return "escalation", code, ""
        case _:
            return None


def nothing_to_undo(
    graph: g.Graph, node: g.ThrowEvent | g.EndEvent, thrown: g.Compensation
) -> Iterator[Finding]:
    """Yield a throw of compensation for which nothing is modelled (BPMN 2.0.2, 10.7)."""
    level = node.parent
    while level is not None and _undoes(graph.nodes[level]):
        level = graph.nodes[level].parent
    named = graph.nodes.get(thrown.activity)
    candidates = (named,) if named is not None else graph.inside.get(level, ())
    if not any(undoable(graph, candidate) for candidate in candidates):
        what = f"“{named.label}”" if named is not None else "anything before it"
        yield Finding(
            node.id,
            "warning",
            "nothing-to-undo",
            f"“{node.label}” undoes {what}, but nothing says how.",
            "Attach a compensation event with the task that undoes.",
        )


def undoable(graph: g.Graph, node: g.Node) -> bool:
    """Tell whether compensation of the node does anything."""
    if any(event.handler for event in graph.boundary.get(node.id, ())):
        return True
    if isinstance(node, g.CallActivity):
        return True
    return isinstance(node, g.SubProcess) and any(
        undoable(graph, inner) or _undoes(inner) for inner in graph.inside.get(node.id, ())
    )


def _undoes(node: g.Node) -> bool:
    return isinstance(node, g.SubProcess) and node.kind == "event"


def thrown_by_people(graph: g.Graph, node: g.UserTask) -> Iterator[Finding]:
    """Yield what a task throws when people give it up, or let it lie, and nothing catches."""
    for code in node.policy.fails_with:
        yield from uncaught(graph, node, code)
    for rung in node.escalations:
        if rung.do == "throw" and rung.code:
            yield from unheard(graph, node, rung.code)


def uncaught(graph: g.Graph, node: g.Node, code: str) -> Iterator[Finding]:
    """Yield an error that no event on the way up catches (BPMN 2.0.2, 10.5.6)."""
    if not caught(graph, node, g.Error(code)):
        people = isinstance(node, g.UserTask)
        yield Finding(
            node.id,
            "warning",
            "uncaught-error",
            f"Nothing catches the error “{code:.60}” of “{node.label}”, so it "
            f"{'becomes an incident' if people else 'ends the process'}.",
            "Attach an error event with this code.",
        )


def unheard(graph: g.Graph, node: g.Node, code: str) -> Iterator[Finding]:
    """Yield an escalation that no event on the way up catches, so that it does nothing."""
    if not caught(graph, node, g.Escalation(code)):
        yield Finding(
            node.id,
            "warning",
            "uncaught-escalation",
            f"Nothing catches the escalation “{code:.60}” of “{node.label}”, so it does nothing.",
            "Attach an escalation event with this code.",
        )


def caught(graph: g.Graph, node: g.Node, thrown: g.Error | g.Escalation) -> bool:
    """Tell whether an event on the edge of the node, or further out, catches what it throws."""
    here: g.Node | None = node
    while here is not None:
        edges = graph.boundary.get(here.id, ())
        inner = (start for _, start in graph.event_sub_processes.get(here.parent, ()))
        for event in (*edges, *inner):
            if any(
                type(trigger) is type(thrown) and trigger.code in ("", thrown.code)
                for trigger in event.triggers
            ):
                return True
        here = graph.nodes.get(here.parent or "")
    return False
