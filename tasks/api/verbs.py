"""What people do with a task. Each is one call of a service, and answers with the task."""

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
from tasks import access, services
from tasks.api import examples
from tasks.api.shapes import TaskShape
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.services.turn import refusal


class Nothing(serializers.Serializer[Any]):
    """The address says it all; a body is not needed."""


class HandOver(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=150, help_text="The user name of who gets it.")
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


class PassOn(serializers.Serializer[Any]):
    users = serializers.ListField(
        child=serializers.CharField(max_length=150), default=list, help_text="User names."
    )
    groups = serializers.ListField(
        child=serializers.CharField(max_length=150), default=list, help_text="Names of groups."
    )


class Answer(serializers.Serializer[Any]):
    outcome = serializers.CharField(max_length=100, help_text="One of the task's `outcomes`.")
    data = serializers.DictField(  # type: ignore[assignment]
        child=serializers.JSONField(allow_null=True),
        default=dict,
        help_text="What the task's `form` asks for.",
    )
    comment = serializers.CharField(
        max_length=5000, default="", allow_blank=True, help_text="Needed where the outcome says so."
    )


class Verb(GenericAPIView[Task]):
    serializer_class = TaskShape
    body: type[serializers.Serializer[Any]] = Nothing

    def act(self, *, task_id: UUID, person: User, sent: dict[str, Any], now: datetime) -> Task:
        raise NotImplementedError

    def post(self, request: Request, task_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        sent = checked(self.body, request.data)
        task = self.act(task_id=task_id, person=person, sent=sent, now=now)
        standings = access.standings(person, [task], now=now)
        context = {**self.get_serializer_context(), "standings": standings}
        return Response(self.get_serializer(task, context=context).data)


def described(
    summary: str,
    description: str = "",
    *,
    request: type[serializers.Serializer[Any]] | None = None,
    shows: Sequence[OpenApiExample],
) -> Callable[[type[Verb]], type[Verb]]:
    """Describe the verb for the API's documentation."""

    def describe(view: type[Verb]) -> type[Verb]:
        operation = extend_schema(
            summary=summary,
            description=description,
            tags=["tasks"],
            operation_id=f"{view.__name__.lower()}_task",
            request=request,
            responses={200: TaskShape},
            examples=shows,
        )
        return extend_schema_view(post=operation)(view)

    return describe


@described(
    "Claim a task",
    "Others leave it alone from then on. Of two at once one gets it; the other learns who.",
    shows=[examples.CLAIMED],
)
class Claim(Verb):
    right = "Whom the task asks."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.claim(**turn)


@described(
    "Start to work on a task", "An offered task is claimed first.", shows=[examples.IN_PROGRESS]
)
class Start(Verb):
    right = "Who holds the task; whom it asks while it is offered."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.start(**turn)


@described("Stop working on a task", "You keep it for later.", shows=[examples.CLAIMED])
class Stop(Verb):
    right = "Who holds the task."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.stop(**turn)


@described("Give a task back", "Everybody who is asked may claim it again.", shows=[examples.TASK])
class Release(Verb):
    right = "Who holds the task, and who operates the process."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.release(**turn)


@described(
    "Delegate a task",
    "Somebody else holds it from then on.",
    request=HandOver,
    shows=[examples.HANDING_OVER, examples.HANDED_OVER],
)
class Delegate(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = HandOver

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.DELEGATE, **turn)
        return services.delegate(to=user_named(sent["to"]), reason=sent["reason"], **turn)


@described(
    "Forward a task",
    "You leave it; those whom you name are asked instead of you.",
    request=PassOn,
    shows=[examples.PASSING_ON, examples.HANDED_OVER],
)
class Forward(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = PassOn

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.FORWARD, **turn)
        return services.forward(
            users=[user_named(name, field="users") for name in sent["users"]],
            groups=[group_named(name) for name in sent["groups"]],
            **turn,
        )


@described(
    "Reassign a task",
    "As an operator: somebody else holds it from then on. Say why.",
    request=HandOver,
    shows=[examples.HANDING_OVER, examples.HANDED_OVER],
)
class Reassign(Verb):
    right = "Who operates the process."
    body = HandOver

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.REASSIGN, **turn)
        return services.reassign(to=user_named(sent["to"]), reason=sent["reason"], **turn)


@described(
    "Answer a task",
    "Claims it first if need be. The process goes on in the same moment.",
    request=Answer,
    shows=[examples.ANSWERING, examples.ANSWERED],
)
class Complete(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = Answer

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.complete(**sent, **turn)


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
