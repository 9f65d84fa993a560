"""What is under way between instances."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from processes.models.definitions import Process
from processes.models.instances import Instance

FOLLOW_UPS = 100_000
"""So many deliveries may follow from one another before a person, a timer or another system acts.

Whoever sends shares what it has left among what it sends, so that no circle of messages, signals
and calls goes on for ever, and none that branches fills the database.
"""


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def buffered(self, name: str, correlation: str) -> "DispatchQuerySet":
        """Return the messages that nobody waited for when they came, the oldest first."""
        return self.filter(
            kind=Dispatch.Kind.MESSAGE, run_at=None, name=name, correlation=correlation
        ).order_by("id")


class Dispatch(models.Model):
    """What is under way to an instance from elsewhere; gone in the transaction that delivers it.

    ``target`` is the instance whose step the delivery is, where that is known from the start.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")
        SIGNAL_TO = "signal_to", _("Signal to one instance")
        BEGIN = "begin", _("Signal that starts a process")
        CALL = "call", _("Call of a process")
        CALL_ENDED = "call_ended", _("End of a called process")
        CALL_CANCEL = "call_cancel", _("Cancellation of a called process")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    source = models.ForeignKey(
        Instance, null=True, on_delete=models.CASCADE, related_name="dispatched"
    )
    target = models.ForeignKey(
        Instance, null=True, on_delete=models.CASCADE, related_name="arriving"
    )
    process = models.ForeignKey(Process, null=True, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=40, blank=True)
    node = models.CharField(max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    correlation = models.CharField(_("correlation key"), max_length=200, blank=True)
    payload = models.JSONField(_("payload"), null=True)
    sender_name = models.CharField(_("sent by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("sent at"))
    # Null: nobody waits for the message yet; it is looked at again when somebody does.
    run_at = models.DateTimeField(_("next try at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    # How many deliveries may follow from this one, itself counted.
    credit = models.PositiveIntegerField(default=FOLLOW_UPS)
    failures = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering: ClassVar = ["-id"]
        permissions: ClassVar = [
            ("send_message", _("Can send messages and signals to processes")),
        ]
        indexes: ClassVar = [
            # Read by the sweep: what may be tried now.
            models.Index(fields=["run_at"], condition=~Q(run_at=None), name="dispatch_due"),
            # Read by an instance that begins to wait for a message, and by the sweep.
            models.Index(
                fields=["name", "correlation"],
                condition=Q(kind="message", run_at=None),
                name="dispatch_buffered",
            ),
            # Read by the sweep: what has lived long enough.
            models.Index(
                fields=["expires_at"], condition=~Q(expires_at=None), name="dispatch_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}".strip()
