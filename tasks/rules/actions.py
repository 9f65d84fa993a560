"""Who may do what with a task, after WS-HumanTask 1.1.

The single source for buttons, the API's ``actions``, the guard in front of every operation, and the
table in docs/working-on-tasks.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tasks.rules.standing import Standing

READY, RESERVED, IN_PROGRESS = "ready", "reserved", "in_progress"
CREATED, SUSPENDED, COMPLETED = "created", "suspended", "completed"
HELD = (RESERVED, IN_PROGRESS)
WORKABLE = (READY, *HELD)
OPEN = (CREATED, *WORKABLE, SUSPENDED)
CLOSED = (COMPLETED, "failed", "error", "exited", "obsolete")


class Action(StrEnum):
    """What people do. The value is the verb's name in the REST addresses too."""

    CLAIM = "claim"
    START = "start"
    STOP = "stop"
    RELEASE = "release"
    TAKE_BACK = "take-back"
    DELEGATE = "delegate"
    FORWARD = "forward"
    NOMINATE = "nominate"
    REASSIGN = "reassign"
    ADD = "add"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK = "ask"
    SEND_BACK = "send-back"
    COMPLETE = "complete"
    DRAFT = "draft"
    UNDO = "undo"
    WITHDRAW = "withdraw"
    SKIP = "skip"
    FAIL = "fail"
    PRIORITIZE = "prioritize"
    RESCHEDULE = "reschedule"
    FOLLOW_UP = "follow-up"
    COMMENT = "comment"
    ATTACH = "attach"


