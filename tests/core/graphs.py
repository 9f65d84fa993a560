"""Small processes for the tests of the core, written as graphs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import decide
from processes.core.feel import Expression, compile_expression

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def feel(text: str) -> Expression:
    return compile_expression(text)


def user_task(name: str, **more: Any) -> g.UserTask:
    more.setdefault("assignment", g.Assignment(users=("bob",)))
    return g.UserTask(id=name, **more)


def service_task(name: str, **more: Any) -> g.ServiceTask:
    more.setdefault("call", g.HttpCall("orders", "POST", "/orders", None, feel('"PT10S"')))
    more.setdefault("retry", g.Retry(3, feel('"PT1S"'), 2.0, feel('"PT1M"')))
    return g.ServiceTask(id=name, **more)


def timer(name: str, text: str = '"PT1H"', kind: Any = "duration") -> g.CatchEvent:
    return g.CatchEvent(id=name, triggers=(g.Timer(kind, feel(text)),))


def boundary(
    name: str, on: str, text: str = '"PT1H"', kind: Any = "duration", *, interrupting: bool = True
) -> g.BoundaryEvent:
    trigger = g.Timer(kind, feel(text))
    return g.BoundaryEvent(id=name, attached_to=on, interrupting=interrupting, triggers=(trigger,))


def graph(*nodes: g.Node, flows: str) -> g.Graph:
    """Return a graph; ``flows`` is lines such as ``a -> b`` or ``a -> b : amount > 1``.

    Names not given as nodes are made by their first letters: ``start``, ``end``, ``xor…``,
    ``and…``. ``a => b`` is the default flow of ``a``. A flow is called ``a-b``.
    """
    known: dict[str, g.Node] = {node.id: node for node in nodes}
    found: dict[str, g.Flow] = {}
    defaults: dict[str, str] = {}
    for line in flows.strip().splitlines():
        path, _, condition = line.partition(" : ")
        source, arrow, target = path.split()
        flow = f"{source}-{target}"
        for name in (source, target):
            if name not in known:
                known[name] = made(name)
        found[flow] = g.Flow(flow, source, target, condition=feel(condition) if condition else None)
        if arrow == "=>":
            defaults[source] = flow
    for name, flow in defaults.items():
        known[name] = replace(known[name], default=flow)
    return g.Graph(id="test", name="Test", nodes=known, flows=found)


def made(name: str) -> g.Node:
    if name.startswith("start"):
        return g.StartEvent(id=name)
    if name.startswith("xor"):
        return g.ExclusiveGateway(id=name)
    if name.startswith("and"):
        return g.ParallelGateway(id=name)
    if name.startswith("stop"):
        return g.EndEvent(id=name, triggers=(g.Terminate(),))
    if name.startswith("end"):
        return g.EndEvent(id=name)
    raise ValueError(name)


class Play:
    """Plays one instance in memory and keeps its whole history."""

    def __init__(self, graph: g.Graph, **variables: Any) -> None:
        self.graph = graph
        self.state = st.State()
        self.history: list[ev.Event] = []
        self.now = NOW
        self.do(c.Start("test", variables, "alice", "K-1"))

    def do(self, command: c.Command, *, now: datetime | None = None) -> list[ev.Event]:
        self.now = now or self.now
        events, self.state = decide(self.graph, self.state, command, now=self.now)
        self.history += events
        return events

    def token(self, node: str) -> str:
        """Return the oldest token on the node."""
        return next(t.id for t in self.state.tokens.values() if t.node == node)

    def answer(self, node: str, outcome: str = "approved", **data: Any) -> list[ev.Event]:
        return self.do(c.CompleteTask(self.token(node), outcome, data, "bob"))

    def answer_inner(self, node: str) -> list[ev.Event]:
        """Answer the oldest open question of a task that is asked more than once."""
        token = next(
            t.id for t in self.state.tokens.values() if t.node == node and t.wait == "task"
        )
        return self.do(c.CompleteTask(token, "approved", {}, "bob"))

    def timer(self, node: str) -> st.ArmedTimer:
        return next(t for t in self.state.timers.values() if t.node == node)

    def fire(self, node: str) -> list[ev.Event]:
        """Fire the node's timer at the moment it is due."""
        armed = self.timer(node)
        return self.do(c.FireTimer(armed.id), now=datetime.fromisoformat(armed.due_at))

    def waiting(self) -> dict[str, str]:
        """Return what each token's node waits for."""
        return {token.node: token.wait for token in self.state.tokens.values()}

    def incident(self) -> ev.IncidentRaised:
        """Return the latest incident."""
        return next(e for e in reversed(self.history) if isinstance(e, ev.IncidentRaised))

    def completed(self) -> list[str]:
        """Return the nodes that were completed, in order."""
        return [e.node for e in self.history if isinstance(e, ev.NodeCompleted)]
