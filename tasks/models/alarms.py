"""Moments at which open tasks move people."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models.task import Task


class Alarm(models.Model):
    """A moment at which a task moves people by itself: a reminder, a rung of its ladder, and so on.

    Gone once it has rung or the task is closed; ``settle`` is that of an answer that was given.
    Those of the SLA stand still with the task's clock, and move when it goes on.
    """

    class Kind(models.TextChoices):
        REMIND = "remind", _("Reminder")
        START_BY = "start_by", _("Nobody has started")
        OVERDUE = "overdue", _("Overdue")
        ESCALATE = "escalate", _("Escalation")
        FOLLOW_UP = "follow_up", _("Follow-up")
        RESUME = "resume", _("End of a suspension")
        SETTLE = "settle", _("End of the time to undo")

    OF_THE_CLOCK = (Kind.REMIND, Kind.START_BY, Kind.OVERDUE, Kind.ESCALATE)

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # Which reminder, or which rung: the index in what the definition asked for.
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
