"""Rows of the engine: definitions, instances, what instances wait for, and what happened.

Every change of an instance goes through `store.Step`; nothing else writes these tables.
"""

from processes.models.base import StateModel
from processes.models.definitions import (
    Connection,
    Decision,
    Entrance,
    Process,
    ProcessGroupPermission,
    ProcessUserPermission,
    Version,
)
from processes.models.dispatches import FOLLOW_UPS, Dispatch
from processes.models.instances import (
    HistoryEvent,
    Incident,
    IncidentQuerySet,
    Instance,
    InstanceQuerySet,
)
from processes.models.requests import IdempotencyKey
from processes.models.waits import Job, Subscription, Timer

__all__ = [
    "FOLLOW_UPS",
    "Connection",
    "Decision",
    "Dispatch",
    "Entrance",
    "HistoryEvent",
    "IdempotencyKey",
    "Incident",
    "IncidentQuerySet",
    "Instance",
    "InstanceQuerySet",
    "Job",
    "Process",
    "ProcessGroupPermission",
    "ProcessUserPermission",
    "StateModel",
    "Subscription",
    "Timer",
    "Version",
]
