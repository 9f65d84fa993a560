"""Celery's door to the engine. A message is a hint to go and look; the rows say what is to do."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from processes import egress, services
from processes.core import retry
from processes.core.errors import Refusal
from processes.models import Connection
from processes.services import Lease

log = structlog.get_logger(__name__)

PER_BATCH = 100
BATCHES_PER_SWEEP = 100
JOBS_PER_SWEEP = 500
SWEEP_TIME = timedelta(seconds=20)
"""Shorter than a claim on timers, so that a batch is not fired by two sweeps for long."""

LONGEST_HINT = timedelta(minutes=10)
"""Workers keep delayed messages in memory; a try that is further off is left to the sweep."""

LOST_TRIES = 3
"""So many tries may be cut off beyond the policy's before we suspect the job of killing workers."""


# --- jobs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """A try without success. ``passing`` trouble may be gone next time."""

    sentence: str
    passing: bool
    asked: str | None = None
    status: int | None = None


@shared_task(name="processes.work")
def work(*, job_id: str) -> None:
    """Try one job once, if it is due and nobody else is at it."""
    lease = services.lease_job(job_id=UUID(job_id), now=timezone.now())
    if lease is None:
        return
    result = attempt(lease)
    try:
        if isinstance(result, Failure):
            keep_failure(lease, result)
        else:
            keep_answer(lease, result)
    except Refusal as refusal:
        log.warning("job_result_refused", job_id=job_id, code=refusal.code, why=refusal.what)


def attempt(lease: Lease) -> egress.Answer | Failure:
    """Call the other system, outside every transaction."""
    request = lease.request
    connection = Connection.objects.filter(key=request["connection"]).first()
    if connection is None:
        return Failure(
            f"There is no connection “{request['connection']}”. "
            "An administrator can add it under Connections; then retry.",
            passing=False,
        )
    if lease.attempt > request["attempts"] + LOST_TRIES:
        return Failure(
            f"“{connection.name}” was not called again: each worker that took the job stopped "
            "before it could keep an answer. Look into the workers' logs; then retry.",
            passing=False,
        )
    if lease.until - timezone.now() < lease.timeout:
        # The call would outlive the lease, and another worker would call at the same time.
        return Failure(f"“{connection.name}” was not called: its worker was held up.", passing=True)
    try:
        answer = egress.call(
            connection.base_url,
            method=request["method"],
            path=request["path"],
            headers={"Idempotency-Key": str(lease.job_id)},
            body=request["body"],
            timeout=lease.timeout,
            allowed_networks=allowed_networks(tuple(settings.EGRESS_ALLOWED_NETWORKS)),
        )
    except egress.EgressRefused as refusal:
        return Failure(f"“{connection.name}” was not called: {refusal}", passing=False)
    except egress.EgressFailed as failure:
        doubt = " It may have received the request." if failure.sent else ""
        return Failure(f"“{connection.name}” gave no answer: {failure.reason}{doubt}", passing=True)
    return answer if retry.succeeded(answer.status) else failure_of(connection, answer)


def failure_of(connection: Connection, answer: egress.Answer) -> Failure:
    """Say what an answer without success means for the next try."""
    said = f"“{connection.name}” answered {answer.status} {phrase(answer.status)}"
    words = excerpt(answer.body)
    if retry.may_pass(answer.status):
        asked = answer.headers.get("retry-after")
        return Failure(said + words, passing=True, asked=asked, status=answer.status)
    if 300 <= answer.status < 400:
        target = answer.headers.get("location", "nowhere")
        return Failure(
            f"{said}, a redirect to {target:.200}, and redirects are not followed. "
            "Put the final address into the connection; then retry.",
            passing=False,
            status=answer.status,
        )
    sentence = f"{said}{words} Mend the request or the connection; then retry."
    return Failure(sentence, passing=False, status=answer.status)


def keep_answer(lease: Lease, answer: egress.Answer) -> None:
    """Let the process go on with the answer."""
    response = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    services.finish_job(lease=lease, response=response, now=timezone.now())
    log.info("job_done", job_id=str(lease.job_id), attempt=lease.attempt, status=answer.status)


def keep_failure(lease: Lease, failure: Failure) -> None:
    """Plan the next try, or give up with an incident."""
    now = timezone.now()
    retry_at, error = None, failure.sentence
    if failure.passing:
        wait = retry.next_wait(
            retry.policy_of(lease.request, now=now),
            tried=lease.attempt,
            luck=random.random(),  # noqa: S311 spreads load, guards nothing
            asked=retry.asked_wait(failure.asked, now=now),
        )
        if wait is None:
            error = (
                f"Given up after {lease.attempt} tries. {failure.sentence} "
                "Retry when the other system works again: it sees the same key as before."
            )
        else:
            retry_at = now + wait
    services.fail_attempt(
        lease=lease, error=error, retry_at=retry_at, status=failure.status, now=now
    )
    # Without the sentence: it may hold words of the other system, which do not belong into logs.
    log.info("job_failed", job_id=str(lease.job_id), attempt=lease.attempt, again_at=retry_at)
    if retry_at is not None and retry_at - now <= LONGEST_HINT:
        ask_for_work(lease.job_id, at=retry_at)


