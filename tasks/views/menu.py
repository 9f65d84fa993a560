"""What somebody can do with a task beside answering it: buttons, and forms in a menu."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from processes.core import graph as g
from processes.core.fields import Choice, Field
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.views.typed import Typed


@dataclass(frozen=True, slots=True)
class Button:
    """An action that needs nothing but a click."""

    name: str
    icon: str
    label: str
    url: str
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionField(Field):
    """A field of one of several forms on the page, so its id carries the name of the form."""

    form: str

    @property
    def id(self) -> str:
        return f"{self.form}-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An action that asks for something. ``near`` ones stand outside of the menu."""

    name: str
    icon: str
    label: str
    help: str
    url: str
    fields: Sequence[Field]
    submit: str
    near: bool = False
    open: bool = False


def buttons(task: Task, actions: frozenset[Action]) -> Iterator[Button]:
    known = (
        (Action.CLAIM, "claim", _("Take it")),
        (Action.RESUME, "play", _("Go on with it")),
        (Action.TAKE_BACK, "claim", _("Take it back")),
        (Action.STOP, "stop", _("Keep it for later")),
        (Action.START, "play", _("Start working")),
        (Action.RELEASE, "release", _("Give it back")),
    )
    for action, icon, label in known:
        # Who begins an offered task takes it with the same click, so one button is enough.
        if action == Action.START and Action.CLAIM in actions:
            continue
        if action in actions:
            url = reverse("move_task", args=[task.pk, action.value])
            main = action in (Action.CLAIM, Action.RESUME)
            yield Button(action.value, icon, label, url, main=main)


def forms(
    task: Task, graph: g.Graph, actions: frozenset[Action], typed: Typed | None
) -> Iterator[Form]:
    """Yield the forms for what is allowed, with what was typed into one of them in vain."""
    for action, icon, label, help_text, submit in SHOWN:
        if action not in actions:
            continue
        mine = typed if typed and typed.action == action else None
        yield Form(
            name=action.value,
            icon=icon,
            label=str(label),
            help=str(help_text),
            url=reverse("do_task", args=[task.pk, action.value]),
            fields=[filled(field, mine) for field in fields_of(action, task, graph)],
            submit=str(submit),
            near=action in NEAR,
            open=mine is not None,
        )


def fields_of(action: Action, task: Task, graph: g.Graph) -> list[ActionField]:
    """Return what the action asks for; the names are those that `views.acting` reads."""
    return [replace(field, form=action.value) for field in FIELDS[action](task, graph)]


def made(name: str, label: str, **more: Any) -> ActionField:
    return ActionField(name=name, label=label, form="", **more)


def who(label: str) -> ActionField:
    return made("to", label, kind="person", required=True, max_length=150)


def why(*, required: bool) -> ActionField:
    return made("reason", _("Reason"), required=required, max_length=2000)


def long(name: str, label: str, *, required: bool) -> ActionField:
    return made(name, label, kind="textarea", required=required, max_length=5000)


def moment(name: str, label: str, value: datetime | None) -> ActionField:
    shown = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if value else ""
    return made(name, label, type="datetime-local", value=shown)


def one_of(name: str, label: str, choices: Sequence[tuple[str, str]]) -> ActionField:
    only = len(choices) == 1
    found = tuple(Choice(value, words, only) for value, words in choices)
    return made(name, label, kind="select", required=True, choices=found)


def handing(_task: Task, _graph: g.Graph) -> list[ActionField]:
    return [who(_("To")), why(required=False)]


def delegating(_task: Task, _graph: g.Graph) -> list[ActionField]:
    label = _("Back to me before it counts")
    back = made("back", label, kind="checkbox", settled=True)
    return [who(_("To")), why(required=False), back]


def asking(_task: Task, _graph: g.Graph) -> list[ActionField]:
    return [who(_("Whom")), long("question", _("Question"), required=True)]


def sending_back(task: Task, graph: g.Graph) -> list[ActionField]:
    steps = [(step, graph.nodes[step].label) for step in task.asked.get("send_back", ())]
    return [
        one_of("to", _("To the step"), steps),
        long("comment", _("What is missing?"), required=True),
    ]


def failing(task: Task, _graph: g.Graph) -> list[ActionField]:
    codes = [(code, code) for code in task.asked.get("fails_with", ())]
    return [
        one_of("code", _("What went wrong"), codes),
        long("comment", _("Comment"), required=False),
    ]


