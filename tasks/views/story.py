"""What happened to an instance, as sentences; and the marks that its diagram gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from processes.core import graph as g
from processes.models import HistoryEvent, Instance
from processes.services import graph_of
from tasks.views.people import listed, names_of
from tasks.views.words import TONES, decided_sentence, outcome_of

SHOWN = (
    "instance.started",
    "instance.completed",
    "instance.failed",
    "instance.cancelled",
    "instance.suspended",
    "instance.resumed",
    "token.entered",
    "node.completed",
    "task.opened",
    "task.noted",
    "task.completed",
    "task.withdrawn",
    "task.sent_back",
    "task.skipped",
    "task.failed",
    "task.faulted",
    "request.withdrawn",
    "job.requested",
    "job.succeeded",
    "job.failed",
    "timer.fired",
    "subscription.matched",
    "message.sent",
    "signal.sent",
    "error.thrown",
    "escalation.thrown",
    "call.requested",
    "call.completed",
    "call.failed",
    "compensation.started",
    "incident.raised",
    "incident.resolved",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence of the history. ``tone`` is accent, positive, negative, warning or nothing."""

    at: datetime
    icon: str
    sentence: str
    tone: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """``name`` is what the end is called, if anything; ``tone`` is that of the last answer."""

    name: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """How an event is told; ``comment`` names the part of its data that is quoted."""

    icon: str
    sentence: object
    tone: str = ""
    comment: str = ""


