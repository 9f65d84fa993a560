"""Where tokens can go: steps never reached or never left, loops that never wait, joins that starve.

What depends on data is left open: an exclusive gateway may take any of its paths. So “never” is
certain, and “may” is an example to look at.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from processes.core import graph as g
from processes.core.findings import Finding

MAX_MARKINGS = 5_000
MAX_SAME = 3
MAX_CONDITIONS = 5
SHOWN_CHOICES = 4

Marking = tuple[str, ...]


def check_paths(graph: g.Graph) -> Iterator[Finding]:
    """Yield what is wrong with the ways through the process."""
    after = successors(graph)
    starts = [node.id for node in graph.start_events()]
    alive = reach(starts, after)
    ends = [node.id for node in graph.nodes.values() if isinstance(node, g.EndEvent)]
    before = reverse(after)
    finishing = reach(ends, before)
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
                "error",
                "no-way-out",
                f"From “{node.label}” no end can be reached, so the process would never finish.",
                "Lead a flow on to an end event.",
            )
    yield from endless_loops(graph, after)
    yield from starving_joins(graph)


def successors(graph: g.Graph) -> dict[str, tuple[str, ...]]:
    """Return the nodes that each node leads to; an activity also leads to its boundary events."""
    return {
        node: (
            *(flow.target for flow in graph.outgoing[node] if flow.target in graph.nodes),
            *(event.id for event in graph.boundary.get(node, ())),
        )
        for node in graph.nodes
    }


def reverse(edges: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return the edges the other way round."""
    found: dict[str, list[str]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target in targets:
            found[target].append(node)
    return found


def reach(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything that can be reached, the starts included."""
    found = set(starts)
    waiting = deque(found)
    while waiting:
        for target in edges[waiting.popleft()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def endless_loops(graph: g.Graph, after: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield loops of gateways alone: nothing changes on the way, so such a loop never ends."""
    gateways = {
        node.id
        for node in graph.nodes.values()
        if isinstance(node, g.ExclusiveGateway | g.ParallelGateway)
    }
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
                f"“{'”, “'.join(loop[:SHOWN_CHOICES])}” form a loop that never waits for anything.",
                "Put a task or a timer into the loop, or remove the way back.",
            )
            return


def only_loops(edges: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the edges without the nodes that surely lie on no loop."""
    left = {node: list(targets) for node, targets in edges.items()}
    while True:
        entered = {target for targets in left.values() for target in targets}
        kept = {
            node: [target for target in targets if left.get(target)]
            for node, targets in left.items()
            if targets and node in entered
        }
        if kept == left:
            return kept
        left = kept


# --- parallel joins ------------------------------------------------------------------------------


@dataclass(slots=True)
class Play:
    """Every way the tokens can go, one step at a time, as far as the bounds allow."""

    complete: bool = True
    fired: set[str] = field(default_factory=set)
    stuck: dict[str, Marking] = field(default_factory=dict)
    came_from: dict[Marking, tuple[Marking, str]] = field(default_factory=dict)

    def choices(self, marking: Marking) -> list[str]:
        """Return the choices that led to a marking, the first one first."""
        found = []
        while marking in self.came_from:
            marking, choice = self.came_from[marking]
            if choice:
                found.append(choice)
        return found[::-1]


def starving_joins(graph: g.Graph) -> Iterator[Finding]:
    """Yield parallel joins that wait for a branch which never comes, with the way to get there."""
    played = play(graph)
    terminates = any(
        isinstance(node, g.EndEvent) and node.trigger is not None for node in graph.nodes.values()
    )
    for join, marking in played.stuck.items():
        label = graph.nodes[join].label
        chosen = "; ".join(played.choices(marking)[-SHOWN_CHOICES:])
        way = f" It happens after: {chosen}." if chosen else ""
        if played.complete and join not in played.fired and not terminates:
            yield Finding(
                join,
                "error",
                "join-never-complete",
                f"“{label}” joins branches that never all arrive, so the process stays there.{way}",
                "Join with an exclusive gateway what an exclusive gateway has split.",
            )
        else:
            yield Finding(
                join,
                "warning",
                "join-may-starve",
                f"“{label}” may wait for a branch that never comes.{way}",
                "Join with an exclusive gateway what an exclusive gateway has split.",
            )


def play(graph: g.Graph) -> Play:
    """Move tokens until every marking has been seen or the bounds are met.

    Only one enabled step of a marking is followed, with all its outcomes: steps elsewhere do not
    take its tokens away, so no place where tokens get stuck is missed.
    """
    played = Play()
    begin: Marking = tuple(sorted(node.id for node in graph.start_events()))
    seen = {begin}
    waiting = [begin]
    while waiting:
        marking = waiting.pop()
        step = next_step(graph, marking)
        if step is None:
            for place in marking:
                played.stuck.setdefault(target_of(graph, place), marking)
            continue
        node, used = step
        played.fired.add(node.id)
        for choice, placed in outcomes(graph, node):
            if choice is None:
                played.complete = False
                continue
            after = moved(marking, used, placed, node)
            if max((after.count(place) for place in set(placed)), default=0) > MAX_SAME:
                played.complete = False
            elif after not in seen:
                if len(seen) >= MAX_MARKINGS:
                    return Play(complete=False)
                seen.add(after)
                played.came_from[after] = (marking, choice)
                waiting.append(after)
    return played


def target_of(graph: g.Graph, place: str) -> str:
    """Return the node that a token in this place stands on; a place is a flow or a node."""
    return graph.flows[place].target if place in graph.flows else place


def next_step(graph: g.Graph, marking: Marking) -> tuple[g.Node, tuple[str, ...]] | None:
    """Return a node that can go on, and the places it takes tokens from.

    An end that withdraws other tokens comes last, because it takes from steps elsewhere.
    """
    last = None
    present = set(marking)
    blocked: set[str] = set()
    for place in dict.fromkeys(marking):
        node = graph.nodes[target_of(graph, place)]
        match node:
            case g.ParallelGateway():
                if node.id in blocked:
                    continue
                needed = tuple(flow.id for flow in graph.incoming[node.id])
                if present.issuperset(needed):
                    return node, needed
                blocked.add(node.id)
            case g.EndEvent(trigger=g.Terminate()):
                last = (node, (place,))
            case _:
                return node, (place,)
    return last


def moved(marking: Marking, used: Sequence[str], placed: Sequence[str], node: g.Node) -> Marking:
    """Return the marking after the node took and gave its tokens."""
    if isinstance(node, g.EndEvent) and node.trigger is not None:
        return ()
    left = list(marking)
    for place in used:
        left.remove(place)
    return tuple(sorted([*left, *placed]))


def outcomes(graph: g.Graph, node: g.Node) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield each way a node can go on: words for the choice, and the places that get a token.

    None for the words stands for ways that are too many to follow.
    """
    flows = [flow for flow in graph.outgoing[node.id] if flow.target in graph.nodes]
    for choice, chosen in _chosen(node, flows):
        yield choice, tuple(flow.id for flow in chosen)
        for event in graph.boundary.get(node.id, ()):
            words = f"“{event.label}” fires"
            if event.interrupting:
                yield words, (event.id,)
            else:
                yield words, (*(flow.id for flow in chosen), event.id)


def _chosen(node: g.Node, flows: Sequence[g.Flow]) -> Iterator[tuple[str | None, list[g.Flow]]]:
    if isinstance(node, g.ExclusiveGateway) and len(flows) > 1:
        for flow in flows:
            yield f"“{node.label}” takes “{flow.name or flow.id}”", [flow]
        return
    default = [flow for flow in flows if flow.id == node.default]
    always = [flow for flow in flows if flow.condition is None and flow not in default]
    perhaps = [flow for flow in flows if flow.condition is not None and flow not in default]
    if len(perhaps) > MAX_CONDITIONS:
        yield None, []
        return
    for size in range(len(perhaps) + 1):
        for some in combinations(perhaps, size):
            chosen = [*always, *some] or default
            if chosen or not flows:
                names = ", ".join(f"“{flow.name or flow.id}”" for flow in chosen)
                yield (f"“{node.label}” takes {names}" if perhaps else ""), chosen
