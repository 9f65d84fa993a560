"""The placet: elements: who is asked, until when, with which answers; which system is called."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from processes.core.feel import Expression, compile_expression
from tests.core.bpmn.build import (
    codes,
    one,
    only_graph,
    part,
    refused,
    straight,
    user_task,
    with_call,
    with_process_parts,
    with_task,
)


def task_of(*parts: str, **attributes: str) -> g.UserTask:
    node = only_graph(with_task(*parts, **attributes)).nodes["task"]
    assert isinstance(node, g.UserTask)
    return node


def call_of(*parts: str, **attributes: str) -> g.ServiceTask:
    node = only_graph(with_call(*parts, **attributes)).nodes["call"]
    assert isinstance(node, g.ServiceTask)
    return node


# --- who is asked --------------------------------------------------------------------------------


def test_a_task_that_says_nothing_can_be_approved_or_rejected():
    task = task_of()
    assert task.assignment == g.Assignment()
    assert task.outcomes == g.APPROVE_OR_REJECT
    assert task.result_variable == ""


def test_people_and_groups_are_names_or_expressions():
    who = part(
        "assignment",
        candidateUsers="bob, =approver, bob",
        candidateGroups='managers,=if amount > 5 then ["finance", "legal"] else "office"',
        exclude="initiator, =manager.decidedBy",
        allocate="single",
    )
    found = task_of(who).assignment
    assert found.users == ("bob", compile_expression("approver"))
    assert found.groups[0] == "managers"
    assert isinstance(found.groups[1], Expression)
    assert len(found.groups) == 2
    assert found.exclude[0] == "initiator"
    assert found.allocate == "single"


def test_a_comma_inside_brackets_or_quotes_parts_nothing():
    users = '=["a, b", "c"], ="d, e", bob'
    found = task_of(part("assignment", candidateUsers=users)).assignment.users
    assert [entry if isinstance(entry, str) else entry.text for entry in found] == [
        '["a, b", "c"]',
        '"d, e"',
        "bob",
    ]


def test_a_wrong_expression_for_people_is_told():
    finding = refused(with_task(part("assignment", candidateUsers="=(")), "expression", "task")
    assert "candidateUsers" in finding.sentence


def test_allocate_knows_two_words():
    finding = refused(with_task(part("assignment", allocate="everybody")), "choice", "task")
    assert "offer, single" in finding.hint


# --- answers -------------------------------------------------------------------------------------


def test_outcomes_are_kept_in_their_order():
    task = task_of(
        part("outcome", id="approved", name="Approve", kind="positive"),
        part("outcome", id="more_info", comment="required"),
    )
    assert task.outcomes == (
        g.Outcome("approved", "Approve", "positive"),
        g.Outcome("more_info", "More info", "neutral", comment_required=True),
    )


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({}, "attribute-missing"),
        ({"id": "not ok"}, "name"),
        ({"id": "ok", "kind": "green"}, "choice"),
        ({"id": "ok", "comment": "please"}, "choice"),
    ],
)
def test_an_outcome_that_makes_no_sense_is_told(attributes, code):
    refused(with_task(part("outcome", **attributes)), code, "task")


def test_an_outcome_exists_once():
    refused(with_task(part("outcome", id="ok"), part("outcome", id="ok")), "outcome-twice", "task")


def test_the_answer_is_kept_under_the_name_that_the_task_gives():
    assert task_of(placet_resultVariable="manager").result_variable == "manager"


@pytest.mark.parametrize("name", ["my manager", "if", "process", "a.b", "x" * 65])
def test_the_answer_is_kept_under_a_name_that_expressions_can_read(name):
    refused(with_task(placet_resultVariable=name), "name", "task")


# --- time ----------------------------------------------------------------------------------------


def test_a_deadline_and_its_ladder_are_spans():
    task = task_of(
        part("deadline", completeBy="PT24H", remindBefore="PT4H"),
        part("escalation", addUsers="carol"),
        part("escalation", after="=grace", addGroups="deputies, board"),
    )
    assert task.deadline is not None
    assert task.deadline.complete_by.text == 'duration("PT24H")'
    assert task.deadline.remind_before
    first, second = task.escalations
    assert (first.after.text, first.users, first.groups) == ('duration("PT0S")', ("carol",), ())
    assert (second.after.text, second.groups) == ("grace", ("deputies", "board"))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("deadline")], "attribute-missing"),
        ([part("deadline", completeBy="soon")], "time"),
        ([part("deadline", completeBy="PT0S")], "duration-not-positive"),
        ([part("deadline", completeBy="PT1H", remindBefore="P1M1D")], "duration"),
        ([part("escalation", after="PT1H")], "escalation-to-nobody"),
        ([part("escalation", after="-PT1H", addUsers="carol")], "duration-not-positive"),
    ],
)
def test_a_time_that_makes_no_sense_is_told(parts, code):
    refused(with_task(*parts), code, "task")


def test_a_deadline_says_everything_in_spans():
    until = task_of(
        part(
            "deadline",
            startBy="PT4H",
            completeBy="P2D",
            remindBefore="P1D, PT4H PT1H",
            followUp="=pause",
            calendar="office",
            counts="ready, reserved",
        )
    ).deadline
    assert until is not None
    assert until.start_by == compile_expression('duration("PT4H")')
    assert [before.text for before in until.remind_before] == [
        'duration("P1D")',
        'duration("PT4H")',
        'duration("PT1H")',
    ]
    assert until.follow_up == compile_expression("pause")
    assert (until.calendar, until.counts) == ("office", ("ready", "reserved"))


def test_a_priority_is_a_number_or_an_expression():
    assert task_of(part("priority", value="80")).priority == compile_expression("80")
    assert task_of(part("priority", value="=urgency")).priority == compile_expression("urgency")


def test_each_rung_of_the_ladder_does_one_thing():
    _, told, given, urgent, thrown, answered = task_of(
        part("deadline", completeBy="P1D"),
        part("escalation", addUsers="carol", users="dan"),
        part("escalation", do="notify", roles="lead", unit="=unit", of="startBy"),
        part("escalation", do="reassign", managerOf="lastDecider", levels="2"),
        part("escalation", do="prioritize", priority="95"),
        part("escalation", do="throw", code="late"),
        part("escalation", do="answer", outcome="rejected"),
    ).escalations
    assert (told.do, told.of, told.roles) == ("notify", "startBy", ("lead",))
    assert (given.manager_of, given.levels) == ("lastDecider", compile_expression("2"))
    assert (urgent.priority, thrown.code, answered.outcome) == (95, "late", "rejected")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("deadline", completeBy="P1D", counts="asleep")], "choice"),
        ([part("deadline", completeBy="P1D", remindBefore="PT1H soon")], "time"),
        ([part("priority")], "attribute-missing"),
        ([part("priority", value="101")], "number"),
        ([part("escalation", do="shout", users="bob")], "choice"),
        ([part("escalation", do="notify")], "escalation-to-nobody"),
        ([part("escalation", do="throw")], "attribute-missing"),
        ([part("escalation", do="prioritize", priority="-1")], "number"),
        ([part("escalation", do="answer", users="bob")], "attribute-alone"),
        ([part("escalation", do="notify", addUsers="bob", users="bob")], "attribute-alone"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_told(parts, code):
    refused(with_task(*parts), code, "task")


# --- how many, and what else ---------------------------------------------------------------------


def test_people_may_be_looked_up_and_narrowed_down():
    who = task_of(
        part(
            "assignment",
            candidateRoles="approver, =role",
            unit="sales",
            managerOf="initiator",
            levels="=steps",
            familiar="first second",
            decision="matrix",
            exclude="deciders",
            excludeGroups="interns",
            separateFrom="first",
            allocate="leastRecent",
            skills="law, =language",
            chained="true",
            amount="=amount",
        )
    ).assignment
    assert who == g.Assignment(
        roles=("approver", compile_expression("role")),
        unit="sales",
        manager_of="initiator",
        levels=compile_expression("steps"),
        did=("first", "second"),
        decision="matrix",
        exclude=("deciders",),
        exclude_groups=("interns",),
        separate_from=("first",),
        allocate="leastRecent",
        skills=("law", compile_expression("language")),
        chained=True,
        amount=compile_expression("amount"),
    )


def test_a_quorum_and_its_tiers_are_read():
    task = task_of(
        part("quorum", need="60%", order="sequential", veto="no", early="false", carry="true"),
        part("tier", key="board", need="2", groups="board", name="The board"),
        part("tier", within="board", users="bob", weights="=heads"),
    )
    assert task.quorum == g.Quorum(
        need="60%", order="sequential", veto=("no",), early=False, carry=True
    )
    board, second = task.tiers
    assert (board.name, board.need, board.groups) == ("The board", "2", ("board",))
    assert (second.key, second.within, second.users) == ("tier2", "board", ("bob",))
    assert second.weights == compile_expression("heads")


def test_a_policy_is_read():
    policy = task_of(
        part("policy", sendBack="a b", votes="kept", undo="PT5M", skippable="=idle"),
    ).policy
    assert (policy.send_back, policy.votes) == (("a", "b"), "kept")
    assert policy.undo == compile_expression('duration("PT5M")')
    assert policy.skippable == compile_expression("idle")
    assert (policy.information, policy.suspended) == ("pauses", "pauses")


@pytest.mark.parametrize("need", ["any", "all", "2", "60%", "33.3333%", "100%", "=enough"])
def test_what_is_needed_has_several_forms(need):
    assert task_of(part("quorum", need=need)).quorum is not None


@pytest.mark.parametrize("need", ["0", "-1", "some", "101%", "100.5%", "0%", "1.5", "2 of 3"])
def test_what_is_needed_makes_sense(need):
    refused(with_task(part("quorum", need=need)), "quorum-need", "task")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("assignment", unit="sales", candidateUsers="bob")], "attribute-alone"),
        ([part("assignment", levels="2", candidateUsers="bob")], "attribute-alone"),
        ([part("assignment", managerOf="initiator", levels="many")], "number"),
        ([part("assignment", managerOf="initiator", levels="0")], "number"),
        ([part("assignment", chained="often")], "choice"),
        ([part("quorum", order="random")], "choice"),
        ([part("quorum", weights="=(")], "expression"),
        ([part("tier", key="a b", users="bob")], "name"),
        ([part("tier", key="a", users="bob"), part("tier", key="a", users="carol")], "tier-twice"),
        ([part("policy", votes="lost")], "choice"),
        ([part("policy", skippable="perhaps")], "choice"),
        ([part("policy", undo="-PT5M")], "duration-not-positive"),
        ([part("policy", suspended="sleeps")], "choice"),
        ([part("outcome", id="sent_back")], "outcome-taken"),
    ],
)
def test_an_agreement_that_makes_no_sense_is_told(parts, code):
    refused(with_task(*parts), code, "task")


def test_a_withdrawal_is_read_from_the_process():
    graph = only_graph(with_process_parts(part("withdrawal", until="task", to="task")))
    assert graph.withdrawal == g.Withdrawal(until="task", to="task")
    assert only_graph(with_task()).withdrawal == g.Withdrawal()


def test_a_variable_may_be_searched_for():
    said = part("variable", name="city", searchable="true")
    assert only_graph(with_process_parts(said)).variables["city"].searchable


# --- what the page shows -------------------------------------------------------------------------


def test_evidence_instructions_and_a_form_are_read():
    task = task_of(
        part("evidence", variables="title  amount\n title"),
        part("instructions", "Look\nclosely."),
        part("form", '{"type": "object", "properties": {"note": {"type": "string"}}}'),
    )
    assert task.evidence == ("title", "amount")
    assert task.instructions == "Look\nclosely."
    assert task.form is not None
    assert task.form["properties"] == {"note": {"type": "string"}}
    assert task.form["additionalProperties"] is False


def test_a_form_in_cdata_is_the_same():
    form = '<placet:form><![CDATA[{"properties": {"n": {"type": "string"}}}]]></placet:form>'
    assert task_of(form).form is not None


@pytest.mark.parametrize("name", ["a-b", "1st", "process"])
def test_evidence_names_variables(name):
    refused(with_task(part("evidence", variables=name)), "name", "task")


def test_a_wrong_form_is_told_with_its_reason():
    finding = refused(with_task(part("form", "{")), "form", "task")
    assert "line 1" in finding.sentence


def test_long_instructions_are_refused():
    refused(with_task(part("instructions", "x" * 5_001)), "text-too-long", "task")


# --- the process ---------------------------------------------------------------------------------


def test_a_subject_is_text_or_an_expression():
    assert only_graph(with_process_parts(part("subject", "A request"))).subject == "A request"
    subject = only_graph(with_process_parts(part("subject", '="Purchase of " + title'))).subject
    assert isinstance(subject, Expression)
    assert subject.names == {"title"}


def test_a_wrong_subject_is_told():
    refused(with_process_parts(part("subject", "=1 +")), "expression", "p")


def test_variables_are_declared_with_type_and_sensitivity():
    graph = only_graph(
        with_process_parts(
            part("variable", name="amount", type="number", label="Amount"),
            part("variable", name="iban", sensitive="true"),
        )
    )
    assert graph.variables == {
        "amount": g.Variable("amount", "number", "Amount"),
        "iban": g.Variable("iban", "any", "", sensitive=True),
    }


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({}, "attribute-missing"),
        ({"name": "my amount"}, "name"),
        ({"name": "amount", "type": "money"}, "choice"),
        ({"name": "amount", "sensitive": "perhaps"}, "choice"),
        ({"name": "amount", "typ": "number"}, "unknown-attribute"),
    ],
)
def test_a_variable_that_makes_no_sense_is_told(attributes, code):
    refused(with_process_parts(part("variable", **attributes)), code, "p")


def test_a_variable_is_declared_once():
    twice = [part("variable", name="amount")] * 2
    refused(with_process_parts(*twice), "variable-twice", "p")


def test_a_start_form_is_read():
    form = part("startForm", '{"properties": {"title": {"type": "string"}}}')
    start_form = only_graph(with_process_parts(form)).start_form
    assert start_form is not None
    assert start_form["type"] == "object"


# --- calls ---------------------------------------------------------------------------------------


def test_a_call_has_sensible_defaults():
    task = call_of(part("http", connection="orders", path="/orders"))
    assert (task.call.method, task.call.path, task.call.body) == ("POST", "/orders", None)
    assert task.call.timeout.text == 'duration("PT10S")'
    assert (task.retry.attempts, task.retry.factor) == (3, 2.0)
    assert task.result is None


def test_a_call_says_everything():
    task = call_of(
        part(
            "http",
            connection="orders",
            method="PUT",
            path='="/orders/" + id',
            body="={title: title}",
            timeout="PT3S",
        ),
        part("retry", attempts="4", backoff="PT1S", factor="1.5", cap="PT30S"),
        part("result", "=response.body.number"),
        placet_resultVariable="order",
    )
    assert isinstance(task.call.path, Expression)
    assert task.call.body is not None
    assert task.call.body.names == {"title"}
    assert task.call.timeout.text == 'duration("PT3S")'
    assert (task.retry.attempts, task.retry.factor) == (4, 1.5)
    assert task.retry.cap.text == 'duration("PT30S")'
    assert task.result is not None
    assert task.result_variable == "order"


@pytest.mark.parametrize(
    "path",
    ["orders", "//evil.example", "http://evil.example/", "/a/../b", "/a b", "/a\\b", "/a#b"],
)
def test_a_path_stays_below_the_address_of_its_connection(path):
    refused(with_call(part("http", connection="orders", path=path)), "path", "call")


@pytest.mark.parametrize("path", ["/", "/orders", "/orders?state=open", "/a/b.c"])
def test_a_plain_path_is_accepted(path):
    assert call_of(part("http", connection="orders", path=path)).call.path == path


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("http", connection="orders")], "attribute-missing"),
        ([part("http", connection="orders", path="/", method="TRACE")], "choice"),
        ([part("http", connection="orders", path="/", body="={")], "expression"),
        ([part("http", connection="orders", path="/", timeout="10s")], "expression"),
        ([part("retry", attempts="0")], "number"),
        ([part("retry", attempts="21")], "number"),
        ([part("retry", attempts="2.5")], "number"),
        ([part("retry", attempts="many")], "number"),
        ([part("retry", attempts="nan")], "number"),
        ([part("retry", factor="0.5")], "number"),
        ([part("retry", backoff="PT0S")], "duration-not-positive"),
        ([part("result", "=")], "empty-expression"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(parts, code):
    refused(with_call(*parts), code, "call")


# --- slips ---------------------------------------------------------------------------------------


def test_a_misspelt_element_is_told_with_the_right_word():
    finding = refused(with_task(part("asignment")), "unknown-extension", "task")
    assert "“assignment”" in finding.hint


def test_a_misspelt_attribute_is_told_with_the_right_word():
    source = with_task(part("assignment", candidateGroup="managers"))
    assert "“candidateGroups”" in refused(source, "unknown-attribute", "task").hint


def test_a_misspelt_attribute_of_the_task_is_told_with_the_right_word():
    finding = refused(with_task(placet_resultvariable="x"), "unknown-attribute", "task")
    assert "“resultVariable”" in finding.hint


def test_an_element_in_the_wrong_place_is_told_with_the_right_one():
    finding = refused(with_call(part("deadline", completeBy="PT1H")), "extension-not-here", "call")
    assert "userTask" in finding.hint


def test_an_element_on_a_gateway_or_event_is_told():
    source = with_task().replace(
        b'<endEvent id="end">',
        b'<endEvent id="end"><extensionElements><placet:form/></extensionElements>',
    )
    refused(source, "extension-not-here", "end")


def test_what_may_stand_once_stands_once():
    source = with_task(part("assignment", candidateUsers="bob"), part("assignment"))
    refused(source, "extension-twice", "task")


def test_all_slips_of_a_task_are_told_at_once():
    source = with_task(
        part("deadline", completeBy="soon"), part("outcome"), part("evidence", variables="a-b")
    )
    assert {"time", "attribute-missing", "name"} <= codes(source)


def test_a_finding_names_the_task_as_people_call_it():
    source = straight(("task", user_task("task", part("form", "["), name="Review it")))
    assert "“Review it”" in one(read(source), "form").sentence
