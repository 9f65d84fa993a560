"""The verbs of people's work. Every door decides through these and nothing else."""

from tasks.services.absence import end_absence, set_absence
from tasks.services.alarms import claim_due_alarms, postpone_alarm, ring
from tasks.services.work import (
    claim,
    comment,
    complete,
    delegate,
    forward,
    reassign,
    release,
    start,
    stop,
)

__all__ = [
    "claim",
    "claim_due_alarms",
    "comment",
    "complete",
    "delegate",
    "end_absence",
    "forward",
    "postpone_alarm",
    "reassign",
    "release",
    "ring",
    "set_absence",
    "start",
    "stop",
]
