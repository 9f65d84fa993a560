"""What people will be asked next, if everybody says yes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import change
from processes.core.errors import Refusal

MOST = 20
MOST_MOVES = 200


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that will ask people; ``asked`` has the shape of `events.TaskOpened.asked`."""

    node: str
    label: str
    asked: dict[str, Any]


def forecast(graph: g.Graph, state: st.State, *, now: datetime) -> list[Ahead]:
    """Return the steps that open after those open now, in order, each once, at most 20.

    Plays on in memory: people give their first positive answer, machines and called processes
    succeed, what is waited for comes, and timers fire last. Where that leads nowhere, because an
    answer of the outside decides the way, the forecast ends.
    """
    state = state.copy()
    found: dict[str, Ahead] = {}
    for _ in range(MOST_MOVES):
        command = next(likely(graph, state), None)
        if command is None or len(found) >= MOST:
            break
        try:
            events = change(graph, state, command, now=moment(state, command, now))
        except Refusal:
            break
        for event in events:
            if isinstance(event, ev.TaskOpened):
                label = graph.nodes[event.node].label
                found.setdefault(event.node, Ahead(event.node, label, event.asked))
    return list(found.values())


def likely(graph: g.Graph, state: st.State) -> Iterator[c.Command]:
    """Yield what is likely to happen next, the oldest token first and timers last."""
    if state.ended:
        return
    if state.status == "suspended":
        yield c.Resume()
    for token in state.tokens.values():
        match token.wait:
            case "task":
                yield c.CompleteTask(token.id, positive(graph.nodes[token.node]), {}, by="")
            case "job":
                yield c.CompleteJob(token.id, {"status": 200, "body": None})
            case "call":
                yield c.CompleteCall(token.id)
    yield from comes(state)


def comes(state: st.State) -> Iterator[c.Command]:
    """Yield what the path itself waits for; what only interrupts it is not foreseen."""
    waiting = {token.id for token in state.tokens.values() if token.wait == "event"}
    for found in state.subscriptions.values():
        if found.owner in waiting and found.trigger == "message":
            yield c.DeliverMessage(found.id)
        elif found.owner in waiting and found.trigger == "signal":
            yield c.DeliverSignal(found.name)
    for timer in sorted(state.timers.values(), key=lambda timer: timer.due_at):
        if timer.owner in waiting:
            yield c.FireTimer(timer.id)


def positive(node: g.Node) -> str:
    """Return the answer that lets the request pass."""
    if not isinstance(node, g.UserTask):
        raise TypeError(f"{node!r} is no user task")
    by_kind = {outcome.kind: outcome.id for outcome in reversed(node.outcomes)}
    return by_kind.get("positive") or by_kind.get("neutral") or node.outcomes[0].id


def moment(state: st.State, command: c.Command, now: datetime) -> datetime:
    """Return when the command comes: a timer not before it is due."""
    if not isinstance(command, c.FireTimer):
        return now
    return max(now, datetime.fromisoformat(state.timers[command.timer].due_at))
