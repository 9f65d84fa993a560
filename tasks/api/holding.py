"""Who holds a task: claim, start, stop, release, take back, suspend, resume."""

from typing import Any

from rest_framework import serializers

from tasks import services
from tasks.api import examples
from tasks.api.verbs import Verb, described, require
from tasks.models import Task
from tasks.rules.actions import Action


class Pause(serializers.Serializer[Any]):
    until = serializers.DateTimeField(
        default=None, allow_null=True, help_text="When it goes on by itself; null is never."
    )
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


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


@described(
    "Give a task back",
    "Everybody who is asked may claim it again; one that was delegated to come back goes to who "
    "delegated it. Your draft is kept.",
    shows=[examples.TASK],
)
class Release(Verb):
    right = "Who holds the task, and who operates the process."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.release(**turn)


@described(
    "Take a task back",
    "From who stands in for you, or from who was to give it back to you.",
    shows=[examples.CLAIMED],
)
class TakeBack(Verb):
    right = "In whose place it is held, and who delegated it to get it back."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.take_back(**turn)


@described(
    "Lay a task aside",
    "It goes on when its time comes, or when you resume it. The step says whether its deadline "
    "stands still meanwhile.",
    shows=[examples.PAUSING, examples.SUSPENDED],
)
class Suspend(Verb):
    right = "Who holds the task, and who operates the process."
    body = Pause

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.SUSPEND, **turn)
        return services.suspend(**sent, **turn)


@described("Go on with a task that was laid aside", shows=[examples.CLAIMED])
class Resume(Verb):
    right = "Who laid it aside, and who operates the process."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.resume(**turn)
