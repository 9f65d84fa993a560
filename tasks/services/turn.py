"""One person's turn at one task: lock, re-read, check state and right, write, tell.

The only path on which people change a task. The instance is locked first, so of two people at
once exactly one gets through, and the other is told who was first.
"""

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core import graph as g
from processes.core.errors import Absent, Forbidden, Refusal, WrongState
from processes.models import Instance
from processes.services import Actor, Step, unlocked
from tasks import access, reading, timing
from tasks.desk import close
from tasks.live import inboxes
from tasks.models import Task
from tasks.rules.actions import OPERATIONS, Action, Role
from tasks.rules.standing import Asked, Standing, at_first_sight, standing


class Turn:
    """Begin inside a transaction; end with `save`. Raises Absent, Forbidden or WrongState."""

    def __init__(self, person: User, task_id: UUID, action: Action, *, now: datetime) -> None:
        self.person = person
        self.now = now
        self._take(task_id)
        self.standing = self._standing_for(action)
        self.step.actor = Actor(person, name_of(person), self.on_behalf_of)

    def _take(self, task_id: UUID) -> None:
        """Read task, instance and whom it asks: without a lock, or after taking it."""
        try:
            if unlocked():
                self.task, self.asked = reading.read(task_id)
                self.step = Step.guarded(self.task.instance, now=self.now)
                return
            if not connection.features.has_select_for_update:
                self.task, self.asked = reading.read(task_id)
                self.step = Step.alone(self.task.instance, now=self.now)
                return
            self.step = Step.lock_one(Instance.objects.filter(tasks=task_id), now=self.now)
            self.task, self.asked = reading.read(task_id)
            self.task.instance = self.step.instance
        except (Absent, Task.DoesNotExist) as absent:
            raise access.task_absent() from absent

    def _standing_for(self, action: Action) -> Standing:
        """Return what the person is to the task.

        Groups, absences and roles cost queries, so each is looked up only where it matters.
        """
        if self.person.is_active:
            found = at_first_sight(self.person.pk, self.asked)
            if action in self.task.allows(found):
                return found
        who = access.principals(self.person, now=self.now)
        found = standing(who, self.asked)
        if action in self.task.allows(found):
            return found
        found = access.with_roles(self.person, self.task, who, self.asked)
        if not found.may_see:
            raise access.task_absent()
        if action not in self.task.allows(found):
            raise refusal(self.task, found, action)
        return found

    @property
    def node(self) -> g.UserTask:
        node = self.step.graph.nodes[self.task.node]
        if not isinstance(node, g.UserTask):
            raise TypeError(f"{self.task.node} is no user task")
        return node

    @property
    def on_behalf_of(self) -> str:
        """Return the name of the absent person in whose place this is done; empty for oneself."""
        absentee = self.absentee
        return name_of(absentee) if absentee else ""

    @cached_property
    def absentee(self) -> User | None:
        if self.standing.on_behalf_of is None:
            return None
        return User.objects.get(pk=self.standing.on_behalf_of)

    @property
    def token(self) -> str:
        """Return the token that waits: a colleague's question belongs to that of the task."""
        return self.task.parent.token if self.task.parent else self.task.token

    def note(self, action: str, **details: Any) -> None:
        """Write into the history what was done, short of an answer."""
        self.step.decide(c.NoteTask(self.token, action, details))

    def save(self, *fields: str) -> None:
        """Write the task's fields with everything else; all whom it concerns look again."""
        self.step.batch.update(self.task, *fields)
        if "status" in fields:
            timing.keep_time(self.step, self.task)
        after = Asked(self.asked.users, self.asked.groups, self.task.owner_id)
        for group in {*inboxes(self.asked), *inboxes(after)}:
            self.step.tell_inbox(group)
        self.step.save()

    def close(self) -> None:
        close(self.step, self.task, self.asked)


def name_of(person: User) -> str:
    """Return the name by which people know the person; history keeps it for ever."""
    return (person.get_full_name() or person.get_username())[:150]


