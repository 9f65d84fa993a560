"""Instances: started by people and systems, steered by operators."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction

from processes.core import commands as c
from processes.core.errors import Absent, Invalid, WrongState
from processes.core.forms import validate
from processes.core.graph import Graph
from processes.models import Incident, Instance, Process, Version
from processes.services.beginning import begin
from processes.services.rearm import rearm
from processes.store import Actor, Step, graph_of, one_step


@one_step
def start(
    *,
    process: Process,
    variables: dict[str, Any],
    initiator: User | None,
    business_key: str = "",
    now: datetime,
) -> Instance:
    """Start an instance of the published version.

    The variables must be what the start form asks for, or declared when there is no form.
    Raises Absent when nothing is published, Invalid for the variables.
    """
    version_id = published_version(process)
    if version_id is None:
        raise Absent("nothing_published", f"“{process}” has no published version yet.")
    graph = graph_of(version_id)
    accepted = validate(graph.start_form or declared(graph), variables)
    if len(business_key) > 200 or "\x00" in business_key:
        raise Invalid("invalid_business_key", "A business key has at most 200 characters.")
    name = initiator.get_full_name() or initiator.get_username() if initiator else ""
    instance = Instance(
        process=process,
        version_id=version_id,
        business_key=business_key,
        initiator=initiator,
        initiator_name=name,
        started_at=now,
    )
    command = c.Start(
        process=process.key,
        variables=accepted,
        initiator=initiator.get_username() if initiator else None,
        business_key=business_key,
    )
    return begin(instance, command, actor=Actor(initiator, name), now=now)


def published_version(process: Process) -> int | None:
    """Return the id of the version that new instances start on.

    Plain SQL, because every start asks this and the ORM takes five times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM processes_version WHERE process_id = %s AND status = %s",
            [process.pk, Version.Status.PUBLISHED.value],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def declared(graph: Graph) -> dict[str, Any]:
    """Return a schema that accepts the declared variables, of any JSON shape they declare."""
    kinds = {
        "string": "string",
        "number": "number",
        "boolean": "boolean",
        "date": "string",
        "dateTime": "string",
        "list": "array",
        "context": "object",
    }
    properties = {
        name: {"type": kinds[variable.type]} if variable.type in kinds else {}
        for name, variable in graph.variables.items()
    }
    return {"type": "object", "properties": properties}


def cancel(*, instance_id: UUID, actor: Actor, reason: str, now: datetime) -> Instance:
    """End the instance where it stands: tasks, timers and jobs are taken back.

    Raises Invalid without a reason, WrongState when it has ended.
    """
    if not reason.strip():
        raise Invalid("reason_missing", "Say why the process is cancelled.")
    return steer(instance_id, c.Cancel(reason.strip()), actor=actor, now=now)


def suspend(*, instance_id: UUID, actor: Actor, reason: str = "", now: datetime) -> Instance:
    """Hold the instance; nothing is lost, and nothing moves until `resume`."""
    return steer(instance_id, c.Suspend(reason), actor=actor, now=now)


def resume(*, instance_id: UUID, actor: Actor, now: datetime) -> Instance:
    """Let a suspended instance go on."""
    return steer(instance_id, c.Resume(), actor=actor, now=now)


def retry_incident(*, incident_id: UUID, actor: Actor, now: datetime) -> Instance:
    """Try again what the incident stopped; a notice is marked as seen, its timer armed again.

    Raises Absent, or WrongState when it is resolved already.
    """
    incident = Incident.objects.select_related("instance").filter(pk=incident_id).first()
    if incident is None:
        raise Absent("incident_not_found", "This incident does not exist.")
    if incident.blocking:
        return steer(incident.instance_id, c.Retry(incident.key), actor=actor, now=now)
    with transaction.atomic():
        step = Step.lock(incident.instance_id, now=now, actor=actor)
        incident.refresh_from_db()
        if incident.status != Incident.Status.OPEN:
            raise WrongState("incident_not_open", "The incident is no longer open.")
        incident.resolve(how="seen", by=actor.name, now=now)
        step.batch.update(incident, "status", "resolution", "resolved_at", "resolved_by_name")
        rearm(step, incident.key)
        step.save()
    return step.instance


def steer(instance_id: UUID, command: c.Command, *, actor: Actor, now: datetime) -> Instance:
    with transaction.atomic():
        step = Step.lock(instance_id, now=now, actor=actor)
        step.decide(command)
        step.save()
    return step.instance
