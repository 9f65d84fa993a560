"""Places where a process gets stuck, or goes on twice: soundness of its net.

Every way the tokens can go is played, one step at a time. Where that would take too long, nothing
is said; where it is finished, “never” is certain and “may” comes with an example.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from processes.core import graph as g
from processes.core.findings import Finding
from processes.core.net import Marking, Net, Way, nets_of
from processes.core.paths import ended_early

MAX_MARKINGS = 5_000  # of one level
MAX_SAME = 3
SHOWN_CHOICES = 4


@dataclass(slots=True)
class Budget:
    """How much may be played for a whole process: tokens written down, in all markings together."""

    tokens: int = 1_000_000

    def spend(self, marking: Marking) -> bool:
        """Tell whether there is enough for one more marking, and take it away."""
        self.tokens -= len(marking) + 1
        return self.tokens > 0


@dataclass(slots=True)
class Play:
    """The markings that were seen, and how each was come to.

    ``fired`` are the nodes that went on, ``stuck`` a marking for each node that waits forever,
    ``doubled`` a marking for each place that got a second token.
    """

    complete: bool = True
    fired: set[str] = field(default_factory=set)
    stuck: dict[str, Marking] = field(default_factory=dict)
    doubled: dict[str, Marking] = field(default_factory=dict)
    came_from: dict[Marking, tuple[Marking, str]] = field(default_factory=dict)

    def story(self, marking: Marking) -> str:
        """Return the choices that led to a marking as a sentence; empty when there was none."""
        found: list[str] = []
        while marking in self.came_from:
            marking, words = self.came_from[marking]
            if words:
                found.append(words)
        chosen = "; ".join(found[:SHOWN_CHOICES][::-1])
        return f" It happens after: {chosen}." if chosen else ""


def check_soundness(graph: g.Graph) -> Iterator[Finding]:
    """Yield joins that wait for a branch that never comes, and merges that branches pass singly."""
    budget, early = Budget(), ended_early(graph)
    for net in nets_of(graph):
        yield from starving_joins(net, budget, may_end=net.parent in early)
        yield from unsynchronized_merges(net, budget)


# --- joins that wait forever ---------------------------------------------------------------------


def starving_joins(net: Net, budget: Budget, *, may_end: bool) -> Iterator[Finding]:
    """Yield joins at which tokens are left over when nothing can go on.

    ``may_end`` says that something else can end the level while a join waits.
    """
    played = play(net, budget)
    for join, marking in played.stuck.items():
        node = net.graph.nodes[join]
        missing = [flow for flow in net.graph.incoming[join] if flow.id not in marking]
        lacks = f" It has no token from {', '.join(_from(net, flow) for flow in missing[:3])}."
        never = played.complete and join not in played.fired and not may_end
        sentence = (
            f"“{node.label}” joins branches that never all arrive, so the process stays there."
            if never
            else f"“{node.label}” may wait for a branch that never comes."
        )
        yield Finding(
            join,
            "error" if never else "warning",
            "join-never-complete" if never else "join-may-starve",
            f"{sentence}{lacks if missing else ''}{played.story(marking)}",
            "Join with the kind of gateway that has split: exclusive after exclusive, "
            "inclusive after inclusive.",
        )


def play(net: Net, budget: Budget) -> Play:
    """Move tokens until every marking has been seen or the bounds are met.

    Only one node of a marking is followed, with all its outcomes: nodes elsewhere do not take its
    tokens away, so no place where tokens get stuck is missed.
    """
    played = Play()
    seen = {net.start}
    waiting = deque([net.start])
    while waiting:
        marking = waiting.popleft()
        step = next_step(net, marking)
        if step is None:
            for place in marking:
                played.stuck.setdefault(net.node_at(place).id, marking)
            continue
        node, taken = step
        played.fired.add(node.id)
        for way in net.ways[node.id]:
            after = moved(marking, taken, way)
            if max((after.count(place) for place in set(way.placed)), default=0) > MAX_SAME:
                played.complete = False
            elif after not in seen:
                if len(seen) >= MAX_MARKINGS or not budget.spend(after):
                    return Play(complete=False)
                seen.add(after)
                played.came_from[after] = (marking, way.words)
                waiting.append(after)
    return played


def next_step(net: Net, marking: Marking) -> tuple[g.Node, Marking] | None:
    """Return a node that can go on, and the tokens that it takes.

    One whose turn depends on tokens elsewhere comes last.
    """
    last = None
    for node, taken in steps(net, marking):
        if not net.comes_late(node):
            return node, taken
        last = (node, taken)
    return last


def steps(net: Net, marking: Marking) -> Iterator[tuple[g.Node, Marking]]:
    """Yield every node that can go on, with the tokens that it takes."""
    present = frozenset(marking)
    joins: set[str] = set()
    for place in dict.fromkeys(marking):
        node = net.node_at(place)
        if node.id in joins:
            continue
        if is_join(net, node):
            joins.add(node.id)
        if (taken := net.taken(present, place)) is not None:
            yield node, taken


def is_join(net: Net, node: g.Node) -> bool:
    waits = isinstance(node, g.ParallelGateway | g.InclusiveGateway | g.ComplexGateway)
    return waits and len(net.graph.incoming[node.id]) > 1


def moved(marking: Marking, taken: Sequence[str], way: Way) -> Marking:
    """Return the marking after a node took and gave its tokens."""
    if way.ends_all:
        return ()
    left = list(marking)
    for place in taken:
        left.remove(place)
    return tuple(sorted([*left, *way.placed]))


# --- merges without synchronization --------------------------------------------------------------


def unsynchronized_merges(net: Net, budget: Budget) -> Iterator[Finding]:
    """Yield merges that let two tokens through which are under way at the same time."""
    played = interleave(net, budget)
    told: set[str] = set()
    for place, marking in played.doubled.items():
        merge = merge_before(net, place)
        if merge.id not in told:
            told.add(merge.id)
            ways = " and ".join(_from(net, flow) for flow in net.graph.incoming[merge.id][:3])
            yield Finding(
                merge.id,
                "warning",
                "lack-of-synchronization",
                f"“{merge.label}” does not wait for {ways or 'the other branch'}: each goes on by "
                f"itself, so what comes after runs more than once.{played.story(marking)}",
                "Join with a parallel gateway what was split to run side by side.",
            )


def interleave(net: Net, budget: Budget) -> Play:
    """Move tokens in every order until a place would get a second one.

    A token passes nodes with one way on at once, which changes no meeting of two tokens.
    """
    played = Play()
    start = tuple(sorted(passed(net, place) for place in net.start))
    seen = {start}
    waiting = deque([start])
    while waiting:
        marking = waiting.popleft()
        for node, taken in steps(net, marking):
            for way in net.ways[node.id]:
                after = moved(marking, taken, Way(way.words, passing(net, way), way.ends_all))
                if after in seen:
                    continue
                if len(seen) >= MAX_MARKINGS or not budget.spend(after):
                    return Play(complete=False)
                seen.add(after)
                played.came_from[after] = (marking, way.words)
                twice = next((one for one, other in pairwise(after) if one == other), None)
                if twice is None:
                    waiting.append(after)
                else:
                    played.doubled.setdefault(twice, after)
    return played


def passing(net: Net, way: Way) -> tuple[str, ...]:
    return tuple(passed(net, place) for place in way.placed)


def passed(net: Net, place: str) -> str:
    """Return where a token in ``place`` comes to rest: before a choice, a join or an end."""
    been = {place}
    while True:
        node = net.node_at(place)
        ways = net.ways[node.id]
        if is_join(net, node) or len(ways) != 1:
            return place
        placed = ways[0].placed
        if len(placed) != 1 or placed[0] in been:
            return place
        place = placed[0]
        been.add(place)


def merge_before(net: Net, place: str) -> g.Node:
    """Return the nearest node before a place into which several flows lead, else the one at it."""
    here = net.node_at(place)
    flow = net.graph.flows.get(place)
    node = here if flow is None else net.graph.nodes[flow.source]
    been: set[str] = set()
    while len(ins := net.graph.incoming[node.id]) == 1 and node.id not in been:
        been.add(node.id)
        node = net.graph.nodes[ins[0].source]
    return node if len(ins) > 1 else here


def _from(net: Net, flow: g.Flow) -> str:
    return f"“{net.graph.nodes[flow.source].label}”"
