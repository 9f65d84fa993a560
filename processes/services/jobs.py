"""Jobs: leased to one worker at a time; the result counts once.

The call itself happens between `lease_job` and `finish_job`, outside every transaction. A worker
that dies leaves a lease that expires; the next one calls again with the same idempotency key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from processes.core import commands as c
from processes.core.errors import WrongState
from processes.core.graph import ServiceTask
from processes.core.retry import time_to_answer
from processes.core.work import error_code
from processes.models import Instance, Job
from processes.store import Step, graph_of

LEASE_MARGIN = timedelta(seconds=20)
CLAIM = timedelta(seconds=30)
GRACE = timedelta(seconds=2)
"""A job that has just become due has a message under way, most likely."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job until ``until``; ``token`` proves it.

    The call may take ``timeout``, which ends well before the lease does.
    """

    job_id: UUID
    token: UUID
    attempt: int
    timeout: timedelta
    until: datetime
    request: dict[str, Any]


def claim_waiting_jobs(*, now: datetime, limit: int) -> list[UUID]:
    """Return jobs that wait for a worker, oldest first: ready and due, or left by a dead one.

    A ready job is claimed, so that a long queue is not told of it again with every sweep. The claim
    only keeps other sweeps away; any worker may lease the job.
    """
    ready = Q(status=Job.Status.READY, run_at__lte=now - GRACE)
    unclaimed = Q(lease_until=None) | Q(lease_until__lte=now)
    left = Q(status=Job.Status.LEASED, lease_until__lte=now)
    with transaction.atomic():
        waiting = list(
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(ready & unclaimed | left, topic="", instance__status=Instance.Status.RUNNING)
            .order_by("run_at")
            .values_list("pk", flat=True)[:limit]
        )
        Job.objects.filter(pk__in=waiting, status=Job.Status.READY).update(lease_until=now + CLAIM)
    return waiting


def lease_job(*, job_id: UUID, now: datetime) -> Lease | None:
    """Take the job for one try; None when there is nothing to do or somebody else has it."""
    with transaction.atomic():
        job = locked(job_id)
        if job is None or job.topic or job.instance.status != Instance.Status.RUNNING:
            return None
        due = job.status == Job.Status.READY and job.run_at <= now
        left = job.status == Job.Status.LEASED and job.lease_until and job.lease_until <= now
        if not due and not left:
            return None
        timeout = time_to_answer(job.request, now=now)
        token, until = uuid4(), now + timeout + LEASE_MARGIN
        job.lease(token=token, until=until)
        job.save(update_fields=["status", "lease_token", "lease_until", "attempts"])
        return Lease(job.pk, token, job.attempts, timeout, until, job.request)


def finish_job(*, lease: Lease, response: dict[str, Any], now: datetime) -> None:
    """Keep the answer and let the process go on. Raises WrongState when the lease is lost."""
    with transaction.atomic():
        finish(held(lease.job_id, lease.token), response, now=now)


def fail_attempt(
    *,
    lease: Lease,
    error: str,
    retry_at: datetime | None,
    status: int | None = None,
    now: datetime,
) -> None:
    """Keep the error; try again at ``retry_at``, or give up when None.

    Giving up is an error of the process when the node maps the ``status`` of the answer to one,
    else an incident. Raises WrongState when the lease is lost.
    """
    with transaction.atomic():
        job = held(lease.job_id, lease.token)
        if retry_at is not None:
            postpone(job, error=error, retry_at=retry_at)
        else:
            node = graph_of(job.instance.version_id).nodes[job.node]
            code = error_code(node, status) if isinstance(node, ServiceTask) else ""
            give_up(job, error=error, code=code, now=now)


def finish(job: Job, response: dict[str, Any], *, now: datetime) -> None:
    step = Step.lock(job.instance_id, now=now)
    job.finish(now=now)
    step.batch.update(job, "status", "finished_at", "lease_token", "lease_until")
    step.decide(c.CompleteJob(job.token, response, job.attempts))
    step.save()


def postpone(job: Job, *, error: str, retry_at: datetime) -> None:
    job.postpone(run_at=retry_at, error=error)
    job.save(update_fields=["status", "run_at", "last_error", "lease_token", "lease_until"])


def give_up(job: Job, *, error: str, code: str, now: datetime) -> None:
    step = Step.lock(job.instance_id, now=now)
    job.give_up(error=error, now=now)
    step.batch.update(job, "status", "last_error", "finished_at", "lease_token", "lease_until")
    step.decide(c.FailJob(job.token, error, job.attempts, code))
    step.save()


def locked(job_id: UUID) -> Job | None:
    """Return the job under its instance's lock, re-read; the instance is always locked first."""
    instance_id = Job.objects.filter(pk=job_id).values_list("instance_id", flat=True).first()
    if instance_id is None:
        return None
    instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
    job = Job.objects.get(pk=job_id)
    job.instance = instance
    return job


def held(job_id: UUID, token: UUID) -> Job:
    """Return the job under its instance's lock. Raises WrongState when the lease is lost."""
    job = locked(job_id)
    if job is None or job.lease_token != token:
        raise WrongState(
            "lease_lost",
            "This try took longer than its lease; the job is somebody else's now.",
            remedy="Fetch the job again.",
        )
    return job
