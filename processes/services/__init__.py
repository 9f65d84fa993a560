"""The verbs of the engine. Everything outside this app calls these and nothing below them."""

from processes.access import (
    may_operate,
    may_view,
    operated,
    processes_with,
    visible_instance,
    visible_instances,
)
from processes.live import Hint, instance_group, people_group, user_group
from processes.live import publish as publish_hints
from processes.services.audit import Flaw, verify, verify_all
from processes.services.definitions import deploy, examine, publish, upload
from processes.services.instances import (
    cancel,
    resume,
    retry_incident,
    start,
    suspend,
)
from processes.services.jobs import (
    Lease,
    claim_waiting_jobs,
    fail_attempt,
    finish_job,
    lease_job,
)
from processes.services.timers import (
    FAILURES_BEFORE_NOTICE,
    claim_due_timers,
    fire_timer,
    postpone_timer,
)
from processes.store import ENGINE, Actor, Step, graph_of, one_step, unlocked

__all__ = [
    "ENGINE",
    "FAILURES_BEFORE_NOTICE",
    "Actor",
    "Flaw",
    "Hint",
    "Lease",
    "Step",
    "cancel",
    "claim_due_timers",
    "claim_waiting_jobs",
    "deploy",
    "examine",
    "fail_attempt",
    "finish_job",
    "fire_timer",
    "graph_of",
    "instance_group",
    "lease_job",
    "may_operate",
    "may_view",
    "one_step",
    "operated",
    "people_group",
    "postpone_timer",
    "processes_with",
    "publish",
    "publish_hints",
    "resume",
    "retry_incident",
    "start",
    "suspend",
    "unlocked",
    "upload",
    "user_group",
    "verify",
    "verify_all",
    "visible_instance",
    "visible_instances",
]
