"""The Celery application: jobs in every app's ``jobs.py``."""

from typing import Any

import structlog
from celery import Celery, signals
from django.db import connections

app = Celery("placet")
# Threads that did not import this module must find the same application.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@signals.setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """Leave logging as the settings have it: a receiver here stops Celery from replacing it."""


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_kwargs: Any) -> None:
    """Let a job's log lines carry the id of the request that asked for it."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        headers["request_id"] = request_id


@signals.task_prerun.connect
def bind_request_id(task: Any, task_id: str, **_kwargs: Any) -> None:
    """Name the job, and the request behind it, in every log line of this run."""
    structlog.contextvars.bind_contextvars(
        job=task.name, request_id=getattr(task.request, "request_id", None) or task_id
    )


@signals.task_postrun.connect
def unbind_request_id(**_kwargs: Any) -> None:
    """Leave no name behind for the next job of this thread."""
    structlog.contextvars.unbind_contextvars("job", "request_id")


@signals.task_postrun.connect
def let_go_of_broken_connections(**_kwargs: Any) -> None:
    """Close a database connection that failed, so that the next job gets one that works.

    Kept connections are not looked at between jobs otherwise: after a restart of the database
    every job of this process would fail.
    """
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred and not connection.in_atomic_block:
            connection.close()
