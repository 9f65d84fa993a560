"""What is under way between instances: delivered once each, found again when a worker dies.

A delivery is one transaction that locks the dispatch first, then at most one instance, and deletes
the dispatch. So nothing is delivered twice, and no two deliveries wait for each other in a circle.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from processes.core import commands as c
from processes.core.correlation import bounded
from processes.core.errors import Invalid, WrongState
from processes.models import FOLLOW_UPS, Dispatch, Entrance, Incident, Instance, Subscription
from processes.services.calls import cancel_called, end_call, start_called
from processes.services.entrances import start_at
from processes.services.timers import CLAIM, FAILURES_BEFORE_NOTICE
from processes.store import Step
from processes.wakeups import deliver as tell_workers

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""What has just been sent has a message of the broker under way, most likely."""
ROUNDS = 5
"""How often a message looks for another taker after it came too late for one."""

Kind = Dispatch.Kind


class TooLate(Exception):
    """Who waited for the message took another one, or ended, while we waited for its lock."""


class Held(Exception):
    """The instance is suspended; what is under way waits until it goes on."""


def claim_due_dispatches(*, now: datetime, limit: int) -> list[UUID]:
    """Return what a delivery may be tried for now, oldest first; claimed for half a minute.

    That is what is due, what somebody began to wait for, and what has lived long enough.
    """
    taker = Subscription.objects.filter(
        trigger="message",
        name=OuterRef("name"),
        correlation=OuterRef("correlation"),
        instance__status=Instance.Status.RUNNING,
    )
    entrance = Entrance.objects.filter(trigger="message", name=OuterRef("name"))
    buffered = Q(kind=Kind.MESSAGE, run_at=None)
    # One question for each index; together they would read the whole table.
    due = Q(run_at__lte=now - GRACE), buffered & Q(expires_at__lte=now), buffered & Exists(taker)
    found: list[UUID] = []
    with transaction.atomic():
        for condition in (*due, buffered & Exists(entrance)):
            rows = Dispatch.objects.select_for_update(skip_locked=True, of=("self",))
            rows = rows.filter(condition).exclude(pk__in=found)
            rows = rows.exclude(target__status=Instance.Status.SUSPENDED).order_by("run_at", "id")
            found += rows.values_list("pk", flat=True)[: limit - len(found)]
        Dispatch.objects.filter(pk__in=found).update(run_at=now + CLAIM)
    return found


def deliver(*, dispatch_id: UUID, by_operator: bool = False, now: datetime) -> None:
    """Deliver it if that is possible now; what is gone has been delivered.

    An operator has looked at it, so what may follow from it is counted anew.

    Raises what went wrong, with nothing changed; then `postpone_dispatch` moves it out of the way.
    """
    for _ in range(ROUNDS):
        try:
            with transaction.atomic():
                # No SKIP LOCKED: who begins to wait for a message while somebody else finds that
                # nobody does must look again after them, or both would go away without it.
                dispatch = Dispatch.objects.select_for_update().filter(pk=dispatch_id).first()
                if dispatch is None:
                    return
                if by_operator:
                    dispatch.credit = FOLLOW_UPS
                if dispatch.credit == 0:
                    raise endless()
                if DELIVER[Kind(dispatch.kind)](dispatch, now):
                    dispatch.delete()
        except TooLate:
            continue
        except Held:
            return
        return


def endless() -> WrongState:
    return WrongState(
        "endless",
        f"{FOLLOW_UPS:,} messages, signals and calls have followed from one another without any "
        "person, timer or other system.",
        remedy="Look for processes that start or wake one another in a circle.",
    )


# --- messages ------------------------------------------------------------------------------------


