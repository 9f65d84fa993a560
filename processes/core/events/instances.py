"""What happened to an instance as a whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from processes.core.events.plain import Json


@dataclass(frozen=True, slots=True)
class InstanceStarted:
    """``entrance`` is the event that began it; empty when it was started on request."""

    kind: ClassVar[str] = "instance.started"
    process: str
    initiator: str | None
    business_key: str
    variables: Json
    at: datetime
    entrance: str = ""


@dataclass(frozen=True, slots=True)
class InstanceCompleted:
    kind: ClassVar[str] = "instance.completed"


@dataclass(frozen=True, slots=True)
class InstanceFailed:
    """An error left the process, and nothing in it caught the error."""

    kind: ClassVar[str] = "instance.failed"
    node: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class InstanceCancelled:
    kind: ClassVar[str] = "instance.cancelled"
    reason: str


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    """The initiator took the request back; it goes on at the step ``node``."""

    kind: ClassVar[str] = "request.withdrawn"
    node: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class InstanceSuspended:
    kind: ClassVar[str] = "instance.suspended"
    reason: str


@dataclass(frozen=True, slots=True)
class InstanceResumed:
    kind: ClassVar[str] = "instance.resumed"


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """The token cannot go on without help. ``phase`` is where it will go on when retried."""

    kind: ClassVar[str] = "incident.raised"
    incident: str
    token: str
    node: str
    phase: Literal["enter", "call", "leave", "next", "undo"]
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class IncidentResolved:
    kind: ClassVar[str] = "incident.resolved"
    incident: str
    node: str
    how: str
