"""What the API says about processes and instances, and what it leaves out."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from processes.core.graph import Graph
from processes.desk import task_desk
from processes.models import HistoryEvent, Incident, Instance, Job, Process, Version
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
    kind = serializers.ChoiceField(choices=["task", "timer", "job", "incident"])
    id = serializers.UUIDField()
    node = serializers.CharField(help_text="The id of the BPMN element.")
    name = serializers.CharField(help_text="The name of the BPMN element.")
    status = serializers.CharField(help_text="Of the task, job or incident; timers are “armed”.")
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="Deadline of a task, firing of a timer, next try of a job."
    )
    sentence = serializers.CharField(help_text="What an incident is about, or a job's last error.")


@extend_schema_serializer(component_name="InstanceDetail")
class InstanceDetailShape(InstanceShape):
    variables = serializers.SerializerMethodField(
        help_text="The process variables; those declared sensitive are left out."
    )
    waiting_for = serializers.SerializerMethodField(
        help_text="Open tasks, armed timers, unfinished jobs and open incidents."
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
        return without_sensitive(event.data, self.context["graph"])


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


def waiting_for(instance: Instance) -> list[Json]:
    """Return what the instance waits for now: tasks, timers, jobs, incidents, in this order."""
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
            {"kind": "incident", **_about(incident), "sentence": incident.sentence}
            for incident in instance.incidents.filter(status=Incident.Status.OPEN).order_by("id")
        ),
    ]
    for row in found:
        row["name"] = nodes[row["node"]].label if row["node"] in nodes else row["node"]
    return found


def without_sensitive(data: Json, graph: Graph) -> Json:
    """Return the data without what is declared sensitive, at any depth.

    A call to another system may carry such a value under any name, so where a process declares
    something sensitive, neither what was sent nor what came back is told.
    """
    if not graph.sensitive:
        return data
    found: Json = _without(data, graph.sensitive)
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
    return {"id": row.pk, "node": row.node, "status": status, "due_at": None, "sentence": ""}
