"""Random processes of every kind of node, and everything the world could do to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any

from hypothesis import strategies as hs

from processes.core import commands as c
from processes.core import graph as g
from tests.core.graphs import Play, boundary, feel, service_task, timer, user_task

STEPS = hs.sampled_from(
    [
        "user",
        "service",
        "timer",
        "user with timer",
        "user with reminder",
        "message",
        "signal",
        "throw signal",
        "script",
        "call",
        "each in turn",
        "each at once",
        "again and again",
        "undoable",
        "link",
    ]
)
# A block is a step, or blocks one after another, or blocks of which one, some or all are done.
BLOCKS = hs.recursive(
    STEPS,
    lambda blocks: hs.tuples(
        hs.sampled_from(
            [
                "then",
                "either",
                "both",
                "some",
                "race",
                "again",
                "inside",
                "inside, guarded",
                "inside for each",
                "transaction",
                "handled",
            ]
        ),
        hs.lists(blocks, min_size=2, max_size=3),
    ),
    max_leaves=8,
)

Ends = tuple[str, str]


class Builder:
    """Turns a block into nodes and flows between an entry and an exit."""

    def __init__(self) -> None:
        self.nodes: dict[str, g.Node] = {}
        self.flows: dict[str, g.Flow] = {}
        self.serial = 0
        self.parent: str | None = None

    def name(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def node(self, kind: type[Any], prefix: str, **more: Any) -> str:
        return self.keep(kind(id=self.name(prefix), parent=self.parent, **more))

    def keep(self, node: g.Node) -> str:
        self.nodes[node.id] = node
        return node.id

    def link(self, source: str, target: str, condition: str = "") -> str:
        flow = f"{source}-{target}"
        self.flows[flow] = g.Flow(
            flow, source, target, condition=feel(condition) if condition else None
        )
        return flow

    def gateway(self, kind: type[Any], prefix: str, **more: Any) -> str:
        return self.node(kind, prefix, **more)

    def chain(self, parts: list[Ends]) -> Ends:
        for (_, before), (after, _) in pairwise(parts):
            self.link(before, after)
        return parts[0][0], parts[-1][1]

    @contextmanager
    def within(self, kind: str, **more: Any) -> Iterator[str]:
        """Build inside a sub-process, and add it afterwards."""
        name, outside = self.name("sub"), self.parent
        self.parent = name
        yield name
        self.parent = outside
        self.keep(g.SubProcess(id=name, parent=outside, kind=kind, **more))

    def body(self, parts: list[Any]) -> None:
        start, end = self.node(g.StartEvent, "start"), self.node(g.EndEvent, "end")
        entry, leave = self.chain([self.add(part) for part in parts])
        self.link(start, entry)
        self.link(leave, end)

    def edge(self, on: str, trigger: g.Trigger, meet: str, *, interrupting: bool = True) -> None:
        event = self.node(
            g.BoundaryEvent,
            "edge",
            attached_to=on,
            interrupting=interrupting,
            triggers=(trigger,),
        )
        self.link(event, meet if interrupting else self.node(g.EndEvent, "end"))

    # --- blocks ----------------------------------------------------------------------------------

    def add(self, block: Any) -> Ends:
        if isinstance(block, str):
            return self.step(block)
        kind, parts = block
        match kind:
            case "then":
                return self.chain([self.add(part) for part in parts])
            case "again":
                return self.loop(parts)
            case "race":
                return self.race(parts)
            case "either" | "both" | "some":
                return self.split(kind, parts)
            case _:
                return self.sub_process(kind, parts)

    def split(self, kind: str, parts: list[Any]) -> Ends:
        gateway, prefix = {
            "either": (g.ExclusiveGateway, "xor"),
            "both": (g.ParallelGateway, "and"),
            "some": (g.InclusiveGateway, "or"),
        }[kind]
        built = [self.add(part) for part in parts]
        join = self.gateway(gateway, prefix)
        split = self.name(prefix)
        default = None if kind == "both" else f"{split}-{built[0][0]}"
        self.keep(gateway(id=split, parent=self.parent, default=default))
        for at, (entry, leave) in enumerate(built):
            condition = {"either": f"way = {at}", "some": f"way >= {at}"}.get(kind, "")
            self.link(split, entry, condition if at else "")
            self.link(leave, join)
        return split, join

    def race(self, parts: list[Any]) -> Ends:
        """Go on from whichever event comes first."""
        gateway, join = self.node(g.EventGateway, "race"), self.node(g.ExclusiveGateway, "xor")
        kinds = [g.Message("paid"), g.Signal("alarm"), g.Timer("duration", feel('"PT1H"'))]
        for trigger, part in zip(kinds, parts, strict=False):
            event = self.node(g.CatchEvent, "event", triggers=(trigger,))
            entry, leave = self.add(part)
            self.link(gateway, event)
            self.link(event, entry)
            self.link(leave, join)
        return gateway, join

    def loop(self, parts: list[Any]) -> Ends:
        """The first part is repeated until somebody answers it with a rejection."""
        entry = self.node(g.ExclusiveGateway, "xor")
        again = self.name("xor")
        leave = self.node(g.ExclusiveGateway, "xor")
        self.keep(g.ExclusiveGateway(id=again, parent=self.parent, default=f"{again}-{leave}"))
        asked = self.step("user")[0]
        first, last = self.add(parts[0])
        self.link(entry, first)
        self.link(last, asked)
        self.link(asked, again)
        self.link(again, entry, f'{asked}.outcome = "rejected"')
        self.link(again, leave)
        return self.chain([(entry, leave), *(self.add(part) for part in parts[1:])])

    def sub_process(self, kind: str, parts: list[Any]) -> Ends:
        meet = self.node(g.ExclusiveGateway, "xor")
        loop = None
        if kind == "inside for each":
            loop = g.MultiInstance(collection=feel("[1, 2]"), element="item", output="gathered")
        bpmn = "transaction" if kind == "transaction" else "embedded"
        with self.within(bpmn, loop=loop) as name:
            self.body(parts)
            if kind == "handled":
                self.handler()
            if kind == "transaction":
                self.cancelling()
        if kind == "inside, guarded":
            self.edge(name, g.Error(), meet)
            self.edge(name, g.Message("stop"), meet)
            self.edge(name, g.Conditional(feel("way = 7")), meet, interrupting=False)
        if kind == "transaction":
            self.edge(name, g.Cancel(), meet)
        self.link(name, meet)
        return name, meet

    def handler(self) -> None:
        """An event sub-process that a signal starts beside everything else."""
        with self.within("event") as name:
            start = self.node(
                g.StartEvent, "start", triggers=(g.Signal("alarm"),), interrupting=False
            )
            task = self.keep(user_task(self.name("task"), parent=name))
            self.link(start, task)
            self.link(task, self.node(g.EndEvent, "end"))

    def cancelling(self) -> None:
        """A way out of a transaction that undoes it."""
        with self.within("event"):
            start = self.node(g.StartEvent, "start", triggers=(g.Message("stop"),))
            self.link(start, self.node(g.EndEvent, "end", triggers=(g.Error("stopped"),)))
        asked = self.step("user")[0]
        self.link(asked, self.node(g.EndEvent, "cancel", triggers=(g.Cancel(),)))
        self.link(self.node(g.StartEvent, "start"), asked)

    # --- steps -----------------------------------------------------------------------------------

    def step(self, kind: str) -> Ends:
        name, here = self.name("task"), {"parent": self.parent}
        match kind:
            case "service":
                self.keep(service_task(name, **here))
            case "timer":
                self.keep(g.CatchEvent(id=name, triggers=timer("x").triggers, **here))
            case "message":
                self.keep(g.ReceiveTask(id=name, message=g.Message("paid"), **here))
            case "signal":
                self.keep(g.CatchEvent(id=name, triggers=(g.Signal("alarm"),), **here))
            case "throw signal":
                self.keep(g.ThrowEvent(id=name, triggers=(g.Signal("alarm"),), **here))
            case "script":
                add = g.Assign("sum", feel("if sum = null then 1 else sum + 1"))
                self.keep(g.ScriptTask(id=name, assignments=(add,), **here))
            case "call":
                self.keep(g.CallActivity(id=name, process="other", everything=True, **here))
            case "link":
                return self.jump()
            case "undoable":
                return self.undoable(name)
            case _:
                self.keep(user_task(name, loop=LOOPS.get(kind), **here))
        if kind == "user with timer":
            meet = self.node(g.ExclusiveGateway, "xor")
            self.edge(name, boundary("x", "y").triggers[0], meet)
            self.link(name, meet)
            return name, meet
        if kind == "user with reminder":
            twice = boundary("x", "y", '"R2/PT1H"', "cycle").triggers[0]
            self.edge(name, twice, "", interrupting=False)
        return name, name

    def jump(self) -> Ends:
        link = g.Link(self.name("link"))
        return (
            self.node(g.ThrowEvent, "throw", triggers=(link,)),
            self.node(g.CatchEvent, "catch", triggers=(link,)),
        )

    def undoable(self, name: str) -> Ends:
        """A call that can be undone, and is when somebody later says so."""
        handler = self.keep(
            service_task(self.name("undo"), parent=self.parent, for_compensation=True)
        )
        self.keep(service_task(name, parent=self.parent))
        self.node(
            g.BoundaryEvent,
            "edge",
            attached_to=name,
            triggers=(g.Compensation(),),
            handler=handler,
        )
        asked = self.step("user")[0]
        again = self.name("xor")
        undo = self.node(g.ThrowEvent, "undoing", triggers=(g.Compensation(),))
        leave = self.node(g.ExclusiveGateway, "xor")
        self.keep(g.ExclusiveGateway(id=again, parent=self.parent, default=f"{again}-{leave}"))
        self.link(name, asked)
        self.link(asked, again)
        self.link(again, undo, f'{asked}.outcome = "rejected"')
        self.link(again, leave)
        self.link(undo, leave)
        return name, leave


LOOPS = {
    "each in turn": g.MultiInstance(
        collection=feel("[1, 2, 3]"), sequential=True, element="item", output="gathered"
    ),
    "each at once": g.MultiInstance(
        cardinality=feel("3"), completion=feel("numberOfCompletedInstances >= 2")
    ),
    "again and again": g.StandardLoop(maximum=2),
}


def build(block: Any) -> g.Graph:
    builder = Builder()
    builder.body([block])
    return g.Graph(id="test", name="Test", nodes=builder.nodes, flows=builder.flows)


def moves(play: Play) -> list[c.Command]:
    """Return everything that the world could do next."""
    found: list[c.Command] = []
    for token in play.state.tokens.values():
        if token.wait == "task":
            found.append(c.CompleteTask(token.id, "approved", {}, "bob"))
            found.append(c.CompleteTask(token.id, "rejected", {}, "bob", comment="no"))
        elif token.wait == "job":
            found.append(c.CompleteJob(token.id, {"status": 200, "body": None}))
            found.append(c.FailJob(token.id, "down", 3))
            found.append(c.FailJob(token.id, "refused", 1, code="no"))
        elif token.wait == "call":
            found.append(c.CompleteCall(token.id, {"way": 7}))
            found.append(c.FailCall(token.id, "It failed.", code="no"))
    for open_ in play.state.subscriptions.values():
        if open_.trigger == "message":
            found.append(c.DeliverMessage(open_.id, {"way": 1}))
        elif open_.trigger == "signal":
            found.append(c.DeliverSignal(open_.name))
    found += [c.FireTimer(armed.id) for armed in play.state.timers.values()]
    found += [c.Retry(incident) for incident in play.state.incidents]
    return found


def moment_of(play: Play, command: c.Command) -> datetime:
    """Return when the command can be given: a timer's at the moment it is due."""
    if isinstance(command, c.FireTimer):
        due_at = datetime.fromisoformat(play.state.timers[command.timer].due_at)
        return max(due_at, play.now)
    return play.now


def play_on(play: Play, data: hs.DataObject, most: int = 25) -> None:
    for _ in range(most):
        possible = moves(play)
        if not possible:
            return
        command = data.draw(hs.sampled_from(possible))
        play.do(command, now=moment_of(play, command))
