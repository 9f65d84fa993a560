"""The organization: units, who holds which role in them, who leads whom, who can do what."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A department, team or branch; a role that nobody holds here is looked for above."""

    key = models.SlugField(_("key"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_in_itself")
        ]

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """A role that somebody holds in a unit, such as “budget-holder”."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="positions")
    role = models.SlugField(_("role"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("held by"),
        on_delete=models.CASCADE,
        related_name="positions",
    )

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering: ClassVar = ["unit", "role", "user"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "role", "user"], name="position_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} · {self.unit}"


class Skill(models.Model):
    """Something that a step may ask of whoever does it."""

    key = models.SlugField(_("key"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Profile(models.Model):
    """What the organization knows of a person beside the account. Not everybody has one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("unit"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("manager"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )
    skills = models.ManyToManyField(Skill, verbose_name=_("skills"), blank=True)
    open_limit = models.PositiveSmallIntegerField(
        _("open tasks at most"),
        null=True,
        blank=True,
        help_text=_("No further task is given to a person who holds so many; empty is no limit."),
    )

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("user")),
                name="profile_manages_not_oneself",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class Rotation(models.Model):
    """How often a step that goes round among people has gone on; whose turn it is follows."""

    process = models.ForeignKey("processes.Process", on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=200)
    turn = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["process", "node"], name="rotation_of_step")
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.turn}"
