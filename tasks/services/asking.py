"""Asking a colleague about a task: a question of their own, which decides nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from processes.core.errors import Invalid
from processes.services import one_step
from tasks import timing
from tasks.desk import ask
from tasks.models import Candidate, Task
from tasks.models.task import ANSWER
from tasks.rules.actions import Action
from tasks.rules.answers import ANSWERED
from tasks.services.handing import refuse_gone
from tasks.services.texts import checked_comment
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce

MOST_AT_ONCE = 20


@one_step
def ask_information(*, task_id: UUID, person: User, to: User, question: str, now: datetime) -> Task:
    """Put a question about the task to a colleague, also to one who must not decide it.

    Returns the colleague's own task. The deadline stands still until all have answered, unless the
    definition counts that time. Raises Invalid without a question.
    """
    question = checked_comment(question, required=True)
    turn = Turn(person, task_id, Action.ASK, now=now)
    task = turn.task
    refuse_gone(to)
    if to == person:
        raise Invalid("target_is_owner", _("Ask somebody else than yourself."))
    if task.open_questions >= MOST_AT_ONCE:
        raise Invalid(
            "too_many_questions",
            _("%(most)d questions about this task are open already.") % {"most": MOST_AT_ONCE},
        )
    child = Task(
        instance=turn.step.instance,
        kind=Task.Kind.INFORMATION,
        parent=task,
        node=task.node,
        name=Truncator(" ".join(question.split())).chars(200),
        priority=task.priority,
        amount=task.amount,
        asked={
            "question": question,
            "by": person.pk,
            "by_name": name_of(person),
            "users": [to.get_username()],
            "groups": [],
            "exclude": [],
            "complete_by": None,
            "remind_before": None,
            "escalations": [],
        },
        created_at=now,
    )
    child.claim(owner=to, now=now)
    turn.step.batch.insert(child)
    ask(turn.step, child, users=[to], via=Candidate.Via.ASKED)
    task.open_questions += 1
    if task.asked.get("information") != "counts":
        timing.stop_clock(turn.step, task)
    turn.note("information_asked", to=name_of(to), question=question)
    announce(turn.step, Kind.INFORMATION_ASKED, child, to=[to])
    turn.save("open_questions")
    return child


def answer(turn: Turn, outcome: str, data: dict[str, Any], text: str) -> Task:
    """Answer a colleague's question; whoever asked is told. The comment is the answer."""
    if outcome != ANSWERED.id:
        raise Invalid(
            "unknown_outcome",
            _("A colleague's question has no outcome “%(outcome)s”.") % {"outcome": outcome},
            remedy=_("Choose one of: %(known)s.") % {"known": ANSWERED.id},
            details={"fields": {"outcome": [_("This is not one of the answers.")]}},
        )
    if data:
        fields = {name: [_("This question has no form.")] for name in data}
        raise Invalid("invalid_data", _("Please check what is marked."), details={"fields": fields})
    text = checked_comment(text, required=True)
    child, parent = turn.task, turn.task.parent
    if parent is None:
        raise TypeError(f"question {child.pk} is about no task")
    parent.instance = turn.step.instance
    child.complete(
        by=turn.person,
        by_name=name_of(turn.person),
        on_behalf_of=turn.absentee,
        on_behalf_of_name=turn.on_behalf_of,
        outcome=ANSWERED.id,
        data={},
        comment=text,
        now=turn.now,
    )
    turn.close()
    parent.open_questions = max(parent.open_questions - 1, 0)
    turn.step.batch.update(parent, "open_questions")
    timing.start_clock(turn.step, parent)
    turn.note("information_given", to=child.asked["by_name"], answer=text)
    told = {child.asked["by"], parent.owner_id} - {None}
    announce(turn.step, Kind.INFORMATION_GIVEN, parent, to=told)
    turn.save(*ANSWER)
    return child
