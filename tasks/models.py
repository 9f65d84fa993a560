"""Rows about people: questions put to them, who may answer, and who stands in for whom.

`docs/state-machines.md` draws the life of a task from the transitions below. A transition only
changes fields; `services` checks the right, saves, writes history and tells the pages.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from uuid_utils.compat import uuid7

from processes.models import Instance, StateModel
from tasks.rules.actions import Action, allowed_actions
from tasks.rules.standing import Standing


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(status__in=Task.OPEN)

    def with_process(self) -> "TaskQuerySet":
        """Fetch what a row of the inbox shows in the same query."""
        return self.select_related("instance__process", "owner", "completed_by")


class Task(StateModel):
    """A question put to people, after WS-HumanTask 1.1. An outcome is not a state."""

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        READY = "ready", _("Offered")
        RESERVED = "reserved", _("Claimed")
        IN_PROGRESS = "in_progress", _("In progress")
        SUSPENDED = "suspended", _("Suspended")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        ERROR = "error", _("Error")
        EXITED = "exited", _("Taken back")
        OBSOLETE = "obsolete", _("Skipped")

    WORKABLE = (Status.READY, Status.RESERVED, Status.IN_PROGRESS)
    OPEN = (Status.CREATED, *WORKABLE, Status.SUSPENDED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="tasks")
    token = models.CharField(max_length=40)
    node = models.CharField(max_length=200)
    name = models.CharField(_("name"), max_length=200)
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.CREATED, protected=True, max_length=20
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    # What the definition asked for, evaluated: see processes.core.events.TaskOpened.
    asked = models.JSONField(_("asked"))
    # Ids of users and groups who could act when it was closed: {"users": [], "groups": []}.
    former_candidates = models.JSONField(default=dict, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=100, blank=True)
    data = models.JSONField(_("answers"), default=dict, blank=True)
    comment = models.TextField(_("reason"), blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    completed_by_name = models.CharField(_("decided by"), max_length=150, blank=True)
    on_behalf_of_name = models.CharField(_("on behalf of"), max_length=150, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "token"], name="task_token_once"),
            models.CheckConstraint(
                condition=~Q(status="completed") | ~Q(outcome=""), name="task_completed_has_outcome"
            ),
        ]
        indexes: ClassVar = [
            # Read by the inbox: what I hold.
            models.Index(
                fields=["owner", "due_at", "id"],
                condition=Q(status__in=["reserved", "in_progress", "suspended"]),
                name="task_owner_open",
            ),
            # Read by the inbox: what I decided, newest first.
            models.Index(fields=["completed_by", "-closed_at", "-id"], name="task_done"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def on_hold(self) -> bool:
        """Tell whether an operator holds the whole process; nobody can act until it goes on."""
        return self.is_open and self.instance.status == Instance.Status.SUSPENDED

    def allows(self, standing: Standing) -> frozenset[Action]:
        """Return what somebody with this standing may do with the task now."""
        status = Task.Status.SUSPENDED if self.on_hold else self.status
        return allowed_actions(status, standing)

    @transition(field=status, source=Status.CREATED, target=Status.READY)
    def offer(self) -> None:
        """Several people may take it."""

    @transition(field=status, source=[Status.CREATED, Status.READY], target=Status.RESERVED)
    def claim(self, *, owner: User, now: datetime) -> None:
        self.owner = owner
        self.claimed_at = now

    @transition(field=status, source=Status.RESERVED, target=Status.IN_PROGRESS)
    def start(self) -> None:
        """The owner works on it now."""

    @transition(field=status, source=Status.IN_PROGRESS, target=Status.RESERVED)
    def stop(self) -> None:
        """The owner keeps it for later."""

    @transition(field=status, source=[Status.RESERVED, Status.IN_PROGRESS], target=Status.READY)
    def release(self) -> None:
        self.owner = self.claimed_at = None

    @transition(field=status, source=list(WORKABLE), target=Status.RESERVED)
    def delegate(self, *, owner: User, now: datetime) -> None:
        self.owner = owner
        self.claimed_at = now

    @transition(field=status, source=list(WORKABLE), target=Status.READY)
    def forward(self) -> None:
        self.owner = self.claimed_at = None

    @transition(field=status, source=[Status.CREATED, *WORKABLE], target=Status.RESERVED)
    def reassign(self, *, owner: User, now: datetime) -> None:
        self.owner = owner
        self.claimed_at = now

    @transition(field=status, source=list(WORKABLE), target=Status.READY)
    def escalate(self, *, now: datetime) -> None:
        """More people are asked; whoever held it shares it with them from now on."""
        self.owner = self.claimed_at = None
        self.escalated_at = now

    @transition(field=status, source=list(WORKABLE), target=Status.COMPLETED)
    def complete(
        self,
        *,
        by: User,
        by_name: str,
        on_behalf_of_name: str,
        outcome: str,
        data: dict[str, Any],
        comment: str,
        now: datetime,
    ) -> None:
        self.completed_by = by
        self.completed_by_name = by_name
        self.on_behalf_of_name = on_behalf_of_name
        self.outcome = outcome
        self.data = data
        self.comment = comment
        self.closed_at = now

    @transition(field=status, source=list(OPEN), target=Status.EXITED)
    def exit(self, *, now: datetime) -> None:
        self.closed_at = now


class Candidate(models.Model):
    """Somebody who may act on an open task: one user, or everybody in one group.

    Rows live as long as the task is open, so this table stays as small as today's work. ``due_at``
    repeats the task's, so that an inbox reads its page from one index.
    """

    class Via(models.TextChoices):
        ASKED = "asked", _("named by the process")
        FALLBACK = "fallback", _("nobody else could be asked")
        ESCALATION = "escalation", _("the deadline passed")
        DELEGATION = "delegation", _("handed over")
        FORWARD = "forward", _("passed on")
        REASSIGNMENT = "reassignment", _("assigned by an operator")

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="candidates")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    via = models.CharField(max_length=20, choices=Via.choices, default=Via.ASKED)
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(group__isnull=True), name="candidate_one_of_two"
            ),
            models.UniqueConstraint(fields=["task", "user"], name="candidate_user_once"),
            models.UniqueConstraint(fields=["task", "group"], name="candidate_group_once"),
        ]
        indexes: ClassVar = [
            # Read by the inbox, a page of one principal in the order of due dates.
            models.Index(
                fields=["user", "due_at", "task"],
                condition=Q(user__isnull=False),
                name="candidate_user_due",
            ),
            models.Index(
                fields=["group", "due_at", "task"],
                condition=Q(group__isnull=False),
                name="candidate_group_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.group)


class Exclusion(models.Model):
    """Somebody who never decides this task, whatever other role they have."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "user"], name="exclusion_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class Alarm(models.Model):
    """A moment at which an open task moves people: a reminder, or a rung of its ladder.

    Gone once it has rung or the task is closed.
    """

    class Kind(models.TextChoices):
        REMIND = "remind", _("Reminder")
        ESCALATE = "escalate", _("Escalation")

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(_("due at"))
    retry_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "kind", "step"], name="alarm_once")
        ]
        indexes: ClassVar = [
            # Read by the sweep, oldest first.
            models.Index(fields=["due_at"], name="alarm_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def current(self, now: datetime) -> "SubstitutionQuerySet":
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Substitution(models.Model):
    """While somebody is away, the substitute may do what that person may do, in their name."""

    absentee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("away"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stands in"),
        on_delete=models.CASCADE,
        related_name="stands_in",
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="substitution_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(absentee=F("substitute")), name="substitution_not_oneself"
            ),
        ]
        indexes: ClassVar = [
            # Read by every inbox: for whom do I stand in now?
            models.Index(fields=["substitute", "ends_at"], name="substitution_substitute"),
            models.Index(fields=["absentee", "ends_at"], name="substitution_absentee"),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.absentee}"


class Comment(models.Model):
    """What somebody said about a task. Never changed; the author's name outlives the author."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=150)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]
