"""Handing a task on: delegate, forward, reassign, nominate.

Nobody gets a task who is excluded from deciding it, or who no longer works here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.db.models import Q
from django.utils.translation import gettext as _

from processes.core.errors import Forbidden, Invalid
from processes.services import one_step
from tasks.desk import place
from tasks.models import Candidate, Task
from tasks.models.task import HOLDING
from tasks.rules.actions import Action
from tasks.rules.routing import Seat
from tasks.services.counting import recount
from tasks.services.texts import checked_reason, said
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce


@one_step
def delegate(*, task_id: UUID, person: User, to: User, reason: str = "", now: datetime) -> Task:
    """Hand the task to somebody else, who holds it from then on.

    One that has to come back to somebody still does.
    """
    turn = Turn(person, task_id, Action.DELEGATE, now=now)
    return _delegate(turn, to, reason, returns_to=turn.task.returns_to)


@one_step
def delegate_and_return(
    *, task_id: UUID, person: User, to: User, reason: str = "", now: datetime
) -> Task:
    """Hand the task to somebody whose answer is a proposal: it comes back before it counts.

    Raises Forbidden for an administrator whom it does not ask, and Invalid where it has to come
    back to somebody else already.
    """
    turn = Turn(person, task_id, Action.DELEGATE, now=now)
    if not turn.standing.candidate and not turn.standing.owner:
        raise Forbidden(
            "not_asked",
            _("“%(task)s” cannot come back to you: it does not ask you.")
            % {"task": turn.task.name},
            remedy=_("Delegate it without asking it back."),
        )
    back = turn.task.returns_to
    if back is not None and back != person:
        raise Invalid(
            "returns_already",
            _("The task goes back to %(who)s before it counts.") % {"who": name_of(back)},
            remedy=_("Delegate it without asking it back."),
        )
    return _delegate(turn, to, reason, returns_to=turn.absentee or person)


def _delegate(turn: Turn, to: User, reason: str, *, returns_to: User | None) -> Task:
    refuse_target(turn, to)
    if returns_to == to:
        returns_to = None
    turn.task.delegate(owner=to, returns_to=returns_to, now=turn.now)
    add(turn, users=[to], via=Candidate.Via.DELEGATION)
    back = {"back_to": name_of(returns_to)} if returns_to else {}
    turn.note("delegated", to=name_of(to), **said(reason), **back)
    announce(turn.step, Kind.DELEGATED, turn.task, to=[to])
    turn.save(*HOLDING)
    return turn.task


@one_step
def forward(
    *,
    task_id: UUID,
    person: User,
    users: Sequence[User] = (),
    groups: Sequence[Group] = (),
    reason: str = "",
    now: datetime,
) -> Task:
    """Offer the task to others instead of oneself. Raises Invalid when nobody is named.

    Somebody who is asked as a member of a group leaves no gap there: the group stays asked. Where
    several must answer, those named take the place among them.
    """
    refuse_nobody(users, groups)
    turn = Turn(person, task_id, Action.FORWARD, now=now)
    for user in users:
        refuse_target(turn, user)
    turn.task.forward()
    leaving = turn.standing.on_behalf_of or person.pk
    tier = tier_of(turn.task, leaving) if turn.task.collective else ""
    # A stand-in may offer it to the very person in whose place they act.
    if leaving not in {user.pk for user in users}:
        turn.step.batch.delete(Candidate, task_id=turn.task.pk, user_id=leaving)
    add(turn, users=users, groups=groups, via=Candidate.Via.FORWARD, tier=tier)
    turn.note("forwarded", to=names(users, groups), **said(reason))
    announce(turn.step, Kind.DELEGATED, turn.task, to=[*users, *groups])
    recount(turn.step, turn.task)
    turn.save(*HOLDING)
    return turn.task


@one_step
def reassign(*, task_id: UUID, person: User, to: User, reason: str, now: datetime) -> Task:
    """As administrator, give the task to somebody. Raises Invalid without a reason."""
    reason = checked_reason(reason, missing=_("Say why the task is reassigned."))
    turn = Turn(person, task_id, Action.REASSIGN, now=now)
    refuse_target(turn, to)
    turn.task.reassign(owner=to, now=now)
    add(turn, users=[to], via=Candidate.Via.REASSIGNMENT)
    turn.note("reassigned", to=name_of(to), reason=reason)
    announce(turn.step, Kind.DELEGATED, turn.task, to=[to])
    turn.save(*HOLDING)
    return turn.task


@one_step
def nominate(
    *,
    task_id: UUID,
    person: User,
    users: Sequence[User] = (),
    groups: Sequence[Group] = (),
    now: datetime,
) -> Task:
    """As administrator, say who is asked by a task that asks nobody: one person holds it."""
    refuse_nobody(users, groups)
    turn = Turn(person, task_id, Action.NOMINATE, now=now)
    for user in users:
        refuse_target(turn, user)
    if len(users) == 1 and not groups and not turn.task.collective:
        turn.task.claim(owner=users[0], now=now)
    else:
        turn.task.offer()
    add(turn, users=users, groups=groups, via=Candidate.Via.NOMINATION)
    turn.note("nominated", to=names(users, groups))
    announce(turn.step, Kind.DELEGATED, turn.task, to=[*users, *groups])
    recount(turn.step, turn.task)
    turn.save(*HOLDING)
    return turn.task


# --- to whom -------------------------------------------------------------------------------------


def refuse_nobody(users: Sequence[User], groups: Sequence[Group]) -> None:
    if not users and not groups:
        raise Invalid("nobody_named", _("Say to whom the task goes."))


def refuse_target(turn: Turn, to: User) -> None:
    """Refuse to hand the task to somebody who cannot or may not have it."""
    refuse_gone(to)
    refuse_kept_out(turn, to)
    if to.pk == turn.task.owner_id or to == turn.person:
        name = name_of(to)
        raise Invalid("target_is_owner", _("%(who)s is the one who acts now.") % {"who": name})


def refuse_kept_out(turn: Turn, who: User) -> None:
    """Refuse somebody who never decides this task, by name or as a member of a group."""
    groups = who.groups.values_list("pk", flat=True) if turn.asked.excluded_groups else ()
    if turn.asked.keeps_out(who.pk, set(groups)):
        raise Forbidden(
            "target_excluded",
            _("%(who)s cannot decide: the process keeps them out, or they have answered already.")
            % {"who": name_of(who)},
            remedy=_("Choose somebody else."),
        )


def refuse_gone(to: User) -> None:
    if not to.is_active:
        name = {"who": name_of(to)}
        raise Invalid("target_inactive", _("%(who)s no longer works here.") % name)


def add(
    turn: Turn,
    *,
    users: Iterable[User] = (),
    groups: Iterable[Group] = (),
    via: Candidate.Via,
    tier: str = "",
) -> None:
    """Add those who are not asked yet."""
    seats = [Seat(user=user.pk) for user in users if user.pk not in turn.asked.users]
    seats += [Seat(group=group.pk) for group in groups if group.pk not in turn.asked.groups]
    place(turn.step, turn.task, seats, via=via, tier=tier)


def tier_of(task: Task, leaving: int) -> str:
    """Return the tier in which somebody votes, by name or as a member of a group."""
    rows = task.candidates.filter(Q(user=leaving) | Q(group__user=leaving)).order_by("user", "id")
    return rows.values_list("tier", flat=True).first() or ""


def names(users: Sequence[User], groups: Sequence[Group]) -> list[str]:
    return [*map(name_of, users), *(group.name for group in groups)]
