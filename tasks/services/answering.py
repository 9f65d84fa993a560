"""Answering a task: complete, undo, send back, skip, fail.

All raise Absent for what is not theirs, Forbidden when they may see but not do it, WrongState when
somebody else was first, and Invalid for what cannot be accepted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import Invalid
from processes.core.forms import validate
from processes.services import Step, one_step
from tasks import timing
from tasks.desk import ask
from tasks.models import Alarm, Candidate, Exclusion, Task
from tasks.models.task import ANSWER, HOLDING, SENT_BACK
from tasks.rules.actions import Action
from tasks.services import asking, voting
from tasks.services.conclusion import Answer, conclude, hold
from tasks.services.drafting import write_draft
from tasks.services.texts import checked_comment, checked_reason
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce

ENDING = ("status", "completed_by", "completed_by_name", "comment", "closed_at")


@one_step
def complete(
    *,
    task_id: UUID,
    person: User,
    outcome: str,
    data: dict[str, Any] | None = None,
    comment: str = "",
    now: datetime,
) -> Task:
    """Answer the task and let the process go on; claims and starts it on the way.

    Where several must answer this is a vote. The answer of a delegate who was to give the task
    back is a proposal. One that may be undone counts when the time for that is over. Raises
    Invalid for an unknown outcome, a missing comment, or data that the form refuses.
    """
    turn = Turn(person, task_id, Action.COMPLETE, now=now)
    if turn.task.kind == Task.Kind.INFORMATION:
        return asking.answer(turn, outcome, data or {}, comment)
    chosen = declared_outcome(turn.node, outcome)
    comment = checked_comment(comment, required=chosen.comment_required, outcome=chosen)
    accepted = validate(form_for(turn.node, chosen), data or {})
    if turn.task.collective:
        return voting.cast(turn, chosen, accepted, comment)
    back = turn.task.returns_to
    if back is not None and back != person and back.is_active:
        return propose(turn, back, chosen, accepted, comment)
    answer = Answer(
        outcome=chosen.id,
        data=accepted,
        comment=comment,
        by=person,
        by_name=name_of(person),
        on_behalf_of=turn.absentee,
        on_behalf_of_name=turn.on_behalf_of,
    )
    if turn.task.asked.get("undo"):
        hold(turn.step, turn.task, turn.asked, answer)
    else:
        conclude(turn.step, turn.task, turn.asked, answer)
    turn.save()
    return turn.task


def propose(turn: Turn, back: User, outcome: g.Outcome, data: dict[str, Any], comment: str) -> Task:
    """Give the task back to who delegated it, with the answer as a proposal."""
    task = turn.task
    write_draft(
        turn.step,
        task,
        author=turn.person,
        proposed_to=back,
        outcome=outcome.id,
        data=data,
        comment=comment,
    )
    if task.status == Task.Status.READY:
        task.claim(owner=turn.person, now=turn.now)
    task.give_back(now=turn.now)
    turn.note("proposed", to=name_of(back), outcome=outcome.id)
    announce(turn.step, Kind.RETURNED, task, to=[back])
    turn.save(*HOLDING)
    return task


@one_step
def undo(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Take one's answer back before it counts; it is kept as a draft."""
    turn = Turn(person, task_id, Action.UNDO, now=now)
    task = turn.task
    data = {name: value for name, value in task.data.items() if name != "votes"}
    write_draft(
        turn.step, task, author=person, outcome=task.outcome, data=data, comment=task.comment
    )
    task.undo()
    task.former_candidates = {}
    turn.step.batch.delete(Alarm, task_id=task.pk, kind=Alarm.Kind.SETTLE.value)
    if task.collective:
        vote = task.votes.filter(voter=person, kept=False).latest("at", "id")
        voting.withdraw_vote(turn.step, task, vote)
    timing.keep_time(turn.step, task)
    turn.note("undone")
    turn.save(*ANSWER, "former_candidates")
    return task


