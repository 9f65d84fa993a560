"""decide: Graph × State × Command × now → events. No clock, no database, no network.

A command is carried out on a copy of the state, from wait state to wait state. What cannot go on
becomes an incident; what may not be asked at all is refused and nothing happens.
"""

from datetime import datetime
from typing import assert_never

from processes.core import behaviors
from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.errors import Invalid, WrongState
from processes.core.feel import to_json
from processes.core.run import MAX_STEPS, MAX_TOKENS, Run, Trouble


def decide(
    graph: g.Graph, state: st.State, command: c.Command, *, now: datetime
) -> tuple[list[ev.Event], st.State]:
    """Return what happens and the state after it; ``state`` itself is left alone.

    Raises a Refusal when the command cannot be carried out from where the instance stands.
    """
    run = Run(graph, state.copy(), now)
    begin(run, command)
    advance(run)
    return run.events, run.state


def fold(events: list[ev.Event]) -> st.State:
    """Return the state that a whole history leads to."""
    state = st.State()
    for event in events:
        st.apply(state, event)
    return state


def begin(run: Run, command: c.Command) -> None:
    """Check the command against the state and do its first step."""
    refuse_ended(run, command)
    match command:
        case c.Start():
            start(run, command)
        case c.CompleteTask():
            complete_task(run, command)
        case c.NoteTask():
            token = waiting(run, command.token, "task")
            run.emit(ev.TaskNoted(token.id, token.node, command.action, command.details))
        case c.CompleteJob():
            complete_job(run, command)
        case c.FailJob():
            fail_job(run, command)
        case c.FireTimer():
            fire_timer(run, command)
        case c.Retry():
            retry(run, command)
        case c.Suspend():
            suspend(run, command)
        case c.Resume():
            resume(run)
        case c.Cancel():
            for token in list(run.state.tokens.values()):
                run.withdraw(token, by="cancel")
            run.emit(ev.InstanceCancelled(command.reason))
        case _:
            assert_never(command)


def advance(run: Run) -> None:
    """Move tokens until every one of them waits, within the bounds."""
    steps = 0
    while run.agenda:
        phase, token_id = run.agenda.popleft()
        token = run.state.tokens.get(token_id)
        if token is None:
            continue
        steps += 1
        try:
            if steps > MAX_STEPS:
                raise Trouble("too_many_steps", endless(run, token))
            if len(run.state.tokens) > MAX_TOKENS:
                raise Trouble("too_many_tokens", crowded(run))
            behaviors.PHASES[phase](run, token)
        except Trouble as trouble:
            run.stop(token, phase, trouble)
    settle(run)


def settle(run: Run) -> None:
    """Complete the instance when no token is left; report branches that can never meet."""
    if run.state.status != "running" or not run.state.scopes:
        return
    if not run.state.tokens:
        run.emit(ev.InstanceCompleted())
    elif all(token.wait == "" for token in run.state.tokens.values()):
        for token in list(run.state.tokens.values()):
            label = run.node(token).label
            run.stop(
                token,
                "enter",
                Trouble(
                    "stuck",
                    f"“{label}” waits for a branch that no longer runs. "
                    "Cancel the instance, and change the model so that all branches meet.",
                ),
            )


def endless(run: Run, token: st.Token) -> str:
    label = run.node(token).label
    return (
        f"“{label}” was reached after {MAX_STEPS:,} steps without waiting for anything: "
        "a loop that never waits. Retry to go on for as many steps, or change the model."
    )


def crowded(run: Run) -> str:
    return (
        f"The instance holds {len(run.state.tokens):,} tokens; at most {MAX_TOKENS:,} are allowed. "
        "Use child instances for wide work."
    )


# --- the commands --------------------------------------------------------------------------------


def refuse_ended(run: Run, command: c.Command) -> None:
    if run.state.ended:
        raise WrongState(
            "instance_ended",
            f"The process has already ended ({run.state.status}).",
            remedy="Start a new one if something is still to be done.",
        )
    working = c.CompleteTask | c.NoteTask | c.FireTimer | c.Retry
    if run.state.status == "suspended" and isinstance(command, working):
        raise WrongState(
            "instance_suspended",
            "The process is suspended.",
            remedy="It goes on when an operator resumes it.",
        )


