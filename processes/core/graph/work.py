"""What a user task asks of people, and a service task of machines."""

from dataclasses import dataclass
from typing import Literal

from processes.core.feel import Expression


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
class Rung:
    """One rung of the escalation ladder: ``after`` the deadline, these people are asked as well."""

    after: Expression
    users: tuple[str | Expression, ...] = ()
    groups: tuple[str | Expression, ...] = ()


APPROVE_OR_REJECT = (
    Outcome("approved", "Approve", "positive"),
    Outcome("rejected", "Reject", "negative", comment_required=True),
)


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


@dataclass(frozen=True, slots=True)
class Topic:
    """Work for an external worker, found by this name."""

    name: str


@dataclass(frozen=True, slots=True)
class ErrorMapping:
    """Answers that are an error of the process, by status: ``404``, ``4xx``; empty is any."""

    status: str
    code: str
