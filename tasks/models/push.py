"""Browsers that show notifications also when the portal is closed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PushSubscription(models.Model):
    """One browser of a person, as it introduced itself (W3C Push API).

    ``key`` and ``auth`` encrypt to it; they are base64url without padding.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.URLField(max_length=1000, unique=True)
    key = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user}: {self.browser}"
