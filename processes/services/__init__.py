"""The verbs of the engine. Everything outside this app calls these and nothing below them."""

from processes.access import (
    may_operate,
    may_view,
    operated,
    operators,
    processes_with,
    visible_instance,
    visible_instances,
)
from processes.egress import Answer, EgressFailed, EgressRefused
from processes.live import Hint, instance_group, people_group, user_group
from processes.live import publish as publish_hints
from processes.services.audit import Flaw, verify, verify_all
from processes.services.decisions import examine_decision, upload_decision
from processes.services.definitions import (
    deploy,
    examine,
    publish,
    published_together,
    upload,
)
from processes.services.dispatch import (
    claim_due_dispatches,
    deliver,
    discard_dispatch,
    postpone_dispatch,
)
from processes.services.entrances import (
    claim_due_entrances,
    fire_entrance,
    postpone_entrance,
)
from processes.services.forecast import forecast
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
from processes.services.outside import call_outside, checked_url
from processes.services.sending import send_message, send_signal
from processes.services.timers import (
    FAILURES_BEFORE_NOTICE,
    claim_due_timers,
    fire_timer,
    postpone_timer,
)
from processes.services.topics import Activated, activate_jobs, complete_job, fail_job
from processes.store import ENGINE, Actor, Step, graph_of, one_step, unlocked

__all__ = [
    "ENGINE",
    "FAILURES_BEFORE_NOTICE",
    "Activated",
    "Actor",
    "Answer",
    "EgressFailed",
    "EgressRefused",
    "Flaw",
    "Hint",
    "Lease",
    "Step",
    "activate_jobs",
    "call_outside",
    "cancel",
    "checked_url",
    "claim_due_dispatches",
    "claim_due_entrances",
    "claim_due_timers",
    "claim_waiting_jobs",
    "complete_job",
    "deliver",
    "deploy",
    "discard_dispatch",
    "examine",
    "examine_decision",
    "fail_attempt",
    "fail_job",
    "finish_job",
    "fire_entrance",
    "fire_timer",
    "forecast",
    "graph_of",
    "instance_group",
    "lease_job",
    "may_operate",
    "may_view",
    "one_step",
    "operated",
    "operators",
    "people_group",
    "postpone_dispatch",
    "postpone_entrance",
    "postpone_timer",
    "processes_with",
    "publish",
    "publish_hints",
    "published_together",
    "resume",
    "retry_incident",
    "send_message",
    "send_signal",
    "start",
    "suspend",
    "unlocked",
    "upload",
    "upload_decision",
    "user_group",
    "verify",
    "verify_all",
    "visible_instance",
    "visible_instances",
]
