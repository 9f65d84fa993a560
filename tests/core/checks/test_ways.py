"""Ways through a process that get stuck, run twice, or lead nowhere."""

from dataclasses import replace

import pytest

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import CALL, NOW, approval, caught, found, told
from tests.core.graphs import boundary, graph, service_task, timer, user_task


def test_a_sound_process_has_no_findings():
    assert check(approval(), now=NOW) == ()


def test_the_gravest_findings_come_first():
    checked = graph(
        user_task("asks_nobody", assignment=g.Assignment()),
        service_task("calls_nothing", call=replace(CALL, connection="")),
        flows="start -> asks_nobody\nasks_nobody -> calls_nothing\ncalls_nothing -> end",
    )
    assert [f.severity for f in check(checked)] == ["error", "warning"]


def test_a_step_that_nothing_leads_to_is_told():
    checked = graph(user_task("a"), user_task("b"), flows="start -> a\na -> end\nb -> end")
    told(checked, "unreachable", "b", "warning")


def test_a_step_after_a_boundary_event_is_reached():
    checked = graph(
        user_task("a"),
        boundary("late", "a", 'duration("PT1H")'),
        user_task("b"),
        flows="start -> a\na -> end\nlate -> b\nb -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_step_from_which_no_end_is_reached_is_an_error():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows="start -> xor\nxor -> a : x\nxor => b\na -> end\nb -> b",
    )
    told(checked, "no-way-out", "b", "error")


def test_a_loop_of_gateways_alone_is_an_error():
    checked = graph(
        flows="start -> xor1\nxor1 -> xor2\nxor2 -> xor1 : x\nxor2 => end",
    )
    finding = told(checked, "endless-loop", "xor1", "error")
    assert "“xor1”, “xor2”" in finding.sentence


@pytest.mark.parametrize(
    "waiting", [user_task("wait"), timer("wait", 'duration("PT1H")'), service_task("wait")]
)
def test_a_loop_that_waits_is_fine(waiting):
    checked = graph(
        waiting,
        flows="start -> xor1\nxor1 -> wait\nwait -> xor2\nxor2 -> xor1 : x\nxor2 => end",
    )
    assert not found(checked, "endless-loop")


def test_what_a_parallel_gateway_split_it_may_join():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows="start -> and1\nand1 -> a\nand1 -> b\na -> and2\nb -> and2\nand2 -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_parallel_join_of_exclusive_branches_never_completes():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows="start -> xor\nxor -> a : x\nxor => b\na -> and\nb -> and\nand -> end",
    )
    finding = told(checked, "join-never-complete", "and", "error")
    assert "“xor” takes" in finding.sentence


def test_a_join_behind_a_way_out_may_starve():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows=(
            "start -> and1\nand1 -> a\nand1 -> b\na -> xor\nxor -> and2 : x\nxor => end\n"
            "b -> and2\nand2 -> end"
        ),
    )
    finding = told(checked, "join-may-starve", "and2", "warning")
    assert "“xor” takes “xor-end”" in finding.sentence


def test_a_way_out_that_ends_everything_starves_nobody():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows=(
            "start -> and1\nand1 -> a\nand1 -> b\na -> xor\nxor -> and2 : a.data.x\nxor => stop\n"
            "b -> and2\nand2 -> end"
        ),
    )
    assert check(checked, now=NOW) == ()


def test_an_interrupting_timer_may_starve_a_join():
    checked = graph(
        user_task("a"),
        user_task("b"),
        boundary("late", "a", 'duration("PT1H")'),
        flows="start -> and1\nand1 -> a\nand1 -> b\na -> and2\nb -> and2\nand2 -> end\nlate -> end",
    )
    assert "“late” fires" in told(checked, "join-may-starve", "and2", "warning").sentence


