"""A BPMN file comes in: looked at first, then kept as a draft by somebody who may."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from guardian.shortcuts import assign_perm
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from processes.access import may_design, processes_with
from processes.core.bpmn.xml import MAX_BYTES
from processes.core.errors import Forbidden, WrongState
from processes.models import Process, Version
from processes.services import upload


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("BPMN file"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".bpmn,.xml,application/xml,text/xml"}),
        help_text=gettext_lazy("BPMN 2.0 XML with one executable process."),
    )
    note = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("One line for the list of versions."),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse by size before a byte is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        size = file.size or 0
        if size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s; at most %(most)s are read. Nothing was kept.")
                % {"size": filesizeformat(size), "most": filesizeformat(MAX_BYTES)}
            )
        return file


def may_upload(person: User) -> bool:
    """Tell whether there is anything that the person may upload."""
    return bool(
        person.has_perm("processes.add_process")
        or processes_with(person, "design_process").exists()
    )


def keep(*, source: bytes, key: str, note: str, by: User, now: datetime) -> tuple[Version, bool]:
    """Keep the file as a draft, and tell whether it is a new one.

    Who brings a process that nobody had may design it from then on. Raises Forbidden, Invalid.
    """
    with transaction.atomic():
        process = Process.objects.filter(key=key).first()
        may = may_design(by, process) if process else by.has_perm("processes.add_process")
        if not may:
            raise Forbidden(
                "may_not_design",
                _("You may not change the process “%(key)s”.") % {"key": key},
                remedy=_("Ask an administrator for the right to design it."),
            )
        known = set(process.versions.values_list("pk", flat=True)) if process else set()
        version = upload(source=source, note=note, now=now)
        if process is None and version.number != 1:
            raise WrongState(
                "process_taken",
                _("Somebody else brought the process “%(key)s” just now.") % {"key": key},
                remedy=_("Look at theirs first."),
            )
        if process is None and not may_design(by, version.process):
            for right in ("view_process", "design_process"):
                assign_perm(right, by, version.process)
    return version, version.pk not in known
