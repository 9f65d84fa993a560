"""What reads well and still cannot work, or is surely a mistake, is found before publishing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from processes.core import graph as g
from processes.core.checks import check
from processes.core.findings import Finding
from tests.core.graphs import boundary, feel, graph, service_task, timer, user_task

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALL = g.HttpCall("orders", "POST", "/orders", None, feel('duration("PT10S")'))


def found(checked: g.Graph, code: str) -> list[Finding]:
    return [finding for finding in check(checked, now=NOW) if finding.code == code]


def told(checked: g.Graph, code: str, element: str, severity: str) -> Finding:
    """Return the one finding with this code, after looking at where and how grave it is."""
    (finding,) = found(checked, code)
    assert (finding.element, finding.severity) == (element, severity)
    assert finding.sentence.endswith((".", "?"))
    return finding


def approval(**more: object) -> g.Graph:
    """Return start → task → end with this task."""
    return graph(user_task("task", **more), flows="start -> task\ntask -> end")


def test_a_sound_process_has_no_findings():
    assert check(approval(), now=NOW) == ()


def test_the_gravest_findings_come_first():
    checked = graph(
        user_task("asks_nobody", assignment=g.Assignment()),
        service_task("calls_nothing", call=replace(CALL, connection="")),
        flows="start -> asks_nobody\nasks_nobody -> calls_nothing\ncalls_nothing -> end",
    )
    assert [f.severity for f in check(checked)] == ["error", "warning"]


# --- the ways through ----------------------------------------------------------------------------


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


# --- parallel joins ------------------------------------------------------------------------------


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


# --- conditions ----------------------------------------------------------------------------------


def choice(first: str, second: str = "", *, default: bool = False) -> g.Graph:
    """Return a gateway with two ways that read ``amount`` and the answer of ``task``."""
    arrow = "=>" if default else "->"
    checked = graph(
        user_task("task"),
        flows=(
            f"start -> task\ntask -> xor\nxor -> end1 : {first}\n"
            f"xor {arrow} end2{f' : {second}' if second else ''}"
        ),
    )
    return replace(checked, variables={"amount": g.Variable("amount", "number")})


def test_a_choice_without_a_default_may_find_no_way():
    told(choice("amount > 5", "amount < 5"), "no-default", "xor", "warning")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("amount > 5", "amount <= 5"),
        ("amount >= 5", "amount < 5"),
        ("amount = 5", "amount != 5"),
        ("amount > 5", "not(amount > 5)"),
        ('task.outcome = "approved"', 'task.outcome = "rejected"'),
    ],
)
def test_ways_that_leave_nothing_open_need_no_default(first, second):
    assert check(choice(first, second), now=NOW) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [("amount > 5 and amount < 9", "amount <= 5"), ('task.outcome = "approved"', "amount > 5")],
)
def test_ways_that_only_look_like_it_do(first, second):
    assert found(choice(first, second), "no-default")


def test_a_default_covers_the_rest():
    assert check(choice("amount > 5", default=True), now=NOW) == ()


def test_a_way_out_of_a_choice_needs_a_condition():
    told(choice("amount > 5"), "flow-without-condition", "xor-end2", "error")


def test_a_task_that_chooses_may_find_no_way():
    checked = graph(
        user_task("task"),
        flows="start -> task\ntask -> end1 : task.data.x = 1\ntask -> end2 : task.data.x = 2",
    )
    told(checked, "no-default", "task", "warning")


@pytest.mark.parametrize("condition", ["1 + amount", '"yes"', "[1]", "null", "5", "sum([1])"])
def test_a_condition_that_cannot_be_true_or_false_is_an_error(condition):
    told(choice(condition, default=True), "condition-not-boolean", "xor-end1", "error")


@pytest.mark.parametrize("condition", ["true", "1 = 1", "not(true)"])
def test_a_condition_that_is_always_the_same_is_told(condition):
    told(choice(condition, default=True), "condition-constant", "xor-end1", "warning")


def test_a_condition_on_the_clock_is_no_constant():
    condition = 'now() > date and time("2030-01-01T00:00:00Z")'
    assert check(choice(condition, default=True), now=NOW) == ()


def test_an_outcome_that_the_task_does_not_have_is_an_error():
    finding = told(
        choice('task.outcome = "aproved"', default=True), "unknown-outcome", "xor-end1", "error"
    )
    assert "approved, rejected" in finding.hint


# --- people and calls ----------------------------------------------------------------------------


def test_a_task_that_names_nobody_goes_to_the_fallback_with_a_warning():
    told(approval(assignment=g.Assignment()), "nobody-asked", "task", "warning")


def test_a_task_whose_people_are_all_excluded_is_an_error():
    who = g.Assignment(users=("bob",), exclude=("initiator", "bob"))
    told(approval(assignment=who), "everybody-excluded", "task", "error")


def test_a_task_with_a_group_beside_excluded_people_is_fine():
    who = g.Assignment(users=("bob",), groups=("managers",), exclude=("bob",))
    assert check(approval(assignment=who), now=NOW) == ()


def test_an_escalation_needs_a_deadline():
    rung = g.Rung(feel('duration("PT0S")'), users=("carol",))
    told(approval(escalations=(rung,)), "escalation-without-deadline", "task", "error")


def test_a_service_task_needs_a_connection():
    checked = graph(
        service_task("call", call=replace(CALL, connection="")), flows="start -> call\ncall -> end"
    )
    told(checked, "no-connection", "call", "error")


@pytest.mark.parametrize(("timeout", "cut"), [("PT2M", False), ("PT2M1S", True)])
def test_a_call_waits_no_longer_than_it_may(timeout, cut):
    call = replace(CALL, timeout=feel(f'duration("{timeout}")'))
    checked = graph(service_task("call", call=call), flows="start -> call\ncall -> end")
    assert bool(found(checked, "timeout-cut")) is cut


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["5", '"soon"', "null", 'date("2026-01-01")', 'duration("x")'])
def test_a_span_that_is_none_is_an_error(text):
    told(approval(deadline=g.Deadline(feel(text))), "not-a-duration", "task", "error")


@pytest.mark.parametrize("text", ['"PT1H"', 'duration("PT1H")', '@"PT1H"', "task_span"])
def test_a_span_may_be_written_in_several_ways(text):
    assert not found(approval(deadline=g.Deadline(feel(text))), "not-a-duration")


@pytest.mark.parametrize(
    ("whole", "before", "early"), [("PT4H", "PT4H", True), ("P1D", "PT23H", False)]
)
def test_a_reminder_comes_after_the_task_was_opened(whole, before, early):
    deadline = g.Deadline(feel(f'duration("{whole}")'), feel(f'duration("{before}")'))
    assert bool(found(approval(deadline=deadline), "reminder-at-once")) is early


@pytest.mark.parametrize(
    ("moment", "past"),
    [
        ("2026-03-02T08:59:59Z", True),
        ("2026-03-02T10:30:00+02:00", True),
        ("2026-03-02", True),
        ("2026-03-02T09:00:01Z", False),
    ],
)
def test_a_moment_that_has_passed_is_told(moment, past):
    waiting = timer("wait", f'date and time("{moment}")', "date")
    checked = graph(waiting, flows="start -> wait\nwait -> end")
    assert bool(found(checked, "timer-in-the-past")) is past
    assert check(checked) == ()


# --- variables -----------------------------------------------------------------------------------


def test_a_name_that_nothing_sets_is_told_with_a_guess():
    checked = choice("amuont > 5", default=True)
    finding = told(checked, "unknown-variable", "xor-end1", "warning")
    assert "“amount”" in finding.hint


def test_fields_of_the_start_form_and_the_instance_itself_are_known():
    form = {"properties": {"amount": {"type": "number"}}}
    checked = replace(
        choice('amount > 5 and process.initiator = "alice"', default=True),
        variables={},
        start_form=form,
    )
    assert check(checked, now=NOW) == ()


def test_an_answer_is_known_behind_its_task_and_not_before():
    checked = graph(
        user_task("first", assignment=g.Assignment(users=(feel("second.decidedBy"),))),
        user_task("second", assignment=g.Assignment(users=(feel("first.decidedBy"),))),
        flows="start -> first\nfirst -> second\nsecond -> end",
    )
    finding = told(checked, "unknown-variable", "first", "warning")
    assert "“second”" in finding.sentence
    assert "behind the step" in finding.hint


def test_an_answer_is_known_before_its_task_where_the_way_comes_back():
    checked = graph(
        user_task("first", assignment=g.Assignment(users=("bob", feel("second.decidedBy")))),
        user_task("second"),
        flows=(
            "start -> first\nfirst -> second\nsecond -> xor\n"
            "xor -> first : second.data.again\nxor => end"
        ),
    )
    assert check(checked, now=NOW) == ()


def test_a_response_is_known_to_the_result_and_to_nothing_else():
    call = replace(CALL, body=feel("response.body"))
    checked = graph(
        service_task("call", call=call, result=feel("response.body")),
        flows="start -> call\ncall -> end",
    )
    assert "(body)" in told(checked, "unknown-variable", "call", "warning").sentence


def test_evidence_and_the_subject_are_looked_at():
    checked = replace(approval(evidence=("amount",)), subject=feel('"For " + title'))
    assert {(f.element, f.code) for f in check(checked)} == {
        ("task", "unknown-variable"),
        ("test", "unknown-variable"),
    }


def test_a_form_that_contradicts_a_declaration_is_told():
    checked = replace(
        approval(),
        start_form={"properties": {"amount": {"type": "string"}}},
        variables={"amount": g.Variable("amount", "number")},
    )
    assert "“amount”" in told(checked, "form-type", "test", "warning").sentence


# --- events, loops and calls of the whole language -----------------------------------------------


def told_of(code: str, element: str, severity: str, *nodes: g.Node, flows: str) -> Finding:
    return told(graph(*nodes, flows=flows), code, element, severity)


def caught(name: str, *triggers: g.Trigger) -> g.CatchEvent:
    return g.CatchEvent(id=name, triggers=triggers)


def edge(name: str, *triggers: g.Trigger, interrupting: bool = True) -> g.BoundaryEvent:
    return g.BoundaryEvent(
        id=name, attached_to="task", triggers=triggers, interrupting=interrupting
    )


RACE = "start -> race\nrace -> one\nrace -> two\none -> end\ntwo -> end"


def test_two_events_behind_a_gateway_that_wait_for_the_same_are_told():
    told_of(
        *("same-event-twice", "two", "warning"),
        *(g.EventGateway(id="race"), caught("one", g.Signal("go")), caught("two", g.Signal("go"))),
        flows=RACE,
    )


def test_messages_with_different_keys_are_not_the_same():
    one = caught("one", g.Message("paid", feel("a")))
    two = caught("two", g.Message("paid", feel("b")))
    checked = graph(g.EventGateway(id="race"), one, two, flows=RACE)
    assert not found(checked, "same-event-twice")


def test_two_errors_of_one_code_on_an_edge_are_told():
    told_of(
        *("same-event-twice", "b", "warning"),
        *(user_task("task"), edge("a", g.Error("late")), edge("b", g.Error("late"))),
        flows="start -> task\ntask -> end\na -> end\nb -> end",
    )


def test_what_leaves_its_activity_running_may_wait_beside_another():
    checked = graph(
        *(user_task("task"), edge("a", g.Signal("go"), interrupting=False)),
        edge("b", g.Signal("go")),
        flows="start -> task\ntask -> end\na -> end\nb -> end",
    )
    assert not found(checked, "same-event-twice")


def test_an_error_of_a_call_that_nothing_catches_is_told():
    mapped = (g.ErrorMapping("404", "absent"),)
    flows = "start -> task\ntask -> end"
    told_of("uncaught-error", "task", "warning", service_task("task", errors=mapped), flows=flows)


@pytest.mark.parametrize("code", ["absent", ""])
def test_an_error_that_an_event_on_the_edge_catches_is_fine(code):
    checked = graph(
        service_task("task", errors=(g.ErrorMapping("404", "absent"),)),
        edge("b", g.Error(code)),
        flows="start -> task\ntask -> end\nb -> end",
    )
    assert not found(checked, "uncaught-error")


def test_undoing_what_nothing_undoes_is_told():
    undo = g.ThrowEvent(id="undo", triggers=(g.Compensation("task"),))
    flows = "start -> task\ntask -> undo\nundo -> end"
    told_of("nothing-to-undo", "undo", "warning", user_task("task"), undo, flows=flows)


def test_undoing_what_has_a_handler_is_fine():
    checked = graph(
        *(user_task("task"), user_task("refund", for_compensation=True)),
        replace(edge("b", g.Compensation()), handler="refund"),
        g.ThrowEvent(id="undo", triggers=(g.Compensation(),)),
        flows="start -> task\ntask -> undo\nundo -> end",
    )
    assert check(checked, now=NOW) == ()


def test_a_loop_without_condition_and_maximum_is_told():
    told(approval(loop=g.StandardLoop()), "loop-without-end", "task", "warning")


@pytest.mark.parametrize("text", ['"three"', "2.5", "-1", "true"])
def test_a_number_of_instances_that_is_none_is_an_error(text):
    loop = g.MultiInstance(cardinality=feel(text))
    told(approval(loop=loop), "not-a-number", "task", "error")


def test_a_number_of_instances_may_be_worked_out():
    loop = g.MultiInstance(cardinality=feel("2 + 1"))
    assert not found(approval(loop=loop), "not-a-number")


@pytest.mark.parametrize(
    "loop",
    [g.StandardLoop(condition=feel("1 + 1")), g.MultiInstance(completion=feel('"done"'))],
)
def test_conditions_of_loops_are_true_or_false(loop):
    told(approval(loop=loop), "condition-not-boolean", "task", "error")


def test_a_call_names_a_process():
    call = g.CallActivity(id="call", process="")
    told_of("no-process", "call", "error", call, flows="start -> call\ncall -> end")


def test_work_for_others_names_its_topic():
    call = service_task("call", call=g.Topic(""))
    told_of("no-topic", "call", "error", call, flows="start -> call\ncall -> end")


def test_a_start_time_that_has_passed_is_told():
    start = g.StartEvent(
        id="start", triggers=(g.Timer("date", feel('date and time("2026-03-02T08:00:00Z")')),)
    )
    flows = "start -> task\ntask -> end"
    told_of("timer-in-the-past", "start", "warning", start, user_task("task"), flows=flows)


# --- sub-processes and links ---------------------------------------------------------------------


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
