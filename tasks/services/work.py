"""What people do with a task, after the table in docs/tasks.md.

Each verb is one transaction. All raise Absent for what is not theirs, Forbidden when they may see
but not do it, and WrongState when somebody else was first.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core import graph as g
from processes.core.errors import Forbidden, Invalid
from processes.core.forms import validate
from processes.services import one_step
from tasks.desk import ask
from tasks.models import Candidate, Comment, Task
from tasks.rules.actions import Action
from tasks.services.turn import Turn, name_of

COMMENT_LENGTH = 5_000


@one_step
def claim(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Take an offered task, so that others leave it alone."""
    turn = Turn(person, task_id, Action.CLAIM, now=now)
    turn.task.claim(owner=person, now=now)
    turn.note("claimed")
    turn.save("status", "owner", "claimed_at")
    return turn.task


@one_step
def start(*, task_id: UUID, person: User, now: datetime) -> Task:
    """Say that work has begun; an offered task is claimed first."""
    turn = Turn(person, task_id, Action.START, now=now)
    if turn.task.status == Task.Status.READY:
        turn.task.claim(owner=person, now=now)
    turn.task.start()
    turn.note("started")
    turn.save("status", "owner", "claimed_at")
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
    """Give the task back to everybody who is asked."""
    turn = Turn(person, task_id, Action.RELEASE, now=now)
    turn.task.release()
    turn.note("released")
    turn.save("status", "owner", "claimed_at")
    return turn.task


@one_step
def delegate(*, task_id: UUID, person: User, to: User, reason: str = "", now: datetime) -> Task:
    """Hand the task to somebody else, who holds it from then on."""
    turn = Turn(person, task_id, Action.DELEGATE, now=now)
    refuse_target(turn, to)
    turn.task.delegate(owner=to, now=now)
    add(turn, users=[to], via=Candidate.Via.DELEGATION)
    why = {"reason": reason.strip()[:COMMENT_LENGTH]} if reason.strip() else {}
    turn.note("delegated", to=name_of(to), **why)
    turn.save("status", "owner", "claimed_at")
    return turn.task


@one_step
def forward(
    *,
    task_id: UUID,
    person: User,
    users: Sequence[User] = (),
    groups: Sequence[Group] = (),
    now: datetime,
) -> Task:
    """Offer the task to others instead of oneself. Raises Invalid when nobody is named.

    Somebody who is asked as a member of a group leaves no gap there: the group stays asked.
    """
    if not users and not groups:
        raise Invalid("nobody_named", _("Say to whom the task goes."))
    turn = Turn(person, task_id, Action.FORWARD, now=now)
    for user in users:
        refuse_target(turn, user)
    turn.task.forward()
    leaving = turn.standing.on_behalf_of or person.pk
    turn.step.batch.delete(Candidate, task_id=turn.task.pk, user_id=leaving)
    add(turn, users=users, groups=groups, via=Candidate.Via.FORWARD)
    turn.note("forwarded", to=[*map(name_of, users), *(group.name for group in groups)])
    turn.save("status", "owner", "claimed_at")
    return turn.task


@one_step
def reassign(*, task_id: UUID, person: User, to: User, reason: str, now: datetime) -> Task:
    """As administrator, give the task to somebody. Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid("reason_missing", _("Say why the task is reassigned."))
    turn = Turn(person, task_id, Action.REASSIGN, now=now)
    refuse_target(turn, to)
    turn.task.reassign(owner=to, now=now)
    add(turn, users=[to], via=Candidate.Via.REASSIGNMENT)
    turn.note("reassigned", to=name_of(to), reason=reason.strip()[:COMMENT_LENGTH])
    turn.save("status", "owner", "claimed_at")
    return turn.task


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

    Raises Invalid for an unknown outcome, a missing comment, or data that the form refuses.
    """
    turn = Turn(person, task_id, Action.COMPLETE, now=now)
    chosen = declared_outcome(turn.node, outcome)
    comment = checked_comment(comment, required=chosen.comment_required, outcome=chosen)
    accepted = validate(form_for(turn.node, chosen), data or {})
    absentee = turn.absentee
    turn.task.complete(
        by=person,
        by_name=name_of(person),
        on_behalf_of_name=turn.on_behalf_of,
        outcome=chosen.id,
        data=accepted,
        comment=comment,
        now=now,
    )
    turn.close()
    turn.step.decide(
        c.CompleteTask(
            token=turn.task.token,
            outcome=chosen.id,
            data=accepted,
            by=person.get_username(),
            on_behalf_of=absentee.get_username() if absentee else None,
            comment=comment,
        )
    )
    turn.save(
        "status",
        "outcome",
        "data",
        "comment",
        "completed_by",
        "completed_by_name",
        "on_behalf_of_name",
        "closed_at",
    )
    return turn.task


@one_step
def comment(*, task_id: UUID, person: User, text: str, now: datetime) -> Comment:
    """Say something about the task, also after it was answered. Raises Invalid for no text."""
    text = checked_comment(text, required=True)
    turn = Turn(person, task_id, Action.COMMENT, now=now)
    said = Comment(
        task=turn.task, author=person, author_name=name_of(person), text=text, created_at=now
    )
    turn.step.batch.insert(said)
    if turn.task.is_open and not turn.task.on_hold:
        turn.note("commented")
    turn.save()
    return said


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


def checked_comment(text: str, *, required: bool, outcome: g.Outcome | None = None) -> str:
    text = text.strip()
    sentence = ""
    if required and not text:
        sentence = (
            _("“%(outcome)s” needs a reason.") % {"outcome": outcome.name}
            if outcome
            else _("Write something first.")
        )
    elif len(text) > COMMENT_LENGTH:
        sentence = _("Write at most %(most)d characters.") % {"most": COMMENT_LENGTH}
    elif "\x00" in text:
        sentence = _("The text holds a character that cannot be stored.")
    if sentence:
        raise Invalid("invalid_comment", sentence, details={"fields": {"comment": [sentence]}})
    return text


def refuse_target(turn: Turn, to: User) -> None:
    """Refuse to hand the task to somebody who cannot or may not have it."""
    name = name_of(to)
    if not to.is_active:
        raise Invalid("target_inactive", _("%(who)s no longer works here.") % {"who": name})
    if to.pk in turn.asked.excluded:
        raise Forbidden(
            "target_excluded",
            _("%(who)s cannot decide this: the process keeps them out of it.") % {"who": name},
            remedy=_("Choose somebody else."),
        )
    if to.pk == turn.task.owner_id or to.pk == turn.person.pk:
        raise Invalid("target_is_owner", _("%(who)s is the one who acts now.") % {"who": name})


def add(
    turn: Turn,
    *,
    users: Iterable[User] = (),
    groups: Iterable[Group] = (),
    via: Candidate.Via,
) -> None:
    """Add those who are not asked yet."""
    ask(
        turn.step,
        turn.task,
        users=[user for user in users if user.pk not in turn.asked.users],
        groups=[group for group in groups if group.pk not in turn.asked.groups],
        via=via,
    )
