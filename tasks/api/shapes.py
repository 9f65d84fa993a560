"""What the API says about a task to one person."""

from typing import Any

from django.contrib.auth.models import Group, User
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from processes.api.asked import person_of
from processes.api.shapes import PersonShape
from processes.core import graph as g
from processes.services import graph_of
from tasks import reading
from tasks.api.votes import QuorumShape, quorum_shown
from tasks.models import Attachment, Comment, Draft, Task, Visibility
from tasks.questions import form_of, node_of, outcomes_of
from tasks.routing.words import Told, decided_how, names_for
from tasks.rules.actions import Action
from tasks.rules.evidence import evidence_names
from tasks.rules.standing import Standing
from tasks.services import draft_for

Json = dict[str, Any]


@extend_schema_serializer(component_name="Task")
class TaskShape(serializers.Serializer[Task]):
    """Needs ``standings`` in its context: what the person is to each task."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    instance = serializers.UUIDField(source="instance_id")  # type: ignore[assignment]
    process = serializers.CharField(source="instance.process.key", help_text="Its key.")
    subject = serializers.CharField(
        source="instance.subject", help_text="The words by which people know the instance."
    )
    kind = serializers.ChoiceField(
        choices=Task.Kind.choices, help_text="`information` is a colleague's question."
    )
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent_id",
        allow_null=True,
        help_text="The task that a colleague's question is about.",
    )
    status = serializers.ChoiceField(choices=Task.Status.choices)
    owner = PersonShape(allow_null=True, help_text="Who holds it; null while it is offered.")
    priority = serializers.IntegerField(help_text="50 is normal; more is more urgent.")
    due_at = serializers.DateTimeField(allow_null=True)
    follow_up_at = serializers.DateTimeField(
        allow_null=True, help_text="When whoever holds it wants to look again."
    )
    suspended_until = serializers.DateTimeField(allow_null=True)
    settles_at = serializers.DateTimeField(
        allow_null=True, help_text="Until then the answer can be undone; null: it counts."
    )
    created_at = serializers.DateTimeField()
    outcome = serializers.CharField(help_text="The answer; empty until there is one.")
    actions = serializers.SerializerMethodField(help_text="What you may do with it now.")
    url = serializers.SerializerMethodField(help_text="Where the API tells more about it.")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(list(Action))))
    def get_actions(self, task: Task) -> list[str]:
        allowed = task.allows(self.standing_for(task))
        return [action.value for action in Action if action in allowed]

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, task: Task) -> str:
        return reverse("api-task", [task.pk], request=self.context["request"])

    def standing_for(self, task: Task) -> Standing:
        found: Standing = self.context["standings"][task.pk]
        return found


@extend_schema_serializer(component_name="Outcome")
class OutcomeShape(serializers.Serializer[g.Outcome]):
    id = serializers.CharField(help_text="What `complete` takes as outcome.")
    name = serializers.CharField()
    kind = serializers.ChoiceField(["positive", "negative", "neutral"])
    comment_required = serializers.BooleanField()


@extend_schema_serializer(component_name="Candidates")
class CandidatesShape(serializers.Serializer[Json]):
    users = PersonShape(many=True)
    groups = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="RoutingStep")
class RoutingShape(serializers.Serializer[Told]):
    code = serializers.CharField(help_text="Such as `named`, `role`, `manager` or `fallback`.")
    sentence = serializers.CharField()


@extend_schema_serializer(component_name="Completion")
class CompletionShape(serializers.Serializer[Task]):
    outcome = serializers.CharField()
    data = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    comment = serializers.CharField()
    by = PersonShape(source="completed_by")
    on_behalf_of = serializers.CharField(
        source="on_behalf_of_name", help_text="The absent person in whose place; may be empty."
    )
    at = serializers.DateTimeField(source="closed_at")

    def to_representation(self, instance: Task) -> Json:
        shown: Json = super().to_representation(instance)
        if shown["by"] is None:
            # Decisions outlive people.
            shown["by"] = {"username": "", "name": instance.completed_by_name}
        return shown


@extend_schema_serializer(component_name="Draft")
class DraftShape(serializers.Serializer[Draft]):
    outcome = serializers.CharField()
    data = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    comment = serializers.CharField()
    by = PersonShape(source="author", help_text="You, or your delegate who proposes it.")
    saved_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="TaskDetail")
class TaskDetailShape(TaskShape):
    instructions = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField(
        help_text="The variables on which to decide. Sensitive ones only if you may decide."
    )
    outcomes = serializers.SerializerMethodField(help_text="The answers that it accepts.")
    form = serializers.SerializerMethodField(
        help_text="JSON Schema of the data that an answer needs; null without a form."
    )
    candidates = serializers.SerializerMethodField(help_text="Whom it asks, or asked.")
    routing = serializers.SerializerMethodField(
        help_text="How it was decided who is asked, step by step."
    )
    send_back_to = serializers.SerializerMethodField(
        help_text="Ids of the steps to which it can be sent back."
    )
    fails_with = serializers.SerializerMethodField(help_text="Errors with which it may fail.")
    returns_to = PersonShape(
        allow_null=True, help_text="To whom it comes back before the answer counts."
    )
    open_questions = serializers.IntegerField(help_text="Questions to colleagues that are open.")
    draft = serializers.SerializerMethodField(
        help_text="What you typed last, or what your delegate proposes; null without one."
    )
    quorum = serializers.SerializerMethodField(
        help_text="How far several people have agreed; null where one answer is enough."
    )
    completion = serializers.SerializerMethodField(help_text="The answer; null until there is one.")

    def get_instructions(self, task: Task) -> str:
        return str(task.asked.get("question") or node_of(task).instructions)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_send_back_to(self, task: Task) -> list[str]:
        return list(task.asked.get("send_back", ()))

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_fails_with(self, task: Task) -> list[str]:
        return list(task.asked.get("fails_with", ()))

    @extend_schema_field(DraftShape(allow_null=True))
    def get_draft(self, task: Task) -> Json | None:
        found = draft_for(task, person_of(self.context["request"]))
        return DraftShape().to_representation(found) if found else None

    def get_evidence(self, task: Task) -> Json:
        graph, standing = graph_of(task.instance.version_id), self.standing_for(task)
        decides = may_decide(task, standing)
        hidden = frozenset() if decides else graph.sensitive
        names = evidence_names(graph, node_of(task))
        values = task.instance.seen_by(task.token)
        return {name: values.get(name) for name in names if name not in hidden}

    @extend_schema_field(OutcomeShape(many=True))
    def get_outcomes(self, task: Task) -> list[Json]:
        return [dict(OutcomeShape(outcome).data) for outcome in outcomes_of(task)]

    def get_form(self, task: Task) -> Json | None:
        form = form_of(task)
        return dict(form) if form else None

    @extend_schema_field(CandidatesShape)
    def get_candidates(self, task: Task) -> Json:
        asked = reading.asked_of(task)
        users = User.objects.filter(pk__in=asked.users, is_active=True).order_by("username")
        groups = Group.objects.filter(pk__in=asked.groups).order_by("name")
        names = list(groups.values_list("name", flat=True))
        return dict(CandidatesShape({"users": users, "groups": names}).data)

    @extend_schema_field(RoutingShape(many=True))
    def get_routing(self, task: Task) -> list[Json]:
        names = names_for(task, graph_of(task.instance.version_id))
        return [dict(RoutingShape(told).data) for told in decided_how(task.routing, names)]

    @extend_schema_field(QuorumShape(allow_null=True))
    def get_quorum(self, task: Task) -> Json | None:
        return quorum_shown(task, person_of(self.context["request"]).pk)

    @extend_schema_field(CompletionShape(allow_null=True))
    def get_completion(self, task: Task) -> Json | None:
        done = task.status == Task.Status.COMPLETED
        return CompletionShape().to_representation(task) if done else None


class SaidShape(serializers.Serializer[Any]):
    """What comments and files have in common. They outlive people."""

    author = PersonShape(allow_null=True)
    visibility = serializers.ChoiceField(Visibility.choices, help_text="Who reads it.")
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Comment | Attachment) -> Json:
        shown: Json = super().to_representation(instance)
        if shown["author"] is None:
            shown["author"] = {"username": "", "name": instance.author_name}
        return shown


@extend_schema_serializer(component_name="Comment")
class CommentShape(SaidShape):
    text = serializers.CharField()
    mentions = serializers.ListField(
        child=serializers.CharField(), help_text="User names of whom it mentions and told."
    )


@extend_schema_serializer(component_name="Attachment")
class AttachmentShape(SaidShape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField(help_text="What the content is.")
    sha256 = serializers.CharField(help_text="Of the content, in hex.")
    scan = serializers.ChoiceField(Attachment.Scan.choices)
    url = serializers.SerializerMethodField(help_text="Where it is downloaded.")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, attachment: Attachment) -> str:
        return reverse("api-attachment", [attachment.pk], request=self.context["request"])


def may_decide(task: Task, standing: Standing) -> bool:
    """Tell whether the person sees what is sensitive: who decides, not who is only asked."""
    return (standing.candidate or standing.owner) and task.kind == Task.Kind.QUESTION
