"""What each kind of node does when a token enters it and when it is done.

A behavior evaluates everything that can fail before it emits anything, so that an incident leaves
the node exactly as it was and a retry starts it afresh.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import (
    Expression,
    add_duration,
    evaluate_condition,
    parse_duration,
    to_json,
)
from processes.core.feel.errors import FeelError, FeelEvaluationError
from processes.core.run import Run, Trouble

CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?P<every>P[0-9A-Z.]+)")


def enter(run: Run, token: st.Token) -> None:
    """Start the node that ``token`` stands on."""
    node = run.node(token)
    match node:
        case g.StartEvent() | g.ExclusiveGateway() | g.BoundaryEvent():
            leave(run, token)
        case g.EndEvent():
            end(run, node, token)
        case g.ParallelGateway():
            join_then_fork(run, node, token)
        case g.CatchEvent():
            timer = plan_timer(run, node, node.trigger, token)
            arm(run, timer)
        case g.UserTask():
            asked = ask(run, node, token)
            arm_boundary(run, token)
            run.emit(ev.TaskOpened(token.id, node.id, asked))
        case g.ServiceTask():
            request = request_of(run, node, token)
            arm_boundary(run, token)
            run.emit(ev.JobRequested(token.id, node.id, request))
        case _:
            assert_never(node)


def leave(run: Run, token: st.Token) -> None:
    """Complete the node and send tokens along the flows that its rule chooses."""
    flows = chosen_flows(run, token)
    run.withdraw_timers(token)
    run.emit(ev.NodeCompleted(token.node, (token.id,)))
    for flow in flows:
        run.place(flow.target, token.scope, flow.id)


def call(run: Run, token: st.Token) -> None:
    """Ask for the job again; the activity's timers have been running all the time."""
    node = run.node(token)
    if not isinstance(node, g.ServiceTask):
        raise TypeError(f"token {token.id} cannot call from {node!r}")
    run.emit(ev.JobRequested(token.id, node.id, request_of(run, node, token)))


def end(run: Run, node: g.EndEvent, token: st.Token) -> None:
    run.emit(ev.NodeCompleted(node.id, (token.id,)))
    match node.trigger:
        case None:
            pass
        case g.Terminate():
            for other in [t for t in run.state.tokens.values() if t.scope == token.scope]:
                run.withdraw(other, by=node.id)
        case _:
            assert_never(node.trigger)


def join_then_fork(run: Run, node: g.ParallelGateway, token: st.Token) -> None:
    """Wait for one token on every incoming flow, then send one along every outgoing flow.

    A second token on the same flow stays for the next round (BPMN 2.0.2, 13.4.1).
    """
    arrived: dict[str | None, st.Token] = {}
    for waiting in run.state.tokens_at(node.id, token.scope):
        arrived.setdefault(waiting.flow, waiting)
    if len(arrived) < len(run.graph.incoming[node.id]):
        return
    run.emit(ev.NodeCompleted(node.id, tuple(t.id for t in arrived.values())))
    for flow in run.graph.outgoing[node.id]:
        run.place(flow.target, token.scope, flow.id)


def chosen_flows(run: Run, token: st.Token) -> Sequence[g.Flow]:
    """Return the flows a done node sends tokens along.

    An exclusive gateway takes the first flow whose condition holds, in the order of the file; any
    other node takes each flow without a condition and each whose condition holds. The default
    flow is taken when nothing else is (BPMN 2.0.2, 8.4.13 and 13.4.2).
    """
    node = run.node(token)
    flows = run.graph.outgoing[node.id]
    exclusive = isinstance(node, g.ExclusiveGateway)
    if len(flows) == 1 and flows[0].condition is None:
        return flows
    variables = run.variables(token.scope)
    chosen: list[g.Flow] = []
    for flow in flows:
        if flow.id == node.default or not holds(run, flow, variables):
            continue
        if exclusive:
            return [flow]
        chosen.append(flow)
    if chosen or not flows:
        return chosen
    if node.default:
        return [run.graph.flows[node.default]]
    raise Trouble("no_path", no_path(node, flows, variables, run.graph.sensitive))


def holds(run: Run, flow: g.Flow, variables: dict[str, Any]) -> bool:
    if flow.condition is None:
        return True
    try:
        return evaluate_condition(
            flow.condition, variables, now=run.now, hidden=run.graph.sensitive
        )
    except FeelEvaluationError as error:
        name = flow.name or flow.id
        raise Trouble("condition", f"The path “{name}” cannot be decided: {error}") from error


def no_path(
    node: g.Node,
    flows: Sequence[g.Flow],
    variables: Mapping[str, Any],
    hidden: AbstractSet[str] = frozenset(),
) -> str:
    """Return the sentence of the incident, without the values of sensitive variables."""
    names = sorted({name for flow in flows if flow.condition for name in flow.condition.names})
    shown = [name for name in names if name != "process" and name not in hidden]
    seen = ", ".join(f"{name} = {variables.get(name)!r:.60}" for name in shown)
    return (
        f"No path out of “{node.label}” matches {seen or 'what is known'}. "
        "Add a default path, or widen one."
    )


# --- timers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedTimer:
    token: str
    node: str
    due_at: datetime
    every: str | None
    repeats: int | None