def test_a_timer_that_does_not_interrupt_starves_nobody():
    checked = graph(
        user_task("a"),
        user_task("b"),
        boundary("late", "a", 'duration("PT1H")', interrupting=False),
        flows="start -> and1\nand1 -> a\nand1 -> b\na -> and2\nb -> and2\nand2 -> end\nlate -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_task_that_chooses_its_paths_may_starve_a_join():
    checked = graph(
        *(user_task("a"), user_task("b"), user_task("c")),
        flows="start -> a\na -> b : x\na => c\nb -> and\nc -> and\nand -> end",
    )
    told(checked, "join-never-complete", "and", "error")


def test_a_join_inside_a_loop_is_fine():
    checked = graph(
        *(user_task("a"), user_task("b")),
        flows=(
            "start -> xor1\nxor1 -> and1\nand1 -> a\nand1 -> b\na -> and2\nb -> and2\n"
            "and2 -> xor2\nxor2 -> xor1 : again\nxor2 => end"
        ),
    )
    assert not {f.code for f in check(checked)} & {"join-may-starve", "join-never-complete"}


def test_tokens_without_number_are_given_up_on():
    checked = graph(
        user_task("a"),
        flows=(
            "start -> xor1\nxor1 -> and1\nand1 -> xor1\nand1 -> a\na -> and2\n"
            "xor2 -> and2\nand2 -> end"
        ),
    )
    assert not found(checked, "join-never-complete")


def test_many_branches_are_checked_in_time_that_grows_with_their_number():
    branches = [user_task(f"t{n}") for n in range(200)]
    flows = "\n".join(f"and1 -> t{n}\nt{n} -> and2" for n in range(200))
    checked = graph(*branches, flows=f"start -> and1\n{flows}\nand2 -> end")
    assert check(checked, now=NOW) == ()


def within(parent: str, *nodes: g.Node) -> list[g.Node]:
    return [replace(node, parent=parent) for node in nodes]


def test_what_lies_in_a_sub_process_is_reached_through_it():
    checked = graph(
        g.SubProcess(id="sub"),
        *within("sub", g.StartEvent(id="in"), user_task("task"), g.EndEvent(id="out")),
        flows="start -> sub\nsub -> end\nin -> task\ntask -> out",
    )
    assert check(checked, now=NOW) == ()


def test_what_lies_in_a_sub_process_that_nothing_leads_to_is_told():
    checked = graph(
        g.SubProcess(id="sub"),
        *within("sub", g.StartEvent(id="in"), g.EndEvent(id="out")),
        flows="start -> end\nin -> out\nsub -> end",
    )
    assert {finding.element for finding in found(checked, "unreachable")} == {"sub", "in", "out"}


def test_a_level_that_never_ends_is_told_where_it_lies():
    checked = graph(
        g.SubProcess(id="sub"),
        *within("sub", g.StartEvent(id="in"), user_task("a"), user_task("b")),
        flows="start -> sub\nsub -> end\nin -> a\na -> b\nb -> a",
    )
    assert {finding.element for finding in found(checked, "no-way-out")} == {"in", "a", "b"}


def test_an_event_sub_process_is_reached_by_its_event():
    begin = g.StartEvent(id="in", triggers=(g.Signal("stop"),))
    checked = graph(
        g.SubProcess(id="sub", kind="event"),
        user_task("task"),
        *within("sub", begin, g.EndEvent(id="out")),
        flows="start -> task\ntask -> end\nin -> out",
    )
    assert check(checked, now=NOW) == ()


def test_a_link_leads_to_its_other_half():
    checked = graph(
        g.ThrowEvent(id="away", triggers=(g.Link("x"),)),
        caught("here", g.Link("x")),
        user_task("task"),
        flows="start -> away\nhere -> task\ntask -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_loop_beside_an_end_that_takes_all_tokens_ends_with_it():
    checked = graph(
        user_task("poll"),
        user_task("work"),
        flows=("start -> and\nand -> xor1\nxor1 -> poll\npoll -> xor1\nand -> work\nwork -> stop"),
    )
    assert {(f.element, f.severity) for f in found(checked, "no-way-out")} == {
        ("xor1", "warning"),
        ("poll", "warning"),
    }


def test_a_level_may_be_ended_by_an_event_on_its_edge():
    late = g.BoundaryEvent(id="late", attached_to="sub", triggers=(g.Error("late"),))
    checked = graph(
        *(g.SubProcess(id="sub"), late),
        *within("sub", g.StartEvent(id="in"), user_task("a")),
        flows="start -> sub\nsub -> end\nlate -> end\nin -> a\na -> a",
    )
    assert {f.severity for f in found(checked, "no-way-out")} == {"warning"}
