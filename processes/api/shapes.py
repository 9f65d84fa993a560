"""What the API says about processes and instances, and what it leaves out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from processes.core import events as ev
from processes.core.graph import Graph
from processes.desk import task_desk
from processes.models import (
    Dispatch,
    HistoryEvent,
    Incident,
    Instance,
    Job,
    Process,
    Subscription,
    Version,
)
from processes.services import Activated
from processes.store import graph_of

Json = dict[str, Any]


@extend_schema_serializer(component_name="Person")
class PersonShape(serializers.Serializer[User]):
    username = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, person: User) -> str:
        return person.get_full_name() or person.get_username()


@extend_schema_serializer(component_name="Process")
class ProcessShape(serializers.Serializer[Process]):
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    version = serializers.SerializerMethodField(
        help_text="The number of the published version; null when none is."
    )
    start_form = serializers.SerializerMethodField(
        help_text="JSON Schema of what a start asks for; null when the process has no form."
    )
    may_start = serializers.SerializerMethodField(help_text="Whether you may start it.")

    def get_version(self, process: Process) -> int | None:
        version = self._published(process)
        return version.number if version else None

    def get_start_form(self, process: Process) -> Json | None:
        version = self._published(process)
        form = graph_of(version.pk).start_form if version else None
        return dict(form) if form else None

    def get_may_start(self, process: Process) -> bool:
        return process.pk in self.context["startable"]

    def _published(self, process: Process) -> Version | None:
        return next(iter(process.versions.all()), None)


@extend_schema_serializer(component_name="Instance")
class InstanceShape(serializers.Serializer[Instance]):
    id = serializers.UUIDField()
    process = serializers.CharField(source="process.key", help_text="The key of the process.")
    version = serializers.IntegerField(source="version.number")
    status = serializers.ChoiceField(choices=Instance.Status.choices)
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent_id", allow_null=True, help_text="The instance that called it, if one did."
    )
    subject = serializers.CharField(help_text="The words by which people know the instance.")
    business_key = serializers.CharField(help_text="What your own system calls it; may be empty.")
    initiator = PersonShape(allow_null=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField(help_text="Where the API tells more about it.")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, instance: Instance) -> str:
        return reverse("api-instance", [instance.pk], request=self.context["request"])


@extend_schema_serializer(component_name="Waiting")
class WaitingShape(serializers.Serializer[Json]):
    kind = serializers.ChoiceField(
        choices=["task", "timer", "job", *Subscription.Trigger.values, "call", "incident"]
    )
    id = serializers.UUIDField()
    node = serializers.CharField(help_text="The id of the BPMN element.")
    name = serializers.CharField(help_text="The name of the BPMN element.")
    status = serializers.CharField(
        help_text="Of the task, job, called instance or incident; “armed” for what may come."
    )
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="Deadline of a task, firing of a timer, next try of a job."
    )
    sentence = serializers.CharField(
        help_text="What an incident is about, a job's last error, the name of a message or signal."
    )


@extend_schema_serializer(component_name="InstanceDetail")
class InstanceDetailShape(InstanceShape):
    variables = serializers.SerializerMethodField(
        help_text="The process variables; those declared sensitive are left out."
    )
    waiting_for = serializers.SerializerMethodField(
        help_text="Open tasks, armed timers, unfinished jobs, messages, signals and conditions, "
        "called instances, and open incidents."
    )

    def get_variables(self, instance: Instance) -> Json:
        return without_sensitive(instance.variables, graph_of(instance.version_id))

    @extend_schema_field(WaitingShape(many=True))
    def get_waiting_for(self, instance: Instance) -> list[Json]:
        return [dict(WaitingShape(row).data) for row in waiting_for(instance)]


@extend_schema_serializer(component_name="HistoryEvent")
class HistoryShape(serializers.Serializer[HistoryEvent]):
    sequence = serializers.IntegerField(help_text="1, 2, 3 … without a gap.")
    kind = serializers.CharField(help_text="What happened, such as task.completed.")
    node = serializers.CharField(help_text="The id of the BPMN element; may be empty.")
    actor = PersonShape(allow_null=True, help_text="Who did it; null when it was Placet itself.")
    on_behalf_of = serializers.CharField(
        source="on_behalf_of_name", help_text="The absent person in whose place; may be empty."
    )
    data = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The details; what is declared sensitive is left out."
    )
    at = serializers.DateTimeField()
    hash = serializers.CharField(help_text="SHA-256 over this event and the hash before it.")

    def to_representation(self, instance: HistoryEvent) -> Json:
        shown: Json = super().to_representation(instance)
        if shown["actor"] is None and instance.actor_name:
            # History outlives people.
            shown["actor"] = {"username": "", "name": instance.actor_name}
        return shown

    def get_data(self, event: HistoryEvent) -> Json:
        graph: Graph = self.context["graph"]
        data = without_sensitive(event.data, graph)
        if graph.sensitive and event.kind in ev.CARRIERS:
            return _without(data, frozenset(("values", "variables")))
        return data


@extend_schema_serializer(component_name="Incident")
class IncidentShape(serializers.Serializer[Incident]):
    id = serializers.UUIDField()
    instance = serializers.UUIDField(source="instance_id")  # type: ignore[assignment]
    process = serializers.CharField(source="instance.process.key")
    subject = serializers.CharField(source="instance.subject")
    node = serializers.CharField(help_text="The id of the BPMN element.")
    code = serializers.CharField()
    sentence = serializers.CharField(help_text="What happened, and what would help.")
    blocking = serializers.BooleanField(help_text="Whether the process stands still until retried.")
    status = serializers.ChoiceField(choices=Incident.Status.choices)
    raised_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField(help_text="How it was resolved; empty while it is open.")
    resolved_by = serializers.CharField(source="resolved_by_name")


@extend_schema_serializer(component_name="Dispatch")
class DispatchShape(serializers.Serializer[Dispatch]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=[Dispatch.Kind.MESSAGE, Dispatch.Kind.SIGNAL])
    name = serializers.CharField()
    sent_at = serializers.DateTimeField(source="created_at")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when it waits; null for as long as it takes."
    )


@extend_schema_serializer(component_name="ActivatedJob")
class ActivatedShape(serializers.Serializer[Activated]):
    id = serializers.UUIDField(source="job.pk")
    lease = serializers.UUIDField(source="token", help_text="Proves that the job is yours.")
    until = serializers.DateTimeField(help_text="When the lease ends.")
    topic = serializers.CharField(source="job.topic")
    attempt = serializers.IntegerField(source="job.attempts", help_text="1 is the first.")
    process = serializers.CharField(source="job.instance.process.key")
    instance = serializers.UUIDField(source="job.instance_id")  # type: ignore[assignment]
    business_key = serializers.CharField(source="job.instance.business_key")
    node = serializers.CharField(source="job.node", help_text="The id of the BPMN element.")
    variables = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="What the definition gives it."
    )


def waiting_for(instance: Instance) -> list[Json]:
    """Return what the instance waits for now, in the order of `WaitingShape.kind`."""
    nodes = graph_of(instance.version_id).nodes
    jobs = instance.jobs.filter(status__in=[Job.Status.READY, Job.Status.LEASED])
    found: list[Json] = [
        *(
            {"kind": "task", **_about(task), "due_at": task.due_at}
            for task in task_desk().open_tasks(instance)
        ),
        *(
            {"kind": "timer", **_about(timer), "due_at": timer.due_at}
            for timer in instance.timers.order_by("due_at")
        ),
        *(
            {"kind": "job", **_about(job), "due_at": job.run_at, "sentence": job.last_error}
            for job in jobs.order_by("id")
        ),
        *(
            {"kind": found.trigger, **_about(found), "sentence": name_of(found)}
            for found in awaited_by(instance)
        ),
        *({"kind": "call", **_about(child), "node": node} for node, child in called_by(instance)),
        *(
            {"kind": "incident", **_about(incident), "sentence": incident.sentence}
            for incident in instance.incidents.filter(status=Incident.Status.OPEN).order_by("id")
        ),
    ]
    for row in found:
        row["name"] = nodes[row["node"]].label if row["node"] in nodes else row["node"]
    return found


def without_sensitive(data: Json, graph: Graph) -> Json:
    """Return the data without what is declared sensitive, at any depth.

    What goes elsewhere or comes from there, and the rounds of a loop, may carry such a value under
    any name, so where a process declares something sensitive, none of that is told.
    """
    if not graph.sensitive:
        return data
    found: Json = _without(data, graph.sensitive | {"payload", "key", "items", "value"})
    for call in ("request", "response"):
        if isinstance(found.get(call), dict):
            told = {"connection", "method", "status"}
            found[call] = {name: value for name, value in found[call].items() if name in told}
    return found


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(inner, names) for inner in value]
    return value


def _about(row: Any) -> Json:
    status = getattr(row, "status", "armed")
    node = getattr(row, "node", "")
    return {"id": row.pk, "node": node, "status": status, "due_at": None, "sentence": ""}


def name_of(found: Subscription) -> str:
    """Return what is listened for; a condition has no name."""
    return "" if found.trigger == Subscription.Trigger.CONDITION else found.name


def awaited_by(instance: Instance) -> Iterable[Subscription]:
    """Return what it listens for; nothing is asked when the state says that there is none."""
    return instance.subscriptions.order_by("id") if instance.state["subscriptions"] else ()


def called_by(instance: Instance) -> Iterator[tuple[str, Instance]]:
    """Yield the open instances that it called, each with the node that waits for it."""
    tokens = instance.state["tokens"]
    nodes = {key: token["node"] for key, token in tokens.items() if token.get("wait") == "call"}
    if nodes:
        for child in instance.children.open().order_by("id").defer("state"):
            yield nodes.get(child.parent_token, ""), child
