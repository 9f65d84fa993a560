"""What happened, in a sentence for an operator; who did it stands beside it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from processes.admin.sentences import answer, label, told
from processes.core import events as ev
from processes.core.graph import Graph
from processes.models import HistoryEvent
from processes.store import graph_of

__all__ = ["answer", "as_text", "concealed", "label", "sentence", "story", "who"]

HIDDEN = "•••"
OPAQUE = frozenset(("request", "response", "payload", "key", "items", "value"))

# What moves the engine and nobody needs to know to follow the story.
ENGINE_ONLY = frozenset(
    event.kind
    for event in (
        ev.ScopeOpened,
        ev.ScopeBegun,
        ev.ScopeClosed,
        ev.TokenEntered,
        ev.TokenWaits,
        ev.LocalsSet,
        ev.NodeCompleted,
        ev.LoopStarted,
        ev.LoopGathered,
        ev.GatewayActivated,
        ev.GatewayReset,
        ev.TokenWithdrawn,
        ev.VariablesSet,
        ev.TimerArmed,
        ev.TimerWithdrawn,
        ev.JobRequested,
        ev.SubscriptionOpened,
        ev.ConditionCleared,
        ev.SubscriptionClosed,
        ev.CompensationStepped,
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
        ev.TaskSentBack,
        ev.TaskSkipped,
        ev.TaskFailed,
        ev.RequestWithdrawn,
        ev.IncidentResolved,
    )
)


def who(row: HistoryEvent) -> str:
    """Return who did it. What only followed from an act was done by Placet itself."""
    return row.actor_name if row.actor_name and row.kind in ACTS else _("Placet")


def sentence(row: HistoryEvent, graph: Graph) -> str:
    """Return what the row of history says."""
    return told(ev.from_data(row.kind, row.data), graph)


def tone_of(row: HistoryEvent, graph: Graph) -> str:
    """Return the color that marks what an operator looks for."""
    match row.kind:
        case ev.IncidentRaised.kind | ev.JobFailed.kind | ev.CallFailed.kind:
            return "negative"
        case ev.InstanceCancelled.kind | ev.InstanceFailed.kind | ev.ErrorThrown.kind:
            return "negative"
        case ev.TaskCompleted.kind:
            return answer(graph, row.node, row.data["outcome"])[1]
        case ev.InstanceCompleted.kind | ev.JobSucceeded.kind | ev.CallCompleted.kind:
            return "positive"
        case ev.TaskFailed.kind | ev.TaskFaulted.kind:
            return "negative"
        case ev.TaskSentBack.kind | ev.TaskSkipped.kind | ev.TaskEscalated.kind:
            return "warning"
        case ev.RequestWithdrawn.kind | ev.TimerFired.kind | ev.InstanceSuspended.kind:
            return "warning"
        case ev.EscalationThrown.kind:
            return "warning"
        case ev.CompensationStarted.kind:
            return "warning"
        case ev.InstanceStarted.kind | ev.InstanceResumed.kind | ev.IncidentResolved.kind:
            return "accent"
    return ""


def concealed(value: Any, sensitive: frozenset[str]) -> Any:
    """Return the value without what the definition declares sensitive.

    What was sent elsewhere or came from there, and the rounds of a loop, may hold a sensitive value
    under any name; they are hidden as a whole where the process has sensitive variables.
    """
    return _conceal(value, sensitive | OPAQUE if sensitive else sensitive)


def concealed_of(row: HistoryEvent, sensitive: frozenset[str]) -> Any:
    """Return the data of the event without what is sensitive or may be, under another name."""
    found = concealed(row.data, sensitive)
    if sensitive and row.kind in ev.CARRIERS:
        return _conceal(found, frozenset(("values", "variables")))
    return found


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
            "data": as_text(concealed_of(row, sensitive)),
        }
        for row in rows
    ]


def as_text(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True)