def adding(_task: Task, _graph: g.Graph) -> list[ActionField]:
    places = [
        ("beside", _("Beside me, in the same part")),
        ("before", _("Before me")),
        ("after", _("After me")),
    ]
    return [who(_("Who")), one_of("where", _("When"), places), why(required=True)]


def prioritizing(task: Task, _graph: g.Graph) -> list[ActionField]:
    return [
        made(
            "priority",
            _("Priority"),
            kind="number",
            inputmode="numeric",
            required=True,
            value=task.priority,
            help=_("0 to 100; 50 is normal."),
        )
    ]


FIELDS: dict[Action, Callable[[Task, g.Graph], list[ActionField]]] = {
    Action.DELEGATE: delegating,
    Action.FORWARD: handing,
    Action.ASK: asking,
    Action.SEND_BACK: sending_back,
    Action.SUSPEND: lambda _task, _graph: [moment("until", _("Until"), None), why(required=False)],
    Action.FOLLOW_UP: lambda task, _graph: [moment("at", _("When"), task.follow_up_at)],
    Action.FAIL: failing,
    Action.SKIP: lambda _task, _graph: [why(required=True)],
    Action.WITHDRAW: lambda _task, _graph: [why(required=False)],
    Action.REASSIGN: lambda _task, _graph: [who(_("To")), why(required=True)],
    Action.ADD: adding,
    Action.NOMINATE: lambda _task, _graph: [who(_("Who"))],
    Action.PRIORITIZE: prioritizing,
    Action.RESCHEDULE: lambda task, _graph: [
        moment("due_at", _("Due"), task.due_at),
        why(required=False),
    ],
}


def filled(field: ActionField, typed: Typed | None) -> ActionField:
    """Return the field with what was typed and what is wrong with it."""
    if typed is None:
        return field
    value = typed.values.get(field.name, "")
    choices = tuple(replace(choice, chosen=choice.value == value) for choice in field.choices)
    return replace(field, value=value, choices=choices, error=typed.error(field.name))


SHOWN = (
    (
        Action.SEND_BACK,
        "back",
        lazy("Send back"),
        lazy("An earlier step is done again, then this one is asked anew."),
        lazy("Send back"),
    ),
    (
        Action.ASK,
        "comment",
        lazy("Ask a colleague"),
        lazy("They answer you; the decision stays yours."),
        lazy("Ask"),
    ),
    (
        Action.DELEGATE,
        "delegate",
        lazy("Delegate"),
        lazy("One person decides instead of you."),
        lazy("Delegate"),
    ),
    (
        Action.FORWARD,
        "forward",
        lazy("Pass on"),
        lazy("You leave; they are asked in your place."),
        lazy("Pass on"),
    ),
    (
        Action.ADD,
        "people",
        lazy("Add an approver"),
        lazy("One more person must agree. Before and after you it is a part of its own."),
        lazy("Add"),
    ),
    (
        Action.SUSPEND,
        "stop",
        lazy("Lay aside"),
        lazy("Until a time that you choose, or until you go on with it."),
        lazy("Lay aside"),
    ),
    (
        Action.FOLLOW_UP,
        "bell",
        lazy("Remind me"),
        lazy("Leave it empty to forget the reminder."),
        lazy("Remind me"),
    ),
    (
        Action.FAIL,
        "alert",
        lazy("It cannot be done"),
        lazy("The process reacts to what went wrong."),
        lazy("Say so"),
    ),
    (
        Action.SKIP,
        "right",
        lazy("Skip"),
        lazy("The process goes on without an answer."),
        lazy("Skip"),
    ),
    (
        Action.WITHDRAW,
        "close",
        lazy("Take the request back"),
        lazy("Nobody is asked any more."),
        lazy("Take it back"),
    ),
    (
        Action.NOMINATE,
        "person",
        lazy("Say who is asked"),
        lazy("So far nobody is."),
        lazy("Ask them"),
    ),
    (
        Action.REASSIGN,
        "person",
        lazy("Reassign"),
        lazy("Somebody else holds it from then on."),
        lazy("Reassign"),
    ),
    (
        Action.PRIORITIZE,
        "high",
        lazy("Set the priority"),
        lazy("What is more urgent stands further up."),
        lazy("Set"),
    ),
    (
        Action.RESCHEDULE,
        "clock",
        lazy("Set the due date"),
        lazy("Reminders and escalations move along."),
        lazy("Set"),
    ),
)
NEAR = frozenset({Action.SEND_BACK, Action.ASK, Action.DELEGATE})
