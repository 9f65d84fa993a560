"""What people say about a task, and what they have begun to answer."""

from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from processes.models import Instance
from tasks.models.task import Task
from tasks.rules.standing import Standing


class Visibility(models.TextChoices):
    """Who reads a remark or a file beside its author."""

    TASK = "task", _("Everybody who sees this task")
    PROCESS = "process", _("Everybody who sees the request")
    ADMINISTRATORS = "administrators", _("Administrators only")


Row = TypeVar("Row", bound=models.Model)


class SaidQuerySet(models.QuerySet[Row]):
    """What comments and attachments have in common."""

    def seen_at(self, task: Task, person: User, standing: Standing) -> Self:
        """Return what the person reads on the page of this task, the oldest first.

        What is meant for the whole request is read on each of its tasks.
        """
        here = Q(task=task)
        whole = Q(task__instance=task.instance_id, visibility=Visibility.PROCESS)
        found = self.filter(here | whole).order_by("created_at", "id")
        if standing.administrator:
            return found
        return found.filter(~Q(visibility=Visibility.ADMINISTRATORS) | Q(author=person))

    def seen_with(self, instance: Instance, person: User, *, operates: bool) -> Self:
        """Return what is read on the page of the whole request, the oldest first.

        What was said for one task stays there.
        """
        whole = Q(visibility=Visibility.PROCESS)
        kept = Q(visibility=Visibility.ADMINISTRATORS)
        readable = whole | kept if operates else whole | (kept & Q(author=person))
        found = self.filter(readable, task__instance=instance)
        return found.select_related("task").order_by("created_at", "id")


class Comment(models.Model):
    """What somebody said about a task. Never changed; the author's name outlives the author."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=150)
    text = models.TextField(_("text"))
    visibility = models.CharField(
        _("who reads it"), max_length=20, choices=Visibility.choices, default=Visibility.TASK
    )
    # User names that the text mentions with an @ and who may see the task.
    mentions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("at"))

    objects = SaidQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Draft(models.Model):
    """An answer that somebody has begun, or one that a delegate proposes to ``proposed_to``."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    proposed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=100, blank=True)
    # As it was typed, not as it is accepted.
    data = models.JSONField(_("answers"), default=dict, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "author"], name="draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.outcome or '–'}"
