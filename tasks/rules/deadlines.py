"""When work on a task should begin and end, and which bells ring around these moments.

All moments are in UTC: in one zone, moments compare by what the wall shows, which repeats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tasks.rules.working_time import Span, TimeKeeper

Kind = Literal["remind", "start_by", "overdue", "escalate", "follow_up"]


@dataclass(frozen=True, slots=True)
class Bell:
    """A moment at which an open task moves people; ``step`` is the reminder or the rung."""

    kind: Kind
    step: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task should be begun, answered and looked at again, and its bells in their order."""

    start_by_at: datetime | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    bells: Sequence[Bell] = ()


def has_deadlines(asked: Mapping[str, Any]) -> bool:
    """Tell whether the definition speaks of time at all; most steps do not."""
    return bool(asked.get("complete_by") or asked.get("start_by") or asked.get("follow_up"))


def schedule(asked: Mapping[str, Any], opened_at: datetime, keeper: TimeKeeper) -> Schedule:
    """Return all that the definition asks for. Raises OutOfReach."""

    def from_opening(name: str) -> datetime | None:
        span = asked.get(name)
        return keeper.after(opened_at, Span.parse(span)).astimezone(UTC) if span else None

    start_by_at, due_at = from_opening("start_by"), from_opening("complete_by")
    follow_up_at = from_opening("follow_up")
    found = [
        *bells(asked, opened_at, start_by_at, due_at, keeper),
        *([Bell("follow_up", 0, follow_up_at)] if follow_up_at else []),
    ]
    found.sort(key=lambda bell: bell.due_at)
    return Schedule(start_by_at, due_at, follow_up_at, found)


def bells(
    asked: Mapping[str, Any],
    opened_at: datetime,
    start_by_at: datetime | None,
    due_at: datetime | None,
    keeper: TimeKeeper,
) -> Iterator[Bell]:
    """Yield the bells of the two deadlines, wherever these lie. Raises OutOfReach.

    Deadlines come before the rungs that are due with them.
    """
    if due_at is not None:
        yield from reminders(asked, opened_at, due_at, keeper)
    if start_by_at is not None:
        yield Bell("start_by", 0, start_by_at)
    if due_at is not None:
        yield Bell("overdue", 0, due_at)
    for step, rung in enumerate(asked.get("escalations", ())):
        since = start_by_at if rung.get("of") == "startBy" else due_at
        if since is not None:
            yield Bell("escalate", step, keeper.after(since, Span.parse(rung["after"])))


def reminders(
    asked: Mapping[str, Any], opened_at: datetime, due_at: datetime, keeper: TimeKeeper
) -> Iterator[Bell]:
    """Yield the reminders. Of those that would lie before the opening, one comes at once."""
    before = asked.get("remind_before") or ()
    spans = [before] if isinstance(before, str) else before
    found = [keeper.before(due_at, Span.parse(span)).astimezone(UTC) for span in spans]
    missed = [step for step, moment in enumerate(found) if moment < opened_at]
    for step, moment in enumerate(found):
        if moment >= opened_at:
            yield Bell("remind", step, moment)
    if missed:
        yield Bell("remind", missed[0], opened_at)


def carried_on(
    moment: datetime, *, stopped_at: datetime, now: datetime, keeper: TimeKeeper
) -> datetime:
    """Return a moment of a clock that stood still from ``stopped_at`` until ``now``.

    What was left until then is left again. A moment that had passed stays. Raises OutOfReach.
    """
    if moment <= stopped_at:
        return moment
    left = keeper.between(stopped_at, moment)
    return max(moment, keeper.plus(now, left).astimezone(UTC))


def clock_stands(status: str, asked: Mapping[str, Any]) -> bool:
    """Tell whether the clock of an open task stands still in this state.

    It does while suspended, unless the definition lets it count, and in every state that is not
    among those in which the definition counts.
    """
    counts = asked.get("counts", ())
    if status == "suspended":
        return asked.get("suspended") != "counts" and status not in counts
    return bool(counts) and status not in counts


def first_negative(outcomes: Sequence[Any]) -> str:
    """Return the outcome that changes nothing in the world: the first negative one, if any."""
    return next((outcome.id for outcome in outcomes if outcome.kind == "negative"), "")
