"""What a notice was about tries again once an operator has seen it."""

from uuid import UUID

from processes.models import FOLLOW_UPS, Dispatch, Timer
from processes.store import Step


def rearm(step: Step, incident_key: str) -> None:
    """Let the timer or the delivery that the notice was about try again at once."""
    word, _, rest = incident_key.partition(" ")
    match word:
        case "timer":
            rearm_timer(step, rest.partition(" ")[0])
        case "sent":
            sent = Dispatch.objects.filter(pk=UUID(rest))
            sent.filter(credit=0).update(credit=FOLLOW_UPS)
            step.wakeups.dispatches.append(UUID(rest))


def rearm_timer(step: Step, key: str) -> None:
    timer = Timer.objects.filter(instance=step.instance, key=key).first()
    if timer is not None:
        timer.failures, timer.retry_at = 0, None
        step.batch.update(timer, "failures", "retry_at")
