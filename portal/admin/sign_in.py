"""What administrators see of sign-in: who is locked out, which tokens exist, who changed what."""

import axes.admin  # noqa: F401 registers what is replaced below
import knox.admin  # noqa: F401
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from processes.admin.base import Page, chip

for model in (AccessAttempt, AccessFailureLog, AccessLog, AuthToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@login_not_required
def to_the_portal(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Have people sign in where everybody does; who is signed in has no business here."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))


class ReadOnly(Page):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AccessAttempt)
class LockAdmin(ReadOnly):
    """Wrong passwords. Deleting a row lets the person try again."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time")


@admin.register(AuthToken)
class TokenAdmin(ReadOnly):
    """Tokens of the API, by their first characters. Deleting one revokes it."""

    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("token_key", "user", "created", "expiry")


@admin.register(LogEntry)
class ChangeAdmin(ReadOnly):
    """What was changed in the administration, and by whom."""

    list_display = ("action_time", "user", "did", "object_repr", "content_type", "said")
    list_filter = ("action_flag", "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username", "change_message")
    fields = ("action_time", "user", "content_type", "object_repr", "said")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("what"), ordering="action_flag")
    def did(self, row: LogEntry) -> SafeString:
        tone = "positive" if row.is_addition() else "negative" if row.is_deletion() else ""
        return chip(row.get_action_flag_display(), tone)

    @admin.display(description=_("change"))
    def said(self, row: LogEntry) -> str:
        return row.get_change_message()
