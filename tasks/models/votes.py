"""Answers of single people to a task that several must answer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models.task import Task


class Vote(models.Model):
    """One person's answer; never changed. ``tier`` is the key of the tier it counts in.

    ``kept`` tells a vote that nobody cast this time: it was carried over from another tier or
    an earlier round, as the definition declares.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="votes")
    tier = models.CharField(max_length=100, blank=True)
    voter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    voter_name = models.CharField(max_length=150)
    # Whose place it used: the voter's own, or that of the absent person in whose name it was done.
    seat = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(_("outcome"), max_length=100)
    weight = models.DecimalField(max_digits=12, decimal_places=4, default=1)
    data = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    kept = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            # One person never counts twice in a tier, whatever the rules above forgot.
            models.UniqueConstraint(fields=["task", "tier", "seat"], name="vote_seat_once"),
            models.UniqueConstraint(fields=["task", "tier", "voter"], name="vote_voter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.voter_name}: {self.outcome}"
