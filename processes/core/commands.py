"""What can be asked of an instance, in the imperative. `advance.decide` answers with events."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Start:
    process: str
    variables: dict[str, Any] = field(default_factory=dict)
    initiator: str | None = None
    business_key: str = ""


@dataclass(frozen=True, slots=True)
class CompleteTask:
    token: str
    outcome: str
    data: dict[str, Any]
    by: str
    on_behalf_of: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class NoteTask:
    token: str
    action: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """``response`` is what the other system answered: ``{"status": 201, "body": …}``."""

    token: str
    response: dict[str, Any]
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class FailJob:
    token: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class FireTimer:
    timer: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what an incident stopped."""

    incident: str


@dataclass(frozen=True, slots=True)
class Suspend:
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class Cancel:
    reason: str


Command = (
    Start
    | CompleteTask
    | NoteTask
    | CompleteJob
    | FailJob
    | FireTimer
    | Retry
    | Suspend
    | Resume
    | Cancel
)
