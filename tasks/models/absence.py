"""Who stands in for whom, and when."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from processes.models import Process
from tasks.rules.absence import Link, Scope


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def current(self, now: datetime) -> "SubstitutionQuerySet":
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def between_active(self) -> "SubstitutionQuerySet":
        """Leave out those of people who no longer work here, on either side."""
        gone = Q(absentee__is_active=False) | Q(substitute__is_active=False)
        return self.exclude(gone)

    def links(self) -> list[Link]:
        """Return what `tasks.rules.absence` looks at, in the order of entry; at most two queries.

        A substitute who no longer works here is nobody.
        """
        rows = self.order_by("pk").select_related("substitute").prefetch_related("processes")
        links = ((row, row.link()) for row in rows)
        return [
            link
            if row.substitute is None or row.substitute.is_active
            else replace(link, substitute=None)
            for row, link in links
        ]


class Substitution(models.Model):
    """While somebody is away, the substitute may do what that person may do, in their name.

    Without a substitute it only says that the person is away. ``tasks.rules.absence`` says how
    absences follow one another.
    """

    absentee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("away"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stands in"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="stands_in",
        help_text=_("Nobody: the manager is asked instead, or else the fallback group."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    # For chosen processes: when one is deleted fewer are left, and none never means all.
    every_process = models.BooleanField(_("for every process"), default=True)
    processes = models.ManyToManyField(
        Process, verbose_name=_("only these processes"), blank=True, related_name="+"
    )
    amount_limit = models.DecimalField(
        _("up to the amount"),
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Tasks that name no amount are not covered by a limit."),
    )
    # Since when others are asked in open tasks, where nobody stands in.
    covered_at = models.DateTimeField(null=True, blank=True, editable=False)
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
        return f"{self.substitute or '-'} for {self.absentee}"

    def link(self) -> Link:
        """Return the absence as a plain value."""
        chosen = frozenset(process.pk for process in self.processes.all())
        return Link(
            self.absentee_id,
            self.substitute_id,
            self.starts_at,
            self.ends_at,
            Scope(None if self.every_process else chosen, self.amount_limit),
        )
