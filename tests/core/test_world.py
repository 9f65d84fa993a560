"""Instances in memory: what passes between them, and the clock they share."""

from datetime import timedelta

import pytest

from processes.core import commands as c
from processes.core import graph as g
from processes.core.world import DEEPEST, NeverRests, World
from tests.core.graphs import NOW, feel, graph, service_task, user_task
from tests.core.graphs import timer as timer_event


def named(process, *nodes, flows):
    made = graph(*nodes, flows=flows)
    return g.Graph(id=process, name=process, nodes=made.nodes, flows=made.flows)


def throw(name, *triggers):
    return g.ThrowEvent(id=name, triggers=triggers)


def catch(name, *triggers):
    return g.CatchEvent(id=name, triggers=triggers)


def call(name, process):
    return g.CallActivity(id=name, process=process)


def world(*graphs, watch=None):
    return World(graphs, now=NOW, watch=watch)


LISTENER = named(
    "listener",
    catch("hear", g.Message("news", key=feel("id"))),
    flows="start -> hear\nhear -> end",
)


def test_the_one_that_has_waited_longest_gets_the_message():
    here = world(LISTENER)
    first, second = (here.start(c.Start("listener", {"id": "7"})) for _ in range(2))
    here.send_message("news", "7")
    assert (first.state.status, second.state.status) == ("completed", "running")


def test_a_message_with_another_key_is_kept_for_whoever_comes():
    here = world(LISTENER)
    early = here.start(c.Start("listener", {"id": "8"}))
    here.send_message("news", "7")
    late = here.start(c.Start("listener", {"id": "7"}))
    assert (early.state.status, late.state.status) == ("running", "completed")


def test_a_suspended_instance_catches_up_when_it_goes_on():
    waits = named(
        "waits",
        user_task("review"),
        g.BoundaryEvent(
            id="rung", attached_to="review", interrupting=False, triggers=(g.Signal("alarm"),)
        ),
        timer_event("hour"),
        flows="start -> and\nand -> review\nreview -> end\nand -> hour\nhour -> end\nrung -> end",
    )
    here = world(waits)
    instance = here.start(c.Start("waits"))
    here.do(instance, c.Suspend())
    here.send_signal("alarm")
    here.wait_until(NOW + timedelta(hours=2))
    before = {token.node for token in instance.state.tokens.values()}
    here.do(instance, c.Resume())
    here.wait_until(here.now)
    after = {token.node for token in instance.state.tokens.values()}
    assert (before, after) == ({"review", "hour"}, {"review"})


def test_messages_that_go_round_for_ever_are_stopped():
    ping = named(
        "ping",
        g.StartEvent(id="go", triggers=(g.Message("ping"),)),
        throw("again", g.Message("ping")),
        flows="go -> again\nagain -> end",
    )
    with pytest.raises(NeverRests):
        world(ping).send_message("ping")


def test_a_process_that_calls_itself_for_ever_ends_in_an_incident():
    here = world(named("self", call("c", "self"), flows="start -> c\nc -> end"))
    here.start(c.Start("self"))
    assert len(here.instances) == DEEPEST + 1
    deepest = here.instances[DEEPEST + 1]
    assert [i.node for i in deepest.state.incidents.values()] == ["c"]


def test_a_call_of_a_process_that_only_events_start_fails_with_the_reason():
    woken = named("woken", g.StartEvent(id="go", triggers=(g.Message("m"),)), flows="go -> end")
    here = world(named("p", call("c", "woken"), flows="start -> c\nc -> end"), woken)
    instance = here.start(c.Start("p"))
    assert [i.node for i in instance.state.incidents.values()] == ["c"]


def test_timers_start_a_process_from_when_its_entrances_are_opened():
    daily = named(
        "daily",
        g.StartEvent(id="go", triggers=(g.Timer("cycle", feel('"R2/P1D"')),)),
        flows="go -> end",
    )
    here = world(daily)
    here.wait_until(NOW + timedelta(days=3))
    assert not here.instances
    here.open_entrances()
    here.wait_until(here.now + timedelta(days=9))
    assert len(here.instances) == 2
    assert here.next_due() is None


def test_a_timer_that_was_withdrawn_is_never_due():
    waits = named(
        "waits",
        user_task("review"),
        g.BoundaryEvent(
            id="late", attached_to="review", triggers=(g.Timer("duration", feel('"PT1H"')),)
        ),
        flows="start -> review\nreview -> end\nlate -> end",
    )
    here = world(waits)
    instance = here.start(c.Start("waits"))
    assert here.next_due() == NOW + timedelta(hours=1)
    (token,) = instance.state.tokens
    here.do(instance, c.CompleteTask(token, "approved", {}, "bob"))
    assert here.next_due() is None


def test_only_what_has_ended_is_forgotten():
    here = world(named("p", service_task("w"), flows="start -> w\nw -> end"))
    instance = here.start(c.Start("p"))
    with pytest.raises(ValueError, match="still runs"):
        here.forget(instance)
    here.do(instance, c.Cancel("enough"))
    here.forget(instance)
    assert not here.instances


def test_every_step_is_watched_as_it_happens():
    seen = []
    here = world(LISTENER, watch=lambda instance, events: seen.append((instance.id, events[-1])))
    here.start(c.Start("listener", {"id": "7"}))
    here.send_message("news", "7")
    assert [number for number, _ in seen] == [1, 1]
    assert seen[-1][1].kind == "instance.completed"
