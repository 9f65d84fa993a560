"""One level of a process as a workflow net: where tokens stand, and every way they can go on.

A place is a sequence flow with a token on it, or a node where a token begins. What depends on data
is left open: an exclusive gateway may take any of its paths. A sub-process is a box that completes,
or is left by a boundary event. What cannot be said exactly this way makes no net.

BPMN 2.0.2, chapter 13; van der Aalst, “The Application of Petri Nets to Workflow Management”.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from processes.core import graph as g
from processes.core.paths import ends_its_level, undoes
from processes.core.reach import reach

MAX_WAYS = 64  # how many outcomes a node may have
MAX_REACHED = 2_000_000  # flows looked at to know what can still come to inclusive joins
Marking = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome of a node: words for the choice, and the places that get a token.

    ``ends_all`` takes every other token away.
    """

    words: str
    placed: tuple[str, ...]
    ends_all: bool = False


@dataclass(frozen=True)
class Net:
    """``start`` are the places that get a token at the beginning."""

    graph: g.Graph
    parent: str | None
    start: Marking

    @cached_property
    def ways(self) -> dict[str, tuple[Way, ...]]:
        return {node.id: tuple(self._ways(node)) for node in self.graph.inside[self.parent]}

    def node_at(self, place: str) -> g.Node:
        """Return the node that a token in this place stands before."""
        return self.graph.nodes[self.graph.flows[place].target if self._is_flow(place) else place]

    def comes_late(self, node: g.Node) -> bool:
        """Tell whether the node may only go on when everything that can go before it has gone."""
        return isinstance(node, g.InclusiveGateway) or self.ways[node.id][:1] == ENDS_ALL

    def taken(self, present: frozenset[str], place: str) -> Marking | None:
        """Return the tokens that the node before ``place`` takes; None while it waits.

        ``present`` are the places that have a token.
        """
        node = self.node_at(place)
        ins = self.graph.incoming[node.id]
        if isinstance(node, g.ParallelGateway | g.ComplexGateway) and len(ins) > 1:
            needed = tuple(flow.id for flow in ins)
            return needed if present.issuperset(needed) else None
        if isinstance(node, g.InclusiveGateway) and len(ins) > 1:
            arrived = tuple(flow.id for flow in ins if flow.id in present)
            return arrived if self._all_arrived(node, present, frozenset(arrived)) else None
        return (place,)

    def _all_arrived(self, join: g.Node, present: frozenset[str], arrived: frozenset[str]) -> bool:
        """Tell whether no token can still arrive where none has (BPMN 2.0.2, 13.4.3)."""
        for place in present - arrived:
            reached = self._reached_flows(join.id, place)
            if reached - arrived and not reached & arrived:
                return False
        return True

    def _reached_flows(self, join: str, place: str) -> frozenset[str]:
        """Return the flows into the join to which a token in this place can come around it."""
        return self._before[join].get(place, frozenset())

    @cached_property
    def _before(self) -> dict[str, dict[str, frozenset[str]]]:
        """For each inclusive join: the flows into it that each place leads to, going around it."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for node in self.graph.inside[self.parent]:
            if isinstance(node, g.InclusiveGateway):
                behind: dict[str, list[str]] = {
                    place: [] for way in self.ways[node.id] for place in way.placed
                }
                into: dict[str, set[str]] = {}
                for flow in self.graph.incoming[node.id]:
                    for place in reach([flow.id], self._sources | behind):
                        into.setdefault(place, set()).add(flow.id)
                found[node.id] = {place: frozenset(flows) for place, flows in into.items()}
        return found

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        """The places from which a token can come into each place, through one node."""
        places: dict[str, list[str]] = {}
        found: dict[str, list[str]] = {}
        for node in self.graph.inside[self.parent]:
            into = [flow.id for flow in self.graph.incoming[node.id]]
            places[node.id] = [*into, node.id]
        for node_id, ways in self.ways.items():
            for way in ways:
                for placed in way.placed:
                    found.setdefault(placed, []).extend(places[node_id])
        for inside in places.values():
            for place in inside:
                found.setdefault(place, [])
        return found

    def _is_flow(self, place: str) -> bool:
        return place in self.graph.flows

    # --- what a node does ------------------------------------------------------------------------

    def _ways(self, node: g.Node) -> Iterator[Way]:
        match node:
            case _ if ends_its_level(node):
                yield ENDS_ALL[0]
            case g.ThrowEvent(triggers=(g.Link(name=name), *_)):
                for other in self.graph.inside[self.parent]:
                    if isinstance(other, g.CatchEvent) and g.Link(name) in other.triggers:
                        yield Way("", (other.id,))
            case g.ExclusiveGateway() | g.EventGateway():
                yield from one_of(node, self._flows(node))
            case _:
                ways = [*some_of(node, self._flows(node)), *self._sent_back(node)]
                yield from self._with_boundary(node, ways)

    def _sent_back(self, node: g.Node) -> Iterator[Way]:
        """Yield the steps that people may send the task back to, as if flows led there."""
        for to in node.policy.send_back if isinstance(node, g.UserTask) else ():
            target = self.graph.nodes.get(to)
            if target is not None and target.parent == self.parent:
                yield Way(f"“{node.label}” is sent back to “{target.label}”", (to,))

    def _flows(self, node: g.Node) -> list[g.Flow]:
        return [flow for flow in self.graph.outgoing[node.id] if flow.target in self.graph.nodes]

    def _with_boundary(self, node: g.Node, ways: list[Way]) -> Iterator[Way]:
        """Yield the ways, each also together with events on the edge of the activity."""
        events = [event for event in self.graph.boundary.get(node.id, ()) if not undoes(event)]
        beside = [event for event in events if not event.interrupting]
        for size in range(len(beside) + 1):
            for fired in combinations(beside, size):
                also = tuple(event.id for event in fired)
                for way in ways:
                    words = [way.words] * bool(way.words) + [occurs(event) for event in fired]
                    yield Way("; ".join(words), (*way.placed, *also))
                for event in events:
                    if event.interrupting:
                        words = [occurs(other) for other in (*fired, event)]
                        yield Way("; ".join(words), (event.id, *also))


ENDS_ALL = (Way("", (), ends_all=True),)


def occurs(event: g.Element) -> str:
    return f"“{event.label}” fires"


def one_of(node: g.Node, flows: Sequence[g.Flow]) -> Iterator[Way]:
    for flow in flows:
        yield Way(takes(node, [flow]) if len(flows) > 1 else "", (flow.id,))
    if not flows:
        yield Way("", ())


def some_of(node: g.Node, flows: Sequence[g.Flow]) -> Iterator[Way]:
    """Yield what is sent along flows without a condition and any of those with one."""
    default = [flow for flow in flows if flow.id == node.default]
    always = [flow for flow in flows if flow.condition is None and flow not in default]
    perhaps = [flow for flow in flows if flow.condition is not None and flow not in default]
    if isinstance(node, g.ParallelGateway):
        always, perhaps, default = list(flows), [], []
    for size in range(len(perhaps) + 1):
        for some in combinations(perhaps, size):
            chosen = [*always, *some] or default
            if chosen or not flows:
                yield Way(takes(node, chosen) if perhaps else "", tuple(flow.id for flow in chosen))


def takes(node: g.Node, flows: Sequence[g.Flow]) -> str:
    return f"“{node.label}” takes {', '.join(f'“{flow.name or flow.id}”' for flow in flows)}"


# --- where a net can be made ---------------------------------------------------------------------


def nets_of(graph: g.Graph) -> Iterator[Net]:
    """Yield a net for the process and each sub-process for which it says exactly what happens."""
    for parent, inside in graph.inside.items():
        around = graph.nodes.get(parent) if parent is not None else None
        start = beginning(graph, parent, around)
        joins = sum(isinstance(node, g.InclusiveGateway) for node in inside)
        if (
            start
            and joins * len(graph.flows) <= MAX_REACHED
            and all(exact(graph, node) for node in inside)
        ):
            yield Net(graph, parent, start)
            if parent is None and graph.withdrawal.to in {node.id for node in inside}:
                # Taken back by the initiator, the process begins again there.
                yield Net(graph, parent, (graph.withdrawal.to,))


def beginning(graph: g.Graph, parent: str | None, around: g.Node | None) -> Marking:
    """Return where a level begins; empty where it can begin in several ways, or in any order."""
    match around:
        case g.SubProcess(kind="ad_hoc"):
            return ()
        case g.SubProcess(kind="event"):
            starts: tuple[g.Node, ...] = graph.start_events(parent)
        case _:
            starts = graph.beginnings[parent]
            entrances = tuple(graph.entrances) if parent is None else ()
            if len(entrances) + bool(starts) > 1:
                return ()
            starts = starts or tuple(graph.nodes[node] for node in entrances)
    return tuple(sorted(node.id for node in starts))


def exact(graph: g.Graph, node: g.Node) -> bool:
    """Tell whether tokens are moved by the node exactly as the net does it."""
    if not isinstance(node, g.ExclusiveGateway):
        events = graph.boundary.get(node.id, ())
        beside = sum(not event.interrupting for event in events)
        conditions = sum(flow.condition is not None for flow in graph.outgoing[node.id])
        back = len(node.policy.send_back) if isinstance(node, g.UserTask) else 0
        most = 2 ** min(conditions, 9) + len(events) - beside + back
        if most * 2 ** min(beside, 9) > MAX_WAYS:
            return False
    match node:
        case g.ComplexGateway():
            return len(graph.incoming[node.id]) <= 1
        case g.EventGateway(parallel=True):
            return False
    if isinstance(node, g.Activity):
        return (node.start_quantity, node.completion_quantity) == (1, 1)
    return True
