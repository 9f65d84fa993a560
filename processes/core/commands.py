"""What can be asked of an instance, in the imperative. `advance.decide` answers with events."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Start:
    """``entrance`` names the node whose event starts it, ``payload`` is what came with the event.

    ``trigger`` is the name of the message or signal that came. Without an entrance the process
    starts on request.
    """

    process: str
    variables: dict[str, Any] = field(default_factory=dict)
    initiator: str | None = None
    business_key: str = ""
    entrance: str = ""
    trigger: str = ""
    payload: Any = None


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
class SendBack:
    """The step ``to``, which came before, is to be done again; this one comes after it anew."""

    token: str
    to: str
    by: str
    on_behalf_of: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SkipTask:
    """Go on without an answer. ``by`` is who decided so."""

    token: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FailTask:
    """The owner cannot do it: the error ``code`` of the process, which an event may catch."""

    token: str
    code: str
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class FaultTask:
    """The question cannot be put or kept; an incident waits for an operator."""

    token: str
    sentence: str


@dataclass(frozen=True, slots=True)
class EscalateTask:
    """Throw an escalation from the task, for an event on its edge or further out to catch."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class WithdrawRequest:
    """The initiator takes the request back: all that goes on ends, and it goes on at ``to``."""

    to: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """``response`` is what the other system answered: ``{"status": 201, "body": …}``."""

    token: str
    response: dict[str, Any]
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class FailJob:
    """All tries are used up. ``code`` is an error of the process, or empty for an incident."""

    token: str
    error: str
    attempts: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class FireTimer:
    timer: str


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    subscription: str
    payload: Any = None


@dataclass(frozen=True, slots=True)
class DeliverSignal:
    """Tell everything in the instance that listens for it."""

    name: str
    payload: Any = None


@dataclass(frozen=True, slots=True)
class CompleteCall:
    """The called process has ended; ``variables`` are its own at the end."""

    token: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailCall:
    """``code`` is the error that left the called process, or empty for an incident."""

    token: str
    sentence: str
    code: str = ""


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
    | SendBack
    | SkipTask
    | FailTask
    | FaultTask
    | EscalateTask
    | WithdrawRequest
    | CompleteJob
    | FailJob
    | FireTimer
    | DeliverMessage
    | DeliverSignal
    | CompleteCall
    | FailCall
    | Retry
    | Suspend
    | Resume
    | Cancel
)
