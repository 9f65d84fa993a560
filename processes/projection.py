"""The rows that an event leaves beside the state: waits, incidents, what is under way to others.

Every wait of the state has exactly one row, so that a query finds it.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from processes.core import events as ev
from processes.core.correlation import bounded
from processes.core.feel import FeelError, add_duration, parse_duration
from processes.desk import task_desk
from processes.models import Dispatch, Incident, Instance, Job, Subscription, Timer

if TYPE_CHECKING:
    from processes.store import Step

Kind = Dispatch.Kind


def project(step: "Step", event: ev.Event, *, again: bool) -> None:  # noqa: C901 one case per kind
    """Keep the rows in step with the state; ``again``: it retries what an incident stopped."""
    instance, now = step.instance, step.now
    match event:
        case ev.InstanceCompleted():
            instance.complete(now=now)
            end(step, {})
        case ev.InstanceFailed():
            instance.fail(now=now)
            end(step, {"code": event.code, "sentence": event.sentence})
        case ev.InstanceCancelled():
            instance.cancel(now=now)
            end(step, {"reason": event.reason})
        case ev.InstanceSuspended():
            instance.suspend(now=now)
            task_desk().hold(step)
        case ev.InstanceResumed():
            resume(step)
        case ev.TaskOpened():
            task_desk().open(step, event)
        case ev.TaskWithdrawn():
            task_desk().withdraw(step, event)
        case ev.JobRequested():
            request_job(step, event, again=again)
        case ev.JobWithdrawn():
            job = step.row(Job, token=event.token)
            job.withdraw(now=now)
            step.batch.update(job, "status", "finished_at", "lease_token", "lease_until")
        case ev.TimerArmed():
            step.batch.insert(
                Timer(
                    instance=instance,
                    key=event.timer,
                    owner=event.owner,
                    node=event.node,
                    due_at=event.due_at,
                )
            )
        case ev.TimerFired() | ev.TimerWithdrawn():
            step.batch.delete(Timer, instance_id=instance.pk, key=event.timer)
        case ev.SubscriptionOpened():
            subscribe(step, event)
        case ev.SubscriptionMatched(stays=True):
            await_another(step, event)
        case ev.SubscriptionMatched() | ev.SubscriptionClosed():
            step.batch.delete(Subscription, instance_id=instance.pk, key=event.subscription)
        case ev.MessageSent():
            key = bounded(event.key)
            expires_at = end_of_life(event.time_to_live, now)
            send(step, event, Kind.MESSAGE, correlation=key, expires_at=expires_at)
        case ev.SignalSent():
            send(step, event, Kind.SIGNAL)
        case ev.CallRequested():
            call(step, event)
        case ev.CallWithdrawn():
            dispatch(step, Kind.CALL_CANCEL, token=event.token, node=event.node)
        case ev.IncidentRaised():
            step.raise_incident(
                Incident(
                    key=event.incident,
                    token=event.token,
                    node=event.node,
                    code=event.code,
                    sentence=event.sentence,
                )
            )
        case ev.IncidentResolved():
            resolve(step, step.row(Incident, key=event.incident), event.how)
        case _:
            # Only the state changes: scopes, tokens, variables, and what was thrown inside.
            return


# --- the instance --------------------------------------------------------------------------------


def end(step: "Step", how: dict[str, Any]) -> None:
    """Settle what nobody can act upon any more, and tell the instance that waits for the end."""
    settle_notices(step)
    instance = step.instance
    if instance.parent_id is not None:
        dispatch(
            step,
            Kind.CALL_ENDED,
            target_id=instance.parent_id,
            token=instance.parent_token,
            payload=how,
        )


def resume(step: "Step") -> None:
    """Let it take again what could not reach it meanwhile."""
    step.instance.resume(now=step.now)
    task_desk().go_on(step)
    step.wakeups.held = step.instance.pk
    for found in step.state.subscriptions.values():
        if found.trigger == "message":
            step.wakeups.awaits[found.name, bounded(found.key)] += 1


def settle_notices(step: "Step") -> None:
    """Resolve what was only to be looked at: nothing can be done about an ended instance.

    Nearly always there is nothing, so that is asked in plain SQL first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM processes_incident WHERE instance_id = %s AND status = 'open'"
            " AND NOT blocking LIMIT 1",
            [Instance._meta.pk.get_db_prep_value(step.instance.pk, connection)],
        )
        if cursor.fetchone() is None:
            return
    for incident in Incident.objects.notices(step.instance):
        resolve(step, incident, "ended")


def resolve(step: "Step", incident: Incident, how: str) -> None:
    incident.resolve(how=how, by=step.actor.name, now=step.now)
    step.batch.update(incident, "status", "resolution", "resolved_at", "resolved_by_name")


# --- what it waits for ---------------------------------------------------------------------------


def request_job(step: "Step", event: ev.JobRequested, *, again: bool) -> None:
    """Write the job down; workers of ours hear of it unless it is for an external one."""
    job = None
    if again:
        job = Job.objects.filter(instance=step.instance, token=event.token).first()
    if job is None:
        job = Job(
            instance=step.instance,
            token=event.token,
            node=event.node,
            topic=event.request.get("topic", ""),
            request=event.request,
            run_at=step.now,
            created_at=step.now,
        )
        step.batch.insert(job)
    else:
        job.revive(request=event.request, now=step.now)
        step.batch.update(job, "request", "status", "attempts", "run_at", "finished_at")
    if not job.topic:
        step.wakeups.jobs.append(job.pk)


def subscribe(step: "Step", event: ev.SubscriptionOpened) -> None:
    """Write down that it listens; a message that came earlier is looked for after the commit."""
    key = bounded(event.key)
    step.batch.insert(
        Subscription(
            instance=step.instance,
            key=event.subscription,
            owner=event.owner,
            node=event.node,
            trigger=event.trigger,
            name=event.name,
            correlation=key,
        )
    )
    if event.trigger == "message":
        step.wakeups.awaits[event.name, key] += 1


def await_another(step: "Step", event: ev.SubscriptionMatched) -> None:
    """Look for the next message that was kept; it goes on listening."""
    found = step.state.subscriptions.get(event.subscription)
    if found is not None and found.trigger == "message":
        step.wakeups.awaits[found.name, bounded(found.key)] += 1


# --- what is under way to others -----------------------------------------------------------------


def send(step: "Step", event: ev.MessageSent | ev.SignalSent, kind: Kind, **more: Any) -> None:
    dispatch(step, kind, node=event.node, name=event.name, payload=event.payload, **more)


def call(step: "Step", event: ev.CallRequested) -> None:
    """Have the process started. The caller's lock is held then, so it is the target too."""
    dispatch(
        step,
        Kind.CALL,
        target=step.instance,
        token=event.token,
        node=event.node,
        name=event.process,
        payload={
            "binding": event.binding,
            "version": event.version,
            "variables": event.variables,
        },
    )


def dispatch(step: "Step", kind: Kind, **more: Any) -> None:
    """Write down what goes to others in the transaction of the step that sends it."""
    step.send(
        Dispatch(kind=kind, source=step.instance, created_at=step.now, run_at=step.now, **more)
    )


def end_of_life(time_to_live: str, now: datetime) -> datetime | None:
    """Return until when a message waits; None without end."""
    if not time_to_live:
        return None
    try:
        return add_duration(now, parse_duration(time_to_live))
    except FeelError:
        # Longer than the calendar.
        return None
