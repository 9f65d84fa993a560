"""A file comes in: looked at first, then kept as a draft by somebody who may."""

from collections.abc import Sequence
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
from processes.core.imports import Imported
from processes.models import Process, Version
from processes.services import upload

ACCEPTED = (".bpmn", ".xml", ".json", ".yaml", ".yml", "application/xml", "application/json")
# Nobody reads more on a page; the command prints all of them.
MOST_ROWS = 300
# What became of what another tool said: the word for it, its color, and what it means.
STANDINGS = {
    "left": (
        gettext_lazy("Not taken"),
        "warning",
        gettext_lazy("Look at each of them before you publish."),
    ),
    "translated": (
        gettext_lazy("Translated"),
        "accent",
        gettext_lazy("Said in the words of Placet now."),
    ),
    "taken": (gettext_lazy("Taken"), "positive", gettext_lazy("Means the same here.")),
    "kept": (gettext_lazy("Kept"), "", gettext_lazy("Stays in the file and changes nothing here.")),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=UnfoldAdminFileFieldWidget({"accept": ",".join(ACCEPTED)}),
        help_text=gettext_lazy(
            "BPMN 2.0 with one executable process or several, also as Camunda 7 or 8 wrote it, "
            "a state machine in Amazon States Language, or the short form in YAML."
        ),
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


def keep(
    *, source: bytes, keys: Sequence[str], note: str, by: User, now: datetime
) -> tuple[Version, bool]:
    """Keep the file as drafts, and tell whether the first is a new one.

    ``keys`` are those of the processes in it. Who brings a process that nobody had may design it
    from then on. Raises Forbidden, Invalid.
    """
    with transaction.atomic():
        known = {process.key: process for process in Process.objects.filter(key__in=keys)}
        for key in keys:
            refuse_foreign(known.get(key), key, by)
        before = set(Version.objects.filter(process__key__in=keys).values_list("pk", flat=True))
        version = upload(source=source, note=note, now=now)
        fresh = Version.objects.select_related("process").filter(process__key__in=keys)
        for draft in fresh.exclude(process__key__in=known).exclude(number=1):
            raise WrongState(
                "process_taken",
                _("Somebody else brought the process “%(key)s” just now.")
                % {"key": draft.process.key},
                remedy=_("Look at theirs first."),
            )
        for process in Process.objects.filter(key__in=keys).exclude(key__in=known):
            if not may_design(by, process):
                for right in ("view_process", "design_process"):
                    assign_perm(right, by, process)
    return version, version.pk not in before


def refuse_foreign(process: Process | None, key: str, by: User) -> None:
    may = may_design(by, process) if process else by.has_perm("processes.add_process")
    if not may:
        raise Forbidden(
            "may_not_design",
            _("You may not change the process “%(key)s”.") % {"key": key},
            remedy=_("Ask an administrator for the right to design it."),
        )


def told(imported: Imported, version: Version) -> dict[str, Any]:
    """Return what the report of an import shows: what needs a look comes first."""
    groups = []
    for standing, (word, tone, means) in STANDINGS.items():
        rows = [one for one in imported.report if one.standing == standing]
        groups.append(
            {
                "standing": standing,
                "word": word,
                "tone": tone,
                "means": means,
                "rows": rows[:MOST_ROWS],
                "count": len(rows),
                "more": max(0, len(rows) - MOST_ROWS),
            }
        )
    return {
        "language": imported.language,
        "version": version,
        "groups": [group for group in groups if group["rows"]],
        "findings": imported.findings,
    }
