"""Names that nothing sets, and forms that contradict declarations."""

from dataclasses import replace

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import CALL, NOW, approval, choice, told
from tests.core.graphs import feel, graph, service_task, user_task


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
