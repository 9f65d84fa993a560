"""What a user task asks of people, and a service task of machines."""

from dataclasses import dataclass
from typing import Literal

from processes.core.feel import Expression

Allocate = Literal["offer", "single", "roundRobin", "shortestQueue", "random", "leastRecent"]

Names = tuple[str | Expression, ...]
"""Names, or expressions that give one name or a list of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is meant. Everybody found by any of these belongs to it.

    ``roles`` are held in ``unit``, or else in the nearest unit above that has somebody; without a
    unit it is that of the initiator. ``manager_of`` goes ``levels`` up the chain of managers, and
    knows the words ``initiator`` and ``lastDecider``. ``did`` are steps: who did them is asked
    again. ``decision`` is the id or name of a DMN decision that gives a chain of approvers.
    """

    users: Names = ()
    groups: Names = ()
    roles: Names = ()
    unit: str | Expression = ""
    manager_of: str | Expression = ""
    levels: Expression | None = None
    did: tuple[str, ...] = ()
    decision: str = ""

    @property
    def anybody(self) -> bool:
        """Tell whether anybody is named at all."""
        return bool(
            self.users or self.groups or self.roles or self.manager_of or self.did or self.decision
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(People):
    """Who is asked, who may never answer, and who of those asked gets it.

    ``exclude`` knows the words ``initiator`` and ``deciders`` (everybody who decided in this
    instance before); nobody who did one of the steps ``separate_from`` decides this one.
    ``allocate``: ``offer`` (everybody sees it, one claims it), ``single`` (a sole candidate holds
    it from the start), or one of them holds it: ``roundRobin``, ``shortestQueue``, ``random``,
    ``leastRecent``. ``skills`` are keys that whoever does it must have. With ``chained`` it goes
    straight to the person whose answer led here, if they may answer it. ``amount`` is what is at
    stake, a number.
    """

    exclude: Names = ()
    exclude_groups: Names = ()
    separate_from: tuple[str, ...] = ()
    allocate: Allocate = "offer"
    skills: Names = ()
    chained: bool = False
    amount: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(People):
    """Some of those who must agree, such as “2 of Finance”.

    ``need`` is ``any``, ``all``, a number, or a percentage such as ``60%``. ``weights`` gives a
    context of user names and numbers; then ``need`` counts weight. ``within`` is the key of the
    tier that this one is a part of; its members then are its parts.
    """

    key: str
    name: str = ""
    need: str | Expression = "any"
    weights: Expression | None = None
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """How many must agree. Without tiers it is about all candidates of the assignment.

    ``need`` counts members, or with tiers the tiers on the outermost level. ``order`` is
    ``parallel`` or ``sequential`` (a tier is asked when the one before has agreed; without tiers
    one candidate after the other). A vote for an outcome of ``veto`` decides at once. ``abstain``
    are outcomes that count as taking part only. ``early``: decided as soon as the result is fixed;
    else when everybody has voted or the deadline's automatic outcome comes. ``secret`` hides votes
    until the end. With ``carry`` who agreed in an earlier tier has agreed in a later one.
    ``otherwise`` is the outcome when the quorum is missed, empty for the first negative one.
    """

    need: str | Expression = "all"
    order: Literal["parallel", "sequential"] = "parallel"
    veto: tuple[str, ...] = ()
    abstain: tuple[str, ...] = ()
    otherwise: str = ""
    early: bool = True
    secret: bool = False
    carry: bool = False
    weights: Expression | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer that the task accepts. A rejection is an outcome, not a state."""

    id: str
    name: str
    kind: Literal["positive", "negative", "neutral"] = "neutral"
    comment_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Spans counted from the moment the task is opened, all FEEL durations.

    ``start_by`` until somebody works on it, ``complete_by`` until it is answered,
    ``remind_before`` back from the latter, ``follow_up`` until the holder looks again. They count
    working time of the ``calendar`` if one is named or found, else elapsed time. The clock only
    runs while the task is in one of the states ``counts`` (empty: in all open ones but suspended).
    """

    complete_by: Expression | None = None
    start_by: Expression | None = None
    remind_before: tuple[Expression, ...] = ()
    follow_up: Expression | None = None
    calendar: str | Expression = ""
    counts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung(People):
    """One rung of the escalation ladder, ``after`` the deadline ``of``.

    ``do``: ``add`` (these people are asked as well), ``notify`` (they are told), ``reassign`` (they
    are asked instead), ``prioritize`` (to ``priority``), ``throw`` (the BPMN escalation ``code``),
    ``answer`` (with ``outcome``, marked as automatic; empty is the first negative one).
    """

    after: Expression
    of: Literal["startBy", "completeBy"] = "completeBy"
    do: Literal["add", "notify", "reassign", "prioritize", "throw", "answer"] = "add"
    priority: int = 80
    code: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What people may do with a task beside answering it.

    ``send_back`` are earlier steps to which the owner may send it; ``votes`` tells whether votes
    given before are ``void`` or ``kept`` when it is asked again. ``undo`` is a span in which an
    answer can be taken back; the process goes on only after it. ``skippable`` is an expression
    that gives a boolean. ``fails_with`` are codes of errors that the owner may raise. While it
    waits for ``information``, the clock ``pauses`` or ``counts``; the same for ``suspended``.
    """

    send_back: tuple[str, ...] = ()
    votes: Literal["void", "kept"] = "void"
    undo: Expression | None = None
    skippable: Expression | None = None
    fails_with: tuple[str, ...] = ()
    information: Literal["pauses", "counts"] = "pauses"
    suspended: Literal["pauses", "counts"] = "pauses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """When the initiator may take the request back, and where it goes then.

    ``until`` is ``never``, ``firstDecision``, ``end``, or the id of a step that has not begun.
    ``to`` is the step at which the request goes on; empty cancels the instance.
    """

    until: str = "firstDecision"
    to: str = ""


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
