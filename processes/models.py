"""Rows of the engine: definitions, instances, what instances wait for, and what happened.

Every change of an instance goes through `store.Step`; nothing else writes these tables.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from uuid_utils.compat import uuid7


class StateModel(models.Model):
    """A row with protected states, which Django's refresh would stumble over."""

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        concrete = self._meta.concrete_fields
        if fields is None:
            fields = [field.attname for field in concrete]
            self._prefetched_objects_cache: dict[str, Any] = {}
        for field in concrete:
            if isinstance(field, FSMField) and field.attname in fields:
                self.__dict__.pop(field.attname, None)
        super().refresh_from_db(using, fields, from_queryset)


class Process(models.Model):
    """A process that people know by name; its versions say how it runs."""

    key = models.CharField(
        _("key"),
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z_][\w.-]*$", _("Letters, digits, dots and dashes."))],
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    fallback_group = models.ForeignKey(
        Group,
        verbose_name=_("fallback group"),
        help_text=_("Gets a task that nobody else can be asked."),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        ordering: ClassVar = ["name"]
        permissions: ClassVar = [
            ("start_process", _("Can start instances")),
            ("operate_process", _("Can operate instances")),
            ("design_process", _("Can design and publish versions")),
            ("report_process", _("Can see reports")),
        ]

    def __str__(self) -> str:
        return self.name


class ProcessUserPermission(UserObjectPermissionBase):
    """A right of one user on one process; a real foreign key, so rows go with the process."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(Process, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class ProcessGroupPermission(GroupObjectPermissionBase):
    """A right of one group on one process."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(Process, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False


class Version(StateModel):
    """One state of a definition. Once published its source never changes (a trigger holds it)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        DEPRECATED = "deprecated", _("Deprecated")
        RETIRED = "retired", _("Retired")

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.DRAFT, protected=True, max_length=20
    )
    source = models.TextField(_("BPMN 2.0 XML"))
    checksum = models.CharField(_("checksum"), max_length=64, help_text=_("SHA-256 of the source"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering: ClassVar = ["process", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["process", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["process"], condition=Q(status="published"), name="version_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} v{self.number}"

    @transition(field=status, source=Status.DRAFT, target=Status.PUBLISHED)
    def publish(self, *, by: User | None, now: datetime) -> None:
        self.published_by = by
        self.published_at = now

    @transition(field=status, source=Status.PUBLISHED, target=Status.DEPRECATED)
    def deprecate(self) -> None:
        """New instances start on a newer version; running ones stay."""

    @transition(field=status, source=Status.DEPRECATED, target=Status.RETIRED)
    def retire(self) -> None:
        """No instance runs on it any more."""


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

    def __str__(self) -> str:
        return self.subject

    @property
    def variables(self) -> dict[str, object]:
        """The process variables, as the core's document holds them."""
        found: dict[str, object] = self.state["scopes"]["s0"]["variables"]
        return found

    @transition(field=status, source=Status.RUNNING, target=Status.COMPLETED)
    def complete(self, *, now: datetime) -> None:
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


class Timer(models.Model):
    """The wait row of an armed timer; gone once it has fired or was withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="timers")
    key = models.CharField(max_length=40)
    token = models.CharField(max_length=40)
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
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "token"], name="job_token_once")
        ]
        indexes: ClassVar = [
            # Read by the sweep: what may be tried now.
            models.Index(fields=["run_at"], condition=Q(status="ready"), name="job_ready"),
            # Read by the sweep: whose worker died.
            models.Index(fields=["lease_until"], condition=Q(status="leased"), name="job_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.node} ({self.status})"

    @transition(field=status, source=[Status.READY, Status.LEASED], target=Status.LEASED)
    def lease(self, *, token: UUID, until: datetime) -> None:
        self.lease_token = token
        self.lease_until = until
        self.attempts += 1

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


class Connection(models.Model):
    """An outside system that definitions may name. Definitions never hold an address."""

    key = models.SlugField(_("key"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    base_url = models.URLField(
        _("base address"), help_text=_("http or https; the path of a call is added to it.")
    )

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer that a REST request with this key got, so that a repetition gets the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return self.key