def plan_timer(run: Run, node: g.Node, timer: g.Timer, token: st.Token) -> PlannedTimer:
    """Return when ``timer`` is due. A cycle's first firing is one interval from now."""
    value = to_json(run.evaluate(timer.expression, token.scope))
    try:
        match timer.kind:
            case "date":
                return PlannedTimer(token.id, node.id, moment(value, run.now), None, 0)
            case "duration":
                due_at = add_duration(run.now, parse_duration(str(value)))
                return PlannedTimer(token.id, node.id, due_at, None, 0)
            case "cycle":
                return plan_cycle(run, node, str(value), token)
            case _:
                assert_never(timer.kind)
    except (FeelError, ValueError, OverflowError) as error:
        raise Trouble("timer", f"“{node.label}” has no usable time: {error}") from error


def plan_cycle(run: Run, node: g.Node, text: str, token: st.Token) -> PlannedTimer:
    found = CYCLE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a repetition. Write for example R3/PT10M.")
    every = found["every"]
    due_at = add_duration(run.now, parse_duration(every))
    if due_at <= run.now:
        raise ValueError(f"{text!r} repeats without waiting.")
    repeats = int(found["times"]) - 1 if found["times"] else None
    return PlannedTimer(token.id, node.id, due_at, every, repeats)


def moment(value: object, now: datetime) -> datetime:
    """Return an aware moment; one without a zone is read in the zone of ``now``."""
    found = datetime.fromisoformat(str(value).partition("@")[0])
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def arm(run: Run, timer: PlannedTimer) -> None:
    run.emit(
        ev.TimerArmed(
            run.new_id("w"), timer.token, timer.node, timer.due_at, timer.every, timer.repeats
        )
    )


def arm_boundary(run: Run, token: st.Token) -> None:
    planned = [
        plan_timer(run, event, event.trigger, token)
        for event in run.graph.boundary.get(token.node, ())
    ]
    for timer in planned:
        arm(run, timer)


def fire(run: Run, timer: st.ArmedTimer) -> None:
    """Let the timer act: go on from a catch event, or leave an activity by its edge."""
    token = run.state.tokens[timer.token]
    node = run.graph.nodes[timer.node]
    run.emit(ev.TimerFired(timer.id, timer.node))
    if not isinstance(node, g.BoundaryEvent):
        run.agenda.append(("leave", token.id))
        return
    if node.interrupting:
        run.withdraw(token, by=node.id)
    elif timer.every and timer.repeats != 0:
        arm(run, next_firing(run, timer))
    run.place(node.id, token.scope, None)


def next_firing(run: Run, timer: st.ArmedTimer) -> PlannedTimer:
    """Return the next firing on the timer's own beat; firings missed while away count once."""
    every = parse_duration(timer.every or "")
    due_at = add_duration(datetime.fromisoformat(timer.due_at), every)
    while due_at <= run.now:
        due_at = add_duration(due_at, every)
    repeats = None if timer.repeats is None else timer.repeats - 1
    return PlannedTimer(timer.token, timer.node, due_at, timer.every, repeats)


# --- people and machines -------------------------------------------------------------------------


def ask(run: Run, node: g.UserTask, token: st.Token) -> dict[str, Any]:
    """Return whom the task asks and until when, with every expression evaluated."""
    who = node.assignment
    deadline = node.deadline
    return {
        "users": names(run, who.users, token),
        "groups": names(run, who.groups, token),
        "exclude": [
            run.state.initiator if name == "initiator" else name
            for name in names(run, who.exclude, token)
            if name != "initiator" or run.state.initiator
        ],
        "complete_by": span(run, deadline.complete_by, token) if deadline else None,
        "remind_before": (
            span(run, deadline.remind_before, token)
            if deadline and deadline.remind_before
            else None
        ),
        "escalations": [
            {
                "after": span(run, rung.after, token),
                "users": names(run, rung.users, token),
                "groups": names(run, rung.groups, token),
            }
            for rung in node.escalations
        ],
    }


def names(run: Run, entries: Sequence[str | Expression], token: st.Token) -> list[str]:
    """Return the names in order, each once. An expression gives a name or a list of names."""
    found: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry, str):
            found[entry] = None
            continue
        value = to_json(run.evaluate(entry, token.scope))
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or not name:
                raise Trouble(
                    "assignment",
                    f"{entry.text} gives {name!r}, which is not a name. "
                    "Make it give a user name, a group name or a list of them.",
                )
            found[name] = None
    return list(found)


def span(run: Run, expression: Expression, token: st.Token) -> str:
    """Return an ISO 8601 duration that does not go back in time."""
    value = str(to_json(run.evaluate(expression, token.scope)))
    try:
        parse_duration(value)
    except FeelError as error:
        raise Trouble("duration", f"{expression.text} gives {value!r}: {error}") from error
    if value.startswith("-"):
        raise Trouble("duration", f"{expression.text} gives {value}, which lies in the past.")
    return value


def request_of(run: Run, node: g.ServiceTask, token: st.Token) -> dict[str, Any]:
    """Return what to call and how often to try, with every expression evaluated."""
    call = node.call
    path = call.path
    if isinstance(path, Expression):
        path = str(to_json(run.evaluate(path, token.scope)))
    request = {
        "connection": call.connection,
        "method": call.method,
        "path": path,
        "body": to_json(run.evaluate(call.body, token.scope)) if call.body else None,
        "timeout": span(run, call.timeout, token),
        "attempts": node.retry.attempts,
        "backoff": span(run, node.retry.backoff, token),
        "factor": node.retry.factor,
        "cap": span(run, node.retry.cap, token),
    }
    run.check_values({"request": request})
    return request


PHASES: dict[st.Phase, Callable[[Run, st.Token], None]] = {
    "enter": enter,
    "call": call,
    "leave": leave,
}
