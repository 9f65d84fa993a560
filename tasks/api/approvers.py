"""Asking one more person who must agree."""

from typing import Any

from rest_framework import serializers

from tasks import services
from tasks.api import examples
from tasks.api.verbs import Verb, described, require, user_named
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.rules.approvers import WHERE


class AddRequest(serializers.Serializer[Any]):
    who = serializers.CharField(max_length=150, help_text="The user name of who must agree too.")
    where = serializers.ChoiceField(
        WHERE,
        default="beside",
        help_text="`before` or `after` your tier as a part of its own, or `beside` you in it.",
    )
    reason = serializers.CharField(max_length=2000, help_text="Why; people read it.")
    tier = serializers.CharField(
        required=False, max_length=100, allow_blank=True, help_text="Another tier than your own."
    )


@described(
    "Add an approver",
    "One more person must agree, where several do. Nobody is added who is kept out of it.",
    shows=[examples.ADDING, examples.TASK],
)
class Approvers(Verb):
    right = "Whom the task asks; who operates the process."
    body = AddRequest

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.ADD, **turn)
        who = user_named(sent.pop("who"), field="who")
        return services.add_approver(who=who, **sent, **turn)