def deliver_message(dispatch: Dispatch, now: datetime) -> bool:
    """Give it to the one who has waited longest, or start a process with it, or keep it."""
    takers = Subscription.objects.filter(
        trigger="message", name=dispatch.name, correlation=dispatch.correlation
    ).order_by("id")
    running = takers.filter(instance__status=Instance.Status.RUNNING).first()
    if running is not None:
        hand_over(dispatch, running, now)
        return True
    if not takers.exists():
        entrance = entrances("message", dispatch.name).first()
        if entrance is not None:
            start_at(entrance, payload=dispatch.payload, cause=dispatch, now=now)
            return True
    if dispatch.expires_at is not None and dispatch.expires_at <= now:
        log.info("message_expired", dispatch=str(dispatch.pk), name=dispatch.name)
        return True
    dispatch.run_at = None
    dispatch.save(update_fields=["run_at"])
    return False


def hand_over(dispatch: Dispatch, taker: Subscription, now: datetime) -> None:
    """Deliver the message to its taker. Raises TooLate."""
    step = Step.lock(taker.instance_id, now=now)
    step.follow(dispatch)
    found = step.state.subscriptions.get(taker.key)
    same = found and (found.name, bounded(found.key)) == (dispatch.name, dispatch.correlation)
    if not same or step.state.status != "running":
        raise TooLate
    step.decide(c.DeliverMessage(taker.key, dispatch.payload))
    step.save()


# --- signals -------------------------------------------------------------------------------------


def spread_signal(dispatch: Dispatch, now: datetime) -> bool:
    """Make one dispatch for each who listens; the sender has heard it in its own step."""
    listening = (
        Subscription.objects.filter(trigger="signal", name=dispatch.name)
        .exclude(instance=dispatch.source_id)
        .order_by("instance")
        .values_list("instance", flat=True)
        .distinct()
    )
    starting = entrances("signal", dispatch.name).values_list("version__process", flat=True)
    rows = [
        *(signal(dispatch, Kind.SIGNAL_TO, now, target_id=instance) for instance in listening),
        *(signal(dispatch, Kind.BEGIN, now, process_id=key) for key in starting.distinct()),
    ]
    for row in rows:
        row.credit = (dispatch.credit - 1) // len(rows)
    Dispatch.objects.bulk_create(rows)
    transaction.on_commit(lambda: tell_workers(row.pk for row in rows))
    return True


def signal(
    dispatch: Dispatch,
    kind: Kind,
    now: datetime,
    *,
    target_id: UUID | None = None,
    process_id: int | None = None,
) -> Dispatch:
    return Dispatch(
        kind=kind,
        source_id=dispatch.source_id,
        target_id=target_id,
        process_id=process_id,
        node=dispatch.node,
        name=dispatch.name,
        payload=dispatch.payload,
        sender_name=dispatch.sender_name,
        created_at=dispatch.created_at,
        run_at=now,
    )


def deliver_signal(dispatch: Dispatch, now: datetime) -> bool:
    """Let one instance hear it; one that listens no more has missed nothing."""
    return carry_out(dispatch, c.DeliverSignal(dispatch.name, dispatch.payload), now)


def begin(dispatch: Dispatch, now: datetime) -> bool:
    """Start the process as it is published now."""
    found = entrances("signal", dispatch.name).filter(version__process=dispatch.process_id)
    dispatch.credit //= max(len(found), 1)
    for entrance in found:
        start_at(entrance, payload=dispatch.payload, cause=dispatch, now=now)
    return True


# --- calls ---------------------------------------------------------------------------------------


def deliver_call(dispatch: Dispatch, now: datetime) -> bool:
    step = lock_target(dispatch, now)
    start_called(step, dispatch)
    return True


def deliver_end(dispatch: Dispatch, now: datetime) -> bool:
    step = lock_target(dispatch, now)
    end_call(step, dispatch)
    return True


def deliver_cancel(dispatch: Dispatch, now: datetime) -> bool:
    cancel_called(dispatch, now=now)
    return True


DELIVER: dict[Kind, Callable[[Dispatch, datetime], bool]] = {
    Kind.MESSAGE: deliver_message,
    Kind.SIGNAL: spread_signal,
    Kind.SIGNAL_TO: deliver_signal,
    Kind.BEGIN: begin,
    Kind.CALL: deliver_call,
    Kind.CALL_ENDED: deliver_end,
    Kind.CALL_CANCEL: deliver_cancel,
}
"""Each returns whether the dispatch is done with."""


