"""What the doors for single verbs share. Each is one call of a service; the task is the answer."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of
from processes.core.errors import Invalid
from tasks import access
from tasks.api.shapes import TaskShape
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.services.turn import refusal

WORDS = re.compile("(?<=[a-z])(?=[A-Z])")


class Nothing(serializers.Serializer[Any]):
    """The address says it all; a body is not needed."""


class Verb(GenericAPIView[Task]):
    serializer_class = TaskShape
    body: type[serializers.Serializer[Any]] = Nothing
    answers_with = 200

    def act(self, *, task_id: UUID, person: User, sent: dict[str, Any], now: datetime) -> Task:
        raise NotImplementedError

    def post(self, request: Request, task_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        sent = checked(self.body, request.data)
        task = self.act(task_id=task_id, person=person, sent=sent, now=now)
        standings = access.standings(person, [task], now=now)
        context = {**self.get_serializer_context(), "standings": standings}
        shown = self.get_serializer(task, context=context).data
        return Response(shown, status=self.answers_with)


def described(
    summary: str,
    description: str = "",
    *,
    shows: Sequence[OpenApiExample],
) -> Callable[[type[Verb]], type[Verb]]:
    """Describe the verb for the API's documentation."""

    def describe(view: type[Verb]) -> type[Verb]:
        operation = extend_schema(
            summary=summary,
            description=description,
            tags=["tasks"],
            operation_id=f"{WORDS.sub('_', view.__name__).lower()}_task",
            request=None if view.body is Nothing else view.body,
            responses={view.answers_with: view.serializer_class},
            examples=shows,
        )
        return extend_schema_view(post=operation)(view)

    return describe


def require(action: Action, *, task_id: UUID, person: User, now: datetime) -> None:
    """Refuse somebody who may not do it before any name is looked up, so names stay unknown.

    Raises Absent, Forbidden or WrongState, as the service would.
    """
    task, standing = access.task_for(person, task_id, now=now)
    if action not in task.allows(standing):
        raise refusal(task, standing, action)


def user_named(name: str, *, field: str = "to") -> User:
    """Return the active user. Raises Invalid, the same for one who has left."""
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise unknown(name, field)
    return found


def group_named(name: str) -> Group:
    """Return the group. Raises Invalid."""
    found = Group.objects.filter(name=name).first()
    if found is None:
        raise unknown(name, "groups")
    return found


def unknown(name: str, field: str) -> Invalid:
    sentence = _("Nobody called “%(name)s” can be asked.") % {"name": name}
    return Invalid("person_unknown", sentence, details={"fields": {field: [sentence]}})
