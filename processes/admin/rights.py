"""Who may do what with one process, as a page that somebody can check at a glance."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm, remove_perm
from unfold.widgets import UnfoldAdminSelectWidget

from processes.admin.people import PersonField
from processes.models import Process, ProcessGroupPermission, ProcessUserPermission

RIGHTS = {
    "start_process": (_("Start"), _("Start instances and see their own")),
    "view_process": (_("Watch"), _("See every instance of the process")),
    "operate_process": (_("Operate"), _("Retry, cancel, suspend, reassign")),
    "design_process": (_("Design"), _("Upload and publish versions")),
    "report_process": (_("Report"), _("See reports")),
}


@dataclass(slots=True)
class Holder:
    """A person or a group, and which rights it has on the process."""

    who: User | Group
    rights: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        if isinstance(self.who, User):
            return self.who.get_full_name() or self.who.get_username()
        return self.who.name

    @property
    def is_group(self) -> bool:
        return isinstance(self.who, Group)

    @property
    def field(self) -> str:
        """The name of its checkboxes."""
        return f"{'group' if self.is_group else 'user'}-{self.who.pk}"

    @property
    def boxes(self) -> list[tuple[str, bool, object]]:
        return [(right, right in self.rights, title) for right, (title, _help) in RIGHTS.items()]


class HolderForm(forms.Form):
    """Adds a person or a group."""

    user = PersonField(label=_("Person"), required=False)
    group = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        label=_("Group"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, object]:
        """Refuse both at once: the boxes are for one of them."""
        chosen: dict[str, object] = super().clean() or {}
        if chosen.get("user") and chosen.get("group"):
            raise forms.ValidationError(_("Add a person or a group, one at a time."))
        return chosen


def holders(process: Process) -> list[Holder]:
    """Return who has any right on the process: groups first, each by name."""
    found: dict[tuple[bool, int], Holder] = {}
    of_users = ProcessUserPermission.objects.filter(content_object=process)
    of_groups = ProcessGroupPermission.objects.filter(content_object=process)
    rows: Iterable[tuple[User | Group, str]] = [
        *((row.group, row.permission.codename) for row in of_groups.select_related()),
        *((row.user, row.permission.codename) for row in of_users.select_related()),
    ]
    for who, right in rows:
        key = (isinstance(who, User), who.pk)
        found.setdefault(key, Holder(who)).rights.add(right)
    return sorted(found.values(), key=lambda holder: (not holder.is_group, holder.name.lower()))


@transaction.atomic
def write(process: Process, posted: QueryDict, new: User | Group | None) -> list[str]:
    """Make the rights what the page says, and return what changed in words for the log."""
    known = holders(process)
    wanted = {holder.field: set(posted.getlist(holder.field)) for holder in known}
    if new is not None:
        fresh = Holder(new)
        if fresh.field not in wanted:
            known.append(fresh)
        wanted[fresh.field] = wanted.get(fresh.field, set()) | set(posted.getlist("new"))
    changes = []
    for holder in known:
        for right in RIGHTS:
            has, should = right in holder.rights, right in wanted[holder.field]
            if should and not has:
                assign_perm(right, holder.who, process)
                changes.append(f"{holder.name} +{right}")
            elif has and not should:
                remove_perm(right, holder.who, process)
                changes.append(f"{holder.name} -{right}")
    return changes
