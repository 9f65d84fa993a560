"""decide: Graph × State × Command × now → events. No clock, no database, no network.

A command is carried out on a copy of the state, from wait state to wait state. What cannot go on
becomes an incident; what may not be asked at all is refused and nothing happens.
"""

from datetime import datetime

from processes.core import behaviors
from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.carry_out import carry_out
from processes.core.errors import Invalid
from processes.core.joins import release
from processes.core.occur import look_at_conditions
from processes.core.run import MAX_STEPS, MAX_TOKENS, Run, Trouble
from processes.core.scopes import close_finished


def decide(
    graph: g.Graph, state: st.State, command: c.Command, *, now: datetime
) -> tuple[list[ev.Event], st.State]:
    """Return what happens and the state after it; ``state`` itself is left alone.

    Raises a Refusal when the command cannot be carried out from where the instance stands.
    """
    after = state.copy()
    return change(graph, after, command, now=now), after


def change(graph: g.Graph, state: st.State, command: c.Command, *, now: datetime) -> list[ev.Event]:
    """Carry the command out on ``state`` itself, and return what happens.

    Raises a Refusal like `decide`; then the state is half changed, so throw it away.
    """
    run = Run(graph, state, now)
    try:
        carry_out(run, command)
    except Trouble as trouble:
        raise Invalid(trouble.code, trouble.sentence) from trouble
    advance(run)
    return run.events


def fold(events: list[ev.Event]) -> st.State:
    """Return the state that a whole history leads to."""
    state = st.State()
    for event in events:
        st.apply(state, event)
    return state


def advance(run: Run) -> None:
    """Move tokens until every one of them waits, within the bounds.

    Once nothing moves, conditions are looked at, then sub-processes are closed, then joins are
    asked that depend on what may still come; each may set things in motion again.
    """
    steps = 0
    while True:
        steps = move(run, steps)
        if run.state.status != "running" and run.state.status != "suspended":
            return
        if run.changed and look_at_conditions(run):
            continue
        if close_finished(run) or run.agenda or run.throwers or release(run):
            continue
        break
    settle(run)


def move(run: Run, steps: int) -> int:
    """Work the agenda off; return how many steps were taken in all."""
    while (following := run.next_move()) is not None:
        phase, token_id = following
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
    return steps


def settle(run: Run) -> None:
    """Complete the instance when no token is left; report branches that can never meet."""
    if run.state.status != "running" or not run.state.scopes:
        return
    if not run.state.tokens:
        run.withdraw_waits(st.ROOT)
        run.emit(ev.InstanceCompleted())
    elif stuck(run):
        for token in [t for t in run.state.tokens.values() if not t.wait]:
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


def stuck(run: Run) -> bool:
    """Tell whether nothing that anybody does could move the instance on."""
    if run.state.timers or run.state.subscriptions:
        return False
    return all(token.wait in ("", "scope") for token in run.state.tokens.values())


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