# --- what deliveries share -----------------------------------------------------------------------


def entrances(trigger: str, name: str) -> QuerySet[Entrance]:
    """Return where published versions start by this event, the first published first."""
    found = Entrance.objects.filter(trigger=trigger, name=name)
    return found.select_related("version__process").order_by("id")


def lock_target(dispatch: Dispatch, now: datetime) -> Step:
    """Lock the instance that it goes to. Raises Held while that is suspended."""
    if dispatch.target_id is None:
        raise ValueError(f"{dispatch.kind} {dispatch.pk} goes nowhere")
    step = Step.lock(dispatch.target_id, now=now)
    step.follow(dispatch)
    if step.state.status == "suspended":
        raise Held
    return step


def carry_out(dispatch: Dispatch, command: c.Command, now: datetime) -> bool:
    step = lock_target(dispatch, now)
    try:
        step.decide(command)
    except WrongState:
        return True
    step.save()
    return True


# --- what cannot be delivered --------------------------------------------------------------------


def postpone_dispatch(*, dispatch_id: UUID, error: str, now: datetime) -> None:
    """Move what could not be delivered out of the way, and raise a notice at the third failure.

    The pauses double from a minute; a sweep is never held up by one bad row.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().filter(pk=dispatch_id).first()
        if dispatch is None:
            return
        dispatch.failures = min(dispatch.failures + 1, 30_000)
        dispatch.run_at = now + timedelta(minutes=2 ** min(dispatch.failures - 1, 10))
        dispatch.last_error = error[:2_000]
        dispatch.save(update_fields=["failures", "run_at", "last_error"])
        if dispatch.failures == FAILURES_BEFORE_NOTICE:
            log.warning("dispatch_stuck", dispatch=str(dispatch.pk), kind=dispatch.kind)
            raise_notice(dispatch, now)


def raise_notice(dispatch: Dispatch, now: datetime) -> None:
    """Tell the operators of the instance that it goes to, or else of the one that sent it."""
    instance_id = dispatch.target_id or dispatch.source_id
    if instance_id is None:
        return
    step = Step.lock(instance_id, now=now)
    key = notice_key(dispatch.pk)
    known = Incident.objects.filter(instance=instance_id, key=key).exists()
    if known or step.state.ended:
        return
    token = step.state.tokens.get(dispatch.token)
    node = dispatch.node or (token.node if token else "")
    step.notice(
        key=key,
        token=dispatch.token,
        node=node,
        code="not_delivered",
        sentence=f"“{dispatch}” could not be delivered: {dispatch.last_error}",
    )
    step.save()


def notice_key(dispatch_id: UUID) -> str:
    return f"sent {dispatch_id.hex}"


def discard_dispatch(*, dispatch_id: UUID, reason: str, now: datetime) -> Dispatch:
    """Take back what is under way. A call that is discarded has failed for its caller.

    Raises Invalid without a reason, WrongState when it has arrived meanwhile.
    """
    if not reason.strip():
        raise Invalid("reason_missing", "Say why it is discarded.")
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().filter(pk=dispatch_id).first()
        if dispatch is None:
            raise WrongState("dispatch_gone", "It has been delivered meanwhile.")
        if dispatch.kind in (Kind.CALL, Kind.CALL_ENDED):
            fail_for_caller(dispatch, f"An operator discarded the call: {reason.strip()}", now)
        dispatch.delete()
    return dispatch


def fail_for_caller(dispatch: Dispatch, sentence: str, now: datetime) -> None:
    """Let the caller know, if it still waits, that nothing will come. Raises WrongState."""
    if dispatch.target_id is None:
        raise ValueError(f"{dispatch.kind} {dispatch.pk} goes nowhere")
    step = Step.lock(dispatch.target_id, now=now)
    token = step.state.tokens.get(dispatch.token)
    if token is not None and token.wait == "call":
        step.decide(c.FailCall(token.id, sentence))
        step.save()
