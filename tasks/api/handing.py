"""Handing a task on: delegate, forward, nominate, reassign."""

from typing import Any

from rest_framework import serializers

from tasks import services
from tasks.api import examples
from tasks.api.verbs import Verb, described, group_named, require, user_named
from tasks.models import Task
from tasks.rules.actions import Action


class HandOver(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=150, help_text="The user name of who gets it.")
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


class Delegation(HandOver):
    back = serializers.BooleanField(
        default=False,
        help_text="Whether it comes back to you before it counts: the answer is then a proposal.",
    )


class Named(serializers.Serializer[Any]):
    users = serializers.ListField(
        child=serializers.CharField(max_length=150),
        default=list,
        max_length=100,
        help_text="User names.",
    )
    groups = serializers.ListField(
        child=serializers.CharField(max_length=150),
        default=list,
        max_length=100,
        help_text="Names of groups.",
    )


class PassOn(Named):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


@described(
    "Delegate a task",
    "Somebody else holds it from then on. With `back` their answer is a proposal, and you decide.",
    shows=[examples.HANDING_OVER, examples.DELEGATING_BACK, examples.HANDED_OVER],
)
class Delegate(Verb):
    right = "Who holds the task; whom it asks while it is offered; who operates the process."
    body = Delegation

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.DELEGATE, **turn)
        verb = services.delegate_and_return if sent["back"] else services.delegate
        return verb(to=user_named(sent["to"]), reason=sent["reason"], **turn)


@described(
    "Forward a task",
    "You leave it; those whom you name are asked instead of you.",
    shows=[examples.PASSING_ON, examples.HANDED_OVER],
)
class Forward(Verb):
    right = "Who holds the task; whom it asks while it is offered; who operates the process."
    body = PassOn

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.FORWARD, **turn)
        return services.forward(**people_of(sent), reason=sent["reason"], **turn)


@described(
    "Nominate who is asked",
    "As an operator, for a task that asks nobody. One person holds it, several are asked.",
    shows=[examples.NOMINATING, examples.TASK],
)
class Nominate(Verb):
    right = "Who operates the process."
    body = Named

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.NOMINATE, **turn)
        return services.nominate(**people_of(sent), **turn)


@described(
    "Reassign a task",
    "As an operator: somebody else holds it from then on. Say why.",
    shows=[examples.HANDING_OVER, examples.HANDED_OVER],
)
class Reassign(Verb):
    right = "Who operates the process."
    body = HandOver

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.REASSIGN, **turn)
        return services.reassign(to=user_named(sent["to"]), reason=sent["reason"], **turn)


def people_of(sent: dict[str, Any]) -> dict[str, Any]:
    return {
        "users": [user_named(name, field="users") for name in sent["users"]],
        "groups": [group_named(name) for name in sent["groups"]],
    }
