"""What happened to an instance: the closed set of events, in the past tense.

Folding the events of an instance over an empty state gives its state (see `state.apply`). Each
event is also one row of history, so its fields are plain data: text, numbers, JSON and moments.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class InstanceStarted:
    kind: ClassVar[str] = "instance.started"
    process: str
    initiator: str | None
    business_key: str
    variables: Json
    at: datetime


@dataclass(frozen=True, slots=True)
class InstanceCompleted:
    kind: ClassVar[str] = "instance.completed"


@dataclass(frozen=True, slots=True)
class InstanceCancelled:
    kind: ClassVar[str] = "instance.cancelled"
    reason: str


@dataclass(frozen=True, slots=True)
class InstanceSuspended:
    kind: ClassVar[str] = "instance.suspended"
    reason: str


@dataclass(frozen=True, slots=True)
class InstanceResumed:
    kind: ClassVar[str] = "instance.resumed"


@dataclass(frozen=True, slots=True)
class ScopeOpened:
    """A sub-process, or one item of a multi-instance activity, got variables of its own."""

    kind: ClassVar[str] = "scope.opened"
    scope: str
    node: str
    parent: str
    variables: Json
    item: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeClosed:
    kind: ClassVar[str] = "scope.closed"
    scope: str


@dataclass(frozen=True, slots=True)
class TokenEntered:
    """A token stands on a node. A node that is left and entered again gets a new token."""

    kind: ClassVar[str] = "token.entered"
    token: str
    node: str
    scope: str
    flow: str | None


@dataclass(frozen=True, slots=True)
class NodeCompleted:
    """A node is done and its tokens are used up; a join uses one for each incoming flow."""

    kind: ClassVar[str] = "node.completed"
    node: str
    tokens: tuple[str, ...]
    compensable: bool = False


@dataclass(frozen=True, slots=True)
class TokenWithdrawn:
    """A token ended without completing its node: interrupted, terminated or cancelled."""

    kind: ClassVar[str] = "token.withdrawn"
    token: str
    node: str
    by: str


@dataclass(frozen=True, slots=True)
class VariablesSet:
    kind: ClassVar[str] = "variables.set"
    scope: str
    values: Json


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A question was put to people.

    ``asked`` holds names and ISO 8601 spans, all evaluated: ``users``, ``groups`` and ``exclude``
    are lists of names, ``complete_by`` and ``remind_before`` spans or None, ``escalations`` a list
    of ``{"after": span, "users": [], "groups": []}``.
    """

    kind: ClassVar[str] = "task.opened"
    token: str
    node: str
    asked: Json


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    kind: ClassVar[str] = "task.completed"
    token: str
    node: str
    outcome: str
    data: Json
    by: str
    on_behalf_of: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class TaskWithdrawn:
    """The process took the question back."""

    kind: ClassVar[str] = "task.withdrawn"
    token: str
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskNoted:
    """What people did with a task short of answering it; the path of the process is untouched."""

    kind: ClassVar[str] = "task.noted"
    token: str
    node: str
    action: str
    details: Json


@dataclass(frozen=True, slots=True)
class JobRequested:
    """Work for a machine was written down. ``request`` is what to call, all evaluated."""

    kind: ClassVar[str] = "job.requested"
    token: str
    node: str
    request: Json


@dataclass(frozen=True, slots=True)
class JobSucceeded:
    kind: ClassVar[str] = "job.succeeded"
    token: str
    node: str
    response: Json
    attempts: int


@dataclass(frozen=True, slots=True)
class JobFailed:
    """All tries are used up; an incident follows."""

    kind: ClassVar[str] = "job.failed"
    token: str
    node: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class JobWithdrawn:
    kind: ClassVar[str] = "job.withdrawn"
    token: str
    node: str


@dataclass(frozen=True, slots=True)
class TimerArmed:
    """``repeats`` counts the firings still to come after this one; None is without end."""

    kind: ClassVar[str] = "timer.armed"
    timer: str
    token: str
    node: str
    due_at: datetime
    every: str | None = None
    repeats: int | None = 0


@dataclass(frozen=True, slots=True)
class TimerFired:
    kind: ClassVar[str] = "timer.fired"
    timer: str
    node: str


@dataclass(frozen=True, slots=True)
class TimerWithdrawn:
    kind: ClassVar[str] = "timer.withdrawn"
    timer: str
    node: str


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """The token cannot go on without help. ``phase`` is where it will go on when retried."""

    kind: ClassVar[str] = "incident.raised"
    incident: str
    token: str
    node: str
    phase: Literal["enter", "call", "leave"]
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class IncidentResolved:
    kind: ClassVar[str] = "incident.resolved"
    incident: str
    node: str
    how: str


Event = (
    InstanceStarted
    | InstanceCompleted
    | InstanceCancelled
    | InstanceSuspended
    | InstanceResumed
    | ScopeOpened
    | ScopeClosed
    | TokenEntered
    | NodeCompleted
    | TokenWithdrawn
    | VariablesSet
    | TaskOpened
    | TaskCompleted
    | TaskWithdrawn
    | TaskNoted
    | JobRequested
    | JobSucceeded
    | JobFailed
    | JobWithdrawn
    | TimerArmed
    | TimerFired
    | TimerWithdrawn
    | IncidentRaised
    | IncidentResolved
)

BY_KIND: dict[str, type[Event]] = {event.kind: event for event in get_args(Event)}
_FIELDS = {kind: tuple(f.name for f in fields(event)) for kind, event in BY_KIND.items()}
_MOMENTS = {
    kind: tuple(f.name for f in fields(event) if f.type is datetime)
    for kind, event in BY_KIND.items()
}


def to_data(event: Event) -> Json:
    """Return the fields as JSON-safe data; with ``event.kind`` they make the event again."""
    data: Json = {}
    for name in _FIELDS[event.kind]:
        value = getattr(event, name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        data[name] = value
    return data


def from_data(kind: str, data: Json) -> Event:
    """Return the event that `to_data` wrote. Raises KeyError for a kind that does not exist."""
    values = {name: data[name] for name in _FIELDS[kind] if name in data}
    for name in _MOMENTS[kind]:
        values[name] = datetime.fromisoformat(values[name])
    if "tokens" in values:
        values["tokens"] = tuple(values["tokens"])
    return BY_KIND[kind](**values)
