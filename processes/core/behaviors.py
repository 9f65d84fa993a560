"""What each kind of node does when a token enters it and when it is done.

A behavior evaluates everything that can fail before it emits anything, so that an incident leaves
the node exactly as it was and a retry starts it afresh.
"""

from collections.abc import Callable
from typing import Any, assert_never

from processes.core import compensation, rounds, scopes, throws
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.asking import ask
from processes.core.choices import chosen_flows
from processes.core.feel import to_json
from processes.core.feel.errors import FeelEvaluationError
from processes.core.joins import join_then_fork
from processes.core.run import Run, Trouble
from processes.core.throws import message_of, send
from processes.core.waits import Planned, open_waits, plan, plan_boundary
from processes.core.work import request_of


def enter(run: Run, token: st.Token) -> None:
    """Start the node that ``token`` stands on."""
    node = run.node(token)
    match node:
        case g.Activity():
            begin(run, node, token)
        case g.StartEvent() | g.ExclusiveGateway() | g.BoundaryEvent():
            leave(run, token)
        case g.EndEvent() | g.ThrowEvent():
            throws.throw_all(run, node, token)
        case g.ParallelGateway():
            join_then_fork(run, node, token)
        case g.InclusiveGateway() | g.ComplexGateway():
            # These are asked when nothing else moves, see `joins.release`.
            if len(run.graph.incoming[node.id]) < 2 and not getattr(node, "activation", None):
                leave(run, token)
        case g.EventGateway():
            behind = [run.graph.nodes[flow.target] for flow in run.graph.outgoing[node.id]]
            planned = [p for n in behind for p in plan(run, n, g.awaited_by(n), token)]
            wait(run, token, planned)
        case g.CatchEvent():
            catch(run, node, token)
        case _:
            assert_never(node)


def catch(run: Run, node: g.CatchEvent, token: st.Token) -> None:
    if any(isinstance(trigger, g.Link) for trigger in node.triggers):
        leave(run, token)
    else:
        wait(run, token, plan(run, node, node.triggers, token))


def wait(run: Run, token: st.Token, planned: list[Planned]) -> None:
    open_waits(run, planned)
    run.emit(ev.TokenWaits(token.id, token.node))


# --- activities ----------------------------------------------------------------------------------


def begin(run: Run, node: g.Activity, token: st.Token) -> None:
    """Start an activity once enough tokens have come; a loop starts its rounds."""
    if node.start_quantity > 1 and not gather(run, node, token):
        return
    if node.loop is not None and not in_round(run, token):
        rounds.begin(run, node, token)
    else:
        work(run, node, token)


def gather(run: Run, node: g.Activity, token: st.Token) -> bool:
    """Use up the other tokens that the activity needs; tell whether they are all there."""
    together = [t for t in run.state.tokens_at(node.id, token.scope) if not t.wait]
    if len(together) < node.start_quantity:
        return False
    for other in [t for t in together if t is not token][: node.start_quantity - 1]:
        run.emit(ev.TokenWithdrawn(other.id, other.node, node.id))
    return True


def in_round(run: Run, token: st.Token) -> bool:
    return throws.in_round(run.state.scopes[token.scope], token)


def work(run: Run, node: g.Activity, token: st.Token) -> None:
    """Do the activity once."""
    if node.inputs:
        values = mapped(run, node.inputs, token)
        run.emit(ev.LocalsSet(token.id, node.id, values))
    edge = [] if in_round(run, token) else plan_boundary(run, token)
    match node:
        case g.UserTask():
            asked = ask(run, node, token)
            open_waits(run, edge)
            run.emit(ev.TaskOpened(token.id, node.id, asked))
        case g.ServiceTask():
            request = request_of(run, node, token)
            open_waits(run, edge)
            run.emit(ev.JobRequested(token.id, node.id, request))
        case g.ReceiveTask():
            planned = plan(run, node, (node.message,), token)
            wait(run, token, [*edge, *planned])
        case g.SendTask():
            send(run, message_of(run, node.message, token))
            leave(run, token)
        case g.ScriptTask():
            compute(run, node, token)
        case g.DecisionTask():
            decide(run, node, token)
        case g.CallActivity():
            variables = passed(run, node, token)
            open_waits(run, edge)
            run.emit(
                ev.CallRequested(
                    token.id, node.id, node.process, node.binding, node.version, variables
                )
            )
        case g.SubProcess():
            open_waits(run, edge)
            scopes.enter(run, node, token)
        case g.PlainTask():
            leave(run, token)
        case _:
            raise TypeError(f"{node!r} is no activity that is run")


