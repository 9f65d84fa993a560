"""From steps and flows to nested lists: branches that meet again become a block.

A list runs from top to bottom. Where a flow leads to a step that stands elsewhere, ``next`` names
it, so every graph can be told; blocks only make most of them pleasant to read.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from processes.core.short.vocabulary import BRANCHING, JOINS

# How many places where branches could meet are looked at.
TRIES = 12

Data = dict[str, Any]


@dataclass(slots=True)
class Node:
    """A step and what is said about it, under its word; ``inside`` are the steps in it.

    ``host`` is the activity on whose edge it is, ``event`` that it is begun by an event, ``of``
    the kind of a gateway that may only bring flows together.
    """

    id: str
    kind: str
    word: str
    said: Data
    of: str = ""
    host: str = ""
    inside: Data = field(default_factory=dict)
    event: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    source: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False


@dataclass(slots=True)
class Level:
    """A process or sub-process; ``prefix`` begins the ids of the start and end it may leave out.

    ``undone`` is the activity that undoes, by the event on the edge of the one that is undone.
    """

    prefix: str
    ad_hoc: bool = False
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)


class Teller:
    """Walks the flows of a level; every step is told where it is first reached.

    ``lacks`` is what the short form has no word for, by the id of its step.
    """

    def __init__(self, level: Level) -> None:
        self.level, self.nodes = level, level.nodes
        self.lacks: list[tuple[str, str]] = []
        self.out: dict[str, list[Flow]] = {id_: [] for id_ in self.nodes}
        self.into: dict[str, list[Flow]] = {id_: [] for id_ in self.nodes}
        for flow in sorted(level.flows, key=lambda flow: flow.default):
            self.out[flow.source].append(flow)
            self.into[flow.target].append(flow)
        self.hung: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.host:
                self.hung.setdefault(node.host, []).append(node)
        aside = {*level.undone.values(), *(id_ for id_, node in self.nodes.items() if node.event)}
        self.own = [id_ for id_, node in self.nodes.items() if not node.host and id_ not in aside]
        self.told: set[str] = set()
        self.jumps: Counter[str] = Counter()
        roots = [id_ for id_ in self.own if not self.into[id_]]
        self.roots = sorted(roots, key=lambda id_: self.nodes[id_].kind != "startEvent")
        # What the main path reaches is told there, not below an event that also leads to it.
        self.main = frozenset(self._walk(self.roots, frozenset(), edges=False))

    def whole(self) -> Data:
        """Return ``steps`` and ``events`` of the level."""
        items: list[Data] = []
        for root in [*self.roots, *self.own]:
            if root not in self.told:
                steps = self._list(root, "", frozenset())
                if self.level.ad_hoc:
                    name_the_next(steps)
                items += steps
        events = [self._item(node, frozenset()) for node in self.nodes.values() if node.event]
        for id_ in self.nodes:
            if id_ not in self.told:
                self.lacks.append((id_, "something that hangs on nothing"))
        if not self.level.ad_hoc:
            items = self._without_start(self._without_end(items, f"{self.level.prefix}end"))
        if not items:
            self.lacks.append(("", "a process or sub-process without steps"))
        return {"steps": items, **({"events": events} if events else {})}

    # --- lists -------------------------------------------------------------------------------

    def _list(self, id_: str, stop: str, walls: AbstractSet[str]) -> list[Data]:
        """Return the steps from this one on, until a path ends or reaches what is told elsewhere.

        Into ``stop`` the list simply runs; a wall, which somebody else tells, is named by ``next``.
        """
        items: list[Data] = []
        while True:
            node = self.nodes[id_]
            item = self._item(node, walls | {stop})
            items.append(item)
            if node.word in BRANCHING and "merge" not in item:
                after = self._branches(node, item, stop, walls)
            else:
                after = self._after(node)
            if not after or after == stop:
                return items
            if after in self.told or after in walls:
                item["next"] = after
                self.jumps[after] += 1
                return items
            id_ = after

    def _after(self, node: Node) -> str:
        """Return where the one flow from here leads; nothing behind an end."""
        flows = self.out[node.id]
        if len(flows) > 1:
            self.lacks.append((node.id, "several flows that leave it without a gateway"))
        if any(flow.name or flow.condition for flow in flows):
            self.lacks.append((node.id, "a name or a condition on the one flow that leaves it"))
        ends = node.kind == "endEvent" or "link" in node.said or self.level.ad_hoc
        if not flows and not ends:
            self.lacks.append((node.id, "a path that stops without an end event"))
        return flows[0].target if flows else ""

    def _way(self, target: str, stop: str, walls: AbstractSet[str]) -> Data:
        """Return the ``steps`` or the ``next`` of a branch."""
        if not target or target == stop:
            return {}
        if target in self.told or target in walls:
            self.jumps[target] += 1
            return {"next": target}
        return {"steps": self._list(target, stop, walls)}

    def _item(self, node: Node, walls: AbstractSet[str]) -> Data:
        self.told.add(node.id)
        if node.of and len(self.out[node.id]) < 2 and not self._chooses(node):
            of = {} if node.of == "exclusive" else {"of": node.of}
            return {"merge": node.id, **of, **node.said}
        item = {node.word: node.id, **node.said, **node.inside}
        hung = [self._hung(event, walls) for event in self.hung.get(node.id, [])]
        return {**item, "on": hung} if hung else item

    def _chooses(self, node: Node) -> bool:
        return any(flow.condition for flow in self.out[node.id])

    def _hung(self, event: Node, walls: AbstractSet[str]) -> Data:
        """Return an event on the edge of an activity with where it leads."""
        self.told.add(event.id)
        said = dict(event.said)
        handler = self.nodes.get(self.level.undone.get(event.id, ""))
        if handler is not None:
            said.pop("compensate", None)
            if self.out[handler.id] or handler.id in self.told:
                self.lacks.append((handler.id, "a way that undoes and goes on"))
            called = {} if event.id == f"{event.host}_undo" else {"id": event.id}
            return {"undo": self._item(handler, walls), **called, **said}
        if "compensate" in said:
            self.lacks.append((event.id, "compensation by nothing"))
        word = next((key for key in said if key not in ("name", "documentation")), "event")
        called = {} if event.id == f"{event.host}_{word}" else {"id": event.id}
        way = self._way(self._after(event), "", walls | self.main)
        if "steps" in way:
            way["steps"] = self._without_end(way["steps"], f"{event.id}_end")
        return {word: said.pop(word, True), **called, **said, **{k: v for k, v in way.items() if v}}

    # --- branches ----------------------------------------------------------------------------

    def _branches(self, node: Node, item: Data, stop: str, walls: AbstractSet[str]) -> str:
        """Tell the branches of a gateway on its item; return where the list goes on."""
        around = walls | {stop}
        join = self._join(node, around)
        goes_on = None if join else self._longest(node, stop, around)
        after = self._leads(node, goes_on) if goes_on else ""
        inner = around | self._reach([after], self.told | around) if after else around
        branches = [
            self._branch(node, flow, join, inner, goes_on=flow is goes_on)
            for flow in self.out[node.id]
        ]
        self._put(node, item, branches)
        if not join:
            return after
        called = self.nodes[join]
        self.told.add(join)
        falling = len(self.into[join]) - self.jumps[join]
        if called.said:
            item["join"] = {"id": join, **called.said}
        elif join != f"{node.id}_join" or falling < 2:
            item["join"] = join
        return self._after(called)

    def _leads(self, node: Node, flow: Flow) -> str:
        """Return where a branch leads; behind an event-based gateway, past its event."""
        if node.word != "first":
            return flow.target
        behind = self.out[flow.target]
        return behind[0].target if behind else ""

    def _branch(
        self, node: Node, flow: Flow, end: str, walls: AbstractSet[str], *, goes_on: bool
    ) -> Data:
        said: Data = {}
        if node.word == "first":
            head = self.nodes[flow.target]
            if head.word not in ("wait", "receive") or len(self.into[head.id]) > 1:
                self.lacks.append((head.id, "its place behind an event-based gateway"))
            said = self._item(head, walls)
            self._after(head)
        elif node.word != "parallel" and not flow.default:
            if not flow.condition:
                self.lacks.append((node.id, "a flow without a condition"))
            said = {"if": flow.condition}
        elif flow.condition and not flow.default:
            self.lacks.append((node.id, "a condition behind a parallel gateway"))
        if flow.name:
            said["name"] = flow.name
        return said if goes_on else {**said, **self._way(self._leads(node, flow), end, walls)}

    def _put(self, node: Node, item: Data, branches: Sequence[Data]) -> None:
        if node.word in ("parallel", "first"):
            item["branches"] = list(branches)
            return
        pairs = list(zip(self.out[node.id], branches, strict=True))
        item["when"] = [branch for flow, branch in pairs if not flow.default]
        if not item["when"]:
            self.lacks.append((node.id, "only a default flow"))
        for flow, branch in pairs:
            if flow.default:
                item["otherwise"] = branch

    def _join(self, node: Node, walls: AbstractSet[str]) -> str:
        """Return the gateway where the branches meet again, if nothing else leads into them."""
        ahead = self._walk([self._leads(node, f) for f in self.out[node.id]], self.told | walls)
        wanted = [id_ for id_ in ahead if self._brings_together(self.nodes[id_], node)]
        for join in wanted[:TRIES]:
            starts = [flow.target for flow in self.out[node.id]]
            region = {*self._walk(starts, {*self.told, *walls, join}), node.id}
            own = (
                flow.source in region
                for id_ in (*region, join)
                if id_ != node.id
                for flow in self.into[id_]
            )
            if all(own) and self._meet(starts, join, walls) > 1:
                return join
        return ""

    def _meet(self, starts: Iterable[str], join: str, walls: AbstractSet[str]) -> int:
        """Return how many of the branches lead to the join."""
        return sum(
            start == join or self._leads_into([start], join, self.told | walls) for start in starts
        )

    def _leads_into(self, starts: Iterable[str], end: str, walls: AbstractSet[str]) -> bool:
        passed = self._walk(starts, {*walls, end})
        return any(flow.target == end for id_ in passed for flow in self.out[id_])

    def _brings_together(self, join: Node, node: Node) -> bool:
        return (
            join.kind == JOINS[node.word]
            and len(self.into[join.id]) > 1
            and len(self.out[join.id]) < 2
            and not self._chooses(join)
            and set(join.said) <= {"name"}
        )

    def _longest(self, node: Node, stop: str, walls: AbstractSet[str]) -> Flow | None:
        """Return the branch that is told below the gateway instead of within it.

        That is the longest, or the one that leaves the list at once if no other gets that far.
        """
        targets = {self._leads(node, flow) for flow in self.out[node.id]}
        around = self.told | walls
        alone = not self._leads_into(targets - around, stop, around)

        def length(flow: Flow) -> int:
            target = self._leads(node, flow)
            if target == stop:
                return len(self.nodes) if alone else 0
            if not target or target in self.told or target in walls:
                return -1
            return len(self._reach([target], self.told | walls))

        best = max(self.out[node.id], key=length)
        return best if length(best) >= 0 and self._leads(node, best) else None

    def _reach(self, starts: Iterable[str], walls: AbstractSet[str]) -> frozenset[str]:
        return frozenset(self._walk(starts, walls))

    def _walk(
        self, starts: Iterable[str], walls: AbstractSet[str], *, edges: bool = True
    ) -> list[str]:
        """Return what the flows lead to from here, nearest first; ``edges``: also from events."""
        found: dict[str, None] = {}
        waiting = [id_ for id_ in starts if id_ and id_ not in walls]
        for id_ in waiting:
            if id_ not in found:
                found[id_] = None
                onward = [flow.target for flow in self.out[id_]]
                onward += [event.id for event in self.hung.get(id_, []) if edges]
                waiting.extend(n for n in onward if n not in found and n not in walls)
        return list(found)

    # --- what goes without saying ------------------------------------------------------------

    def _without_start(self, items: list[Data]) -> list[Data]:
        first = {"start": f"{self.level.prefix}start"}
        if len(items) > 1 and items[0] == first and not begins(items[1]):
            return items[1:]
        return items

    def _without_end(self, items: list[Data], id_: str) -> list[Data]:
        if items and items[-1] == {"end": id_} and len(self.into.get(id_, ())) == 1:
            return items[:-1]
        return items


def begins(item: Data) -> bool:
    return "start" in item or "starts" in item


def name_the_next(items: Sequence[Data]) -> None:
    """Say of each step which one follows, where the order of the list does not."""
    for item, after in pairwise(items):
        item.setdefault("next", next(iter(after.values())))
