"""What the API says about a task to one person."""

from typing import Any

from django.contrib.auth.models import Group, User
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from processes.api.shapes import PersonShape
from processes.core import graph as g
from processes.services import graph_of
from tasks import reading
from tasks.models import Comment, Task
from tasks.rules.actions import Action
from tasks.rules.evidence import evidence_names
from tasks.rules.standing import Standing

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
    status = serializers.ChoiceField(choices=Task.Status.choices)
    owner = PersonShape(allow_null=True, help_text="Who holds it; null while it is offered.")
    priority = serializers.IntegerField(help_text="50 is normal; more is more urgent.")
    due_at = serializers.DateTimeField(allow_null=True)
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
    completion = serializers.SerializerMethodField(help_text="The answer; null until there is one.")

    def get_instructions(self, task: Task) -> str:
        return node_of(task).instructions

    def get_evidence(self, task: Task) -> Json:
        graph, standing = graph_of(task.instance.version_id), self.standing_for(task)
        decides = standing.candidate or standing.owner
        hidden = frozenset() if decides else graph.sensitive
        names = evidence_names(graph, node_of(task))
        values = task.instance.seen_by(task.token)
        return {name: values.get(name) for name in names if name not in hidden}

    @extend_schema_field(OutcomeShape(many=True))
    def get_outcomes(self, task: Task) -> list[Json]:
        return [dict(OutcomeShape(outcome).data) for outcome in node_of(task).outcomes]

    def get_form(self, task: Task) -> Json | None:
        form = node_of(task).form
        return dict(form) if form else None

    @extend_schema_field(CandidatesShape)
    def get_candidates(self, task: Task) -> Json:
        asked = reading.asked_of(task)
        users = User.objects.filter(pk__in=asked.users, is_active=True).order_by("username")
        groups = Group.objects.filter(pk__in=asked.groups).order_by("name")
        names = list(groups.values_list("name", flat=True))
        return dict(CandidatesShape({"users": users, "groups": names}).data)

    @extend_schema_field(CompletionShape(allow_null=True))
    def get_completion(self, task: Task) -> Json | None:
        done = task.status == Task.Status.COMPLETED
        return CompletionShape().to_representation(task) if done else None


@extend_schema_serializer(component_name="Comment")
class CommentShape(serializers.Serializer[Comment]):
    author = PersonShape(allow_null=True)
    text = serializers.CharField()
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Comment) -> Json:
        shown: Json = super().to_representation(instance)
        if shown["author"] is None:
            # Comments outlive people.
            shown["author"] = {"username": "", "name": instance.author_name}
        return shown


def node_of(task: Task) -> g.UserTask:
    """Return the node of the definition that asks the question."""
    node = graph_of(task.instance.version_id).nodes[task.node]
    if not isinstance(node, g.UserTask):
        raise TypeError(f"{task.node} is no user task")
    return node
