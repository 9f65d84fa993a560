"""Jobs for external workers: fetched by topic, held by a lease, answered with its token.

A worker that dies leaves a lease that expires; then the next one gets the job. The result counts
once, from whoever holds the lease.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from processes.core import retry
from processes.models import Instance, Job
from processes.services.jobs import finish, give_up, held, postpone

LONGEST_LEASE = timedelta(hours=1)
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Activated:
    """A job in the hands of a worker until ``until``; ``token`` proves it."""

    job: Job
    token: UUID
    until: datetime

    @property
    def variables(self) -> dict[str, Any]:
        found: dict[str, Any] = self.job.request["variables"]
        return found


def activate_jobs(
    *, topics: Collection[str], limit: int, lease: timedelta, now: datetime
) -> list[Activated]:
    """Return jobs of these topics that are due, the oldest first, each leased to the caller.

    At most 100 at once, for at most an hour. Two workers never get the same job.
    """
    due = Q(status=Job.Status.READY, run_at__lte=now)
    left = Q(status=Job.Status.LEASED, lease_until__lte=now)
    until = now + min(lease, LONGEST_LEASE)
    with transaction.atomic():
        jobs = list(
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("instance__process")
            .defer("instance__state")
            .filter(due | left, topic__in=topics, instance__status=Instance.Status.RUNNING)
            .exclude(topic="")
            .order_by("run_at", "id")[: min(limit, MOST_AT_ONCE)]
        )
        for job in jobs:
            job.lease(token=uuid4(), until=until)
        Job.objects.bulk_update(jobs, ["status", "lease_token", "lease_until", "attempts"])
    return [Activated(job, job.lease_token, until) for job in jobs if job.lease_token]


def complete_job(*, job_id: UUID, lease: UUID, variables: dict[str, Any], now: datetime) -> None:
    """Keep what the worker found out and let the process go on.

    Raises WrongState when the lease is lost.
    """
    with transaction.atomic():
        finish(held(job_id, lease), variables, now=now)


def fail_job(
    *, job_id: UUID, lease: UUID, error: str, code: str = "", luck: float, now: datetime
) -> datetime | None:
    """Keep the error, and return when the job can be fetched again.

    With a ``code`` it is an error of the process, and None is returned; so it is, as an incident,
    when the tries of its node are used up. ``luck`` from 0 to 1 spreads the tries. Raises
    WrongState when the lease is lost.
    """
    with transaction.atomic():
        job = held(job_id, lease)
        policy = retry.policy_of(job.request, now=now)
        wait = None if code else retry.next_wait(policy, tried=job.attempts, luck=luck)
        if wait is None:
            give_up(job, error=error, code=code, now=now)
            return None
        postpone(job, error=error, retry_at=now + wait)
        return job.run_at
