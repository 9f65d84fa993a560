"""What happened, in a sentence for an operator; who did it stands beside it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes.core import events as ev
from processes.core.graph import Graph, UserTask
from processes.models import HistoryEvent
from processes.store import graph_of

HIDDEN = "•••"

# What moves the engine and nobody needs to know to follow the story.
ENGINE_ONLY = frozenset(
    event.kind
    for event in (
        ev.ScopeOpened,
        ev.ScopeClosed,
        ev.TokenEntered,
        ev.NodeCompleted,
        ev.TokenWithdrawn,
        ev.VariablesSet,
        ev.TimerArmed,
        ev.TimerWithdrawn,
        ev.JobRequested,
    )
)

# What somebody does; everything else follows from it.
ACTS = frozenset(
    event.kind
    for event in (
        ev.InstanceStarted,
        ev.InstanceCancelled,
        ev.InstanceSuspended,
        ev.InstanceResumed,
        ev.TaskCompleted,
        ev.TaskNoted,
        ev.IncidentResolved,
    )
)

NOTED = {
    "claimed": gettext_lazy("Claimed “%(node)s”."),
    "started": gettext_lazy("Began to work on “%(node)s”."),
    "stopped": gettext_lazy("Put “%(node)s” aside for later."),
    "released": gettext_lazy("Gave “%(node)s” back to everybody who is asked."),
    "delegated": gettext_lazy("Handed “%(node)s” over to %(to)s."),
    "forwarded": gettext_lazy("Passed “%(node)s” on to %(to)s."),
    "reassigned": gettext_lazy("Assigned “%(node)s” to %(to)s: %(reason)s"),
    "reminded": gettext_lazy("“%(node)s” is due soon; a reminder was given."),
    "escalated": gettext_lazy("“%(node)s” passed its deadline; also asked now: %(to)s."),
    "commented": gettext_lazy("Commented on “%(node)s”."),
}


def label(graph: Graph, node: str) -> str:
    """Return the name of a node; its id when it has none."""
    found = graph.nodes.get(node)
    return found.label if found is not None else node


def answer(graph: Graph, node: str, outcome: str) -> tuple[str, str]:
    """Return the words of an outcome, and positive or negative where the definition says so."""
    found = graph.nodes.get(node)
    for known in found.outcomes if isinstance(found, UserTask) else ():
        if known.id == outcome:
            return known.name, known.kind if known.kind != "neutral" else ""
    return outcome, ""


def who(row: HistoryEvent) -> str:
    """Return who did it. What only followed from an act was done by Placet itself."""
    return row.actor_name if row.actor_name and row.kind in ACTS else _("Placet")


def sentence(row: HistoryEvent, graph: Graph) -> str:  # noqa: C901 one case per kind of event
    """Return what the row of history says."""
    event = ev.from_data(row.kind, row.data)
    node = label(graph, getattr(event, "node", ""))
    match event:
        case ev.InstanceStarted():
            return _("Started the process.")
        case ev.InstanceCompleted():
            return _("The process came to its end.")
        case ev.InstanceCancelled():
            return _("Cancelled the process: %(reason)s") % {"reason": event.reason}
        case ev.InstanceSuspended():
            if event.reason:
                return _("Suspended the process: %(reason)s") % {"reason": event.reason}
            return _("Suspended the process.")
        case ev.InstanceResumed():
            return _("Let the process go on.")
        case ev.ScopeOpened():
            return _("“%(node)s” got variables of its own.") % {"node": node}
        case ev.ScopeClosed():
            return _("The variables of a finished part were dropped.")
        case ev.TokenEntered():
            return _("Came to “%(node)s”.") % {"node": node}
        case ev.NodeCompleted():
            return _("“%(node)s” is done.") % {"node": node}
        case ev.TokenWithdrawn():
            return _("Was taken away from “%(node)s”.") % {"node": node}
        case ev.VariablesSet():
            return _("Wrote %(names)s.") % {"names": listed(list(event.values))}
        case ev.TaskOpened():
            asked = listed([*event.asked.get("users", ()), *event.asked.get("groups", ())])
            return _("“%(node)s” was asked: %(asked)s.") % {"node": node, "asked": asked}
        case ev.TaskCompleted():
            said, _tone = answer(graph, event.node, event.outcome)
            return _("Answered “%(node)s” with “%(outcome)s”.") % {"node": node, "outcome": said}
        case ev.TaskWithdrawn():
            return _("“%(node)s” was taken back: nobody needs to answer it any more.") % {
                "node": node
            }
        case ev.TaskNoted():
            return noted(event, node)
        case ev.JobRequested():
            request = event.request
            words = {"node": node, "system": request.get("connection", "")}
            return _("“%(node)s” is to call the system “%(system)s”.") % words
        case ev.JobSucceeded():
            words = {"node": node, "attempt": event.attempts}
            return _("“%(node)s” got its answer at try %(attempt)s.") % words
        case ev.JobFailed():
            words = {"node": node, "attempts": event.attempts, "error": event.error}
            return _("“%(node)s” was given up after %(attempts)s tries: %(error)s") % words
        case ev.JobWithdrawn():
            return _("The call of “%(node)s” was taken back.") % {"node": node}
        case ev.TimerArmed():
            due = date_format(localtime(event.due_at), "DATETIME_FORMAT")
            return _("The timer of “%(node)s” was set to %(due)s.") % {"node": node, "due": due}
        case ev.TimerFired():
            return _("The timer of “%(node)s” went off.") % {"node": node}
        case ev.TimerWithdrawn():
            return _("The timer of “%(node)s” is no longer needed.") % {"node": node}
        case ev.IncidentRaised():
            return _("Stopped at “%(node)s”: %(sentence)s") % {
                "node": node,
                "sentence": event.sentence,
            }
        case ev.IncidentResolved():
            return _("Tried “%(node)s” again after an incident.") % {"node": node}
        case _:
            assert_never(event)


def noted(event: ev.TaskNoted, node: str) -> str:
    to = event.details.get("to", "")
    words = {
        "node": node,
        "to": listed(to) if isinstance(to, list) else to,
        "reason": event.details.get("reason", ""),
    }
    return str(NOTED.get(event.action, event.action)) % words


def listed(words: Sequence[str]) -> str:
    return ", ".join(words) if words else _("nobody")


def tone_of(row: HistoryEvent, graph: Graph) -> str:
    """Return the color that marks what an operator looks for."""
    match row.kind:
        case ev.IncidentRaised.kind | ev.JobFailed.kind | ev.InstanceCancelled.kind:
            return "negative"
        case ev.TaskCompleted.kind:
            return answer(graph, row.node, row.data["outcome"])[1]
        case ev.InstanceCompleted.kind | ev.JobSucceeded.kind:
            return "positive"
        case ev.TimerFired.kind | ev.InstanceSuspended.kind:
            return "warning"
        case ev.InstanceStarted.kind | ev.InstanceResumed.kind | ev.IncidentResolved.kind:
            return "accent"
    return ""


def concealed(value: Any, sensitive: frozenset[str]) -> Any:
    """Return the value without what the definition declares sensitive.

    What was sent to another system, and its answer, may hold a sensitive value under any name;
    both are hidden as a whole where the process has sensitive variables.
    """
    return _conceal(value, sensitive | {"request", "response"} if sensitive else sensitive)


def _conceal(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if key in names else _conceal(item, names) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_conceal(item, names) for item in value]
    return value


def story(rows: Sequence[HistoryEvent], version_id: int) -> list[dict[str, Any]]:
    """Return the rows as a page shows them: who, for whom, when, what, and the data behind it."""
    graph = graph_of(version_id)
    sensitive = graph.sensitive
    return [
        {
            "row": row,
            "who": who(row),
            "act": row.kind in ACTS,
            "sentence": sentence(row, graph),
            "comment": row.data.get("comment", ""),
            "tone": tone_of(row, graph),
            "engine": row.kind in ENGINE_ONLY,
            "data": as_text(concealed(row.data, sensitive)),
        }
        for row in rows
    ]


def as_text(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True)