def ask_for_work(job_id: UUID, *, at: datetime | None = None) -> bool:
    """Tell the workers that a job waits. Losing the message loses nothing but time."""
    return sent(work, {"job_id": str(job_id)}, at=at)


def sent(task: Any, arguments: dict[str, Any], *, at: datetime | None = None) -> bool:
    """Send a message; False when the broker cannot take it."""
    try:
        task.apply_async(kwargs=arguments, eta=at, retry=False)
    except OperationalError as error:
        log.warning("broker_unreachable", task=task.name, error=str(error))
        return False
    return True


# --- the sweep -----------------------------------------------------------------------------------


@shared_task(name="processes.sweep")
def sweep() -> None:
    """Find what is due, whatever became of the messages about it.

    Safe to run twice at once and bounded: what it leaves, the next one finds.
    """
    for job_id in services.claim_waiting_jobs(now=timezone.now(), limit=JOBS_PER_SWEEP):
        if not ask_for_work(job_id):
            break
    now = timezone.now
    work_off(lambda limit: services.claim_due_timers(now=now(), limit=limit), TIMERS)
    work_off(lambda limit: services.claim_due_entrances(now=now(), limit=limit), ENTRANCES)
    work_off(lambda limit: services.claim_due_dispatches(now=now(), limit=limit), DISPATCHES)


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows that a sweep finds, each done in its own transaction.

    ``work`` does one; ``put_aside`` lets one that cannot be done wait, and tells an operator when
    it stays that way. ``refusals_wait``: so does one that is refused; else it is gone already.
    """

    name: str
    task: Callable[..., Any]
    argument: str
    work: Callable[[Any, datetime], None]
    put_aside: Callable[[Any, str, datetime], None]
    refusals_wait: bool = False

    def event(self, what: str) -> str:
        """Return what the log calls it, such as ``timer_failed``."""
        return f"{self.name}_{what}"


def work_off(claim: Callable[[int], Sequence[Any]], kind: Kind) -> None:
    """Do everything of a kind that is due; full batches go to the workers, one message each."""
    for _ in range(BATCHES_PER_SWEEP):
        batch = claim(PER_BATCH)
        full = len(batch) == PER_BATCH
        if not full or not sent(kind.task, {kind.argument: [str(key) for key in batch]}):
            do_all(kind, batch)
        if not full:
            break


def do_all(kind: Kind, keys: Sequence[Any]) -> None:
    """Do each in its own transaction; one that cannot be done does not hold up the others."""
    until = time.monotonic() + SWEEP_TIME.total_seconds()
    for key in keys:
        if time.monotonic() > until:
            log.warning(kind.event("left_to_the_next_sweep"), count=len(keys))
            return
        try:
            kind.work(key, timezone.now())
        except Refusal as refusal:
            log.info(kind.event("refused"), key=str(key), code=refusal.code)
            if kind.refusals_wait:
                put_aside(kind, key, refusal)
        except Exception as error:
            log.exception(kind.event("failed"), key=str(key))
            put_aside(kind, key, error)


def put_aside(kind: Kind, key: Any, error: Exception) -> None:
    """Its claim keeps it away from the next sweeps even when this fails as well."""
    try:
        kind.put_aside(key, str(error), timezone.now())
    except Exception:
        log.exception(kind.event("not_postponed"), key=str(key))


@shared_task(name="processes.fire")
def fire(*, timers: list[str]) -> None:
    """Fire a batch of timers that a sweep has claimed."""
    do_all(TIMERS, [UUID(timer) for timer in timers])


@shared_task(name="processes.begin")
def begin(*, entrances: list[str]) -> None:
    """Start processes whose time has come."""
    do_all(ENTRANCES, [int(entrance) for entrance in entrances])


@shared_task(name="processes.deliver")
def deliver(*, dispatches: list[str]) -> None:
    """Deliver what is under way to instances."""
    do_all(DISPATCHES, [UUID(dispatch) for dispatch in dispatches])


TIMERS = Kind(
    "timer",
    fire,
    "timers",
    lambda key, now: services.fire_timer(timer_id=key, now=now),
    lambda key, error, now: services.postpone_timer(timer_id=key, error=error, now=now),
)
ENTRANCES = Kind(
    "entrance",
    begin,
    "entrances",
    lambda key, now: services.fire_entrance(entrance_id=key, now=now),
    lambda key, error, now: services.postpone_entrance(entrance_id=key, error=error, now=now),
    refusals_wait=True,
)
DISPATCHES = Kind(
    "dispatch",
    deliver,
    "dispatches",
    lambda key, now: services.deliver(dispatch_id=key, now=now),
    lambda key, error, now: services.postpone_dispatch(dispatch_id=key, error=error, now=now),
    refusals_wait=True,
)


# --- words ---------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def allowed_networks(texts: tuple[str, ...]) -> tuple[egress.Network, ...]:
    """Return the networks that the settings open to calls."""
    return egress.networks(texts)


def phrase(status: int) -> str:
    """Return the name of a status, if it has one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "with an unknown status"


def excerpt(body: Any) -> str:
    """Return the beginning of what the other system says about it."""
    if body is None:
        return "."
    words = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    words = " ".join("".join(c if c.isprintable() else " " for c in words[:1000]).split())
    return f": {words[:200]}{'…' if len(words) > 200 else ''}"
