"""The first step of each command: check it against the state, and do what it asks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from processes.core import behaviors, people
from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.errors import Invalid, WrongState
from processes.core.occur import fire, keep, listen, match
from processes.core.run import Run, Trouble
from processes.core.throws import hear, throw_error
from processes.core.waits import plan

# What a suspended instance refuses.
MOVES_ON = (
    c.CompleteTask
    | c.NoteTask
    | c.SendBack
    | c.SkipTask
    | c.FailTask
    | c.EscalateTask
    | c.WithdrawRequest
    | c.FireTimer
    | c.Retry
    | c.DeliverMessage
    | c.DeliverSignal
    | c.CompleteCall
    | c.FailCall
)


def carry_out(run: Run, command: c.Command) -> None:
    """Do the first step of the command.

    Raises a Refusal, or Trouble when something that came with it cannot be kept.
    """
    refuse_ended(run, command)
    CARRY_OUT[type(command)](run, command)


def refuse_ended(run: Run, command: c.Command) -> None:
    if run.state.ended:
        raise WrongState(
            "instance_ended",
            f"The process has already ended ({run.state.status}).",
            remedy="Start a new one if something is still to be done.",
        )
    if run.state.status == "suspended" and isinstance(command, MOVES_ON):
        raise WrongState(
            "instance_suspended",
            "The process is suspended.",
            remedy="It goes on when an operator resumes it.",
        )


def start(run: Run, command: c.Start) -> None:
    if run.state.scopes:
        raise WrongState("already_started", "The process has already been started.")
    run.check_values(command.variables)
    entrance = entrance_of(run.graph, command)
    run.emit(
        ev.InstanceStarted(
            command.process,
            command.initiator,
            command.business_key,
            command.variables,
            run.now,
            command.entrance,
        )
    )
    listen(run, run.state.scopes[st.ROOT])
    if entrance is None:
        for node in run.graph.beginnings[None]:
            run.place(node.id, st.ROOT, None)
    else:
        start_at(run, entrance, command)


def entrance_of(graph: g.Graph, command: c.Start) -> g.Node | None:
    """Return the node whose event starts the instance; None when it starts on request."""
    if command.entrance:
        if command.entrance not in graph.entrances:
            raise Invalid(
                "unknown_entrance",
                f"“{graph.name}” does not start with an event named {command.entrance!r:.60}.",
                remedy=f"It starts with: {', '.join(graph.entrances) or 'a request only'}.",
            )
        return graph.nodes[command.entrance]
    if not graph.beginnings[None]:
        raise WrongState(
            "not_startable",
            f"“{graph.name}” only starts when an event occurs.",
            remedy=f"It starts with: {', '.join(graph.entrances)}.",
        )
    return None


def start_at(run: Run, node: g.Node, command: c.Start) -> None:
    """Put the first token behind the event that occurred.

    Where all events of a start event, or of a parallel event-based gateway, are wanted, the rest
    is waited for (BPMN 2.0.2, 10.5.2 and 10.6.6).
    """
    keep(run, st.ROOT, node, command.payload)
    rest = g.rest_of(node, command.trigger)
    if rest:
        token = run.state.tokens[run.place(node.id, st.ROOT, None, phase="next")]
        behaviors.wait(run, token, plan(run, node, rest, token))
    else:
        run.place(node.id, st.ROOT, None, phase="leave")
    for flow in run.graph.incoming[node.id]:
        gateway = run.graph.nodes[flow.source]
        if isinstance(gateway, g.EventGateway) and gateway.instantiate and gateway.parallel:
            for other in run.graph.outgoing[gateway.id]:
                if other.target != node.id:
                    run.place(other.target, st.ROOT, other.id)


def complete_job(run: Run, command: c.CompleteJob) -> None:
    token = run.waiting(command.token, "job")
    node = run.node(token)
    if not isinstance(node, g.ServiceTask):
        raise TypeError(f"token {token.id} waits for a job on {node!r}")
    run.emit(ev.JobSucceeded(token.id, node.id, command.response, command.attempts))
    try:
        value: object = command.response
        if node.result is not None:
            value = run.plain(node.result, token, {"response": command.response})
        behaviors.keep_result(run, node, token, {node.result_variable or node.id: value})
    except Trouble as trouble:
        # A retry calls again with the same idempotency key and gets the same answer.
        run.stop(token, "call", trouble)
        return
    if run.state.status == "running":
        run.do("leave", token.id)


def fail_job(run: Run, command: c.FailJob) -> None:
    token = run.waiting(command.token, "job")
    run.emit(ev.JobFailed(token.id, token.node, command.error, command.attempts))
    if not command.code or not throw_error(run, token, command.code, command.error):
        code = "uncaught_error" if command.code else "job_failed"
        run.stop(token, "call", Trouble(code, command.error))


def deliver_message(run: Run, command: c.DeliverMessage) -> None:
    found = run.state.subscriptions.get(command.subscription)
    if found is None or found.trigger != "message":
        raise WrongState("subscription_closed", "The process no longer waits for this message.")
    match(run, found, command.payload)


def deliver_signal(run: Run, command: c.DeliverSignal) -> None:
    if not hear(run, command.name, command.payload):
        raise WrongState("not_listening", f"Nothing listens for the signal “{command.name}”.")


def complete_call(run: Run, command: c.CompleteCall) -> None:
    token = run.waiting(command.token, "call")
    node = run.node(token)
    if not isinstance(node, g.CallActivity):
        raise TypeError(f"token {token.id} waits for a call on {node!r}")
    run.check_values(command.variables)
    run.emit(ev.CallCompleted(token.id, node.id, command.variables))
    if node.outputs:
        run.emit(ev.LocalsSet(token.id, node.id, command.variables))
    behaviors.keep_result(run, node, token, behaviors.returned(node, command.variables))
    run.do("leave", token.id)


def fail_call(run: Run, command: c.FailCall) -> None:
    token = run.waiting(command.token, "call")
    run.emit(ev.CallFailed(token.id, token.node, command.code, command.sentence))
    if not command.code or not throw_error(run, token, command.code, command.sentence):
        code = "uncaught_error" if command.code else "call_failed"
        run.stop(token, "call", Trouble(code, command.sentence))


def fire_timer(run: Run, command: c.FireTimer) -> None:
    timer = run.state.timers.get(command.timer)
    if timer is None:
        raise WrongState("timer_not_armed", "The timer has already fired or was withdrawn.")
    if datetime.fromisoformat(timer.due_at) > run.now:
        raise WrongState("timer_not_due", f"The timer is due at {timer.due_at}.")
    fire(run, timer)


def retry(run: Run, command: c.Retry) -> None:
    incident = run.state.incidents.get(command.incident)
    if incident is None:
        raise WrongState("incident_not_open", "The incident is no longer open.")
    run.emit(ev.IncidentResolved(incident.id, incident.node, "retried"))
    run.do(incident.phase, incident.token)


def suspend(run: Run, command: c.Suspend) -> None:
    if run.state.status != "running":
        raise WrongState("already_suspended", "The process is already suspended.")
    run.emit(ev.InstanceSuspended(command.reason))


def resume(run: Run, command: c.Resume) -> None:
    """Go on, also with work that machines finished in the meantime."""
    if run.state.status != "suspended":
        raise WrongState("not_suspended", "The process is not suspended.")
    run.emit(ev.InstanceResumed())
    for token in run.state.tokens.values():
        if token.wait == "" and isinstance(run.node(token), g.ServiceTask):
            run.do("leave", token.id)


def withdraw_request(run: Run, command: c.WithdrawRequest) -> None:
    """End everything that goes on, and begin again at a step on the outermost level."""
    target = run.graph.nodes.get(command.to)
    if target is None or target.parent is not None or command.to != run.graph.withdrawal.to:
        raise Invalid(
            "unknown_step",
            f"“{run.graph.name}” does not go on at {command.to!r:.60} when it is taken back.",
        )
    run.emit(ev.RequestWithdrawn(command.to, command.by, command.reason))
    root = run.state.scopes[st.ROOT]
    run.empty_scope(root, by=command.to)
    for gateway in root.resets:
        run.emit(ev.GatewayReset(st.ROOT, gateway))
    run.place(command.to, st.ROOT, None)


def cancel(run: Run, command: c.Cancel) -> None:
    run.empty_scope(run.state.scopes[st.ROOT], by="cancel")
    run.withdraw_waits(st.ROOT)
    run.emit(ev.InstanceCancelled(command.reason))


CARRY_OUT: dict[type[c.Command], Callable[[Run, Any], None]] = {
    c.Start: start,
    c.CompleteTask: people.complete,
    c.NoteTask: people.note,
    c.SendBack: people.send_back,
    c.SkipTask: people.skip,
    c.FailTask: people.fail,
    c.FaultTask: people.fault,
    c.EscalateTask: people.escalate,
    c.WithdrawRequest: withdraw_request,
    c.CompleteJob: complete_job,
    c.FailJob: fail_job,
    c.FireTimer: fire_timer,
    c.DeliverMessage: deliver_message,
    c.DeliverSignal: deliver_signal,
    c.CompleteCall: complete_call,
    c.FailCall: fail_call,
    c.Retry: retry,
    c.Suspend: suspend,
    c.Resume: resume,
    c.Cancel: cancel,
}
