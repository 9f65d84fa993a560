"""Timers that start a process: planned before there is an instance, and so without variables."""

from datetime import datetime

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.run import Run
from processes.core.waits import PlannedTimer, next_firing, plan_timer


def planned(graph: g.Graph, node: str, timer: g.Timer, now: datetime) -> PlannedTimer:
    """Return when the timer starts the process first. Raises Trouble."""
    run = nowhere(graph, now)
    return plan_timer(run, graph.nodes[node], timer, run.state.scopes[st.ROOT])


def following(graph: g.Graph, timer: PlannedTimer, now: datetime) -> PlannedTimer:
    """Return when a timer that repeats starts the process next."""
    armed = st.ArmedTimer(
        "", st.ROOT, timer.node, timer.due_at.isoformat(), timer.every, timer.repeats
    )
    return next_firing(nowhere(graph, now), armed)


def nowhere(graph: g.Graph, now: datetime) -> Run:
    """Return a run before the first step: there are no variables yet."""
    state = st.State()
    st.apply(state, ev.InstanceStarted(graph.id, None, "", {}, now))
    return Run(graph, state, now)
