"""Instances on a virtual clock: paths, times, people, deadlines, machines, messages."""

from dataclasses import replace
from typing import Any

import pytest

from processes.core import graph as g
from processes.core.simulate import Report, read_plan, simulate
from processes.core.simulate.report import spread
from processes.core.simulate.simulation import Simulation
from tests.core.graphs import boundary, feel, graph, service_task, timer, user_task

HOUR = 3_600.0


def played(found: g.Graph, *others: g.Graph, **plan: Any) -> Report:
    graphs = [found, *others]
    return simulate(graphs, found.id, read_plan({"instances": 200, **plan}, graphs))


def by_finance(**more: Any) -> g.Graph:
    task = user_task("a", assignment=g.Assignment(groups=("finance",)), **more)
    return graph(task, flows="start -> a \n a -> end")


def approval() -> g.Graph:
    return graph(
        user_task("a"),
        user_task("b"),
        flows="""
            start -> a
            a -> xor
            xor -> b : a.outcome = "approved"
            xor => end1
            b -> end2
        """,
    )


def test_the_same_seed_gives_the_same_report_and_another_one_another():
    report = played(approval(), seed=7)
    assert report == played(approval(), seed=7)
    assert report != played(approval(), seed=8)


def test_every_instance_ends_and_every_way_is_counted_once():
    report = played(approval())
    assert (report.instances, report.completed, report.unfinished) == (200, 200, 0)
    assert sum(variant.count for variant in report.variants) == 200
    assert {variant.trace[-1] for variant in report.variants} == {"end1", "end2"}
    assert sum(report.ends.values()) == 200


def test_answers_come_as_often_as_the_plan_says():
    report = played(
        approval(),
        instances=2_000,
        nodes={"a": {"outcomes": {"approved": 9, "rejected": 1}}},
    )
    assert report.steps[0].outcomes["approved"] / 2_000 == pytest.approx(0.9, abs=0.03)
    assert report.steps[1].opened == report.steps[0].outcomes["approved"]


def test_an_outcome_without_weight_never_comes():
    report = played(approval(), nodes={"a": {"outcomes": {"approved": 0, "rejected": 1}}})
    assert report.ends == {"end1": 200}


def test_who_is_not_limited_never_lets_anybody_wait():
    report = played(by_finance(), arrivals={"every": "PT1S"}, nodes={"a": {"duration": "PT2H"}})
    assert report.waiting_time.max == 0
    assert report.cycle_time.median == 2 * HOUR


def test_one_person_does_one_task_after_another():
    report = played(
        by_finance(),
        instances=3,
        arrivals={"every": "PT1S"},
        resources={"finance": 1},
        nodes={"a": {"duration": "PT1H"}},
    )
    assert report.waiting_time.max == 2 * HOUR - 2
    assert report.cycle_time.max == 3 * HOUR - 2
    assert report.groups[0].longest_queue == 2
    assert report.groups[0].taken == 3


def test_a_single_server_queue_waits_as_long_as_theory_says():
    """M/M/1 at four fifths of its capacity: 4 hours (Erlang, 1909)."""
    report = played(
        by_finance(),
        instances=20_000,
        seed=3,
        arrivals={"per_hour": 0.8},
        resources={"finance": 1},
        nodes={"a": {"duration": {"exponential": "PT1H"}}},
    )
    assert report.waiting_time.mean == pytest.approx(4 * HOUR, rel=0.25)
    assert report.groups[0].busy == pytest.approx(0.8, abs=0.04)


def test_two_people_share_one_queue():
    """M/M/2 at four fifths of its capacity waits 16/9 hours, less than half of two queues."""
    report = played(
        by_finance(),
        instances=20_000,
        seed=3,
        arrivals={"per_hour": 1.6},
        resources={"finance": 2},
        nodes={"a": {"duration": {"exponential": "PT1H"}}},
    )
    assert report.waiting_time.mean == pytest.approx(16 / 9 * HOUR, rel=0.25)


def test_who_is_excluded_is_passed_over():
    second = user_task(
        "b", assignment=g.Assignment(groups=("finance",), exclude=(feel("a.decidedBy"),))
    )
    process = graph(
        user_task("a", assignment=g.Assignment(groups=("finance",))),
        second,
        flows="start -> a \n a -> b \n b -> end",
    )
    assert played(process, resources={"finance": 2}).completed == 200
    alone = played(process, resources={"finance": 1})
    assert (alone.completed, alone.unfinished) == (0, 200)


def test_late_answers_are_counted_and_the_ladder_asks_more_people():
    slow = by_finance(
        deadline=g.Deadline(complete_by=feel('"PT1H"')),
        escalations=(g.Rung(after=feel('"PT1H"'), groups=("board",)),),
    )
    report = played(
        slow,
        instances=2,
        arrivals={"every": "PT1S"},
        resources={"finance": 1},
        nodes={"a": {"duration": "PT3H"}},
    )
    step = report.steps[0]
    assert (step.deadlines, step.deadlines_missed, step.escalated) == (2, 2, 2)
    assert step.asked == {"board": 2, "finance": 2}
    # The board has no queue: it takes the second task two hours after it was asked for.
    assert step.waiting.max == 2 * HOUR


