"""What was asked of people, machines and other processes, and what they answered."""

from dataclasses import dataclass
from typing import ClassVar

from processes.core.events.plain import Json


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A question was put to people.

    ``asked`` is all evaluated: names as text, spans in ISO 8601, numbers as text where digits
    matter. Always there: ``users``, ``groups``, ``exclude`` (lists of names), ``complete_by``,
    ``remind_before`` (a span, a list of spans, or None) and ``escalations``. There where the
    definition speaks of it:

    - who (also in each rung and tier): ``roles`` with ``unit``; ``manager_of`` (a user name, or
      ``lastDecider``) with ``levels``; ``did`` (ids of steps); ``chain`` (what a decision gave:
      user names, or contexts with ``user``, ``users``, ``group``, ``groups``, ``role``, ``roles``,
      ``unit``, ``managerOf``, ``levels``, ``name``, ``need``; each is a tier, one after another)
    - who not: ``exclude_groups``, ``exclude_deciders`` (true), ``separate_from`` (ids of steps)
    - who of them: ``allocate``, ``skills``, ``chained`` (true); ``amount`` (a number as text)
    - when: ``start_by``, ``follow_up``, ``calendar``, ``counts`` (states), ``priority`` (0 to 100)
    - ``escalations``: ``{"after": span, …who}`` with ``of`` (``startBy``), and ``do`` with
      ``priority``, ``code`` or ``outcome``; without ``do`` these people are asked as well
    - how many: ``quorum`` with ``need``, ``order``, ``veto``, ``abstain``, ``otherwise``,
      ``early``, ``secret``, ``carry``, perhaps ``weights``; ``tiers``, each with ``key``, ``name``,
      ``need``, ``within``, …who, perhaps ``weights``
    - what else: ``send_back`` (ids of steps) with ``votes``, ``undo`` (a span), ``skippable``
      (true), ``fails_with`` (codes), ``information`` and ``suspended`` (``counts``)

    The fields are those of `graph.work`, which says what they mean.
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
class TaskSentBack:
    """The earlier step ``to`` is done again, and whatever comes after it."""

    kind: ClassVar[str] = "task.sent_back"
    token: str
    node: str
    to: str
    by: str
    on_behalf_of: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class TaskSkipped:
    """The process goes on without an answer."""

    kind: ClassVar[str] = "task.skipped"
    token: str
    node: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """Its owner could not do it; the error ``code`` is thrown."""

    kind: ClassVar[str] = "task.failed"
    token: str
    node: str
    code: str
    by: str
    comment: str


@dataclass(frozen=True, slots=True)
class TaskFaulted:
    """The question could not be put or kept; an incident follows."""

    kind: ClassVar[str] = "task.faulted"
    token: str
    node: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TaskEscalated:
    """An escalation of the process is thrown from the open task."""

    kind: ClassVar[str] = "task.escalated"
    token: str
    node: str
    code: str


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
