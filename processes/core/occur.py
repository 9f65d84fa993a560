"""An awaited event occurs: the flow goes on, an edge is left, an event sub-process begins."""

from typing import Any

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.run import Run, Trouble
from processes.core.waits import (
    arm,
    condition_holds,
    next_firing,
    open_waits,
    plan,
    still_awaited,
)


def fire(run: Run, timer: st.ArmedTimer) -> None:
    """Let the timer act; one that repeats is armed again unless what it sits on ends."""
    run.emit(ev.TimerFired(timer.id, timer.node))
    again = bool(timer.every) and timer.repeats != 0
    if again and not ends_its_owner(run, timer.owner, timer.node):
        arm(run, next_firing(run, timer))
        occurred(run, timer.owner, timer.node, None, again=True)
    else:
        occurred(run, timer.owner, timer.node, None)


def match(run: Run, found: st.Subscription, payload: Any) -> None:
    """Let what was listened for act; an edge that does not interrupt goes on listening."""
    stays = not ends_its_owner(run, found.owner, found.node) and not wants_all(run, found.node)
    run.emit(ev.SubscriptionMatched(found.id, found.node, payload, stays))
    occurred(run, found.owner, found.node, payload, again=stays)


def look_at_conditions(run: Run) -> bool:
    """Let conditions act that have become true; tell whether anything happened."""
    run.changed = False
    acted = False
    for found in list(run.state.subscriptions.values()):
        if found.trigger != "condition" or found.id not in run.state.subscriptions:
            continue
        holds = condition_holds(run, found)
        if holds and not found.held:
            match(run, found, None)
            acted = True
        elif found.held and not holds:
            run.emit(ev.ConditionCleared(found.id, found.node))
    return acted


def ends_its_owner(run: Run, owner: str, node_id: str) -> bool:
    """Tell whether the event, when it occurs, leaves nothing behind that could wait again."""
    node = run.graph.nodes[node_id]
    match node:
        case g.BoundaryEvent() | g.StartEvent():
            return node.interrupting
        case _:
            token = run.state.tokens.get(owner)
            gateway = token is not None and token.node != node_id
            return gateway or not isinstance(node, g.CatchEvent) or not repeats(node)


def repeats(node: g.CatchEvent) -> bool:
    return any(isinstance(t, g.Timer) and t.kind == "cycle" for t in node.triggers)


def wants_all(run: Run, node_id: str) -> bool:
    node = run.graph.nodes[node_id]
    return isinstance(node, g.Catching) and node.parallel and len(node.triggers) > 1


def occurred(run: Run, owner: str, node_id: str, payload: Any, *, again: bool = False) -> None:
    """Go on from an event. ``again``: it will occur again, so what waits for it stays."""
    node = run.graph.nodes[node_id]
    if wants_all(run, node_id):
        keep(run, scope_of(run, owner), node, payload)
        if still_awaited(run, owner, node_id):
            return
        payload = None
    if owner in run.state.scopes:
        begin_event_sub_process(run, run.state.scopes[owner], node, payload)
        return
    token = run.state.tokens[owner]
    if isinstance(node, g.BoundaryEvent):
        leave_by_edge(run, token, node, payload)
    elif token.node != node_id:
        choose(run, token, node, payload)
    elif again:
        keep(run, token.scope, node, payload)
        for flow in run.graph.outgoing[node_id]:
            run.place(flow.target, token.scope, flow.id)
    else:
        receive(run, token, node, payload)
        run.do("leave", token.id)


def scope_of(run: Run, owner: str) -> str:
    return owner if owner in run.state.scopes else run.state.tokens[owner].scope


def receive(run: Run, token: st.Token, node: g.Node, payload: Any) -> None:
    """Keep what came; a receive task with outputs keeps it to itself until they are set."""
    if isinstance(node, g.ReceiveTask) and node.outputs:
        values = {node.result_variable or node.id: payload}
        run.check_values(values)
        run.emit(ev.LocalsSet(token.id, node.id, values))
    else:
        keep(run, token.scope, node, payload)


def keep(run: Run, scope: str, node: g.Node, payload: Any) -> None:
    """Set what came with the event under one variable: whoever sends it chooses no names."""
    if payload is not None and isinstance(node, g.Catching | g.Activity):
        run.write(scope, {node.result_variable or node.id: payload})


def leave_by_edge(run: Run, token: st.Token, event: g.BoundaryEvent, payload: Any) -> None:
    """Send a token out of the edge; an interrupting event ends the activity first."""
    scope = token.scope
    if event.interrupting:
        run.withdraw(token, by=event.id)
    elif event.parallel:
        open_waits(run, plan(run, event, event.triggers, token))
    keep(run, scope, event, payload)
    run.place(event.id, scope, None)


def choose(run: Run, token: st.Token, node: g.Node, payload: Any) -> None:
    """Go from an event-based gateway on through the event that came first (13.4.4)."""
    flow = next(f for f in run.graph.outgoing[token.node] if f.target == node.id)
    run.withdraw_waits(token.id)
    run.complete([token])
    chosen = run.place(node.id, token.scope, flow.id, phase="leave")
    receive(run, run.state.tokens[chosen], node, payload)


def begin_event_sub_process(run: Run, scope: st.Scope, node: g.Node, payload: Any) -> None:
    """Start the handler; an interrupting one ends everything else in the scope (10.3.5)."""
    if not isinstance(node, g.StartEvent) or node.parent is None:
        raise TypeError(f"{node!r} starts no event sub-process")
    if node.interrupting:
        run.withdraw_waits(scope.id)
        run.empty_scope(scope, by=node.id)
    elif node.parallel:
        open_waits(run, plan(run, node, node.triggers, scope))
    place_event_sub_process(run, scope.id, node, payload)


def place_event_sub_process(
    run: Run, scope: str, start: g.StartEvent, payload: Any, *, undoes: str = ""
) -> None:
    """Put a token on the event sub-process and one on the event within that started it."""
    holder = run.new_id("t")
    run.emit(ev.TokenEntered(holder, start.parent or "", scope, None, undoes))
    try:
        inner = open_scope(run, run.state.tokens[holder])
        keep(run, inner, start, payload)
    except Trouble as trouble:
        run.stop(run.state.tokens[holder], "enter", trouble)
        return
    run.place(start.id, inner, None, phase="leave")


def open_scope(run: Run, token: st.Token) -> str:
    """Open the scope of the sub-process under the token, with its data objects and inputs."""
    node = run.node(token)
    if not isinstance(node, g.SubProcess):
        raise TypeError(f"{node!r} is no sub-process")
    variables = dict.fromkeys(node.variables) | dict(token.locals)
    scope = run.new_id("s")
    run.emit(ev.ScopeOpened(scope, node.id, token.scope, variables, token.id))
    listen(run, run.state.scopes[scope])
    return scope


def listen(run: Run, scope: st.Scope) -> None:
    """Arm the events that start the event sub-processes of a scope."""
    for _, start in run.graph.event_sub_processes.get(scope.node, ()):
        open_waits(run, plan(run, start, start.triggers, scope))
