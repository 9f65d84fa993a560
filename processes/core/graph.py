"""A process definition as data: nodes, flows and what they say, after BPMN 2.0.2.

Everything here is frozen, built once per version by the reader and shared by all its instances.
Expressions are compiled when the graph is built, so a running step never parses anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from processes.core.feel import Expression

VariableType = Literal["string", "number", "boolean", "date", "dateTime", "list", "context", "any"]
JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. Without a condition it is always taken (BPMN 2.0.2, 8.4.13)."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer event is due (BPMN 2.0.2, 10.5.5.5).

    ``date`` evaluates to a date and time, ``duration`` to a FEEL duration counted from arming,
    ``cycle`` to an ISO 8601 repetition such as ``R3/PT10M``.
    """

    kind: Literal["date", "duration", "cycle"]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Terminate:
    """An end event that withdraws every other token of its scope (BPMN 2.0.2, 10.5.3)."""


# --- what a user task asks of people -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is asked and who may never answer.

    Entries are user or group names, or expressions that give one name or a list of names.
    ``exclude`` knows the word ``initiator``. ``allocate`` is ``offer`` (everybody sees it, one
    claims it) or ``single`` (a sole candidate holds it from the start).
    """

    users: tuple[str | Expression, ...] = ()
    groups: tuple[str | Expression, ...] = ()
    exclude: tuple[str | Expression, ...] = ()
    allocate: Literal["offer", "single"] = "offer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer that the task accepts. A rejection is an outcome, not a state."""

    id: str
    name: str
    kind: Literal["positive", "negative", "neutral"] = "neutral"
    comment_required: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """Spans counted from the moment the task is opened; both evaluate to FEEL durations."""

    complete_by: Expression
    remind_before: Expression | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """One rung of the ladder: ``after`` the deadline, these people are asked as well."""

    after: Expression
    users: tuple[str | Expression, ...] = ()
    groups: tuple[str | Expression, ...] = ()


APPROVE_OR_REJECT = (
    Outcome("approved", "Approve", "positive"),
    Outcome("rejected", "Reject", "negative", comment_required=True),
)


# --- what a service task asks of machines --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A call over a named connection; the definition never holds an address or a secret."""

    connection: str
    method: str
    path: str | Expression
    body: Expression | None
    timeout: Expression


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed call is tried in all, and how long to wait between two tries.

    The wait before try ``n + 1`` is ``backoff * factor ** (n - 1)``, at most ``cap``, with jitter.
    """

    attempts: int
    backoff: Expression
    factor: float
    cap: Expression


# --- nodes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What every node has. ``parent`` is the sub-process it lies in; None is the process."""

    id: str
    name: str = ""
    documentation: str = ""
    parent: str | None = None
    default: str | None = None

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(Element):
    trigger: Terminate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchEvent(Element):
    """An intermediate event that waits in the flow."""

    trigger: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(Element):
    """An event on the edge of an activity; interrupting ends the activity when it fires."""

    attached_to: str
    interrupting: bool
    trigger: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Element):
    assignment: Assignment = field(default_factory=Assignment)
    outcomes: tuple[Outcome, ...] = APPROVE_OR_REJECT
    deadline: Deadline | None = None
    escalations: tuple[Escalation, ...] = ()
    evidence: tuple[str, ...] = ()
    form: JsonSchema | None = None
    instructions: str = ""
    result_variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Element):
    call: HttpCall
    retry: Retry
    result: Expression | None = None
    result_variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Element):
    pass


Activity = UserTask | ServiceTask
Node = (
    StartEvent
    | EndEvent
    | CatchEvent
    | BoundaryEvent
    | Activity
    | ExclusiveGateway
    | ParallelGateway
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared process variable. A sensitive one is never shown to lists, logs or messages."""

    name: str
    type: Literal["string", "number", "boolean", "date", "dateTime", "list", "context", "any"] = (
        "any"
    )
    label: str = ""
    sensitive: bool = False


@dataclass(frozen=True)
class Graph:
    """One executable process. Nodes and flows keep the order of the file."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    subject: str | Expression = ""
    start_form: JsonSchema | None = None
    variables: Mapping[str, Variable] = field(default_factory=dict)
    documentation: str = ""

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

    def start_events(self, parent: str | None = None) -> tuple[StartEvent, ...]:
        return tuple(
            node
            for node in self.nodes.values()
            if isinstance(node, StartEvent) and node.parent == parent
        )

    def _by_end(self, end: Literal["source", "target"]) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows.values():
            found.setdefault(getattr(flow, end), []).append(flow)
        return {node: tuple(flows) for node, flows in found.items()}