def test_a_withdrawn_task_frees_who_worked_on_it():
    process = graph(
        user_task("a", assignment=g.Assignment(groups=("finance",))),
        boundary("late", "a", '"PT1H"'),
        flows="start -> a \n a -> end \n late -> end2",
    )
    report = played(
        process,
        instances=2,
        arrivals={"every": "PT90M"},
        resources={"finance": 1},
        nodes={"a": {"duration": "PT10H"}},
    )
    assert report.ends == {"end2": 2}
    assert report.steps[0].withdrawn == 2
    assert report.groups[0].taken == 2


def test_timers_pass_in_virtual_time():
    report = played(graph(timer("t", '"P30D"'), flows="start -> t \n t -> end"))
    assert report.cycle_time.max == 30 * 24 * HOUR


def test_a_job_that_fails_stops_its_instance():
    process = graph(service_task("j"), flows="start -> j \n j -> end")
    report = played(process, nodes={"j": {"fails": 0.25, "duration": "PT5S"}})
    stopped = sum(stop.count for stop in report.incidents)
    assert 0 < stopped == report.unfinished
    assert report.completed == 200 - stopped
    assert report.cycle_time.max == 5


def test_a_job_may_fail_with_an_error_that_the_process_catches():
    edge = g.BoundaryEvent(id="no", attached_to="j", triggers=(g.Error("declined"),))
    process = graph(service_task("j"), edge, flows="start -> j \n j -> end \n no -> end2")
    report = played(process, nodes={"j": {"fails": 1, "error": "declined"}})
    assert report.ends == {"end2": 200}


def test_a_message_from_outside_comes_and_one_on_an_edge_only_when_the_plan_says_so():
    wait = g.CatchEvent(id="paid", triggers=(g.Message("paid"),))
    stop = g.BoundaryEvent(id="stop", attached_to="a", triggers=(g.Message("stop"),))
    process = graph(
        wait, user_task("a"), stop, flows="start -> paid \n paid -> a \n a -> end \n stop -> end2"
    )
    assert played(process).ends == {"end": 200}
    at_once = {"stop": {"duration": "PT0S"}}
    assert played(process, nodes=at_once).ends == {"end2": 200}
    assert played(process, nodes={"paid": {"never": 1}}).unfinished == 200


def test_a_process_that_the_file_lacks_is_one_piece_of_work():
    process = graph(g.CallActivity(id="c", process="elsewhere"), flows="start -> c \n c -> end")
    report = played(process, nodes={"c": {"duration": "PT7M"}})
    assert (report.completed, report.cycle_time.max) == (200, 420)


def test_an_instance_that_runs_in_circles_is_given_up():
    process = graph(user_task("a"), flows="start -> a \n a -> xor \n xor -> a : true \n xor => end")
    report = played(process, instances=2)
    assert (report.given_up, report.completed) == (2, 0)


def test_what_waits_for_ever_ends_at_the_horizon():
    process = graph(
        g.CatchEvent(id="never", triggers=(g.Message("never"),)),
        flows="start -> never \n never -> end",
    )
    report = played(
        process, horizon="P1D", nodes={"never": {"never": 1}}, arrivals={"every": "PT1H"}
    )
    assert report.instances == 24
    assert report.unfinished == 24


def test_forms_are_filled_at_random_within_their_limits():
    form = {"properties": {"amount": {"type": "integer", "minimum": 5, "maximum": 6}}}
    process = graph(
        user_task("a", form=form),
        flows="""
            start -> a
            a -> xor
            xor -> end5 : a.data.amount = 5
            xor -> end6 : a.data.amount = 6
            xor => end7
        """,
    )
    assert set(played(process).ends) == {"end5", "end6"}


def test_a_message_that_the_file_itself_sends_does_not_come_from_outside_as_well():
    send = g.SendTask(id="send", message=g.Message("order"))
    buyer = graph(send, flows="start -> send \n send -> end")
    wait = g.CatchEvent(id="wait", triggers=(g.Message("order"),))
    seller = replace(graph(wait, flows="start -> wait \n wait -> end"), id="seller")
    assert played(seller).completed == 200
    assert played(seller, buyer).unfinished == 200


def test_what_has_ended_is_forgotten():
    found = approval()
    simulation = Simulation([found], found.id, read_plan({"instances": 20}, [found]))
    assert simulation.run().completed == 20
    assert simulation.world.instances == {}
    assert simulation.asks == {}


def test_percentiles_are_spans_that_were_measured():
    found = spread(float(seconds) for seconds in range(100, 0, -1))
    assert (found.median, found.p90, found.p95, found.max) == (50, 90, 95, 100)
    assert (found.count, found.mean) == (100, 50.5)
    alone = spread([7.0])
    assert (alone.median, alone.p95) == (7, 7)
