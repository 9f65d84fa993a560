"""Processes and their versions: what there is to run, and who may do what with it."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from processes.models.base import StateModel


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
    # Set when it is published and fixed from then on, like the source: the version of each process
    # that it calls as “pinned”, and the decisions that it asks as `decisions.bundle` writes them.
    pins = models.JSONField(_("pinned versions"), default=dict, blank=True)
    decisions = models.JSONField(_("decisions"), default=dict, blank=True)

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


class Entrance(models.Model):
    """An event that starts instances of a published version; gone when it is published no more."""

    class Trigger(models.TextChoices):
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")
        TIMER = "timer", _("Timer")

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="entrances")
    node = models.CharField(max_length=200)
    trigger = models.CharField(_("starts by"), max_length=10, choices=Trigger.choices)
    name = models.CharField(_("name"), max_length=200, blank=True)
    # Of a timer; ``repeats`` counts the firings still to come after the next, null is without end.
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    every = models.CharField(max_length=100, blank=True)
    repeats = models.PositiveIntegerField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("entrance")
        verbose_name_plural = _("entrances")
        indexes: ClassVar = [
            # Read by messages and signals that nobody waits for.
            models.Index(fields=["trigger", "name"], name="entrance_name"),
            # Read by the sweep.
            models.Index(fields=["due_at"], condition=Q(trigger="timer"), name="entrance_due"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.node}"


class Decision(models.Model):
    """A DMN file as it was uploaded; every upload is a new number and never changes.

    ``offers`` are the ids and names of the decisions in it, by which business rule tasks ask.
    """

    key = models.CharField(_("key"), max_length=200)
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=200)
    namespace = models.CharField(_("namespace"), max_length=200)
    offers = models.JSONField(_("decisions"), default=list)
    source = models.TextField(_("DMN XML"))
    checksum = models.CharField(_("checksum"), max_length=64, help_text=_("SHA-256 of the source"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering: ClassVar = ["key", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "number"], name="decision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


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
