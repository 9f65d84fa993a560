"""Who may act on an open task, and who never decides it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models.task import Task


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
        NOMINATION = "nomination", _("named by an operator")
        ADDED = "added", _("added by an approver")
        REROUTED = "rerouted", _("whoever was asked cannot do it any more")

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="candidates")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    via = models.CharField(max_length=20, choices=Via.choices, default=Via.ASKED)
    # Why this person or group, e.g. {"rule": "manager", "of": "alice"}: see tasks.rules.routing.
    reason = models.JSONField(default=dict, blank=True)
    # Of a collective task: the tier in which the vote counts.
    tier = models.CharField(max_length=100, blank=True)
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
    """One user, or everybody in one group, who does not decide this task, whatever their role."""

    class Why(models.TextChoices):
        NAMED = "named", _("kept out by the process")
        INITIATOR = "initiator", _("started the process")
        DECIDER = "decider", _("decided an earlier step")
        VOTED = "voted", _("has answered already")

    id = models.BigAutoField(primary_key=True)
    # Found by the covering index below.
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="exclusions", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=20, choices=Why.choices, default=Why.NAMED)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(group__isnull=True), name="exclusion_one_of_two"
            ),
            models.UniqueConstraint(fields=["task", "user"], name="exclusion_once"),
            models.UniqueConstraint(fields=["task", "group"], name="exclusion_group_once"),
        ]
        indexes: ClassVar = [
            # Read by the inbox for each task it counts: whom it keeps out, without its row.
            models.Index(fields=["task", "user", "group"], name="exclusion_of_task")
        ]

    def __str__(self) -> str:
        return str(self.user or self.group)
