"""Several who must agree, what is urgent, and each rung of the ladder."""

from typing import Any

import pytest

from processes.core import graph as g
from processes.core.simulate import Report, read_plan, simulate
from processes.core.simulate.ballots import agreed
from tests.core.graphs import feel, graph, user_task

HOUR = 3_600.0
YES, NO = {"approved": 1}, {"rejected": 1}


def played(task: g.UserTask, **plan: Any) -> Report:
    process = graph(task, flows="start -> a \n a -> end")
    return simulate([process], "test", read_plan({"instances": 20, **plan}, [process]))


def board(**more: Any) -> g.UserTask:
    return user_task("a", assignment=g.Assignment(groups=("board",)), **more)


def late(**rung: Any) -> g.UserTask:
    return board(
        deadline=g.Deadline(complete_by=feel('"PT1H"')),
        escalations=(g.Rung(after=feel('"PT0S"'), **rung),),
    )


@pytest.mark.parametrize(
    ("need", "votes", "verdict"),
    [
        ("any", [None, None], None),
        ("any", [True, None], True),
        ("any", [False, False], False),
        ("all", [True, True], True),
        ("all", [True, False], False),
        ("2", [True, True, None], True),
        ("2", [True, False, False], False),
        ("2", [True, False, None], None),
        ("60%", [True, True, None], True),
        ("60%", [True, False, None], None),
        ("all", [], False),
    ],
)
def test_what_is_needed_decides(need, votes, verdict):
    assert agreed(need, votes) is verdict


def test_without_tiers_one_comes_after_the_other():
    task = board(quorum=g.Quorum(need="2", order="sequential"))
    report = played(
        task,
        instances=1,
        resources={"board": 3},
        nodes={"a": {"outcomes": YES, "duration": "PT1H"}},
    )
    assert report.cycle_time.max == 2 * HOUR


def test_who_abstains_is_not_counted():
    outcomes = (*g.APPROVE_OR_REJECT, g.Outcome("pass", "Pass"))
    task = board(outcomes=outcomes, quorum=g.Quorum(abstain=("pass",)))
    plan = {"a": {"outcomes": {"pass": 1, "approved": 1}}}
    report = played(task, instances=100, resources={"board": 3}, nodes=plan)
    assert set(report.steps[0].outcomes) == {"approved", "rejected"}
    assert report.steps[0].outcomes["approved"] > 60


@pytest.mark.parametrize("need", ["any", "2", "all", "60%"])
def test_a_group_agrees(need):
    report = played(
        board(quorum=g.Quorum(need=need)),
        instances=1,
        resources={"board": 3},
        nodes={"a": {"outcomes": YES, "duration": {"uniform": ["PT1H", "PT2H"]}}},
    )
    assert report.steps[0].outcomes == {"approved": 1}


def test_one_veto_decides_for_all():
    task = board(quorum=g.Quorum(veto=("rejected",)))
    report = played(task, resources={"board": 3}, nodes={"a": {"outcomes": NO}})
    assert report.steps[0].outcomes == {"rejected": 20}


def test_who_misses_the_quorum_gets_what_is_declared():
    outcomes = (*g.APPROVE_OR_REJECT, g.Outcome("open", "Open"))
    task = board(outcomes=outcomes, quorum=g.Quorum(otherwise="open"))
    report = played(task, resources={"board": 3}, nodes={"a": {"outcomes": NO}})
    assert report.steps[0].outcomes == {"open": 20}


def test_tiers_one_after_another_take_the_time_of_both():
    tiers = (g.Tier(key="one", groups=("finance",)), g.Tier(key="two", groups=("legal",)))
    nodes = {"a": {"outcomes": YES, "duration": "PT1H"}}
    beside = played(user_task("a", tiers=tiers, quorum=g.Quorum()), nodes=nodes)
    after = user_task("a", tiers=tiers, quorum=g.Quorum(order="sequential"))
    assert beside.cycle_time.max == HOUR
    assert played(after, nodes=nodes).cycle_time.max == 2 * HOUR


def test_a_later_tier_is_not_asked_when_an_earlier_one_refuses():
    tiers = (g.Tier(key="one", groups=("finance",)), g.Tier(key="two", groups=("legal",)))
    task = user_task("a", tiers=tiers, quorum=g.Quorum(order="sequential"))
    report = played(task, nodes={"a": {"outcomes": NO}})
    assert report.steps[0].asked == {"finance": 20}


def test_parts_of_a_tier_count_for_it():
    tiers = (
        g.Tier(key="whole", need="2"),
        *(g.Tier(key=key, within="whole", groups=(key,)) for key in ("x", "y", "z")),
    )
    report = played(user_task("a", tiers=tiers), nodes={"a": {"outcomes": YES}})
    assert report.completed == 20


def test_what_is_urgent_is_done_first():
    process = graph(
        user_task("a", assignment=g.Assignment(groups=("board",))),
        user_task("b", assignment=g.Assignment(groups=("board",)), priority=feel("90")),
        user_task("c", assignment=g.Assignment(groups=("board",))),
        flows="start -> and1\nand1 -> c\nand1 -> a\nand1 -> b\na -> end1\nb -> end2\nc -> end3",
    )
    plan = {
        "instances": 1,
        "resources": {"board": 1},
        "nodes": {node: {"duration": "PT1H"} for node in "abc"},
    }
    report = simulate([process], "test", read_plan(plan, [process]))
    assert {step.node: step.waiting.max / HOUR for step in report.steps} == {"c": 0, "b": 1, "a": 2}


def test_silence_is_answered_with_no():
    task = late(do="answer")
    report = played(task, nodes={"a": {"outcomes": YES, "duration": "PT5H"}})
    assert report.steps[0].outcomes == {"rejected": 20}
    assert report.cycle_time.max == HOUR


def test_who_is_told_answers_nothing():
    task = late(do="notify", groups=("leads",))
    report = played(task, nodes={"a": {"outcomes": YES, "duration": "PT5H"}})
    assert report.steps[0].asked == {"board": 20}
    assert report.steps[0].escalated == 20


def test_a_task_that_is_reassigned_leaves_its_queue():
    task = late(do="reassign", groups=("leads",))
    report = played(
        task,
        instances=2,
        arrivals={"every": "PT1S"},
        resources={"board": 1},
        nodes={"a": {"duration": "PT10H"}},
    )
    assert report.steps[0].asked == {"board": 2, "leads": 2}
    assert report.cycle_time.max == 11 * HOUR


def test_what_the_ladder_throws_is_caught():
    edge = g.BoundaryEvent(id="edge", attached_to="a", triggers=(g.Escalation("late"),))
    process = graph(
        late(do="throw", code="late"), edge, flows="start -> a\na -> end1\nedge -> end2"
    )
    plan = {"instances": 5, "nodes": {"a": {"duration": "PT5H"}}}
    assert simulate([process], "test", read_plan(plan, [process])).ends == {"end2": 5}


def test_a_ladder_of_the_start_stops_once_somebody_began():
    task = board(
        deadline=g.Deadline(start_by=feel('"PT1H"')),
        escalations=(g.Rung(after=feel('"PT0S"'), of="startBy", groups=("leads",)),),
    )
    report = played(task, nodes={"a": {"duration": "PT5H"}})
    assert report.steps[0].escalated == 0
