"""Laws that hold for every process and every order of events, tried on random ones."""

from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as hs

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import fold
from tests.core.graphs import Play, boundary, graph, service_task, timer, user_task

# A block is a step, or blocks one after another, or blocks of which one or all are done.
STEPS = hs.sampled_from(["user", "service", "timer", "user with timer", "user with reminder"])
BLOCKS = hs.recursive(
    STEPS,
    lambda blocks: hs.tuples(
        hs.sampled_from(["then", "either", "both", "again"]),
        hs.lists(blocks, min_size=2, max_size=3),
    ),
    max_leaves=8,
)


class Builder:
    """Turns a block into nodes and flows between an entry and an exit."""

    def __init__(self) -> None:
        self.nodes: dict[str, g.Node] = {}
        self.lines: list[str] = []
        self.serial = 0

    def name(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def link(self, source: str, target: str, condition: str = "") -> None:
        self.lines.append(f"{source} -> {target}{' : ' + condition if condition else ''}")

    def add(self, block) -> tuple[str, str]:
        if isinstance(block, str):
            return self.step(block)
        kind, parts = block
        built = [self.add(part) for part in parts]
        if kind == "then":
            for (_, before), (after, _) in pairwise(built):
                self.link(before, after)
            return built[0][0], built[-1][1]
        if kind == "again":
            return self.loop(built)
        gateway = "xor" if kind == "either" else "and"
        split, join = self.name(gateway), self.name(gateway)
        for at, (entry, leave) in enumerate(built):
            self.link(split, entry, f"way = {at}" if kind == "either" and at else "")
            self.link(leave, join)
        if kind == "either":
            first = f"{split} -> {built[0][0]}"
            self.lines[self.lines.index(first)] = f"{split} => {built[0][0]}"
        return split, join

    def loop(self, built: list[tuple[str, str]]) -> tuple[str, str]:
        """The first part is repeated until somebody answers it with a rejection."""
        entry, again = self.name("xor"), self.name("xor")
        asked = user_task(self.name("task"))
        self.nodes[asked.id] = asked
        self.link(entry, built[0][0])
        self.link(built[0][1], asked.id)
        self.link(asked.id, again)
        self.link(again, entry, f'{asked.id}.outcome = "rejected"')
        leave = self.name("xor")
        self.lines.append(f"{again} => {leave}")
        for (_, _before), (after, end) in pairwise(built):
            self.link(leave, after)
            leave = end
        return entry, leave

    def step(self, kind: str) -> tuple[str, str]:
        name = self.name("task")
        if kind == "service":
            self.nodes[name] = service_task(name)
        elif kind == "timer":
            self.nodes[name] = timer(name)
        else:
            self.nodes[name] = user_task(name)
        if kind == "user with timer":
            late = self.name("late")
            self.nodes[late] = boundary(late, name)
            meet = self.name("xor")
            self.link(name, meet)
            self.link(late, meet)
            return name, meet
        if kind == "user with reminder":
            late = self.name("late")
            self.nodes[late] = boundary(late, name, '"R2/PT1H"', "cycle", interrupting=False)
            self.link(late, self.name("end"))
        return name, name


def build(block) -> g.Graph:
    builder = Builder()
    entry, leave = builder.add(block)
    builder.link("start", entry)
    builder.link(leave, "end")
    return graph(*builder.nodes.values(), flows="\n".join(builder.lines))


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
    found += [c.FireTimer(timer.id) for timer in play.state.timers.values()]
    found += [c.Retry(incident) for incident in play.state.incidents]
    return found


def play_on(play: Play, data: hs.DataObject, most: int = 25) -> None:
    for _ in range(most):
        possible = moves(play)
        if not possible:
            return
        command = data.draw(hs.sampled_from(possible))
        if isinstance(command, c.FireTimer):
            due_at = datetime.fromisoformat(play.state.timers[command.timer].due_at)
            play.do(command, now=max(due_at, play.now))
        else:
            play.do(command)


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_the_history_alone_rebuilds_the_state(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data)
    assert fold(play.history) == play.state
    read_back = [ev.from_data(event.kind, ev.to_data(event)) for event in play.history]
    assert fold(read_back).dump() == play.state.dump()


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_a_restart_between_any_two_steps_changes_nothing(block, way, data):
    play = Play(build(block), way=way)
    for _ in range(15):
        possible = moves(play)
        if not possible:
            break
        command = data.draw(hs.sampled_from(possible))
        now = play.now
        if isinstance(command, c.FireTimer):
            now = max(now, datetime.fromisoformat(play.state.timers[command.timer].due_at))
        restarted = Play.__new__(Play)
        restarted.graph, restarted.history, restarted.now = play.graph, [], play.now
        restarted.state = st.load(play.state.dump())
        assert restarted.do(command, now=now) == play.do(command, now=now)
        assert restarted.state == play.state


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_every_token_of_a_resting_instance_waits_for_something_or_at_a_join(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data)
    for token in play.state.tokens.values():
        node = play.graph.nodes[token.node]
        assert token.wait or isinstance(node, g.ParallelGateway)


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_nothing_is_left_when_an_instance_has_ended(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data, most=60)
    if play.state.ended:
        assert not play.state.tokens
        assert not play.state.timers
        assert not play.state.incidents
    else:
        play.do(c.Cancel("enough"))
        assert not play.state.tokens
        assert not play.state.timers


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_tokens_are_conserved(block, way, data):
    """Every token that entered has left once, was withdrawn once, or still stands."""
    play = Play(build(block), way=way)
    play_on(play, data)
    entered = [e.token for e in play.history if isinstance(e, ev.TokenEntered)]
    left = [t for e in play.history if isinstance(e, ev.NodeCompleted) for t in e.tokens]
    left += [e.token for e in play.history if isinstance(e, ev.TokenWithdrawn)]
    assert len(entered) == len(set(entered))
    assert sorted([*left, *play.state.tokens]) == sorted(entered)


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_an_exclusive_gateway_sends_exactly_one_token_on(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data)
    for before, after in pairwise(play.history):
        if isinstance(before, ev.NodeCompleted) and isinstance(
            play.graph.nodes[before.node], g.ExclusiveGateway
        ):
            assert isinstance(after, ev.TokenEntered)
            assert after.flow in {f.id for f in play.graph.outgoing[before.node]}
    for name, node in play.graph.nodes.items():
        if isinstance(node, g.ExclusiveGateway):
            out = {f.id for f in play.graph.outgoing[name]}
            done = sum(isinstance(e, ev.NodeCompleted) and e.node == name for e in play.history)
            sent = sum(isinstance(e, ev.TokenEntered) and e.flow in out for e in play.history)
            assert sent == done
