"""What is under way between instances: looked at, tried now, or taken back for a reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes import services
from processes.admin.base import Page, UsualFilter, chip, person_of, when
from processes.admin.instances import ReasonForm
from processes.admin.sentences import told_key
from processes.core.errors import WrongState
from processes.models import Dispatch, Instance
from processes.store import graph_of


class StandingFilter(UsualFilter):
    title = gettext_lazy("state")
    parameter_name = "state"
    usual = gettext_lazy("Everything")
    rest = gettext_lazy("All")

    def options(self) -> Sequence[tuple[str, Any]]:
        return [("kept", _("Nobody waits for it yet")), ("failed", _("Could not be delivered"))]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        match value:
            case "kept":
                return queryset.filter(run_at=None)
            case "failed":
                return queryset.filter(failures__gt=0)
            case _:
                return queryset


@admin.register(Dispatch)
class DispatchAdmin(Page):
    """Seen with a right on the whole portal: what is kept for somebody belongs to no process."""

    list_display = ("what", "sender", "receiver", "standing", "sent")
    list_display_links = ("what",)
    list_filter = (StandingFilter, "kind")
    search_fields = ("name", "correlation")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispatch]:
        """Leave out what it carries: nobody knows whether that is sensitive."""
        return (
            super()
            .get_queryset(request)
            .select_related("source__process", "target__process", "process")
            .defer("payload", "source__state", "target__state")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: Dispatch) -> SafeString:
        key = key_of(row)
        return format_html(
            '<span>{} <span class="pl-quiet">{}</span></span>',
            row,
            key and _("for “%s”") % key,
        )

    @admin.display(description=gettext_lazy("from"))
    def sender(self, row: Dispatch) -> SafeString:
        return instance_link(row.source, row.sender_name or "–")

    @admin.display(description=gettext_lazy("to"))
    def receiver(self, row: Dispatch) -> SafeString:
        return instance_link(row.target, str(row.process or "–"))

    @admin.display(description=gettext_lazy("state"))
    def standing(self, row: Dispatch) -> SafeString:
        return chip(*standing_of(row))

    @admin.display(description=gettext_lazy("sent"), ordering="created_at")
    def sent(self, row: Dispatch) -> SafeString:
        return when(row.created_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/deliver/", view(self.deliver), name="processes_dispatch_deliver"),
            path("<uuid:pk>/discard/", view(self.discard), name="processes_dispatch_discard"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Show where it comes from, where it goes, and what stands in its way."""
        row: Dispatch = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        word, tone = standing_of(row)
        return self.page(
            request,
            "admin/placet/dispatch.html",
            row,
            key=key_of(row),
            standing=word,
            tone=tone,
            steers=may_steer(request),
        )

    def steerable(self, request: HttpRequest, pk: UUID) -> Dispatch:
        """Return what is to be moved or taken back. Raises Http404, PermissionDenied."""
        row: Dispatch = self.row(request, str(pk))
        if not may_steer(request):
            raise PermissionDenied
        return row

    def deliver(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Try to deliver it now, after asking."""
        row = self.steerable(request, pk)

        def do() -> str:
            now = timezone.now()
            try:
                services.deliver(dispatch_id=pk, by_operator=True, now=now)
            except Exception as error:
                services.postpone_dispatch(dispatch_id=pk, error=str(error), now=now)
                raise WrongState(
                    "not_delivered",
                    _("It could not be delivered: %s") % error,
                    remedy=_("It is tried again later."),
                ) from error
            if Dispatch.objects.filter(pk=pk).exists():
                return _("Nobody can take it yet. It goes on waiting.")
            return _("It is delivered.")

        return self.ask(
            request,
            row=row,
            title=_("Deliver “%s” now?") % row,
            text=_("It arrives once, however often it is tried."),
            submit=_("Deliver now"),
            do=do,
            back=reverse("admin:processes_dispatch_changelist"),
        )

    def discard(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take it back, for a reason that the log keeps."""
        row = self.steerable(request, pk)
        form = ReasonForm(request.POST or None)

        def do() -> str:
            reason = form.cleaned_data["reason"]
            gone = services.discard_dispatch(dispatch_id=pk, reason=reason, now=timezone.now())
            gone.pk = pk
            self.log_change(request, gone, _("Discarded: %s") % reason)
            return _("“%s” is discarded.") % row

        return self.ask(
            request,
            row=row,
            title=_("Discard “%s”?") % row,
            text=_(
                "Nobody will get it. A call that is discarded has failed: its caller stands still "
                "with an incident until it is retried."
            ),
            submit=_("Discard"),
            tone="negative",
            form=form,
            do=do,
            back=reverse("admin:processes_dispatch_changelist"),
        )


def key_of(row: Dispatch) -> str:
    """Return the correlation key, unless its sender has sensitive variables."""
    if row.source is None:
        return row.correlation
    return told_key(row.correlation, graph_of(row.source.version_id))


def may_steer(request: HttpRequest) -> bool:
    return person_of(request).has_perm("processes.change_dispatch")


def instance_link(instance: Instance | None, otherwise: str) -> SafeString:
    if instance is None:
        return format_html('<span class="pl-quiet">{}</span>', otherwise)
    return format_html(
        '<span><a class="pl-link" href="{}">{}</a> <span class="pl-quiet">{}</span></span>',
        reverse("admin:processes_instance_change", args=[instance.pk]),
        instance.subject,
        instance.process.name,
    )


def standing_of(row: Dispatch) -> tuple[str, str]:
    """Return what becomes of it now, and the tone of that."""
    if row.failures:
        return _("Failed %s times") % row.failures, "negative"
    if row.target is not None and row.target.status == Instance.Status.SUSPENDED:
        return _("Held: suspended"), "warning"
    if row.run_at is None:
        return _("Nobody waits for it yet"), ""
    return _("On the way"), "accent"
