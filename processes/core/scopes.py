"""Sub-processes: what begins in them, and when they are done (BPMN 2.0.2, 13.3.4)."""

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import Expression, evaluate_condition
from processes.core.feel.errors import FeelEvaluationError
from processes.core.occur import open_scope
from processes.core.run import Run, Trouble


def enter(run: Run, node: g.SubProcess, token: st.Token) -> None:
    """Open the scope and put tokens where it begins."""
    scope = open_scope(run, token)
    run.left.add(scope)
    beginnings = run.graph.beginnings.get(node.id, ())
    if node.kind == "event":
        # Only a retry comes this way: the event has occurred already.
        for event in run.graph.start_events(node.id):
            run.place(event.id, scope, None, phase="leave")
    elif node.kind == "ad_hoc":
        begin_ad_hoc(run, scope, beginnings if not node.sequential else beginnings[:1])
    else:
        for beginning in beginnings:
            run.place(beginning.id, scope, None)


def begin_ad_hoc(run: Run, scope: str, nodes: tuple[g.Node, ...]) -> None:
    for node in nodes:
        run.emit(ev.ScopeBegun(scope, node.id))
        run.place(node.id, scope, None)


def close_finished(run: Run) -> bool:
    """Close the sub-processes in which nothing is left to do; tell whether any was closed."""
    left, run.left = run.left, set()
    acted = False
    for scope_id in sorted(left):
        scope = run.state.scopes.get(scope_id)
        if scope is None or scope.kept or scope.item is not None or scope.node is None:
            continue
        owner = run.state.tokens[scope.token or ""]
        node = run.node(owner)
        if owner.wait != "scope" or not isinstance(node, g.SubProcess):
            continue
        try:
            acted |= close_if_done(run, node, scope, owner)
        except Trouble as trouble:
            run.stop(owner, "next", trouble)
    return acted


def close_if_done(run: Run, node: g.SubProcess, scope: st.Scope, owner: st.Token) -> bool:
    if node.kind == "ad_hoc" and not ad_hoc_done(run, node, scope):
        return bool(run.agenda)
    tokens = run.state.tokens_in(scope.id)
    if tokens and node.kind != "ad_hoc":
        return False
    for token in tokens:
        if token.id in run.state.tokens:
            run.withdraw(token, by=node.id)
    run.withdraw_waits(scope.id)
    if node.outputs or (isinstance(node.loop, g.MultiInstance) and node.loop.output):
        # What its outputs, and those of each round, read are the values at its end.
        run.emit(ev.LocalsSet(owner.id, node.id, dict(scope.variables)))
    run.emit(ev.ScopeClosed(scope.id, node.id, kept=bool(scope.completed)))
    run.do("leave", owner.id)
    return True


def ad_hoc_done(run: Run, node: g.SubProcess, scope: st.Scope) -> bool:
    """Tell whether an ad-hoc sub-process is done, and start its next activity if not (13.3.5).

    Without a completion condition it is done when each activity has run. With one, what still runs
    is withdrawn, or waited for, as the model says.
    """
    tokens = run.state.tokens_in(scope.id)
    beginnings = run.graph.beginnings.get(node.id, ())
    if node.completion is not None and scope.begun and asked(run, node, node.completion, scope):
        return node.cancel_remaining or not tokens
    if tokens:
        return False
    waiting = tuple(n for n in beginnings if n.id not in scope.begun)
    if waiting:
        begin_ad_hoc(run, scope.id, waiting[:1] if node.sequential else waiting)
        return False
    if node.completion is not None:
        raise Trouble(
            "ad_hoc_not_done",
            f"Everything in “{node.label}” has run, and {node.completion.text:.60} is not true. "
            "Change the variables it reads, then retry.",
        )
    return True


def asked(run: Run, node: g.SubProcess, condition: Expression, scope: st.Scope) -> bool:
    try:
        return evaluate_condition(condition, run.variables(scope.id), now=run.now)
    except FeelEvaluationError as error:
        raise Trouble(
            "condition", f"“{node.label}” cannot tell whether it is done: {error}"
        ) from error
