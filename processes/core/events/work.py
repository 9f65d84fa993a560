"""What was asked of people, machines and other processes, and what they answered."""

from dataclasses import dataclass
from typing import ClassVar

from processes.core.events.plain import Json


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
class CallRequested:
    """Another process is to run; the token waits for its end."""

    kind: ClassVar[str] = "call.requested"
    token: str
    node: str
    process: str
    binding: str
    version: int | None
    variables: Json


@dataclass(frozen=True, slots=True)
class CallCompleted:
    kind: ClassVar[str] = "call.completed"
    token: str
    node: str
    variables: Json


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The called process ended with an error, was cancelled, or does not exist."""

    kind: ClassVar[str] = "call.failed"
    token: str
    node: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CallWithdrawn:
    kind: ClassVar[str] = "call.withdrawn"
    token: str
    node: str
