"""Files that people lay beside a task."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from tasks.models.talk import SaidQuerySet, Visibility
from tasks.models.task import Task


class Attachment(models.Model):
    """A file beside a task. It lies under a random name and is only ever given as a download."""

    class Scan(models.TextChoices):
        UNCHECKED = "unchecked", _("Not checked")
        WAITING = "waiting", _("Being checked")
        CLEAN = "clean", _("Checked")
        INFECTED = "infected", _("Removed: it was harmful")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attachments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=150)
    name = models.CharField(_("name"), max_length=200)
    # Bytes; the type is what the content says, never what the sender says.
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(max_length=64)
    # Where the storage keeps it; empty once it was removed.
    stored = models.CharField(max_length=100, blank=True)
    visibility = models.CharField(
        _("who sees it"), max_length=20, choices=Visibility.choices, default=Visibility.TASK
    )
    scan = models.CharField(max_length=20, choices=Scan.choices, default=Scan.UNCHECKED)
    created_at = models.DateTimeField(_("at"))

    objects = SaidQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar = ["created_at", "id"]
        indexes: ClassVar = [
            # Read by the sweep of files that no row knows.
            models.Index(fields=["stored"], name="attachment_stored"),
            # Read by the sweep of files that wait to be checked.
            models.Index(
                fields=["created_at"],
                condition=models.Q(scan="waiting"),
                name="attachment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def available(self) -> bool:
        """Tell whether it can be downloaded."""
        return self.scan in (self.Scan.UNCHECKED, self.Scan.CLEAN)
