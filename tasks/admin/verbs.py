"""What operators do with tasks: what each verb asks for, and the service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
)

from processes.admin.people import PersonField
from tasks import services
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.services.turn import name_of

# The fields of a form are called like the parameters of the service that gets them.
Answers = Mapping[str, Any]


class Why(forms.Form):
    reason = forms.CharField(
        label=lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=lazy("It is kept in the history."),
    )


class PerhapsWhy(Why):
    """The same where the reason may be left out."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].required = False


class ReassignForm(Why):
    field_order = ("to", "reason")
    to = PersonField(label=lazy("Who gets it"))


class OfferForm(forms.Form):
    """Gives ``users`` and ``groups`` as lists, of which at most one is empty."""

    users = PersonField(label=lazy("Person"), required=False)
    groups = forms.ModelChoiceField(
        label=lazy("Group"),
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse to ask nobody."""
        found = super().clean() or {}
        people = {name: [found[name]] if found.get(name) else [] for name in ("users", "groups")}
        if not any(people.values()) and not self.errors:
            self.add_error("users", _("Name a person or a group."))
        return {**found, **people}


class ForwardForm(OfferForm, PerhapsWhy):
    field_order = ("users", "groups", "reason")


class SuspendForm(PerhapsWhy):
    field_order = ("until", "reason")
    until = forms.SplitDateTimeField(
        label=lazy("Until"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
        help_text=lazy("Left empty, it waits until somebody goes on with it."),
    )


class PriorityForm(forms.Form):
    priority = forms.IntegerField(
        label=lazy("Priority"),
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=lazy("0 to 100; 50 is normal."),
    )


class DueForm(PerhapsWhy):
    field_order = ("due_at", "reason")
    due_at = forms.SplitDateTimeField(
        label=lazy("Due"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
        help_text=lazy("Left empty, there is no deadline."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One thing that operators do, with a task or with many.

    ``said`` is told afterwards, with ``task`` and ``who`` filled in. ``known`` are the fields of
    the task with which the form begins.
    """

    action: Action
    icon: str
    label: Promise
    one: Promise
    many: Promise
    text: Promise
    said: Promise
    do: Callable[..., Task]
    form: type[forms.Form] | None = None
    known: tuple[str, ...] = ()
    tone: str = ""

    def form_for(self, posted: Any, task: Task | None = None) -> forms.Form | None:
        """Return the form as it was posted, or as it begins; None where nothing is asked."""
        if self.form is None:
            return None
        return self.form(posted, initial={name: getattr(task, name, None) for name in self.known})

    def sentence(self, task: Task, answers: Answers) -> str:
        """Return what came of it."""
        return str(self.said) % {"task": task.name, "who": ", ".join(named(answers))}


def named(answers: Answers) -> list[str]:
    """Return to whom the task went, by name."""
    users = [*answers.get("users", ()), *([answers["to"]] if "to" in answers else [])]
    return [*map(name_of, users), *(group.name for group in answers.get("groups", ()))]


VERBS = (
    Verb(
        action=Action.NOMINATE,
        icon="person_add",
        label=lazy("Say who is asked"),
        one=lazy("Who is asked “%s”?"),
        many=ngettext_lazy(
            "Who is asked by one task?", "Who is asked by %(count)d tasks?", "count"
        ),
        text=lazy("So far nobody is. One person holds it at once; a group is offered it."),
        said=lazy("“%(task)s” asks %(who)s now."),
        do=services.nominate,
        form=OfferForm,
    ),
    Verb(
        action=Action.RESUME,
        icon="play_arrow",
        label=lazy("Go on with it"),
        one=lazy("Go on with “%s”?"),
        many=ngettext_lazy("Go on with one task?", "Go on with %(count)d tasks?", "count"),
        text=lazy("It is again what it was before it was laid aside."),
        said=lazy("“%(task)s” goes on."),
        do=services.resume,
    ),
    Verb(
        action=Action.REASSIGN,
        icon="person_add",
        label=lazy("Reassign"),
        one=lazy("Reassign “%s”?"),
        many=ngettext_lazy("Reassign one task?", "Reassign %(count)d tasks?", "count"),
        text=lazy("Whoever held it no longer does. Everybody who was asked stays asked."),
        said=lazy("%(who)s now has “%(task)s”."),
        do=services.reassign,
        form=ReassignForm,
    ),
    Verb(
        action=Action.RELEASE,
        icon="undo",
        label=lazy("Offer again"),
        one=lazy("Offer “%s” again?"),
        many=ngettext_lazy("Offer one task again?", "Offer %(count)d tasks again?", "count"),
        text=lazy("Whoever holds it no longer does; everybody who is asked may claim it."),
        said=lazy("“%(task)s” is offered to everybody who is asked."),
        do=services.release,
    ),
    Verb(
        action=Action.FORWARD,
        icon="forward",
        label=lazy("Ask others as well"),
        one=lazy("Whom else to ask “%s”?"),
        many=ngettext_lazy(
            "Whom else to ask one task?", "Whom else to ask %(count)d tasks?", "count"
        ),
        text=lazy("It is offered to them and to everybody who was asked. Nobody holds it then."),
        said=lazy("“%(task)s” asks %(who)s as well."),
        do=services.forward,
        form=ForwardForm,
    ),
    Verb(
        action=Action.RESCHEDULE,
        icon="event",
        label=lazy("Set the due date"),
        one=lazy("When is “%s” due?"),
        many=ngettext_lazy("When is one task due?", "When are %(count)d tasks due?", "count"),
        text=lazy("Reminders and escalations move along."),
        said=lazy("The due date of “%(task)s” is set."),
        do=services.reschedule,
        form=DueForm,
        known=("due_at",),
    ),
    Verb(
        action=Action.PRIORITIZE,
        icon="priority_high",
        label=lazy("Set the priority"),
        one=lazy("How urgent is “%s”?"),
        many=ngettext_lazy("How urgent is one task?", "How urgent are %(count)d tasks?", "count"),
        text=lazy("Inboxes show what is urgent, and who sorts by priority sees it first."),
        said=lazy("The priority of “%(task)s” is set."),
        do=services.prioritize,
        form=PriorityForm,
        known=("priority",),
    ),
    Verb(
        action=Action.SUSPEND,
        icon="pause",
        label=lazy("Lay aside"),
        one=lazy("Lay “%s” aside?"),
        many=ngettext_lazy("Lay one task aside?", "Lay %(count)d tasks aside?", "count"),
        text=lazy("Nobody can answer it while it is laid aside."),
        said=lazy("“%(task)s” is laid aside."),
        do=services.suspend,
        form=SuspendForm,
    ),
    Verb(
        action=Action.SKIP,
        icon="skip_next",
        label=lazy("Skip"),
        one=lazy("Skip “%s”?"),
        many=ngettext_lazy("Skip one task?", "Skip %(count)d tasks?", "count"),
        text=lazy("The process goes on without an answer. This cannot be undone."),
        said=lazy("“%(task)s” was skipped."),
        do=services.skip,
        form=Why,
        tone="negative",
    ),
)
VERB_OF = {verb.action: verb for verb in VERBS}
