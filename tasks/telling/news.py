"""What was announced, in the words of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes.core import graph as g
from processes.services import graph_of
from tasks.models import Announcement, Notification
from tasks.rules.telling import URGENT, Kind

SENTENCES = {
    Kind.ASKED: gettext_lazy("“%(request)s” waits for you."),
    Kind.REMINDED: gettext_lazy("“%(request)s” is due soon."),
    Kind.OVERDUE: gettext_lazy("“%(request)s” is overdue."),
    Kind.ESCALATED: gettext_lazy("“%(request)s” was escalated to you."),
    Kind.DELEGATED: gettext_lazy("%(who)s handed you “%(request)s”."),
    Kind.RETURNED: gettext_lazy("“%(request)s” came back to you from %(who)s."),
    Kind.MENTIONED: gettext_lazy("%(who)s mentioned you in “%(request)s”."),
    Kind.COMMENTED: gettext_lazy("%(who)s commented on “%(request)s”."),
    Kind.INFORMATION_ASKED: gettext_lazy("%(who)s asks you something about “%(request)s”."),
    Kind.INFORMATION_GIVEN: gettext_lazy("%(who)s answered your question about “%(request)s”."),
    Kind.SENT_BACK: gettext_lazy("%(who)s sent “%(request)s” back."),
    Kind.DECIDED: gettext_lazy("%(who)s answered “%(request)s” with “%(answer)s”."),
    Kind.WITHDRAWN: gettext_lazy("“%(request)s” is no longer asked of you."),
    Kind.SUBSTITUTED: gettext_lazy("%(who)s acted for you in “%(request)s”."),
    Kind.REROUTED: gettext_lazy("“%(request)s” was moved to you."),
    Kind.INCIDENT: gettext_lazy("“%(request)s” needs an operator."),
}


@dataclass(frozen=True, slots=True)
class News:
    """One announcement as one person reads it. ``values`` are what `rules.placeholders` names.

    ``path`` leads there within the portal; ``detail`` says which task of which process.
    """

    announcement: int
    kind: Kind
    sentence: str
    detail: str
    path: str
    due_at: datetime | None
    at: datetime
    values: Mapping[str, str]

    @property
    def urgent(self) -> bool:
        return self.kind in URGENT


def news_of(
    told: Announcement, *, reader: User | None = None, on_behalf_of: str = "", zone: ZoneInfo
) -> News:
    """Return what happened. The announcement comes with its instance, process and task."""
    kind, instance, task = Kind(told.kind), told.instance, told.task
    due_at = task.due_at if task else None
    values = {
        "person": name_of(reader) if reader else "",
        "task": task.name if task else str(told.data.get("where", "")),
        "request": instance.subject or instance.process.name,
        "process": instance.process.name,
        "who": told.actor_name or "Placet",
        "answer": answer_of(told),
        "due": clock(due_at, zone) if due_at else "",
        "on_behalf_of": on_behalf_of,
    }
    values["news"] = sentence = str(SENTENCES[kind]) % values
    if on_behalf_of:
        values["news"] = sentence = _("For %(name)s: %(news)s") % {
            "name": on_behalf_of,
            "news": sentence,
        }
    parts = [values["task"], values["process"] if values["process"] != values["request"] else ""]
    if kind is not Kind.DECIDED and due_at is not None and task is not None and task.is_open:
        parts.append(_("due %(moment)s") % {"moment": values["due"]})
    return News(
        announcement=told.pk,
        kind=kind,
        sentence=sentence,
        detail=" · ".join(filter(None, parts)),
        path=f"/tasks/{task.pk}/" if task else f"/instances/{instance.pk}/",
        due_at=due_at,
        at=told.created_at,
        values=values,
    )


def answer_of(told: Announcement) -> str:
    """Return the name of the outcome; one that is not declared has only its id."""
    outcome = str(told.data.get("outcome", ""))
    if told.task is None or not outcome:
        return ""
    node = graph_of(told.instance.version_id).nodes[told.task.node]
    declared = node.outcomes if isinstance(node, g.UserTask) else ()
    return next((known.name for known in declared if known.id == outcome), outcome)


def of_notifications(rows: Sequence[Notification], reader: User, *, zone: ZoneInfo) -> list[News]:
    """Return what a page of notifications says."""
    return [
        news_of(row.announcement, reader=reader, on_behalf_of=row.on_behalf_of_name, zone=zone)
        for row in rows
    ]


def clock(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "j F Y, H:i")


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()


def usual_zone() -> ZoneInfo:
    """Return the zone of people who have not said theirs."""
    return ZoneInfo(settings.TIME_ZONE)