def refusal(task: Task, what: Standing, action: Action) -> Refusal:
    """Return why the person cannot do this now, naming who was first where somebody was."""
    words = {"task": task.name, "action": action}
    if task.status == Task.Status.COMPLETED and action is not Action.UNDO:
        return decided(task)
    if task.status == Task.Status.COMPLETED and not task.on_hold:
        return too_late(task)
    if not task.is_open and not task.held:
        return WrongState(
            "task_closed",
            _("“%(task)s” is no longer asked: the process took it back.") % words,
            remedy=_("There is nothing left to do for you."),
        )
    if task.on_hold:
        return WrongState(
            "instance_suspended",
            _("“%(task)s” waits: an operator has suspended the process.") % words,
            remedy=_("It goes on when the operator resumes it."),
        )
    if action in OF_INITIATORS and what.person != task.instance.initiator_id:
        return Forbidden(
            "not_your_request",
            _("Only who started the process does this with “%(task)s”.") % words,
        )
    if action is Action.WITHDRAW:
        return WrongState(
            "too_late_to_withdraw",
            _("The request behind “%(task)s” can no longer be taken back.") % words,
            remedy=_("Write a comment to the person who decides."),
        )
    if what.excluded:
        return Forbidden(
            "excluded",
            _("You cannot decide “%(task)s”: the process keeps you out of this decision.") % words,
            remedy=_("Somebody else decides it. This holds for stand-ins and administrators too."),
        )
    if action in OF_OPERATORS and not what.administrator:
        return Forbidden(
            "may_not_operate",
            _("Only an administrator does “%(action)s” with “%(task)s”.") % words,
            remedy=_("Ask somebody who operates this process."),
        )
    if not possible(task, action):
        return WrongState(
            "not_foreseen",
            _("The process does not foresee “%(action)s” for “%(task)s”.") % words,
        )
    if task.owner is not None and what.candidate and not what.owner:
        return held(task)
    if not what.candidate and not what.owner and not what.administrator:
        return Forbidden(
            "not_asked",
            _("You may see “%(task)s”, but it does not ask you.") % words,
            remedy=_("Only the people who are asked can act on it."),
        )
    return WrongState(
        "wrong_state",
        _("“%(action)s” is not possible while “%(task)s” is “%(status)s”.")
        % {**words, "status": task.get_status_display()},
        remedy=_("Reload to see what is possible now."),
    )


OF_INITIATORS = frozenset({Action.WITHDRAW})
OF_OPERATORS = frozenset(
    operation.action for operation in OPERATIONS if operation.roles == {Role.ADMINISTRATOR}
)


def possible(task: Task, action: Action) -> bool:
    """Tell whether the definition foresees the action at all for this task."""
    match action:
        case Action.SKIP:
            return bool(task.asked.get("skippable"))
        case Action.SEND_BACK:
            return bool(task.asked.get("send_back"))
        case Action.FAIL:
            return bool(task.asked.get("fails_with"))
    return True


def too_late(task: Task) -> Refusal:
    """Return why an answer is not taken back: it counts already, or it is somebody else's."""
    words = {"task": task.name, "who": task.completed_by_name}
    if task.held:
        return Forbidden(
            "not_your_answer", _("%(who)s answered “%(task)s”, and only they can undo it.") % words
        )
    return WrongState(
        "too_late_to_undo",
        _("The answer to “%(task)s” counts already, so it cannot be undone.") % words,
        remedy=_("Write a comment, or ask an administrator."),
    )


def decided(task: Task) -> WrongState:
    when = task.closed_at or task.created_at
    return WrongState(
        "task_decided",
        _("“%(task)s” was answered with “%(outcome)s” by %(who)s at %(when)s.")
        % {
            "task": task.name,
            "outcome": task.outcome,
            "who": task.decided_by_name,
            "when": clock(when),
        },
        remedy=_("There is nothing left to do for you."),
        details={
            "winner": task.decided_by_name,
            "at": when.isoformat(),
            "outcome": task.outcome,
        },
    )


def held(task: Task) -> WrongState:
    owner = name_of(task.owner) if task.owner else ""
    when = task.claimed_at or task.created_at
    return WrongState(
        "task_claimed",
        _("“%(task)s” was claimed by %(who)s at %(when)s.")
        % {"task": task.name, "who": owner, "when": clock(when)},
        remedy=_("It comes back to you if %(who)s releases it.") % {"who": owner},
        details={"winner": owner, "at": when.isoformat()},
    )


def clock(moment: datetime) -> str:
    return date_format(localtime(moment), "H:i, j F Y")
