"""Undoing what was completed: compensation, and cancelling a transaction (BPMN 2.0.2, 13.5.5)."""

from processes.core import events as ev
from processes.core import graph as g
from processes.core import occur
from processes.core import state as st
from processes.core.run import Run, Trouble


def begin(run: Run, token: st.Token, what: g.Compensation) -> None:
    """Undo one activity, or everything in the scope, in reverse order of completion.

    Thrown from within an event sub-process it means the scope around that (10.5.5.2). We always
    wait until it is done, also where the model would not.
    """
    scope = around(run, run.state.scopes[token.scope])
    entries = tuple(
        entry
        for entry in scope.completed
        if what.activity in ("", run.state.compensables[entry].node)
    )
    start(run, token, entries)


def cancel_transaction(run: Run, token: st.Token) -> None:
    """End everything else in the transaction, undo what was done, and leave by its edge."""
    scope = run.state.scopes[token.scope]
    owner = run.state.tokens[scope.token or ""]
    if not cancel_edges(run, owner):
        label = run.node(owner).label
        raise Trouble("no_cancel_event", f"“{label}” is cancelled, but has no cancel event.")
    run.withdraw_waits(scope.id)
    run.empty_scope(scope, by=token.node, but=token.id)
    start(run, token, tuple(scope.completed))


def start(run: Run, token: st.Token, entries: tuple[str, ...]) -> None:
    run.emit(ev.CompensationStarted(token.id, token.node, entries))
    run.do("undo", token.id)


def undo(run: Run, token: st.Token) -> None:
    """Undo the next one, or go on when nothing is left to undo.

    Another event may be undoing the same scope; what it has begun to undo is not undone again.
    """
    left = [entry for entry in token.todo if entry in run.state.compensables]
    if not left:
        finish(run, token)
        return
    found = run.state.compensables[left[-1]]
    kept = [run.state.scopes[scope] for scope in found.kept]
    handler = handler_of(run.graph, found.node)
    if handler is not None:
        step(run, token, found)
        for scope in kept:
            run.drop(scope)
        run.place(handler, found.scope, None, undoes=token.id)
    elif own := compensation_start(run.graph, kept):
        step(run, token, found)
        occur.place_event_sub_process(run, kept[0].id, own, None, undoes=token.id)
    else:
        step(run, token, found, tuple(entry for scope in kept for entry in scope.completed))
        run.do("undo", token.id)


def step(run: Run, token: st.Token, found: st.Compensable, inner: tuple[str, ...] = ()) -> None:
    run.emit(ev.CompensationStepped(token.id, found.node, found.id, inner))


def finish(run: Run, token: st.Token) -> None:
    """Go on after the last one: leave the transaction by its edge, or just leave the event."""
    node = run.node(token)
    if isinstance(node, g.EndEvent) and g.Cancel() in node.triggers:
        owner = run.state.tokens[run.state.scopes[token.scope].token or ""]
        occur.leave_by_edge(run, owner, cancel_edges(run, owner)[0], None)
    else:
        run.do("leave", token.id)


def cancel_edges(run: Run, owner: st.Token) -> list[g.BoundaryEvent]:
    return [e for e in run.graph.boundary.get(owner.node, ()) if g.Cancel() in e.triggers]


def around(run: Run, scope: st.Scope) -> st.Scope:
    """Return the scope whose work a token in ``scope`` may undo."""
    while scope.node is not None and scope.parent is not None:
        node = run.graph.nodes[scope.node]
        in_round = scope.item is not None
        if not in_round and not (isinstance(node, g.SubProcess) and node.kind == "event"):
            break
        scope = run.state.scopes[scope.parent]
    return scope


def handler_of(graph: g.Graph, activity: str) -> str | None:
    for event in graph.boundary.get(activity, ()):
        if event.handler and any(isinstance(t, g.Compensation) for t in event.triggers):
            return event.handler
    return None


def compensation_start(graph: g.Graph, kept: list[st.Scope]) -> g.StartEvent | None:
    """Return the event that starts a sub-process's own way of being undone."""
    if len(kept) != 1 or kept[0].item is not None:
        return None
    for _, event in graph.event_sub_processes.get(kept[0].node, ()):
        if any(isinstance(t, g.Compensation) for t in event.triggers):
            return event
    return None
