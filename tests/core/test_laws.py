"""Laws that hold for every process and every order of events, tried on random ones."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as hs

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import fold
from processes.core.errors import Refusal
from tests.core.graphs import Play
from tests.core.random_processes import BLOCKS, build, moment_of, moves, play_on


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
        now = moment_of(play, command)
        restarted = Play.__new__(Play)
        restarted.graph, restarted.history, restarted.now = play.graph, [], play.now
        restarted.state = st.load(json.loads(json.dumps(play.state.dump())))
        assert restarted.do(command, now=now) == play.do(command, now=now)
        assert restarted.state == play.state


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_every_token_of_a_resting_instance_waits_for_something_or_at_a_join(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data)
    for token in play.state.tokens.values():
        node = play.graph.nodes[token.node]
        assert token.wait or isinstance(node, g.ParallelGateway | g.InclusiveGateway)


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_nothing_is_left_when_an_instance_has_ended(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data, most=60)
    if not play.state.ended:
        play.do(c.Cancel("enough"))
    assert not play.state.tokens
    assert not play.state.timers
    assert not play.state.subscriptions
    assert not play.state.incidents
    assert all(scope.parent is None or scope.kept for scope in play.state.scopes.values())


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


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_a_join_uses_one_token_of_each_flow_it_waited_for(block, way, data):
    play = Play(build(block), way=way)
    play_on(play, data, most=40)
    came_by = {e.token: e.flow for e in play.history if isinstance(e, ev.TokenEntered)}
    for event in play.history:
        if not isinstance(event, ev.NodeCompleted):
            continue
        used = [came_by[token] for token in event.tokens]
        incoming = {flow.id for flow in play.graph.incoming[event.node]}
        match play.graph.nodes[event.node]:
            case g.ParallelGateway():
                assert sorted(used) == sorted(incoming)
            case g.InclusiveGateway():
                assert len(used) == len(set(used))
                assert set(used) <= incoming
            case _:
                assert len(used) == 1


@given(block=BLOCKS, way=hs.integers(0, 2), data=hs.data())
def test_of_two_commands_at_once_the_second_is_refused_or_follows_the_first(block, way, data):
    """Both were asked of the same state; whoever comes second is judged anew, by what is true then.

    That gives one of the two serial orders, never a mixture, and each order keeps the laws.
    """
    play = Play(build(block), way=way)
    play_on(play, data, most=8)
    possible = moves(play)
    if not possible:
        return
    asked = [data.draw(hs.sampled_from(possible)) for _ in range(2)]
    for first, second in (asked, asked[::-1]):
        order = Play.__new__(Play)
        order.graph, order.history, order.now = play.graph, list(play.history), play.now
        order.state = play.state.copy()
        order.do(first, now=moment_of(order, first))
        before, refused = order.state.dump(), ""
        try:
            order.do(second, now=max(order.now, moment_of(play, second)))
        except Refusal as refusal:
            refused = refusal.code
        assert refused in REFUSED
        assert not refused or order.state.dump() == before
        assert fold(order.history) == order.state


REFUSED = {
    "",
    "task_not_open",
    "job_not_open",
    "call_not_open",
    "timer_not_armed",
    "timer_not_due",
    "subscription_closed",
    "not_listening",
    "incident_not_open",
    "instance_ended",
}
