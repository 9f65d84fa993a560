"""Where tokens can go at all: steps never reached or never left, loops that never wait.

What depends on data is left open: an exclusive gateway may take any of its paths.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from processes.core import graph as g
from processes.core.findings import Finding
from processes.core.reach import reach, reverse

SHOWN = 4
PASSED_AT_ONCE = g.ExclusiveGateway | g.ParallelGateway | g.InclusiveGateway | g.ComplexGateway


def check_paths(graph: g.Graph) -> Iterator[Finding]:
    """Yield what is wrong with the ways through the process."""
    beside = on_its_level(graph)
    alive = reach(beginnings(graph), successors(graph))
    finishing = reach(ends(graph, beside), reverse(beside))
    early = ended_early(graph)
    for node in graph.nodes.values():
        if node.id not in alive:
            yield Finding(
                node.id,
                "warning",
                "unreachable",
                f"Nothing ever leads to “{node.label}” from the start.",
                "Connect it to the path, or remove it.",
            )
        elif node.id not in finishing:
            yield Finding(
                node.id,
                "warning" if node.parent in early else "error",
                "no-way-out",
                f"From “{node.label}” no end can be reached, so the process would never finish"
                f"{' by itself' if node.parent in early else ''}.",
                "Lead a flow on to an end event.",
            )
    yield from endless_loops(graph, beside)


def beginnings(graph: g.Graph) -> list[str]:
    """Return the nodes that begin an instance, in whatever way."""
    ordinary = (*graph.start_events(), *graph.beginnings[None])
    events = chain.from_iterable(graph.event_sub_processes.get(None, ()))
    back = [graph.withdrawal.to] if graph.withdrawal.to in graph.nodes else []
    return [*(node.id for node in (*ordinary, *events)), *graph.entrances, *back]


def ends(graph: g.Graph, beside: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the nodes where a level may end: end events, and what leads nowhere (13.3.4)."""
    return [
        node.id
        for node in graph.nodes.values()
        if isinstance(node, g.EndEvent) or not beside[node.id]
    ]


def ended_early(graph: g.Graph) -> set[str | None]:
    """Return the levels that something can end while tokens are under way in them.

    That is an end event that takes all tokens, an event sub-process or boundary event that
    interrupts, or the end of a level around.
    """
    ending = {node.parent for node in graph.nodes.values() if ends_its_level(node)}
    ending |= {
        parent
        for parent, pairs in graph.event_sub_processes.items()
        if any(start.interrupting for _, start in pairs)
    }
    ending |= {
        activity
        for activity, events in graph.boundary.items()
        if any(event.interrupting and not undoes(event) for event in events)
    }
    return {level for level in graph.inside if ending & set(levels_around(graph, level))}


def ends_its_level(node: g.Node) -> bool:
    """Tell whether the node takes all tokens of its level away."""
    return isinstance(node, g.EndEvent | g.ThrowEvent) and any(
        isinstance(trigger, g.Terminate | g.Error | g.Cancel) for trigger in node.triggers
    )


def undoes(event: g.BoundaryEvent) -> bool:
    """Tell whether the event is there for compensation, so that no token comes out of it."""
    return any(isinstance(trigger, g.Compensation) for trigger in event.triggers)


def levels_around(graph: g.Graph, level: str | None) -> Iterator[str | None]:
    """Yield a level and those around it; None is the process."""
    yield level
    while level is not None:
        level = graph.nodes[level].parent
        yield level


def on_its_level(graph: g.Graph) -> dict[str, tuple[str, ...]]:
    """Return where each node leads without entering or leaving a sub-process.

    An activity leads to its boundary events, a link to its other half, and compensation to what
    undoes.
    """
    links = {
        (node.parent, trigger): node.id
        for node in graph.nodes.values()
        if isinstance(node, g.CatchEvent)
        for trigger in node.triggers
        if isinstance(trigger, g.Link)
    }
    found: dict[str, tuple[str, ...]] = {}
    for node in graph.nodes.values():
        to = [flow.target for flow in graph.outgoing[node.id] if flow.target in graph.nodes]
        to += [event.id for event in graph.boundary.get(node.id, ())]
        match node:
            case g.ThrowEvent():
                jumps = (links.get((node.parent, trigger)) for trigger in node.triggers)  # type: ignore[arg-type]
                to += [target for target in jumps if target]
            case g.BoundaryEvent(handler=handler) if handler in graph.nodes:
                to.append(handler)
        found[node.id] = tuple(to)
    return found


def successors(graph: g.Graph) -> dict[str, tuple[str, ...]]:
    """Return the nodes that each node leads to, also into a sub-process and out of it again.

    A task leads to the steps that it may be sent back to.
    """
    beside = on_its_level(graph)
    found = {node: list(to) for node, to in beside.items()}
    for node in graph.nodes.values():
        if isinstance(node, g.SubProcess):
            events = chain.from_iterable(graph.event_sub_processes.get(node.id, ()))
            inside = (*graph.start_events(node.id), *graph.beginnings.get(node.id, ()), *events)
            found[node.id].extend(inner.id for inner in inside)
        if node.parent is not None and not beside[node.id]:
            found[node.id].extend(beside.get(node.parent, ()))
        if isinstance(node, g.UserTask):
            found[node.id].extend(to for to in node.policy.send_back if to in graph.nodes)
    return {node: tuple(dict.fromkeys(to)) for node, to in found.items()}


def endless_loops(graph: g.Graph, after: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield loops of gateways alone: nothing changes on the way, so such a loop never ends."""
    gateways = {node.id for node in graph.nodes.values() if isinstance(node, PASSED_AT_ONCE)}
    inner = only_loops({node: [to for to in after[node] if to in gateways] for node in gateways})
    for node in graph.nodes:
        if node not in inner:
            continue
        beyond = reach(inner[node], inner)
        if node in beyond:
            loop = [
                graph.nodes[other].label
                for other in graph.nodes
                if other in beyond and node in reach(inner[other], inner)
            ]
            yield Finding(
                node,
                "error",
                "endless-loop",
                f"“{'”, “'.join(loop[:SHOWN])}” form a loop that never waits for anything.",
                "Put a task or a timer into the loop, or remove the way back.",
            )
            return


def only_loops(edges: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the edges without the nodes that surely lie on no loop."""
    left = entered(entered(set(edges), edges), reverse(edges))
    return {node: [to for to in edges[node] if to in left] for node in edges if node in left}


def entered(nodes: set[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the nodes without those that only lead in from outside, one after another."""
    left = set(nodes)
    count = Counter(target for node in left for target in edges[node])
    waiting = [node for node in left if not count[node]]
    while waiting:
        node = waiting.pop()
        left.discard(node)
        for target in edges[node]:
            count[target] -= 1
            if target in left and not count[target]:
                waiting.append(target)
    return left