def mapped(run: Run, assigns: tuple[g.Assign, ...], token: st.Token) -> dict[str, Any]:
    """Return the values of a mapping; each sees those before it."""
    values: dict[str, Any] = {}
    for assign in assigns:
        values[assign.target] = run.json(assign.source, token, values)
    return values


def compute(run: Run, node: g.ScriptTask, token: st.Token) -> None:
    values = mapped(run, node.assignments, token)
    if node.expression is not None:
        values[node.result_variable or node.id] = run.json(node.expression, token, values)
    finish(run, node, token, values)


def decide(run: Run, node: g.DecisionTask, token: st.Token) -> None:
    decision = run.graph.decisions.get(node.ref)
    if decision is None:
        raise Trouble(
            "no_decision", f"“{node.label}” asks the decision “{node.ref}”, unknown here."
        )
    try:
        value = to_json(decision.evaluate(run.variables(token), now=run.now))
    except FeelEvaluationError as error:
        raise Trouble("decision", f"“{node.label}” could not be decided: {error}") from error
    finish(run, node, token, {node.result_variable or node.id: value})


def passed(run: Run, node: g.CallActivity, token: st.Token) -> dict[str, Any]:
    """Return the variables that the called process starts with."""
    seen = run.variables(token)
    seen.pop("process")
    given = seen if node.everything else {a.target: seen[a.target] for a in node.inputs}
    run.check_values(given)
    return given


def returned(node: g.CallActivity, variables: dict[str, Any]) -> dict[str, Any]:
    """Return what a called process gives back besides what outputs map."""
    if node.everything and not node.outputs:
        return variables
    return {node.result_variable: variables} if node.result_variable else {}


def finish(run: Run, node: g.Activity, token: st.Token, values: dict[str, Any]) -> None:
    """Keep the result of an activity that is done at once, and leave it."""
    keep_result(run, node, token, values)
    leave(run, token)


def keep_result(run: Run, node: g.Activity, token: st.Token, values: dict[str, Any]) -> None:
    """Set a result outside, or keep it for the outputs to read when there are any."""
    if node.outputs:
        run.check_values(values)
        run.emit(ev.LocalsSet(token.id, node.id, values))
    elif values:
        run.write(token.scope, values)


def call(run: Run, token: st.Token) -> None:
    """Ask again for what failed; the activity's timers have been running all the time."""
    node = run.node(token)
    match node:
        case g.UserTask():
            run.emit(ev.TaskOpened(token.id, node.id, ask(run, node, token)))
        case g.ServiceTask():
            run.emit(ev.JobRequested(token.id, node.id, request_of(run, node, token)))
        case g.CallActivity():
            variables = passed(run, node, token)
            run.emit(
                ev.CallRequested(
                    token.id, node.id, node.process, node.binding, node.version, variables
                )
            )
        case _:
            raise TypeError(f"token {token.id} cannot call from {node!r}")


# --- leaving -------------------------------------------------------------------------------------


def leave(run: Run, token: st.Token) -> None:
    """Complete the node and send tokens along the flows that its rule chooses."""
    node = run.node(token)
    if not isinstance(node, g.Activity):
        flows = chosen_flows(run, token)
        run.withdraw_waits(token.id)
        run.complete([token])
        for flow in flows:
            run.place(flow.target, token.scope, flow.id)
        return
    if in_round(run, token):
        rounds.round_done(run, node, token, mapped(run, node.outputs, token))
        return
    leave_activity(run, node, token)


def leave_activity(run: Run, node: g.Activity, token: st.Token) -> None:
    values = {} if node.loop is not None else mapped(run, node.outputs, token)
    flows = chosen_flows(run, token, values)
    kept = run.state.kept_by(token.id)
    ran = token.loop is None or token.loop.done > 0
    undoable = ran and not node.for_compensation and compensation.handler_of(run.graph, node.id)
    run.withdraw_waits(token.id)
    if values:
        run.write(token.scope, values)
    run.complete([token], compensable=run.new_id("c") if kept or undoable else "", kept=kept)
    for flow in flows:
        for _ in range(node.completion_quantity):
            run.place(flow.target, token.scope, flow.id)
    if token.undoes:
        run.do("undo", token.undoes)


def next_round(run: Run, token: st.Token) -> None:
    """Go on with a loop, or look again whether an ad-hoc sub-process is done."""
    if token.loop is not None:
        rounds.go_on(run, token)
    else:
        run.left |= {scope.id for scope in run.state.scopes_of(token.id)}


PHASES: dict[st.Phase, Callable[[Run, st.Token], None]] = {
    "enter": enter,
    "call": call,
    "leave": leave,
    "next": next_round,
    "undo": compensation.undo,
}
