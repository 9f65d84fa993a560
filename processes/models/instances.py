"""Instances, and what happened to them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from uuid_utils.compat import uuid7

from processes.core import state as st
from processes.models.base import StateModel
from processes.models.definitions import Process, Version


class InstanceQuerySet(models.QuerySet["Instance"]):
    def open(self) -> "InstanceQuerySet":
        return self.filter(status__in=Instance.OPEN)

    def started_by(self, person: object) -> "InstanceQuerySet":
        return self.filter(initiator=person)


class Instance(StateModel):
    """One run of a process. ``state`` is the core's document; only `store.Step` writes it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        SUSPENDED = "suspended", _("Suspended")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        COMPENSATING = "compensating", _("Compensating")
        COMPENSATED = "compensated", _("Compensated")

    OPEN = (Status.RUNNING, Status.SUSPENDED, Status.COMPENSATING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="instances")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="instances")
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.RUNNING, protected=True, max_length=20
    )
    subject = models.CharField(_("subject"), max_length=300)
    business_key = models.CharField(_("business key"), max_length=200, blank=True)
    initiator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    initiator_name = models.CharField(_("started by"), max_length=150, blank=True)
    state = models.JSONField(_("state"))
    sequence = models.PositiveIntegerField(_("events so far"), default=0)
    head = models.CharField(_("hash of the last event"), max_length=64, blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Of a called process: the instance that waits for it, and the token that does.
    parent = models.ForeignKey(
        "self",
        verbose_name=_("called by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    parent_token = models.CharField(max_length=40, blank=True)
    depth = models.PositiveSmallIntegerField(_("depth of calls"), default=0)
    # What is left of the deliveries that may follow from those it has taken (`Dispatch.credit`).
    credit = models.PositiveIntegerField(default=0)

    objects = InstanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("instance")
        verbose_name_plural = _("instances")
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            # Read by "started by me" and GET instances/?mine.
            models.Index(fields=["initiator", "-started_at", "-id"], name="instance_initiator"),
            # Read by the admin's list and GET instances/ with filters.
            models.Index(fields=["process", "status", "-started_at"], name="instance_process"),
            # Read by systems that look up their own number.
            models.Index(
                fields=["business_key"], condition=~Q(business_key=""), name="instance_business_key"
            ),
        ]
        constraints: ClassVar = [
            # A token waits for one called process at a time.
            models.UniqueConstraint(
                fields=["parent", "parent_token"],
                condition=Q(status__in=["running", "suspended", "compensating"]),
                name="instance_one_open_child",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def variables(self) -> dict[str, object]:
        """The process variables, as the core's document holds them."""
        found: dict[str, object] = self.state["scopes"]["s0"]["variables"]
        return found

    def seen_by(self, token: str) -> dict[str, object]:
        """Return the variables that the activity under a token sees.

        Once the token is gone these are the variables of the process.
        """
        state = st.load(self.state)
        found = state.tokens.get(token)
        return {**state.visible(found.scope), **found.locals} if found else self.variables

    @transition(field=status, source=Status.RUNNING, target=Status.COMPLETED)
    def complete(self, *, now: datetime) -> None:
        self.ended_at = now

    @transition(field=status, source=[Status.RUNNING, Status.SUSPENDED], target=Status.FAILED)
    def fail(self, *, now: datetime) -> None:
        """An error left the process that nothing in it caught."""
        self.ended_at = now

    @transition(field=status, source=[Status.RUNNING, Status.SUSPENDED], target=Status.CANCELLED)
    def cancel(self, *, now: datetime) -> None:
        self.ended_at = now

    @transition(field=status, source=Status.RUNNING, target=Status.SUSPENDED)
    def suspend(self, *, now: datetime) -> None:
        """Timers and tasks wait until `resume`."""

    @transition(field=status, source=Status.SUSPENDED, target=Status.RUNNING)
    def resume(self, *, now: datetime) -> None:
        """Timers that fell due meanwhile fire with the next sweep."""


class IncidentQuerySet(models.QuerySet["Incident"]):
    def notices(self, instance: Instance) -> "IncidentQuerySet":
        """Return what stands open without holding the instance."""
        return self.filter(instance=instance, blocking=False, status=Incident.Status.OPEN)


class Incident(StateModel):
    """Something that needs an operator.

    A blocking one holds a token until it is retried; any other is a notice to act upon.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="incidents")
    key = models.CharField(max_length=40)
    token = models.CharField(max_length=40)
    node = models.CharField(_("node"), max_length=200)
    code = models.CharField(_("code"), max_length=40)
    sentence = models.TextField(_("what happened"))
    blocking = models.BooleanField(_("holds the process"), default=True)
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.OPEN, protected=True, max_length=20
    )
    raised_at = models.DateTimeField(_("raised at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolution = models.CharField(_("resolution"), max_length=40, blank=True)
    resolved_by_name = models.CharField(_("resolved by"), max_length=150, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering: ClassVar = ["-raised_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "key"], name="incident_key_once")
        ]
        indexes: ClassVar = [
            # Read by the admin's list of what is open.
            models.Index(fields=["-raised_at"], condition=Q(status="open"), name="incident_open")
        ]

    def __str__(self) -> str:
        return self.sentence

    @transition(field=status, source=Status.OPEN, target=Status.RESOLVED)
    def resolve(self, *, how: str, by: str, now: datetime) -> None:
        self.resolution = how
        self.resolved_by_name = by
        self.resolved_at = now


class HistoryEvent(models.Model):
    """What happened, for ever: triggers refuse every update and delete.

    ``hash`` covers the row and the hash before it, so a change is found and located.
    """

    id = models.BigAutoField(primary_key=True)
    instance = models.ForeignKey(Instance, on_delete=models.DO_NOTHING, related_name="history")
    sequence = models.PositiveIntegerField(_("sequence"))
    kind = models.CharField(_("kind"), max_length=40)
    node = models.CharField(_("node"), max_length=200, blank=True)
    # No constraint: history outlives people, and its rows cannot be changed when one goes.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )
    actor_name = models.CharField(_("who"), max_length=150, blank=True)
    on_behalf_of_name = models.CharField(_("on behalf of"), max_length=150, blank=True)
    data = models.JSONField(_("data"))
    at = models.DateTimeField(_("at"))
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("history event")
        verbose_name_plural = _("history")
        ordering: ClassVar = ["instance", "sequence"]
        constraints: ClassVar = [
            # Also read by the instance page and the verifier, in this order.
            models.UniqueConstraint(fields=["instance", "sequence"], name="history_sequence_once")
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"
