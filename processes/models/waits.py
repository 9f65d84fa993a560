"""What instances wait for: every wait has exactly one row."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from uuid_utils.compat import uuid7

from processes.models.base import StateModel
from processes.models.instances import Instance


class Timer(models.Model):
    """The wait row of an armed timer; gone once it has fired or was withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="timers")
    key = models.CharField(max_length=40)
    # The token or the scope that it is armed for.
    owner = models.CharField(max_length=40)
    node = models.CharField(max_length=200)
    due_at = models.DateTimeField(_("due at"))
    retry_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "key"], name="timer_key_once")
        ]
        indexes: ClassVar = [
            # Read by the sweep, oldest first.
            models.Index(fields=["due_at"], name="timer_due")
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.due_at:%Y-%m-%d %H:%M}"


class Subscription(models.Model):
    """The wait row of a message, a signal or a condition; gone once it no longer listens."""

    class Trigger(models.TextChoices):
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")
        CONDITION = "condition", _("Condition")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="subscriptions")
    key = models.CharField(max_length=40)
    owner = models.CharField(max_length=40)
    node = models.CharField(max_length=200)
    trigger = models.CharField(_("waits for"), max_length=10, choices=Trigger.choices)
    name = models.CharField(_("name"), max_length=200)
    correlation = models.CharField(_("correlation key"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "key"], name="subscription_key_once")
        ]
        indexes: ClassVar = [
            # Read by every message and signal that arrives, and by the sweep.
            models.Index(
                fields=["trigger", "name", "correlation"],
                condition=~Q(trigger="condition"),
                name="subscription_awaits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.name}"


class Job(StateModel):
    """Work for a machine. Its id is the idempotency key of every try."""

    class Status(models.TextChoices):
        READY = "ready", _("Ready")
        LEASED = "leased", _("Being worked on")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="jobs")
    token = models.CharField(max_length=40)
    node = models.CharField(max_length=200)
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.READY, protected=True, max_length=20
    )
    # What an external worker asks for; empty when Placet itself makes the call.
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    request = models.JSONField(_("request"))
    attempts = models.PositiveSmallIntegerField(_("tries so far"), default=0)
    run_at = models.DateTimeField(_("next try at"))
    lease_token = models.UUIDField(null=True, blank=True)
    # On a ready job: until when the sweep need not tell the workers of it again.
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        permissions: ClassVar = [("do_job", _("Can do jobs as an external worker"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "token"], name="job_token_once")
        ]
        indexes: ClassVar = [
            # Read by the sweep: what may be tried now.
            models.Index(fields=["run_at"], condition=Q(status="ready"), name="job_ready"),
            # Read by the sweep: whose worker died.
            models.Index(fields=["lease_until"], condition=Q(status="leased"), name="job_leased"),
            # Read by external workers.
            models.Index(
                fields=["topic", "run_at"],
                condition=~Q(topic="") & Q(status__in=["ready", "leased"]),
                name="job_topic",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} ({self.status})"

    @transition(field=status, source=[Status.READY, Status.LEASED], target=Status.LEASED)
    def lease(self, *, token: UUID, until: datetime) -> None:
        self.lease_token = token
        self.lease_until = until
        # A worker that never answers gets the job again for ever, and a number has an end.
        self.attempts = min(self.attempts + 1, 30_000)

    @transition(field=status, source=Status.LEASED, target=Status.READY)
    def postpone(self, *, run_at: datetime, error: str) -> None:
        self.run_at = run_at
        self.last_error = error
        self.lease_token = self.lease_until = None

    @transition(field=status, source=Status.LEASED, target=Status.DONE)
    def finish(self, *, now: datetime) -> None:
        self.finished_at = now
        self.lease_token = self.lease_until = None

    @transition(field=status, source=Status.LEASED, target=Status.DEAD)
    def give_up(self, *, error: str, now: datetime) -> None:
        self.last_error = error
        self.finished_at = now
        self.lease_token = self.lease_until = None

    @transition(field=status, source=[Status.DEAD, Status.DONE], target=Status.READY)
    def revive(self, *, request: dict[str, object], now: datetime) -> None:
        """Try again from the first attempt, with the same id and so the same idempotency key."""
        self.request = request
        self.attempts = 0
        self.run_at = now
        self.finished_at = None

    @transition(field=status, source=[Status.READY, Status.LEASED], target=Status.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        self.finished_at = now
        self.lease_token = self.lease_until = None