@one_step
def send_back(*, task_id: UUID, person: User, to: str, comment: str, now: datetime) -> Task:
    """Have an earlier step done again, by who did it. Raises Invalid for one not declared."""
    turn = Turn(person, task_id, Action.SEND_BACK, now=now)
    task, declared = turn.task, turn.task.asked["send_back"]
    if to not in declared:
        raise Invalid(
            "unknown_step",
            _("“%(task)s” cannot be sent back to “%(step)s”.") % {"task": task.name, "step": to},
            remedy=_("It goes back to: %(steps)s.") % {"steps": ", ".join(declared)},
            details={"fields": {"to": [_("This is not one of the steps.")]}},
        )
    reason = checked_comment(comment, required=True)
    task.complete(
        by=person,
        by_name=name_of(person),
        on_behalf_of=turn.absentee,
        on_behalf_of_name=turn.on_behalf_of,
        outcome=SENT_BACK,
        data={},
        comment=reason,
        now=now,
    )
    turn.close()
    events = turn.step.decide(
        c.SendBack(
            task.token,
            to,
            by=person.get_username(),
            on_behalf_of=turn.absentee.get_username() if turn.absentee else None,
            comment=reason,
        )
    )
    for event in events:
        if isinstance(event, ev.TaskOpened) and event.node == to:
            ask_again(turn.step, event.token)
    announce(turn.step, Kind.SENT_BACK, task)
    turn.save(*ANSWER)
    return task


def ask_again(step: Step, token: str) -> None:
    """Give a step that is done again to who did it before, unless they must not or are gone."""
    task = step.row(Task, token=token)
    if task.status != Task.Status.READY or task.collective:
        return
    done = Task.objects.filter(
        instance=step.instance, node=task.node, status=Task.Status.COMPLETED
    ).exclude(outcome=SENT_BACK)
    last = done.select_related("completed_by", "on_behalf_of").order_by("-closed_at").first()
    who = (last.on_behalf_of or last.completed_by) if last else None
    if who is None or not who.is_active:
        return
    out = [row for row in step.batch.inserting(Exclusion) if row.task_id == task.pk]
    if who.pk in {row.user_id for row in out}:
        return
    groups = {row.group_id for row in out} - {None}
    if groups and who.groups.filter(pk__in=groups).exists():
        return
    task.claim(owner=who, now=step.now)
    if step.batch.inserted(Candidate, task_id=task.pk, user_id=who.pk) is None:
        ask(step, task, users=[who], via=Candidate.Via.ASKED)


@one_step
def skip(*, task_id: UUID, person: User, reason: str, now: datetime) -> Task:
    """Let the process go on without an answer, where the definition allows it. Needs a reason."""
    reason = checked_reason(reason, missing=_("Say why the task is skipped."))
    turn = Turn(person, task_id, Action.SKIP, now=now)
    turn.task.skip(by=person, by_name=name_of(person), reason=reason, now=now)
    turn.close()
    turn.step.decide(c.SkipTask(turn.task.token, by=person.get_username(), reason=reason))
    turn.save(*ENDING)
    return turn.task


@one_step
def fail(*, task_id: UUID, person: User, code: str, comment: str = "", now: datetime) -> Task:
    """Say that it cannot be done: an error of the process. Raises Invalid for one not declared."""
    turn = Turn(person, task_id, Action.FAIL, now=now)
    declared = turn.task.asked["fails_with"]
    if code not in declared:
        words = {"task": turn.task.name, "code": code}
        raise Invalid(
            "unknown_error",
            _("“%(task)s” does not fail with “%(code)s”.") % words,
            remedy=_("It may fail with: %(codes)s.") % {"codes": ", ".join(declared)},
            details={"fields": {"code": [_("This is not one of the errors.")]}},
        )
    reason = checked_comment(comment, required=False)
    turn.task.fail(by=person, by_name=name_of(person), reason=reason, now=now)
    turn.close()
    turn.step.decide(
        c.FailTask(turn.task.token, code=code, by=person.get_username(), comment=reason)
    )
    turn.save(*ENDING)
    return turn.task


# --- what may be answered ------------------------------------------------------------------------


def declared_outcome(node: g.UserTask, outcome: str) -> g.Outcome:
    found = next((known for known in node.outcomes if known.id == outcome), None)
    if found is None:
        raise Invalid(
            "unknown_outcome",
            _("“%(task)s” has no outcome “%(outcome)s”.")
            % {"task": node.label, "outcome": outcome},
            remedy=_("Choose one of: %(known)s.")
            % {"known": ", ".join(known.id for known in node.outcomes)},
            details={"fields": {"outcome": [_("This is not one of the answers.")]}},
        )
    return found


def form_for(node: g.UserTask, outcome: g.Outcome) -> g.JsonSchema | None:
    """Return the form as it counts for the outcome: who says no need not fill it in."""
    if node.form is None or outcome.kind != "negative":
        return node.form
    return {**node.form, "required": []}
