"""Casting one of several votes, and taking it back."""

from typing import Any

from django.utils.translation import gettext as _

from processes.core import graph as g
from processes.core.errors import WrongState
from processes.services import Step
from tasks.agreement import agreement_of
from tasks.models import Exclusion, Task, Vote
from tasks.services.conclusion import conclude, hold
from tasks.services.counting import answered, go_on
from tasks.services.rerouting import keep_apart
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce


def cast(turn: Turn, outcome: g.Outcome, data: dict[str, Any], comment: str) -> Task:
    """Count the person's answer, and complete the task if that decides it.

    Raises WrongState when the person's tier is decided already.
    """
    step, task = turn.step, turn.task
    found = agreement_of(task)
    seat = turn.absentee or turn.person
    tier = found.tier_of(seat.pk)
    if tier is None:
        raise not_needed(task)
    vote = Vote(
        task=task,
        tier=tier,
        voter=turn.person,
        voter_name=name_of(turn.person),
        seat=seat,
        on_behalf_of_name=turn.on_behalf_of,
        outcome=outcome.id,
        weight=found.quorum.leaf(tier).weight(seat.get_username()),
        data=data,
        comment=comment,
        at=turn.now,
    )
    step.batch.insert(vote)
    who = {turn.person.pk, seat.pk}
    why = Exclusion.Why.VOTED
    step.batch.insert(*(Exclusion(task=task, user_id=user, why=why) for user in sorted(who)))
    said = {} if found.quorum.secret else {"outcome": outcome.id, "comment": comment}
    turn.note("voted", **({"tier": tier} if tier else {}), **said)
    keep_apart(step, task, who)
    if turn.absentee is not None:
        announce(step, Kind.SUBSTITUTED, task, to=[turn.absentee])
    found = go_on(step, task, [*found.votes, vote])
    if not found.tally.decided:
        turn.save()
        return task
    answer = answered(found, vote, turn)
    if task.asked.get("undo"):
        hold(step, task, turn.asked, answer)
    else:
        conclude(step, task, turn.asked, answer)
    turn.save()
    return task


def withdraw_vote(step: Step, task: Task, vote: Vote) -> None:
    """Take a vote back as if it had not been cast: its place is free, and both may vote again.

    Only before anybody else was asked because of it: while the answer that it gave is held.
    """
    for row in Vote.objects.filter(task=task, seat=vote.seat_id):
        step.batch.delete(Vote, id=row.pk)
    for user in {vote.voter_id, vote.seat_id} - {None}:
        step.batch.delete(Exclusion, task_id=task.pk, user_id=user, why=Exclusion.Why.VOTED.value)


def not_needed(task: Task) -> WrongState:
    return WrongState(
        "vote_not_needed",
        _("“%(task)s” no longer needs your answer: others have decided your part of it.")
        % {"task": task.name},
        remedy=_("There is nothing left to do for you."),
    )
