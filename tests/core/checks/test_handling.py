"""Ladders that lean on nothing, and ways back that lead nowhere."""

from dataclasses import replace

import pytest

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import NOW, approval, found, told
from tests.core.graphs import feel, graph, user_task

DAY = feel('duration("P1D")')
LATE = g.Deadline(complete_by=DAY)
IN_ORDER = "start -> a\na -> b\nb -> end"


def rung(**more: object) -> g.Rung:
    return g.Rung(after=DAY, **more)


def sent_back(*to: str, **more: object) -> g.Graph:
    """Return start → a → b → end where b may be sent back."""
    back = user_task("b", policy=g.Policy(send_back=to), **more)
    return graph(user_task("a"), back, flows=IN_ORDER)


def test_an_escalation_needs_a_deadline():
    rung = g.Rung(after=feel('duration("PT0S")'), users=("carol",))
    told(approval(escalations=(rung,)), "escalation-without-deadline", "task", "error")


def test_a_ladder_that_begins_at_the_start_needs_one():
    checked = approval(deadline=LATE, escalations=(rung(of="startBy", users=("carol",)),))
    assert "startBy" in told(checked, "escalation-without-deadline", "task", "error").hint


def test_a_reminder_needs_a_deadline():
    checked = approval(deadline=g.Deadline(start_by=DAY, remind_before=(DAY,)))
    told(checked, "reminder-without-deadline", "task", "error")


def test_an_automatic_answer_is_an_outcome_of_the_task():
    checked = approval(deadline=LATE, escalations=(rung(do="answer", outcome="maybe"),))
    told(checked, "unknown-outcome", "task", "error")


def test_silence_that_says_yes_is_told():
    checked = approval(deadline=LATE, escalations=(rung(do="answer", outcome="approved"),))
    told(checked, "automatic-yes", "task", "warning")


def test_silence_says_no_where_a_task_can_say_no():
    late = (rung(do="answer"),)
    assert check(approval(deadline=LATE, escalations=late), now=NOW) == ()
    only_yes = (g.Outcome("yes", "Yes", "positive"),)
    checked = approval(deadline=LATE, escalations=late, outcomes=only_yes)
    told(checked, "no-automatic-outcome", "task", "error")


@pytest.mark.parametrize(("code", "heard"), [("late", True), ("", True), ("other", False)])
def test_an_escalation_of_the_ladder_is_caught_somewhere(code, heard):
    edge = g.BoundaryEvent(
        id="edge", attached_to="a", interrupting=False, triggers=(g.Escalation(code),)
    )
    task = user_task("a", deadline=LATE, escalations=(rung(do="throw", code="late"),))
    checked = graph(task, edge, flows="start -> a\na -> end\nedge -> end")
    assert bool(found(checked, "uncaught-escalation")) is not heard


def test_an_error_that_the_owner_may_raise_is_caught_somewhere():
    checked = approval(policy=g.Policy(fails_with=("lost",)))
    assert "incident" in told(checked, "uncaught-error", "task", "warning").sentence


def test_a_step_before_may_have_it_back():
    assert check(sent_back("a"), now=NOW) == ()


@pytest.mark.parametrize(
    ("to", "code"),
    [("nowhere", "unknown-step"), ("start", "unknown-step"), ("b", "send-back-onward")],
)
def test_a_way_back_leads_to_a_user_task_before(to, code):
    told(sent_back(to), code, "b", "error")


def test_a_way_back_stays_on_its_level():
    inner = user_task("b", parent="sub", policy=g.Policy(send_back=("a",)))
    checked = graph(
        user_task("a"), g.SubProcess(id="sub"), inner, flows="start -> a\na -> sub\nsub -> end"
    )
    told(checked, "send-back-across", "b", "error")


def test_one_of_several_rounds_is_not_sent_back():
    told(
        sent_back("a", loop=g.MultiInstance(cardinality=feel("3"))),
        "send-back-from-round",
        "b",
        "error",
    )


def test_a_way_back_out_of_one_branch_runs_the_other_twice():
    back = user_task("b", policy=g.Policy(send_back=("a",)))
    checked = graph(
        user_task("a"),
        back,
        user_task("c"),
        flows="start -> a\na -> and1\nand1 -> b\nand1 -> c\nb -> and2\nc -> and2\nand2 -> end",
    )
    (finding,) = found(checked, "lack-of-synchronization")
    assert "“b” is sent back to “a”" in finding.sentence


def test_a_step_that_may_have_it_back_reads_why():
    noted = user_task("a", evidence=("b",))
    checked = graph(noted, user_task("b", policy=g.Policy(send_back=("a",))), flows=IN_ORDER)
    assert not found(checked, "unknown-variable")


@pytest.mark.parametrize(("outcome", "known"), [("sent_back", True), ("skipped", False)])
def test_what_a_policy_gives_is_an_outcome(outcome, known):
    checked = graph(
        user_task("a"),
        user_task("b", policy=g.Policy(send_back=("a",))),
        flows=f'start -> a\na -> b\nb -> xor\nxor -> end : b.outcome = "{outcome}"\nxor => end2',
    )
    assert bool(found(checked, "unknown-outcome")) is not known


def test_a_withdrawal_is_counted_among_the_beginnings():
    checked = graph(user_task("a"), user_task("b"), flows=IN_ORDER)
    assert check(replace(checked, withdrawal=g.Withdrawal(until="b", to="a")), now=NOW) == ()


@pytest.mark.parametrize(
    ("withdrawal", "code"),
    [
        (g.Withdrawal(until="someday"), "unknown-step"),
        (g.Withdrawal(to="nowhere"), "unknown-step"),
        (g.Withdrawal(to="start"), "withdrawal-target"),
    ],
)
def test_a_withdrawal_that_leads_nowhere_is_an_error(withdrawal, code):
    told(replace(approval(), withdrawal=withdrawal), code, "test", "error")


def test_a_withdrawal_into_one_branch_leaves_its_join_waiting():
    checked = graph(
        user_task("a"),
        user_task("b"),
        flows="start -> and1\nand1 -> a\nand1 -> b\na -> and2\nb -> and2\nand2 -> end",
    )
    told(replace(checked, withdrawal=g.Withdrawal(to="a")), "join-never-complete", "and2", "error")
