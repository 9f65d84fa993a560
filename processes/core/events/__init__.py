"""What happened to an instance: the closed set of events, in the past tense.

Folding the events of an instance over an empty state gives its state (see `state.apply`). Each
event is also one row of history, so its fields are plain data: text, numbers, JSON and moments.
"""

from dataclasses import fields
from datetime import datetime
from typing import get_args

from processes.core.events.instances import (
    IncidentRaised,
    IncidentResolved,
    InstanceCancelled,
    InstanceCompleted,
    InstanceFailed,
    InstanceResumed,
    InstanceStarted,
    InstanceSuspended,
    RequestWithdrawn,
)
from processes.core.events.occurrences import (
    ConditionCleared,
    ErrorThrown,
    EscalationThrown,
    MessageSent,
    SignalSent,
    SubscriptionClosed,
    SubscriptionMatched,
    SubscriptionOpened,
    TimerArmed,
    TimerFired,
    TimerWithdrawn,
)
from processes.core.events.plain import Json
from processes.core.events.tokens import (
    CompensationStarted,
    CompensationStepped,
    GatewayActivated,
    GatewayReset,
    LocalsSet,
    LoopGathered,
    LoopStarted,
    NodeCompleted,
    ScopeBegun,
    ScopeClosed,
    ScopeOpened,
    TokenEntered,
    TokenWaits,
    TokenWithdrawn,
    VariablesSet,
)
from processes.core.events.work import (
    CallCompleted,
    CallFailed,
    CallRequested,
    CallWithdrawn,
    JobFailed,
    JobRequested,
    JobSucceeded,
    JobWithdrawn,
    TaskCompleted,
    TaskEscalated,
    TaskFailed,
    TaskFaulted,
    TaskNoted,
    TaskOpened,
    TaskSentBack,
    TaskSkipped,
    TaskWithdrawn,
)

Event = (
    InstanceStarted
    | InstanceCompleted
    | InstanceFailed
    | InstanceCancelled
    | InstanceSuspended
    | InstanceResumed
    | RequestWithdrawn
    | ScopeOpened
    | ScopeBegun
    | ScopeClosed
    | TokenEntered
    | TokenWaits
    | LocalsSet
    | NodeCompleted
    | LoopStarted
    | LoopGathered
    | GatewayActivated
    | GatewayReset
    | TokenWithdrawn
    | VariablesSet
    | TaskOpened
    | TaskCompleted
    | TaskWithdrawn
    | TaskNoted
    | TaskSentBack
    | TaskSkipped
    | TaskEscalated
    | TaskFailed
    | TaskFaulted
    | JobRequested
    | JobSucceeded
    | JobFailed
    | JobWithdrawn
    | TimerArmed
    | TimerFired
    | TimerWithdrawn
    | SubscriptionOpened
    | SubscriptionMatched
    | ConditionCleared
    | SubscriptionClosed
    | MessageSent
    | SignalSent
    | ErrorThrown
    | EscalationThrown
    | CallRequested
    | CallCompleted
    | CallFailed
    | CallWithdrawn
    | CompensationStarted
    | CompensationStepped
    | IncidentRaised
    | IncidentResolved
)

BY_KIND: dict[str, type[Event]] = {event.kind: event for event in get_args(Event)}
_FIELDS = {kind: tuple(f.name for f in fields(event)) for kind, event in BY_KIND.items()}
_MOMENTS = {
    kind: tuple(f.name for f in fields(event) if f.type is datetime)
    for kind, event in BY_KIND.items()
}

_TUPLES = {
    kind: tuple(f.name for f in fields(event) if f.type == tuple[str, ...])
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
    for name in _TUPLES[kind]:
        if name in values:
            values[name] = tuple(values[name])
    return BY_KIND[kind](**values)


CARRIERS = frozenset(event.kind for event in (CallCompleted, CallRequested, LocalsSet, ScopeOpened))
"""Kinds of which ``values`` and ``variables`` may hold any variable under another name."""


__all__ = [
    "BY_KIND",
    "CARRIERS",
    "CallCompleted",
    "CallFailed",
    "CallRequested",
    "CallWithdrawn",
    "CompensationStarted",
    "CompensationStepped",
    "ConditionCleared",
    "ErrorThrown",
    "EscalationThrown",
    "Event",
    "GatewayActivated",
    "GatewayReset",
    "IncidentRaised",
    "IncidentResolved",
    "InstanceCancelled",
    "InstanceCompleted",
    "InstanceFailed",
    "InstanceResumed",
    "InstanceStarted",
    "InstanceSuspended",
    "JobFailed",
    "JobRequested",
    "JobSucceeded",
    "JobWithdrawn",
    "Json",
    "LocalsSet",
    "LoopGathered",
    "LoopStarted",
    "MessageSent",
    "NodeCompleted",
    "RequestWithdrawn",
    "ScopeBegun",
    "ScopeClosed",
    "ScopeOpened",
    "SignalSent",
    "SubscriptionClosed",
    "SubscriptionMatched",
    "SubscriptionOpened",
    "TaskCompleted",
    "TaskEscalated",
    "TaskFailed",
    "TaskFaulted",
    "TaskNoted",
    "TaskOpened",
    "TaskSentBack",
    "TaskSkipped",
    "TaskWithdrawn",
    "TimerArmed",
    "TimerFired",
    "TimerWithdrawn",
    "TokenEntered",
    "TokenWaits",
    "TokenWithdrawn",
    "VariablesSet",
    "from_data",
    "to_data",
]
