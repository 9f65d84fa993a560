"""What an event waits for or throws: event definitions (BPMN 2.0.2, 10.5.5)."""

from dataclasses import dataclass
from typing import Literal

from processes.core.feel import Expression


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer event is due (BPMN 2.0.2, 10.5.5.5).

    ``date`` evaluates to a date and time, ``duration`` to a FEEL duration counted from arming,
    ``cycle`` to an ISO 8601 repetition such as ``R3/PT10M``.
    """

    kind: Literal["date", "duration", "cycle"]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Message:
    """A message by its name (BPMN 2.0.2, 10.5.5.7).

    ``key`` evaluates to what both sides must agree on; without one, any instance that waits for the
    name may get it. ``payload`` (a context) and ``time_to_live`` (a duration) belong to the
    throwing side; without a time to live the message waits until somebody takes it.
    """

    name: str
    key: Expression | None = None
    payload: Expression | None = None
    time_to_live: Expression | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal by its name, told to everybody who listens at this moment (10.5.5.14)."""

    name: str
    payload: Expression | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """Occurs when the condition becomes true (10.5.5.4)."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Error:
    """An error by its code; caught without a code it is any error (10.5.5.6)."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation by its code; caught without a code it is any escalation (10.5.5.5)."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Compensation:
    """Undo a completed activity, or without one everything in the scope (10.5.5.2)."""

    activity: str = ""
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancels the transaction around it: it is compensated and left (10.5.5.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A jump between two places of one scope that bear the same name (10.5.5.9)."""

    name: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """Withdraws every other token of its scope (10.5.5.15)."""


Trigger = (
    Timer
    | Message
    | Signal
    | Conditional
    | Error
    | Escalation
    | Compensation
    | Cancel
    | Link
    | Terminate
)
# What a token or a scope can wait for; the others are thrown inside the instance and caught there.
Awaited = Timer | Message | Signal | Conditional
