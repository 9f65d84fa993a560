"""Answering a task: complete, draft, undo, send back, skip, fail, withdraw, ask a colleague."""

from typing import Any

from rest_framework import serializers

from tasks import access, services
from tasks.api import examples
from tasks.api.verbs import Verb, described, require, user_named
from tasks.models import Task
from tasks.rules.actions import Action


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


class BeginningOfAnswer(Answer):
    outcome = serializers.CharField(max_length=100, default="", allow_blank=True)


class Return(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=200, help_text="One of the task's `send_back_to`.")
    comment = serializers.CharField(max_length=5000, help_text="What is to be done again, and why.")


class Because(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000, help_text="Why; people read it.")


class PerhapsBecause(serializers.Serializer[Any]):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why; people read it."
    )


class Failure(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=200, help_text="One of the task's `fails_with`.")
    comment = serializers.CharField(max_length=5000, default="", allow_blank=True)


class Question(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=150, help_text="The user name of who is asked.")
    question = serializers.CharField(max_length=5000)


@described(
    "Answer a task",
    "Claims it first if need be. The process goes on in the same moment, or when the time to undo "
    "is over. Where several must answer this is a vote. A colleague's question is answered with "
    "the outcome `answered`; its comment is the answer.",
    shows=[examples.ANSWERING, examples.ANSWERED],
)
class Complete(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = Answer

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.complete(**sent, **turn)


@described(
    "Keep a draft of your answer",
    "As you typed it; nothing of it is checked. Only you see it, as `draft` of the task.",
    shows=[examples.ANSWERING, examples.TASK],
)
class Draft(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = BeginningOfAnswer

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.save_draft(**sent, **turn).task


@described(
    "Undo an answer",
    "Until `settles_at`, while it does not count yet. What you answered is kept as your draft.",
    shows=[examples.CLAIMED],
)
class Undo(Verb):
    right = "Who answered it."

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.undo(**turn)


@described(
    "Send a request back",
    "An earlier step is done again, by who did it before; this one is asked anew after it.",
    shows=[examples.SENDING_BACK, examples.SENT_BACK],
)
class SendBack(Verb):
    right = "Who holds the task; whom it asks while it is offered."
    body = Return

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.send_back(**sent, **turn)


@described(
    "Skip a task",
    "The process goes on without an answer, where it allows that. Say why.",
    shows=[examples.BECAUSE, examples.SKIPPED],
)
class Skip(Verb):
    right = "Who started the instance, and who operates the process."
    body = Because

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.skip(**sent, **turn)


@described(
    "Say that a task cannot be done",
    "It ends with an error that the process names; an event of the process may catch it.",
    shows=[examples.FAILING, examples.FAILED],
)
class Fail(Verb):
    right = "Who works on the task."
    body = Failure

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        return services.fail(**sent, **turn)


@described(
    "Take your request back",
    "The whole request ends, or goes on where the process says.",
    shows=[examples.BECAUSE, examples.EXITED],
)
class Withdraw(Verb):
    right = "Who started the instance."
    body = PerhapsBecause

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.WITHDRAW, **turn)
        task, _standing = access.task_for(turn["person"], turn["task_id"], now=turn["now"])
        services.withdraw(
            instance_id=task.instance_id,
            person=turn["person"],
            reason=sent["reason"],
            now=turn["now"],
        )
        return Task.objects.with_process().get(pk=task.pk)


@described(
    "Ask a colleague",
    "They get a task of their own, which decides nothing. The deadline stands still until all have "
    "answered, unless the process counts that time. Answers with the colleague's task.",
    shows=[examples.ASKING, examples.ASKED],
)
class Ask(Verb):
    right = "Who holds the task; whoever votes where several must answer."
    body = Question
    answers_with = 201

    def act(self, *, sent: dict[str, Any], **turn: Any) -> Task:
        require(Action.ASK, **turn)
        return services.ask_information(
            to=user_named(sent["to"]), question=sent["question"], **turn
        )
