"""What a model leaves to the world outside: messages it does not send, processes it only calls."""

from collections.abc import Iterator, Sequence

from processes.core import graph as g
from processes.core.feel import compile_expression


def sent_inside(graphs: Sequence[g.Graph]) -> set[tuple[str, str]]:
    """Return the messages and signals that the processes themselves send, as (trigger, name)."""
    return {found for graph in graphs for node in graph.nodes.values() for found in _sent_by(node)}


def _sent_by(node: g.Node) -> Iterator[tuple[str, str]]:
    match node:
        case g.SendTask():
            yield "message", node.message.name
        case g.ThrowEvent() | g.EndEvent():
            for trigger in node.triggers:
                match trigger:
                    case g.Message():
                        yield "message", trigger.name
                    case g.Signal():
                        yield "signal", trigger.name


def stand_ins(graphs: Sequence[g.Graph]) -> list[g.Graph]:
    """Return a process of one job for each called process that the file does not hold."""
    known = {graph.id for graph in graphs}
    called = {
        node.process
        for graph in graphs
        for node in graph.nodes.values()
        if isinstance(node, g.CallActivity)
    }
    return [_stand_in(process) for process in sorted(called - known)]


def _stand_in(process: str) -> g.Graph:
    once = compile_expression('"PT1S"')
    nodes: list[g.Node] = [
        g.StartEvent(id="start"),
        g.ServiceTask(id="work", call=g.Topic(process), retry=g.Retry(1, once, 1.0, once)),
        g.EndEvent(id="end"),
    ]
    flows = [g.Flow("begin", "start", "work"), g.Flow("finish", "work", "end")]
    return g.Graph(
        id=process,
        name=process,
        nodes={node.id: node for node in nodes},
        flows={flow.id: flow for flow in flows},
    )
