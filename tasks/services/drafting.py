"""Answers that people have begun: kept for their author, gone when the task is answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from processes.core.errors import Invalid
from processes.services import Step
from tasks import access
from tasks.models import Draft, Task
from tasks.rules.actions import Action
from tasks.services.texts import checked_comment
from tasks.services.turn import refusal

MOST_FIELDS = 200
LONGEST = 20_000


def save_draft(
    *,
    task_id: UUID,
    person: User,
    outcome: str = "",
    data: dict[str, Any] | None = None,
    comment: str = "",
    now: datetime,
) -> Draft:
    """Keep what was typed, as it was typed. Nobody else sees it, and the process knows nothing.

    Raises Absent, Forbidden or WrongState like an answer, and Invalid for what is too large.
    """
    data = data or {}
    if len(data) > MOST_FIELDS or any(len(str(value)) > LONGEST for value in data.values()):
        raise Invalid("draft_too_large", _("This is too much for a draft."))
    if "\x00" in f"{outcome}{data!r}" or "\\x00" in f"{outcome}{data!r}":
        raise Invalid("draft_unreadable", _("The text holds a character that cannot be stored."))
    comment = checked_comment(comment, required=False)
    task, standing = access.task_for(person, task_id, now=now)
    if Action.DRAFT not in task.allows(standing):
        raise refusal(task, standing, Action.DRAFT)
    with transaction.atomic():
        kept, _made = Draft.objects.update_or_create(
            task=task,
            author=person,
            defaults={
                "proposed_to": None,
                "outcome": outcome[:100],
                "data": data,
                "comment": comment,
                "saved_at": now,
            },
        )
    return kept


def draft_for(task: Task, person: User) -> Draft | None:
    """Return what the person typed last, or what a delegate proposed to them since."""
    mine = Draft.objects.filter(Q(author=person) | Q(proposed_to=person), task=task)
    return mine.select_related("author").order_by("-saved_at", "-id").first()


def write_draft(
    step: Step,
    task: Task,
    *,
    author: User,
    proposed_to: User | None = None,
    outcome: str,
    data: dict[str, Any],
    comment: str,
) -> None:
    """Write a draft with the step, in place of the author's former one."""
    draft = Draft.objects.filter(task=task, author=author).first()
    made = draft is None
    draft = draft or Draft(task=task, author=author)
    draft.proposed_to, draft.outcome, draft.data = proposed_to, outcome, data
    draft.comment, draft.saved_at = comment, step.now
    if made:
        step.batch.insert(draft)
    else:
        step.batch.update(draft, "proposed_to", "outcome", "data", "comment", "saved_at")


def forget_drafts() -> None:
    """Delete the drafts of tasks that can no longer be answered."""
    closed = ~Q(task__status__in=Task.OPEN)
    held = Q(task__status=Task.Status.COMPLETED, task__settles_at__isnull=False)
    Draft.objects.filter(closed).exclude(held).delete()
