"""Processes and their versions: uploaded, looked at, published; the source is never edited."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from processes.access import administered, may_design, may_grant, watched
from processes.admin import pictures, rights, uploads, words
from processes.admin.base import AdministeredFilter, OfProcess, chip, complain, person_of, when
from processes.answers import drawing
from processes.core.bpmn.picture import with_diagram
from processes.core.errors import Refusal
from processes.core.imports import import_file
from processes.models import Incident, Instance, Process, Version
from processes.services import publish, published_together
from processes.services.definitions import examine
from processes.store import graph_of

TONES = {"draft": "accent", "published": "positive", "deprecated": "", "retired": ""}


class DetailsForm(forms.ModelForm):
    fallback_group = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        label=gettext_lazy("Fallback group"),
        help_text=gettext_lazy("Gets a task that nobody else can be asked."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )

    class Meta:
        model = Process
        fields = ("name", "description", "fallback_group")
        widgets: ClassVar = {
            "name": UnfoldAdminTextInputWidget(),
            "description": UnfoldAdminTextareaWidget({"rows": 3}),
        }


def starts_of(live: Version) -> list[dict[str, Any]]:
    """Return the events that start the published version."""
    graph = graph_of(live.pk)
    return [
        {"row": row, "label": words.label(graph, row.node)}
        for row in live.entrances.order_by("trigger", "name", "due_at")
    ]


class Definitions(OfProcess):
    """What the pages of processes and of versions share."""

    those = staticmethod(administered)
    actions_list = ("upload",)

    def has_upload_permission(self, request: HttpRequest) -> bool:
        return uploads.may_upload(person_of(request))

    @action(
        description=gettext_lazy("Upload a process"),
        url_path="upload",
        permissions=["upload"],
        icon="upload",
        variant=ActionVariant.PRIMARY,
    )
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Look at a file, say what was found, and keep it as a draft."""
        form = uploads.UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            status = 422 if form.is_bound else 200
            return self._upload_page(request, {"form": form}, status=status)
        file = form.cleaned_data["file"]
        imported = import_file(file.read(), file.name or "")
        if not imported.source:
            context = {"form": form, "findings": imported.findings}
            return self._upload_page(request, context, status=422)
        source = imported.source
        reading, findings = examine(source, now=timezone.now())
        if not reading.graphs:
            shown = {"xml": with_diagram(source).decode()} if pictures.drawable(reading) else {}
            picture = pictures.of_findings(reading, findings, **shown)
            context = {"form": form, "findings": findings, "picture": picture}
            return self._upload_page(request, context, status=422)
        try:
            version, new = uploads.keep(
                source=source,
                keys=[graph.id for graph in reading.graphs],
                note=form.cleaned_data["note"],
                by=person_of(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            complain(request, refusal)
            return self._upload_page(request, {"form": form}, status=refusal.status)
        if new:
            self.log_addition(request, version, _("Uploaded."))
            messages.success(request, _("“%s” is kept as a draft.") % version)
        else:
            messages.info(request, _("This file is “%s” already. Nothing was changed.") % version)
        if imported.report:
            return self.page(
                request, "admin/placet/imported.html", **uploads.told(imported, version)
            )
        return redirect("admin:processes_version_change", version.pk)

    def _upload_page(
        self, request: HttpRequest, context: dict[str, Any], *, status: int
    ) -> HttpResponse:
        page = self.page(
            request,
            "admin/placet/upload.html",
            media=self.media,
            heading=_("Upload a process"),
            lead=_(
                "It is read and checked first, and kept as a draft. "
                "Nothing runs on it until it is published."
            ),
            submit=_("Check and keep as a draft"),
            back=reverse("admin:processes_version_changelist"),
            **context,
        )
        page.status_code = status
        return page


@admin.register(Process)
class ProcessAdmin(Definitions):
    process_path = "pk"
    list_display = ("called", "now_published", "running", "troubles", "key")
    list_display_links = ("called",)
    search_fields = ("name", "key")
    detail_template = "admin/placet/process.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Process]:
        """Count what a row of the list shows in the same query."""
        running = Instance.objects.filter(process=OuterRef("pk"), status="running")
        troubles = Incident.objects.filter(instance__process=OuterRef("pk"), status="open")
        published = Version.objects.filter(process=OuterRef("pk"), status="published")
        return (
            super()
            .get_queryset(request)
            .annotate(
                running_count=_count_of(running, "process"),
                trouble_count=_count_of(troubles, "instance__process"),
                published_number=Subquery(published.values("number")[:1]),
            )
        )

    @admin.display(description=gettext_lazy("process"), ordering="name")
    def called(self, process: Process) -> str:
        return process.name

    @admin.display(description=gettext_lazy("published"))
    def now_published(self, process: Any) -> SafeString:
        if process.published_number is None:
            return chip(_("Nothing yet"))
        return chip(f"v{process.published_number}", "positive")

    @admin.display(description=gettext_lazy("running"), ordering="running_count")
    def running(self, process: Any) -> str:
        return str(process.running_count)

    @admin.display(description=gettext_lazy("open incidents"), ordering="trouble_count")
    def troubles(self, process: Any) -> SafeString | str:
        return chip(process.trouble_count, "negative") if process.trouble_count else "0"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/details/", view(self.edit_details), name="processes_process_details"),
            path("<int:pk>/rights/", view(self.edit_rights), name="processes_process_rights"),
            *super().get_urls(),
        ]

    def detail(self, request: HttpRequest, row: Process) -> dict[str, Any]:
        """Return the versions, the rights and what runs."""
        person = person_of(request)
        found = rights.holders(row)
        versions = list(row.versions.defer("source", "decisions").select_related("published_by"))
        live = next((version for version in versions if version.status == "published"), None)
        counts = row.instances.aggregate(
            running=Count("pk", filter=Q(status="running")),
            suspended=Count("pk", filter=Q(status="suspended")),
            every=Count("pk"),
        )
        watches = watched(person).filter(pk=row.pk).exists()
        return {
            "versions": [{"row": version, "tone": TONES[version.status]} for version in versions],
            "live": live,
            "picture": self._picture(live),
            "entrances": starts_of(live) if live else [],
            "counts": counts if watches else None,
            "may_design": may_design(person, row) or may_grant(person),
            "may_upload": may_design(person, row),
            "may_grant": may_grant(person),
            "rights": [
                {"title": title, "help": help_, "holders": [h for h in found if right in h.rights]}
                for right, (title, help_) in rights.RIGHTS.items()
            ],
        }

    def _picture(self, live: Version | None) -> dict[str, Any] | None:
        if live is None:
            return None
        url = reverse("admin:processes_version_picture", args=[live.pk])
        return {"drawn": True, "summary": _("The picture of the process."), "xml_url": url}

    def edit_details(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what people read about the process; how it runs is the versions' matter."""
        process: Process = self.row(request, str(pk))
        person = person_of(request)
        if not (may_design(person, process) or may_grant(person)):
            raise PermissionDenied
        form = DetailsForm(request.POST or None, instance=process)

        def save() -> str:
            form.save()
            self.log_change(request, process, self.construct_change_message(request, form, None))
            return _("“%s” was changed.") % process.name

        return self.ask(
            request,
            row=process,
            title=_("Name and fallback"),
            text=_("How the process runs is told by its versions and cannot be changed here."),
            submit=_("Save"),
            form=form,
            do=save,
            back=reverse("admin:processes_process_change", args=[pk]),
        )

    def edit_rights(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say who may start, watch, operate, design and report."""
        process: Process = self.row(request, str(pk))
        if not may_grant(person_of(request)):
            raise PermissionDenied
        form = rights.HolderForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            new = form.cleaned_data["user"] or form.cleaned_data["group"]
            changes = rights.write(process, request.POST, new)
            if changes:
                self.log_change(request, process, ", ".join(changes))
                messages.success(request, _("The rights were saved."))
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect("admin:processes_process_rights", pk)
        page = self.page(
            request,
            "admin/placet/rights.html",
            process,
            holders=rights.holders(process),
            rights=rights.RIGHTS,
            form=form,
        )
        page.status_code = 422 if form.is_bound else 200
        return page


def _count_of(rows: QuerySet[Any], group: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted), 0)


@admin.register(Version)
class VersionAdmin(Definitions):
    list_display = ("numbered", "standing", "note", "uploaded", "published", "published_by")
    list_display_links = ("numbered",)
    list_filter = (AdministeredFilter, "status")
    list_select_related = ("process", "published_by")
    search_fields = ("process__name", "process__key", "note")
    detail_template = "admin/placet/version.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        return super().get_queryset(request).select_related("process").defer("source", "decisions")

    @admin.display(description=gettext_lazy("version"), ordering="process__name")
    def numbered(self, version: Version) -> SafeString:
        return format_html(
            '<span>{} <span class="pl-quiet">v{}</span></span>', version.process, version.number
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, version: Version) -> SafeString:
        return chip(version.get_status_display(), TONES[version.status])

    @admin.display(description=gettext_lazy("uploaded"), ordering="created_at")
    def uploaded(self, version: Version) -> SafeString:
        return when(version.created_at)

    @admin.display(description=gettext_lazy("published"), ordering="published_at")
    def published(self, version: Version) -> SafeString:
        return when(version.published_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", view(self.ask_to_publish), name="processes_version_publish"),
            path("<int:pk>/bpmn/", view(self.bpmn), name="processes_version_bpmn"),
            path("<int:pk>/picture/", view(self.picture), name="processes_version_picture"),
            *super().get_urls(),
        ]

    def detail(self, request: HttpRequest, row: Version) -> dict[str, Any]:
        """Return the findings, the picture and what may be done."""
        reading, findings = examine(row.source.encode(), now=timezone.now())
        url = reverse("admin:processes_version_picture", args=[row.pk])
        designs = may_design(person_of(request), row.process)
        stopped = bool(pictures.stopping(findings))
        draft = row.status == Version.Status.DRAFT
        return {
            "tone": TONES[row.status],
            "findings": findings,
            "stopped": stopped,
            "picture": pictures.of_findings(reading, findings, xml_url=url),
            "may_publish": designs and draft and not stopped,
            "may_upload": designs,
            "running": row.instances.open().count(),
        }

    def bpmn(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the file as it was uploaded, byte for byte."""
        version: Version = self.row(request, str(pk))
        response = HttpResponse(version.source, content_type="application/xml; charset=utf-8")
        name = f"{version.process.key}-v{version.number}.bpmn"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def picture(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the drawing for the viewer; laid out where the file has none."""
        version: Version = self.row(request, str(pk))
        return drawing(version)

    def ask_to_publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let new instances start on this version, after asking."""
        version: Version = self.row(request, str(pk))
        together = published_together(version)
        if not all(may_design(person_of(request), one.process) for one in together):
            raise PermissionDenied
        former = version.process.versions.filter(status="published").first()
        running = former.instances.open().count() if former else 0

        def do() -> str:
            done = publish(version_id=version.pk, by=person_of(request), now=timezone.now())
            self.log_change(request, done, _("Published."))
            return _("“%s” is published. New instances start on it.") % done

        text = _("New instances start on it from now on. It cannot be changed or taken back.")
        if former:
            text += " " + ngettext(
                "One instance runs on v%(former)s and stays there.",
                "%(running)s instances run on v%(former)s and stay there.",
                running,
            ) % {"running": running, "former": former.number}
        others = [str(one) for one in together if one != version]
        if others:
            text += " " + _("From the same file, published with it: %s.") % ", ".join(others)
        return self.ask(
            request,
            row=version,
            title=_("Publish “%s”?") % version,
            text=text,
            submit=_("Publish"),
            do=do,
            back=reverse("admin:processes_version_change", args=[pk]),
        )
