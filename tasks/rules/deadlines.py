"""When a task is due, when its people are reminded, and when more people are asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from processes.core.feel import add_duration, parse_duration


@dataclass(frozen=True, slots=True)
class Bell:
    """A moment at which an open task moves people; ``step`` is the rung of the ladder."""

    kind: Literal["remind", "escalate"]
    step: int
    due_at: datetime


def deadline(asked: Mapping[str, Any], opened_at: datetime) -> datetime | None:
    """Return until when the answer is wanted; None when there is no deadline."""
    span = asked.get("complete_by")
    return add_duration(opened_at, parse_duration(span)) if span else None


def bells(asked: Mapping[str, Any], opened_at: datetime) -> Iterator[Bell]:
    """Yield the reminder and every rung of the ladder, in the order in which they are due.

    A reminder that would come before the task was opened comes at once.
    """
    due_at = deadline(asked, opened_at)
    if due_at is None:
        return
    before = asked.get("remind_before")
    if before:
        remind_at = add_duration(due_at, parse_duration(f"-{before}"))
        yield Bell("remind", 0, max(remind_at, opened_at))
    rungs = [
        (add_duration(due_at, parse_duration(rung["after"])), step)
        for step, rung in enumerate(asked.get("escalations", ()))
    ]
    for moment, step in sorted(rungs):
        yield Bell("escalate", step, moment)
