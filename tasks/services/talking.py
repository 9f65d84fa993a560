"""What people say about a task."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from processes.core.errors import Invalid
from processes.services import one_step
from tasks import access
from tasks.models import Comment, Visibility
from tasks.rules.actions import Action
from tasks.services.texts import checked_comment
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce

MENTION = re.compile(r"(?<![\w@.])@([\w.+-]*\w)")
MOST_MENTIONS = 20


@one_step
def comment(
    *,
    task_id: UUID,
    person: User,
    text: str,
    visibility: str = Visibility.TASK,
    now: datetime,
) -> Comment:
    """Say something about the task, also after it was answered. Raises Invalid for no text.

    Whoever is named as ``@username`` is told, if they may see the task; any other name is only
    text, so that nobody learns who exists.
    """
    text = checked_comment(text, required=True)
    if visibility not in Visibility.values:
        raise Invalid("unknown_visibility", "Nobody is called so among those who may read it.")
    turn = Turn(person, task_id, Action.COMMENT, now=now)
    mentioned = [
        user for user in people_named(text) if may_read(turn, user, visibility) and user != person
    ]
    said = Comment(
        task=turn.task,
        author=person,
        author_name=name_of(person),
        text=text,
        visibility=visibility,
        mentions=[user.get_username() for user in mentioned],
        created_at=now,
    )
    turn.step.batch.insert(said)
    if turn.task.is_open and not turn.task.on_hold and visibility != Visibility.ADMINISTRATORS:
        turn.note("commented")
    if mentioned:
        announce(turn.step, Kind.MENTIONED, turn.task, to=mentioned)
    if visibility != Visibility.ADMINISTRATORS:
        announce(turn.step, Kind.COMMENTED, turn.task)
    turn.save()
    return said


def people_named(text: str) -> Iterable[User]:
    """Return the active people whom the text mentions."""
    names = list(dict.fromkeys(MENTION.findall(text)))[:MOST_MENTIONS]
    return User.objects.filter(username__in=names, is_active=True) if names else []


def may_read(turn: Turn, user: User, visibility: str) -> bool:
    standing = access.standing_of(user, turn.task, now=turn.now)
    if visibility == Visibility.ADMINISTRATORS:
        return standing.administrator
    return standing.may_see