def start(run: Run, command: c.Start) -> None:
    if run.state.scopes:
        raise WrongState("already_started", "The process has already been started.")
    try:
        run.check_values(command.variables)
    except Trouble as trouble:
        raise Invalid(trouble.code, trouble.sentence) from trouble
    run.emit(
        ev.InstanceStarted(
            command.process, command.initiator, command.business_key, command.variables, run.now
        )
    )
    for node in run.graph.start_events():
        run.place(node.id, st.ROOT, None)


def complete_task(run: Run, command: c.CompleteTask) -> None:
    token = waiting(run, command.token, "task")
    node = run.node(token)
    if not isinstance(node, g.UserTask):
        raise TypeError(f"token {token.id} waits for a task on {node!r}")
    outcome = next((o for o in node.outcomes if o.id == command.outcome), None)
    if outcome is None:
        known = ", ".join(o.id for o in node.outcomes)
        raise Invalid(
            "unknown_outcome",
            f"“{node.label}” has no outcome {command.outcome!r}.",
            remedy=f"Choose one of: {known}.",
        )
    result = {
        "outcome": command.outcome,
        "data": command.data,
        "decidedBy": command.by,
        "onBehalfOf": command.on_behalf_of,
        "comment": command.comment,
    }
    run.emit(
        ev.TaskCompleted(
            token.id,
            node.id,
            command.outcome,
            command.data,
            command.by,
            command.on_behalf_of,
            command.comment,
        )
    )
    try:
        run.set_variables(token.scope, {node.result_variable or node.id: result})
    except Trouble as trouble:
        raise Invalid(trouble.code, trouble.sentence) from trouble
    run.agenda.append(("leave", token.id))


def complete_job(run: Run, command: c.CompleteJob) -> None:
    token = waiting(run, command.token, "job")
    node = run.node(token)
    if not isinstance(node, g.ServiceTask):
        raise TypeError(f"token {token.id} waits for a job on {node!r}")
    run.emit(ev.JobSucceeded(token.id, node.id, command.response, command.attempts))
    try:
        value: object = command.response
        if node.result is not None:
            value = to_json(run.evaluate(node.result, token.scope, {"response": command.response}))
        run.set_variables(token.scope, {node.result_variable or node.id: value})
    except Trouble as trouble:
        # A retry calls again with the same idempotency key and gets the same answer.
        run.stop(token, "call", trouble)
        return
    if run.state.status == "running":
        run.agenda.append(("leave", token.id))


def fail_job(run: Run, command: c.FailJob) -> None:
    token = waiting(run, command.token, "job")
    run.emit(ev.JobFailed(token.id, token.node, command.error, command.attempts))
    run.stop(token, "call", Trouble("job_failed", command.error))


def fire_timer(run: Run, command: c.FireTimer) -> None:
    timer = run.state.timers.get(command.timer)
    if timer is None:
        raise WrongState("timer_not_armed", "The timer has already fired or was withdrawn.")
    if datetime.fromisoformat(timer.due_at) > run.now:
        raise WrongState("timer_not_due", f"The timer is due at {timer.due_at}.")
    behaviors.fire(run, timer)


def retry(run: Run, command: c.Retry) -> None:
    incident = run.state.incidents.get(command.incident)
    if incident is None:
        raise WrongState("incident_not_open", "The incident is no longer open.")
    run.emit(ev.IncidentResolved(incident.id, incident.node, "retried"))
    run.agenda.append((incident.phase, incident.token))


def suspend(run: Run, command: c.Suspend) -> None:
    if run.state.status != "running":
        raise WrongState("already_suspended", "The process is already suspended.")
    run.emit(ev.InstanceSuspended(command.reason))


def resume(run: Run) -> None:
    """Go on, also with work that machines finished in the meantime."""
    if run.state.status != "suspended":
        raise WrongState("not_suspended", "The process is not suspended.")
    run.emit(ev.InstanceResumed())
    for token in run.state.tokens.values():
        if token.wait == "" and isinstance(run.node(token), g.Activity):
            run.agenda.append(("leave", token.id))


def waiting(run: Run, token_id: str, wait: st.Wait) -> st.Token:
    token = run.state.tokens.get(token_id)
    if token is None or token.wait != wait:
        raise WrongState(f"{wait}_not_open", f"The process no longer waits for this {wait}.")
    return token