LINES = {
    "instance.failed": Line("alert", lazy("The process failed."), "negative", "sentence"),
    "instance.cancelled": Line(
        "close", lazy("%(who)s cancelled the process."), "negative", "reason"
    ),
    "instance.suspended": Line(
        "stop", lazy("%(who)s put the process on hold."), "warning", "reason"
    ),
    "instance.resumed": Line("play", lazy("%(who)s let the process go on.")),
    "task.withdrawn": Line("release", lazy("%(step)s was taken back.")),
    "task.sent_back": Line(
        "back", lazy("%(who)s sent %(step)s back to “%(to)s”."), "warning", "comment"
    ),
    "task.skipped": Line("right", lazy("%(who)s skipped %(step)s."), "warning", "reason"),
    "task.failed": Line(
        "alert", lazy("%(who)s said that %(step)s cannot be done."), "negative", "comment"
    ),
    "task.faulted": Line("alert", lazy("%(step)s could not be kept."), "negative", "sentence"),
    "request.withdrawn": Line(
        "back", lazy("%(who)s took the request back. It goes on at %(step)s."), "warning", "reason"
    ),
    "job.requested": Line("machine", lazy("%(step)s began.")),
    "job.failed": Line("alert", lazy("%(step)s did not work; tries: %(tries)s."), "negative"),
    "timer.fired": Line("clock", lazy("The time came: %(step)s.")),
    "subscription.matched": Line("inbox", lazy("What %(step)s waited for came.")),
    "message.sent": Line("sent", lazy("%(step)s sent the message “%(name)s”.")),
    "signal.sent": Line("sent", lazy("%(step)s gave the signal “%(name)s”.")),
    "error.thrown": Line("alert", lazy("%(step)s went wrong."), "negative", "sentence"),
    "escalation.thrown": Line("escalated", lazy("%(step)s asked for help."), "warning"),
    "call.requested": Line("machine", lazy("%(step)s started another process.")),
    "call.completed": Line(
        "machine", lazy("The process that %(step)s started has ended."), "positive"
    ),
    "call.failed": Line(
        "alert", lazy("The process that %(step)s started did not succeed."), "negative", "sentence"
    ),
    "compensation.started": Line("release", lazy("%(step)s has earlier steps undone."), "warning"),
    "incident.raised": Line(
        "alert", lazy("The process stands still at %(step)s."), "negative", "sentence"
    ),
    "incident.resolved": Line("play", lazy("%(who)s had %(step)s tried again.")),
}
NOTES = {
    "claimed": Line("claim", lazy("%(who)s took %(step)s.")),
    "started": Line("play", lazy("%(who)s began to work on %(step)s.")),
    "stopped": Line("stop", lazy("%(who)s kept %(step)s for later.")),
    "released": Line("release", lazy("%(who)s gave %(step)s back.")),
    "delegated": Line("delegate", lazy("%(who)s delegated %(step)s to %(to)s."), "", "reason"),
    "forwarded": Line("forward", lazy("%(who)s passed %(step)s on to %(to)s."), "", "reason"),
    "reassigned": Line("delegate", lazy("%(who)s gave %(step)s to %(to)s."), "", "reason"),
    "taken_back": Line("claim", lazy("%(who)s took %(step)s back.")),
    "given_back": Line("release", lazy("%(who)s gave %(step)s back to %(to)s.")),
    "nominated": Line("person", lazy("%(who)s had %(to)s asked for %(step)s.")),
    "proposed": Line("delegate", lazy("%(who)s proposed an answer to %(step)s to %(to)s.")),
    "answered": Line("clock", lazy("%(who)s answered %(step)s. It can still be undone.")),
    "undone": Line("back", lazy("%(who)s took the answer to %(step)s back."), "warning"),
    "suspended": Line("stop", lazy("%(who)s laid %(step)s aside."), "warning", "reason"),
    "resumed": Line("play", lazy("%(step)s goes on.")),
    "information_asked": Line(
        "comment", lazy("%(who)s asked %(to)s about %(step)s."), "", "question"
    ),
    "information_given": Line("comment", lazy("%(who)s answered %(to)s."), "", "answer"),
    "prioritized": Line("high", lazy("%(who)s set the priority of %(step)s to %(priority)s.")),
    "rescheduled": Line("clock", lazy("%(who)s moved the due date of %(step)s."), "", "reason"),
    "attached": Line("document", lazy("%(who)s added the file “%(file)s”.")),
    "attachment_removed": Line(
        "alert", lazy("The file “%(file)s” was removed: it was harmful."), "negative"
    ),
    "rerouted": Line(
        "people",
        lazy("%(from)s can no longer answer %(step)s. It is with %(to)s now."),
        "warning",
    ),
    "reminded": Line("clock", lazy("A reminder: %(step)s is due soon."), "warning"),
    "escalated": Line(
        "escalated",
        lazy("The deadline of %(step)s passed. %(to)s can decide as well now."),
        "warning",
    ),
    "added": Line("people", lazy("%(who)s had %(to)s asked for %(step)s as well."), "", "reason"),
    "recounted": Line("people", lazy("The answers given to %(step)s are enough now.")),
    "escalated nobody": Line(
        "escalated",
        lazy("The deadline of %(step)s passed, but nobody else may be asked."),
        "warning",
    ),
    "escalated notify": Line(
        "escalated", lazy("The deadline of %(step)s passed. %(to)s was told."), "warning"
    ),
    "escalated reassign": Line(
        "escalated", lazy("The deadline of %(step)s passed. %(to)s decides it now."), "warning"
    ),
    "escalated prioritize": Line(
        "escalated", lazy("The deadline of %(step)s passed. It is more urgent now."), "warning"
    ),
    "escalated throw": Line(
        "escalated", lazy("The deadline of %(step)s passed, so the process reacts."), "warning"
    ),
    "overdue": Line("clock", lazy("%(step)s was due, and is not answered."), "warning"),
    "overdue startBy": Line(
        "clock", lazy("Nobody has begun to work on %(step)s in time."), "warning"
    ),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """Ids of nodes and flows that the diagram shows as passed, as current and as stuck."""

    here: list[str]
    done: list[str]
    stuck: list[str]
    summary: str


def history_of(instance: Instance) -> list[HistoryEvent]:
    """Return the events that pages tell of, oldest first."""
    return list(instance.history.filter(kind__in=SHOWN).order_by("sequence"))


def story(graph: g.Graph, instance: Instance, events: Sequence[HistoryEvent]) -> list[Entry]:
    """Return the history in sentences."""
    teller = Teller(graph, instance, events)
    entries = (teller.tell(event) for event in events)
    return [entry for entry in entries if entry is not None]


class Teller:
    """Knows the names of steps and people, so that each event becomes one sentence."""

    def __init__(self, graph: g.Graph, instance: Instance, events: Sequence[HistoryEvent]) -> None:
        self.graph = graph
        self.instance = instance
        asked = [event.data["asked"] for event in events if event.kind == "task.opened"]
        self.names = names_of(user for people in asked for user in people["users"])
        self.tasks = names_of_rounds(graph, instance)
        self.ending = ending(graph, events).name

    def tell(self, event: HistoryEvent) -> Entry | None:
        """Return the entry, or None for what only the diagram shows."""
        match event.kind:
            case "instance.started":
                return self.started(event)
            case "instance.completed":
                return self.ended(event)
            case "task.opened":
                return self.asked(event)
            case "task.completed":
                return self.decided(event)
            case "job.succeeded":
                return self.worked(event)
            case "incident.resolved" if event.data["how"] == "withdrawn":
                return None
            case "error.thrown" if not event.data["catcher"]:
                return None  # the process failed, which says the same
            case "task.noted" if event.data["action"] == "voted":
                return self.voted(event)
            case "task.noted":
                line = NOTES.get(noted(event.data))
            case kind:
                line = LINES.get(kind)
        return self.told(event, line) if line is not None else None

    def told(self, event: HistoryEvent, line: Line) -> Entry:
        """Return a sentence that differs only in its names."""
        details: Mapping[str, Any] = event.data.get("details", {})
        to = self.target(event) if event.kind == "task.sent_back" else details.get("to", "")
        words = {
            "who": self.who(event),
            "step": self.step(event),
            "from": details.get("from", ""),
            "to": to if isinstance(to, str) else listed(to),
            "tries": event.data.get("attempts", ""),
            "name": event.data.get("name", ""),
            "file": details.get("name", ""),
            "priority": details.get("priority", ""),
        }
        said = event.data.get(line.comment, "") or details.get(line.comment, "")
        return Entry(event.at, line.icon, str(line.sentence) % words, line.tone, said)

    def started(self, event: HistoryEvent) -> Entry:
        words = {"who": event.actor_name, "what": self.instance.subject}
        text = (
            _("%(who)s asked for “%(what)s”.") if event.actor_name else _("A system asked for it.")
        )
        return Entry(event.at, "sent", text % words, "accent")

    def ended(self, event: HistoryEvent) -> Entry:
        text = _("The process ended: %(end)s.") if self.ending else _("The process ended.")
        return Entry(event.at, "end", text % {"end": self.ending}, "accent")

    def asked(self, event: HistoryEvent) -> Entry:
        asked = event.data["asked"]
        people = [*(self.names[user] for user in asked["users"]), *asked["groups"]]
        words = {"step": self.step(event), "people": listed(people)}
        text = _("%(step)s was put to %(people)s.") if people else _("%(step)s was opened.")
        return Entry(event.at, "people", text % words)

    def decided(self, event: HistoryEvent) -> Entry:
        outcome = outcome_of(self.graph.nodes.get(event.node), event.data["outcome"])
        who = event.actor_name or (_("Placet") if event.data["by"] else _("Placet (deadline)"))
        text = decided_sentence(outcome, self.step(event), who, event.on_behalf_of_name)
        icon = "refused" if outcome.kind == "negative" else "done"
        return Entry(event.at, icon, text, TONES.get(outcome.kind, ""), event.data["comment"])

    def voted(self, event: HistoryEvent) -> Entry:
        """Return who gave one of several answers; which, only where votes are no secret."""
        details = event.data["details"]
        words = {"who": self.who(event), "step": self.step(event)}
        if "outcome" not in details:
            return Entry(event.at, "people", _("%(who)s has voted on %(step)s.") % words)
        outcome = outcome_of(self.graph.nodes.get(event.node), details["outcome"])
        text = _("%(who)s voted “%(answer)s” on %(step)s.") % (words | {"answer": outcome.name})
        tone = TONES.get(outcome.kind, "")
        return Entry(event.at, "people", text, tone, details.get("comment", ""))

    def worked(self, event: HistoryEvent) -> Entry:
        words = {"step": self.step(event), "tries": event.data["attempts"]}
        once = event.data["attempts"] <= 1
        text = _("%(step)s was done.") if once else _("%(step)s was done at try %(tries)s.")
        return Entry(event.at, "machine", text % words, "positive")

    def step(self, event: HistoryEvent) -> str:
        found = self.graph.nodes.get(event.node)
        named = self.tasks.get(event.data.get("token", ""))
        return f"“{named or (found.label if found else event.node)}”"

    def target(self, event: HistoryEvent) -> str:
        """Return the step to which something was sent back."""
        found = self.graph.nodes.get(event.data["to"])
        return found.label if found else str(event.data["to"])

    def who(self, event: HistoryEvent) -> str:
        """Return who did it, and in whose place."""
        who = event.actor_name or _("Placet")
        if not event.on_behalf_of_name:
            return who
        return _("%(who)s, for %(whom)s,") % {"who": who, "whom": event.on_behalf_of_name}


def noted(data: Mapping[str, Any]) -> str:
    """Return what was noted about a task, and of which sort where that makes another sentence."""
    details = data["details"]
    if data["action"] == "escalated" and details.get("to") == []:
        return "escalated nobody"
    if data["action"] not in ("escalated", "overdue"):
        return str(data["action"])
    return " ".join(filter(None, (data["action"], details.get("do"), details.get("of"))))


def names_of_rounds(graph: g.Graph, instance: Instance) -> dict[str, str]:
    """Return the names of tasks by token, where several tasks are one step of the diagram."""
    loops = (node.loop for node in graph.nodes.values() if isinstance(node, g.Activity))
    if not any(isinstance(loop, g.MultiInstance) for loop in loops):
        return {}
    return dict(instance.tasks.values_list("token", "name"))


def ending(graph: g.Graph, events: Iterable[HistoryEvent]) -> Ending:
    """Return how it ended: the end that was reached last, and in which tone."""
    name, tone = "", ""
    for event in events:
        node = graph.nodes.get(event.node)
        if event.kind == "task.completed":
            kind = outcome_of(node, event.data["outcome"]).kind
            tone = TONES.get(kind, "")
        elif event.kind == "node.completed" and isinstance(node, g.EndEvent):
            name = node.name
    return Ending(name, tone)


def endings(instances: Iterable[Instance]) -> dict[UUID, Ending]:
    """Return how each of these instances ended, in one query for all."""
    ended = {found.pk: found for found in instances if found.ended_at is not None}
    told = HistoryEvent.objects.filter(
        instance__in=ended, kind__in=("task.completed", "node.completed")
    )
    events: dict[UUID, list[HistoryEvent]] = {pk: [] for pk in ended}
    for event in told.order_by("instance", "sequence") if ended else ():
        events[event.instance_id].append(event)
    return {pk: ending(graph_of(ended[pk].version_id), found) for pk, found in events.items()}


def marks(graph: g.Graph, instance: Instance, events: Iterable[HistoryEvent]) -> Marks:
    """Return where the instance stands and which way it came."""
    tokens = instance.state["tokens"].values()
    stuck = {token["node"] for token in tokens if token.get("wait") == "incident"}
    here = {token["node"] for token in tokens} - stuck
    done: dict[str, None] = {}
    for event in events:
        if event.kind == "node.completed":
            done[event.node] = None
        elif event.kind == "token.entered" and event.data["flow"]:
            done[event.data["flow"]] = None
    labels = [graph.nodes[node].label for node in sorted(here | stuck) if node in graph.nodes]
    words = {"process": graph.name or graph.id, "steps": listed(labels)}
    return Marks(
        here=sorted(here),
        done=[node for node in done if node not in here and node not in stuck],
        stuck=sorted(stuck),
        summary=_("Diagram of %(process)s. It stands at %(steps)s.") % words
        if labels
        else _("Diagram of %(process)s. It has ended.") % words,
    )
