"""The graph of a process: its nodes, its flows, and what leads where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol

from processes.core.feel import Expression, Value
from processes.core.graph.nodes import (
    Activity,
    BoundaryEvent,
    CatchEvent,
    Catching,
    ComplexGateway,
    DecisionTask,
    EventGateway,
    InclusiveGateway,
    JsonSchema,
    Node,
    ReceiveTask,
    StartEvent,
    SubProcess,
    UserTask,
    Variable,
)
from processes.core.graph.triggers import Link, Trigger
from processes.core.graph.work import Withdrawal


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. Without a condition it is always taken (BPMN 2.0.2, 8.4.13)."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None


class Decision(Protocol):
    """A DMN decision, read and compiled."""

    def evaluate(self, inputs: Mapping[str, Any], *, now: datetime) -> Value:
        """Return what it decides. Raises FeelEvaluationError with the reason."""


@dataclass(frozen=True)
class Graph:
    """One executable process with all its sub-processes, in the order of the file.

    ``decisions`` holds the DMN models that its business rule tasks ask, by what they call them.
    ``lanes`` are the names of the lanes that steps lie in. ``withdrawal`` says when the initiator
    may take the request back.
    """

    id: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    subject: str | Expression = ""
    start_form: JsonSchema | None = None
    variables: Mapping[str, Variable] = field(default_factory=dict)
    documentation: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    lanes: Mapping[str, str] = field(default_factory=dict)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)
    # What `joins.ways_to` has found out, by gateway.
    ways: dict[str, dict[str, frozenset[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """The variables whose values never appear in a sentence."""
        return frozenset(name for name, known in self.variables.items() if known.sensitive)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        return self._by_end("source")

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        return self._by_end("target")

    @cached_property
    def boundary(self) -> Mapping[str, tuple[BoundaryEvent, ...]]:
        """The boundary events of each activity."""
        found: dict[str, list[BoundaryEvent]] = {}
        for node in self.nodes.values():
            if isinstance(node, BoundaryEvent):
                found.setdefault(node.attached_to, []).append(node)
        return {activity: tuple(events) for activity, events in found.items()}

    @cached_property
    def inside(self) -> Mapping[str | None, tuple[Node, ...]]:
        """The nodes directly in each sub-process; None is the process itself."""
        found: dict[str | None, list[Node]] = {None: []}
        for node in self.nodes.values():
            found.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in found.items()}

    @cached_property
    def event_sub_processes(self) -> Mapping[str | None, tuple[tuple[SubProcess, StartEvent], ...]]:
        """The event sub-processes of each scope with the event that starts each."""
        found: dict[str | None, list[tuple[SubProcess, StartEvent]]] = {}
        for node in self.nodes.values():
            if isinstance(node, SubProcess) and node.kind == "event":
                for start in self.start_events(node.id):
                    found.setdefault(node.parent, []).append((node, start))
        return {parent: tuple(pairs) for parent, pairs in found.items()}

    def start_events(self, parent: str | None = None) -> tuple[StartEvent, ...]:
        return tuple(n for n in self.inside.get(parent, ()) if isinstance(n, StartEvent))

    @cached_property
    def beginnings(self) -> Mapping[str | None, tuple[Node, ...]]:
        """What is reached first in each scope when it is entered in the ordinary way.

        A start event without a trigger; where there is no start event, everything that no flow
        leads to (BPMN 2.0.2, 10.3.5 and 13.3.4). An ad-hoc sub-process has only the latter.
        """
        return {parent: tuple(self._beginnings(parent)) for parent in self.inside}

    def _beginnings(self, parent: str | None) -> Iterator[Node]:
        starts = self.start_events(parent)
        if starts:
            yield from (start for start in starts if not start.triggers)
            return
        for node in self.inside[parent]:
            match node:
                case BoundaryEvent():
                    continue
                case CatchEvent(triggers=(Link(), *_)):
                    continue
                case SubProcess(kind="event"):
                    continue
                case EventGateway(instantiate=True) | ReceiveTask(instantiate=True):
                    continue
                case _ if isinstance(node, Activity) and node.for_compensation:
                    continue
                case _ if not self.incoming[node.id]:
                    yield node

    @cached_property
    def late_joins(self) -> frozenset[str]:
        """The gateways that are asked once nothing else moves."""
        kinds = (InclusiveGateway, ComplexGateway)
        return frozenset(node.id for node in self.nodes.values() if isinstance(node, kinds))

    @cached_property
    def entrances(self) -> Mapping[str, tuple[Trigger, ...]]:
        """The nodes whose events start a new instance of the process, with these events."""
        found: dict[str, tuple[Trigger, ...]] = {}
        for node in self.inside[None]:
            match node:
                case StartEvent() if node.triggers:
                    found[node.id] = node.triggers
                case ReceiveTask(instantiate=True) if not self.incoming[node.id]:
                    found[node.id] = (node.message,)
                case EventGateway(instantiate=True):
                    for flow in self.outgoing[node.id]:
                        found[flow.target] = awaited_by(self.nodes[flow.target])
        return found

    def _by_end(self, end: Literal["source", "target"]) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows.values():
            found.setdefault(getattr(flow, end), []).append(flow)
        return {node: tuple(flows) for node, flows in found.items()}


def decisions_of(node: Node) -> tuple[str, ...]:
    """Return the ids or names of the DMN decisions that a node asks."""
    match node:
        case DecisionTask():
            return (node.ref,)
        case UserTask():
            people = (node.assignment, *node.tiers, *node.escalations)
            return tuple(dict.fromkeys(who.decision for who in people if who.decision))
        case _:
            return ()


def awaited_by(node: Node) -> tuple[Trigger, ...]:
    """Return what a node in the flow waits for; empty when it waits for no event."""
    match node:
        case CatchEvent():
            return node.triggers
        case ReceiveTask():
            return (node.message,)
        case _:
            return ()


def rest_of(node: Node, came: str) -> tuple[Trigger, ...]:
    """Return what a node that wants all its events still waits for once ``came`` has come."""
    if not isinstance(node, Catching) or not node.parallel:
        return ()
    return tuple(t for t in node.triggers if getattr(t, "name", "") != came)
