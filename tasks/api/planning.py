"""How urgent a task is, until when it is wanted, and when its owner looks again."""

from typing import Any

from rest_framework import serializers

from tasks import services
from tasks.api import examples
from tasks.api.verbs import Verb, described
from tasks.models import Task


class Priority(serializers.Serializer[Any]):
    priority = serializers.IntegerField(min_value=0, max_value=100, help_text="50 is normal.")


class DueDate(serializers.Serializer[Any]):
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null is no deadline.")
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


class Moment(serializers.Serializer[Any]):
    at = serializers.DateTimeField(allow_null=True, help_text="Null forgets it.")


@described("Set the priority of a task", shows=[examples.PRIORITIZING, examples.TASK])
class Prioritize(Verb):
    right = "Who operates the process."
    body = Priority

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.prioritize(**sent, **turn)


@described(
    "Set the deadline of a task",
    "Reminders and escalations move along.",
    shows=[examples.RESCHEDULING, examples.TASK],
)
class Reschedule(Verb):
    right = "Who operates the process."
    body = DueDate

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.reschedule(**sent, **turn)


@described(
    "Be reminded of a task",
    "At a moment of your choice; the deadline stays.",
    shows=[examples.FOLLOWING_UP, examples.CLAIMED],
)
class FollowUp(Verb):
    right = "Who holds the task, and who operates the process."
    body = Moment

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.follow_up(**sent, **turn)
