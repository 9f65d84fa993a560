"""The forms in the menu of a task page: each reads what was typed and makes one call."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from processes.answers import by_htmx, go
from processes.core.errors import Absent, Invalid, Refusal
from tasks import access, services
from tasks.rules.actions import Action
from tasks.rules.approvers import Where
from tasks.services.turn import refusal
from tasks.views import desk
from tasks.views.people import name_of, person_named, person_of
from tasks.views.typed import Typed

Posted = Mapping[str, str]
Turn = dict[str, Any]


@require_POST
def act(request: HttpRequest, task_id: UUID, action: str) -> HttpResponse:
    """Do what the form is for. A refusal is shown beside the field that it is about."""
    verb = VERBS.get(action)
    if verb is None:
        raise Absent("action_not_found", _("There is no such action."))
    person, now = person_of(request), timezone.now()
    task, standing = access.task_for(person, task_id, now=now)
    posted = request.POST.dict()
    try:
        # Before any name is looked up, so that names stay unknown to who may not use them.
        if action not in task.allows(standing):
            raise refusal(task, standing, Action(action))
        said = verb(posted, {"task_id": task_id, "person": person, "now": now})
    except Absent:
        raise
    except Refusal as problem:
        if by_htmx(request):
            raise
        errors = placed(problem, action)
        typed = Typed(posted, errors=errors, action=action)
        shown = None if errors else problem
        return desk.page(request, task_id, problem=shown, typed=typed, status=problem.status)
    messages.success(request, said % {"subject": task.instance.subject})
    return go(request, "task", task_id) if action in STAYS else go(request, "inbox")


def placed(refusal: Refusal, action: str) -> dict[str, list[str]]:
    """Return what is wrong by field; nothing for what is about the task itself."""
    if not isinstance(refusal, Invalid):
        return {}
    found = cast(dict[str, list[str]], refusal.details.get("fields", {}))
    if not found:
        return {"to": [refusal.what]} if action in NAMES_SOMEBODY else {}
    if action == Action.ASK and "comment" in found:
        return {"question": found["comment"]}
    return found


# --- what each form does -------------------------------------------------------------------------


def delegate(posted: Posted, turn: Turn) -> str:
    to = somebody(posted)
    verb = services.delegate_and_return if posted.get("back") else services.delegate
    verb(to=to, reason=posted.get("reason", ""), **turn)
    return now_has(to)


def forward(posted: Posted, turn: Turn) -> str:
    to = somebody(posted)
    services.forward(users=[to], reason=posted.get("reason", ""), **turn)
    return now_has(to)


def reassign(posted: Posted, turn: Turn) -> str:
    to = somebody(posted)
    services.reassign(to=to, reason=posted.get("reason", ""), **turn)
    return now_has(to)


def nominate(posted: Posted, turn: Turn) -> str:
    to = somebody(posted)
    services.nominate(users=[to], **turn)
    return now_has(to)


def add(posted: Posted, turn: Turn) -> str:
    who = somebody(posted)
    where = cast(Where, posted.get("where", ""))
    services.add_approver(who=who, where=where, reason=posted.get("reason", ""), **turn)
    return _("%(who)s must agree as well.") % {"who": escaped(name_of(who))}


def ask(posted: Posted, turn: Turn) -> str:
    to = somebody(posted)
    services.ask_information(to=to, question=posted.get("question", ""), **turn)
    return _("%(who)s was asked.") % {"who": escaped(name_of(to))}


def send_back(posted: Posted, turn: Turn) -> str:
    services.send_back(to=posted.get("to", ""), comment=posted.get("comment", ""), **turn)
    return _("“%(subject)s” was sent back.")


def suspend(posted: Posted, turn: Turn) -> str:
    until = moment(posted, "until")
    services.suspend(until=until, reason=posted.get("reason", ""), **turn)
    return _("“%(subject)s” is laid aside.")


def follow_up(posted: Posted, turn: Turn) -> str:
    at = moment(posted, "at")
    services.follow_up(at=at, **turn)
    return _("You are reminded.") if at else _("The reminder is forgotten.")


def fail(posted: Posted, turn: Turn) -> str:
    services.fail(code=posted.get("code", ""), comment=posted.get("comment", ""), **turn)
    return _("“%(subject)s” goes on with this error.")


def skip(posted: Posted, turn: Turn) -> str:
    services.skip(reason=posted.get("reason", ""), **turn)
    return _("“%(subject)s” goes on without an answer.")


def withdraw(posted: Posted, turn: Turn) -> str:
    task, _standing = access.task_for(turn["person"], turn["task_id"], now=turn["now"])
    services.withdraw(
        instance_id=task.instance_id,
        person=turn["person"],
        reason=posted.get("reason", ""),
        now=turn["now"],
    )
    return _("“%(subject)s” was taken back.")


def prioritize(posted: Posted, turn: Turn) -> str:
    try:
        priority = int(posted.get("priority", ""))
    except ValueError:
        priority = -1
    services.prioritize(priority=priority, **turn)
    return _("The priority is set.")


def reschedule(posted: Posted, turn: Turn) -> str:
    due_at = moment(posted, "due_at")
    services.reschedule(due_at=due_at, reason=posted.get("reason", ""), **turn)
    return _("The due date is set.")


VERBS: dict[str, Callable[[Posted, Turn], str]] = {
    Action.DELEGATE: delegate,
    Action.FORWARD: forward,
    Action.REASSIGN: reassign,
    Action.ADD: add,
    Action.NOMINATE: nominate,
    Action.ASK: ask,
    Action.SEND_BACK: send_back,
    Action.SUSPEND: suspend,
    Action.FOLLOW_UP: follow_up,
    Action.FAIL: fail,
    Action.SKIP: skip,
    Action.WITHDRAW: withdraw,
    Action.PRIORITIZE: prioritize,
    Action.RESCHEDULE: reschedule,
}
STAYS = frozenset(
    {Action.ASK, Action.SUSPEND, Action.FOLLOW_UP, Action.PRIORITIZE, Action.RESCHEDULE}
)
NAMES_SOMEBODY = frozenset(
    {Action.DELEGATE, Action.FORWARD, Action.REASSIGN, Action.NOMINATE, Action.ASK, Action.ADD}
)


# --- what was typed ------------------------------------------------------------------------------


def somebody(posted: Posted) -> User:
    return person_named(posted.get("to", ""), field="to")


def moment(posted: Posted, name: str) -> datetime | None:
    """Return the moment of a field in the portal's time zone. Raises Invalid."""
    text = posted.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        sentence = _("This is not a time.")
        raise Invalid("invalid_moment", sentence, details={"fields": {name: [sentence]}})
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def now_has(to: User) -> str:
    return _("%(who)s now has “%%(subject)s”.") % {"who": escaped(name_of(to))}


def escaped(name: str) -> str:
    """Return the name for a sentence that is filled in once more."""
    return name.replace("%", "%%")
