"""Decisions: DMN files that business rule tasks ask; uploaded and looked at, never edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminFileFieldWidget

from processes.admin.base import Page, complain, person_of, when
from processes.admin.uploads import UploadForm
from processes.core.errors import Refusal
from processes.models import Decision
from processes.services import examine_decision, upload_decision


class DecisionForm(UploadForm):
    file = forms.FileField(
        label=gettext_lazy("DMN file"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".dmn,.xml,application/xml,text/xml"}),
        help_text=gettext_lazy("DMN 1.1 to 1.5 with at least one decision."),
    )


@admin.register(Decision)
class DecisionAdmin(Page):
    """Seen with a right on the whole portal: any process may ask a decision."""

    list_display = ("called", "decides", "key", "uploaded", "note")
    list_display_links = ("called",)
    search_fields = ("name", "key")
    ordering = ("key", "-number")
    actions_list = ("upload",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        return super().get_queryset(request).select_related("created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_upload_permission(self, request: HttpRequest) -> bool:
        return person_of(request).has_perm("processes.add_decision")

    @admin.display(description=gettext_lazy("file"), ordering="name")
    def called(self, row: Decision) -> SafeString:
        return format_html(
            '<span class="pl-nowrap">{} <span class="pl-quiet">v{}</span></span>',
            row.name,
            row.number,
        )

    @admin.display(description=gettext_lazy("decides"))
    def decides(self, row: Decision) -> SafeString:
        return format_html('<span class="pl-clamp">{}</span>', ", ".join(row.offers))

    @admin.display(description=gettext_lazy("uploaded"), ordering="created_at")
    def uploaded(self, row: Decision) -> SafeString:
        return when(row.created_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/dmn/", view(self.dmn), name="processes_decision_dmn"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Show what the file decides and what was found in it."""
        row: Decision = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        reading, findings = examine_decision(row.source.encode())
        return self.page(
            request,
            "admin/placet/decision.html",
            row,
            findings=findings,
            decides=reading.model.invocable() if reading.model else (),
            may_upload=self.has_upload_permission(request),
            versions=Decision.objects.filter(key=row.key).defer("source").order_by("-number"),
        )

    def dmn(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the file as it was uploaded."""
        row: Decision = self.row(request, str(pk))
        response = HttpResponse(row.source, content_type="application/xml; charset=utf-8")
        name = f"{slugify(row.name) or 'decision'}-v{row.number}.dmn"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @action(
        description=gettext_lazy("Upload DMN"),
        url_path="upload",
        permissions=["upload"],
        icon="upload",
        variant=ActionVariant.PRIMARY,
    )
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Look at a file, say what was found, and keep it as the newest."""
        form = DecisionForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._upload_page(request, form, status=422 if form.is_bound else 200)
        source = form.cleaned_data["file"].read()
        reading, findings = examine_decision(source)
        if not reading.ok:
            return self._upload_page(request, form, status=422, findings=findings)
        newest = Decision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        try:
            kept = upload_decision(
                source=source,
                note=form.cleaned_data["note"],
                by=person_of(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            complain(request, refusal)
            return self._upload_page(request, form, status=refusal.status)
        if kept.pk > newest:
            self.log_addition(request, kept, _("Uploaded."))
            messages.success(
                request, _("“%s” is kept. Processes that are published from now on ask it.") % kept
            )
        else:
            messages.info(request, _("This file is “%s” already. Nothing was changed.") % kept)
        return redirect("admin:processes_decision_change", kept.pk)

    def _upload_page(
        self, request: HttpRequest, form: forms.Form, *, status: int, **more: Any
    ) -> HttpResponse:
        page = self.page(
            request,
            "admin/placet/upload.html",
            media=self.media,
            form=form,
            heading=_("Upload a DMN file"),
            lead=_(
                "It is read and checked first. Processes that are published already keep the "
                "decisions that they were published with."
            ),
            submit=_("Check and keep"),
            back=reverse("admin:processes_decision_changelist"),
            **more,
        )
        page.status_code = status
        return page