class Role(StrEnum):
    """As what somebody acts. One person may have several at once."""

    CANDIDATE = "whom it asks"
    OWNER = "owner"
    ORIGINAL = "whose place the owner fills, or who wants it back"
    DECIDER = "who answered"
    SUSPENDER = "who suspended it"
    INITIATOR = "initiator"
    ADMINISTRATOR = "administrator"
    WATCHER = "whoever may see it"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that rights depend on of the task itself. People are ids of users.

    ``on_hold``: an operator holds the whole process. ``held``: an answer was given that does not
    count yet. ``collective``: several must answer, so nobody holds it.
    """

    status: str
    on_hold: bool = False
    collective: bool = False
    information: bool = False
    held: bool = False
    skippable: bool = False
    sends_back: bool = False
    fails: bool = False
    withdrawable: bool = False
    initiator: int | None = None
    decided_by: int | None = None
    suspended_by: int | None = None
    originals: frozenset[int] = frozenset()


def always(_situation: Situation) -> bool:
    return True


def of_one(situation: Situation) -> bool:
    return not situation.collective


def of_the_process(situation: Situation) -> bool:
    return not situation.information


@dataclass(frozen=True, slots=True)
class Operation:
    """One verb: from which states, to which (empty: it stays), by whom, and only ``when``.

    Nobody who is excluded does what ``decides``, in whatever role. ``note`` is for readers.
    """

    action: Action
    sources: tuple[str, ...]
    target: str
    roles: frozenset[Role]
    when: Callable[[Situation], bool] = always
    decides: bool = False
    note: str = ""


WORKERS = frozenset({Role.CANDIDATE, Role.OWNER})
HANDERS = WORKERS | {Role.ADMINISTRATOR}
OWNER = frozenset({Role.OWNER})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
WATCHERS = frozenset({Role.WATCHER})

OPERATIONS = (
    Operation(
        Action.CLAIM,
        (READY,),
        RESERVED,
        frozenset({Role.CANDIDATE}),
        when=of_one,
        note="the second one is told who was first",
    ),
    Operation(
        Action.START,
        (READY, RESERVED),
        IN_PROGRESS,
        WORKERS,
        when=of_one,
        note="claims an offered task first",
    ),
    Operation(Action.STOP, (IN_PROGRESS,), RESERVED, OWNER),
    Operation(
        Action.RELEASE,
        HELD,
        READY,
        OWNER | ADMINISTRATOR,
        note="a draft is kept for its author",
    ),
    Operation(
        Action.TAKE_BACK,
        HELD,
        RESERVED,
        frozenset({Role.ORIGINAL}),
        note="from a stand-in, or from a delegate who was to give it back",
    ),
    Operation(
        Action.DELEGATE,
        WORKABLE,
        RESERVED,
        HANDERS,
        when=of_one,
        note="to one active person who is not excluded; “back to me” makes the answer a proposal",
    ),
    Operation(
        Action.FORWARD,
        WORKABLE,
        READY,
        HANDERS,
        note="one's own place goes to those named; a group stays asked",
    ),
    Operation(
        Action.NOMINATE,
        (CREATED,),
        "reserved, ready",
        ADMINISTRATOR,
        note="for a task that asks nobody: one person holds it, several are asked",
    ),
    Operation(
        Action.REASSIGN,
        (CREATED, *WORKABLE),
        RESERVED,
        ADMINISTRATOR,
        when=of_one,
        note="needs a reason",
    ),
    Operation(
        Action.ADD,
        (READY,),
        "",
        frozenset({Role.CANDIDATE, Role.ADMINISTRATOR}),
        when=lambda situation: situation.collective,
        note="one more who must agree: before, beside or after those asked",
    ),
    Operation(
        Action.SUSPEND,
        WORKABLE,
        SUSPENDED,
        OWNER | ADMINISTRATOR,
        note="perhaps until a moment; the step says whether its clock stands still",
    ),
    Operation(
        Action.RESUME,
        (SUSPENDED,),
        "its former state",
        frozenset({Role.SUSPENDER, Role.ADMINISTRATOR}),
        note="its alarm does the same",
    ),
    Operation(
        Action.ASK,
        WORKABLE,
        "",
        OWNER | {Role.CANDIDATE},
        when=lambda situation: (
            not situation.information and (situation.collective or situation.status != READY)
        ),
        note="a colleague gets a question of their own; several who vote may each ask",
    ),
    Operation(
        Action.SEND_BACK,
        WORKABLE,
        COMPLETED,
        WORKERS,
        when=lambda situation: situation.sends_back,
        decides=True,
        note="with the outcome `sent_back`, to a step that the definition names; needs a reason",
    ),
    Operation(
        Action.COMPLETE,
        WORKABLE,
        COMPLETED,
        WORKERS,
        decides=True,
        note="claims and starts on the way; where several must answer this is a vote",
    ),
    Operation(Action.DRAFT, WORKABLE, "", WORKERS, note="what was typed waits for its author"),
    Operation(
        Action.UNDO,
        (COMPLETED,),
        "its former state",
        frozenset({Role.DECIDER}),
        when=lambda situation: situation.held,
        note="until the answer counts; it becomes a draft",
    ),
    Operation(
        Action.WITHDRAW,
        OPEN,
        "exited",
        frozenset({Role.INITIATOR}),
        when=lambda situation: situation.withdrawable,
        note="the whole request: it is cancelled, or goes on where the definition says",
    ),
    Operation(
        Action.SKIP,
        (CREATED, *WORKABLE),
        "obsolete",
        frozenset({Role.INITIATOR, Role.ADMINISTRATOR}),
        when=lambda situation: situation.skippable,
        decides=True,
        note="where the definition allows it; needs a reason",
    ),
    Operation(
        Action.FAIL,
        (IN_PROGRESS,),
        "failed",
        OWNER,
        when=lambda situation: situation.fails,
        decides=True,
        note="with an error that the definition names",
    ),
    Operation(Action.PRIORITIZE, OPEN, "", ADMINISTRATOR, note="0 to 100, 50 is normal"),
    Operation(Action.RESCHEDULE, OPEN, "", ADMINISTRATOR, note="reminders and escalations move"),
    Operation(
        Action.FOLLOW_UP,
        (*HELD, SUSPENDED),
        "",
        OWNER | ADMINISTRATOR,
        note="when the owner wants to look again",
    ),
    Operation(Action.COMMENT, (*OPEN, *CLOSED), "", WATCHERS, note="also while all is on hold"),
    Operation(Action.ATTACH, OPEN, "", WATCHERS, note="also while all is on hold"),
)
WHILE_ON_HOLD = frozenset({Action.COMMENT, Action.ATTACH})


def allowed_actions(situation: Situation, standing: Standing) -> frozenset[Action]:
    """Return what the person may do now; nothing for somebody who may not see the task.

    Exclusion beats every role: an excluded person may comment, take their own request back, and as
    administrator hand the task to somebody else, but never decide.
    """
    if not standing.may_see:
        return frozenset()
    roles = frozenset(roles_of(situation, standing))
    return frozenset(
        operation.action
        for operation in OPERATIONS
        if situation.status in operation.sources
        and not roles.isdisjoint(operation.roles)
        and not (standing.excluded and operation.decides)
        and (not situation.on_hold or operation.action in WHILE_ON_HOLD)
        and operation.when(situation)
    )


def roles_of(situation: Situation, standing: Standing) -> Iterator[Role]:
    """Yield as what the person acts. Whom it asks acts while it is offered, later the owner."""
    yield Role.WATCHER
    if standing.administrator:
        yield Role.ADMINISTRATOR
    if standing.person == situation.initiator:
        yield Role.INITIATOR
    if standing.person == situation.decided_by:
        yield Role.DECIDER
    if standing.excluded:
        return
    if standing.candidate and situation.status == READY:
        yield Role.CANDIDATE
    if standing.owner:
        yield Role.OWNER
    if standing.person == situation.suspended_by:
        yield Role.SUSPENDER
    if standing.person in situation.originals and not standing.owner:
        yield Role.ORIGINAL
