"""Who holds a task: claim, start, stop, release, take back.

All raise Absent for what is not theirs, Forbidden when they may see but not do it, and WrongState
when somebody else was first.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from processes.services import one_step
from tasks.desk import offer_rest
from tasks.models import Task
from tasks.models.task import HOLDING
from tasks.rules.actions import Action
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce


@one_step
def claim(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Take an offered task, so that others leave it alone."""
    turn = Turn(person, task_id, Action.CLAIM, now=now)
    turn.task.claim(owner=person, held_for=turn.absentee, now=now)
    turn.note("claimed")
    turn.save(*HOLDING)
    return turn.task


@one_step
def start(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Say that work has begun; an offered task is claimed first."""
    turn = Turn(person, task_id, Action.START, now=now)
    if turn.task.status == Task.Status.READY:
        turn.task.claim(owner=person, held_for=turn.absentee, now=now)
    turn.task.start(now=now)
    turn.note("started")
    turn.save(*HOLDING, "started_at")
    return turn.task


@one_step
def stop(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Keep the task for later."""
    turn = Turn(person, task_id, Action.STOP, now=now)
    turn.task.stop()
    turn.note("stopped")
    turn.save("status")
    return turn.task


@one_step
def release(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Give the task back to everybody who is asked, or to who delegated it. Drafts are kept."""
    turn = Turn(person, task_id, Action.RELEASE, now=now)
    back = turn.task.returns_to
    if back is not None and back.is_active and turn.standing.owner:
        turn.task.give_back(now=now)
        turn.note("given_back", to=name_of(back))
        announce(turn.step, Kind.RETURNED, turn.task, to=[back])
    else:
        turn.task.release()
        offer_rest(turn.step, turn.task)
        turn.note("released")
    turn.save(*HOLDING)
    return turn.task


@one_step
def take_back(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Hold again what a stand-in holds in one's place, or a delegate who was to give it back."""
    turn = Turn(person, task_id, Action.TAKE_BACK, now=now)
    holder = turn.task.owner
    turn.task.take_back(owner=person, now=now)
    turn.note("taken_back", **({"from": name_of(holder)} if holder else {}))
    if holder is not None:
        announce(turn.step, Kind.WITHDRAWN, turn.task, to=[holder])
    turn.save(*HOLDING)
    return turn.task
