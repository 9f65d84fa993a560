"""What was waited for, what occurred and what was thrown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, slots=True)
class TimerArmed:
    """``owner`` is the token or the scope it is armed for.

    ``repeats`` counts the firings still to come after this one; None is without end.
    """

    kind: ClassVar[str] = "timer.armed"
    timer: str
    owner: str
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
class SubscriptionOpened:
    """``owner``, a token or a scope, listens. ``key`` is the text both sides agree on, or empty."""

    kind: ClassVar[str] = "subscription.opened"
    subscription: str
    owner: str
    node: str
    trigger: Literal["message", "signal", "condition"]
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionMatched:
    """What it listened for came; ``stays`` when it goes on listening."""

    kind: ClassVar[str] = "subscription.matched"
    subscription: str
    node: str
    payload: Any = None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class ConditionCleared:
    """The condition no longer holds, so it may become true again."""

    kind: ClassVar[str] = "condition.cleared"
    subscription: str
    node: str


@dataclass(frozen=True, slots=True)
class SubscriptionClosed:
    kind: ClassVar[str] = "subscription.closed"
    subscription: str
    node: str


@dataclass(frozen=True, slots=True)
class MessageSent:
    """``time_to_live`` is an ISO 8601 duration; empty means until somebody takes it."""

    kind: ClassVar[str] = "message.sent"
    node: str
    name: str
    key: str
    payload: Any
    time_to_live: str = ""


@dataclass(frozen=True, slots=True)
class SignalSent:
    kind: ClassVar[str] = "signal.sent"
    node: str
    name: str
    payload: Any


@dataclass(frozen=True, slots=True)
class ErrorThrown:
    """``catcher`` is the event that caught it; empty when nothing did."""

    kind: ClassVar[str] = "error.thrown"
    node: str
    code: str
    sentence: str
    catcher: str


@dataclass(frozen=True, slots=True)
class EscalationThrown:
    """``catcher`` is the event that caught it; empty when nothing did and the process goes on."""

    kind: ClassVar[str] = "escalation.thrown"
    node: str
    code: str
    catcher: str
