"""Files of Camunda 7: what they say is said in our elements too, and nothing is passed over."""

import json

import pytest
from lxml import etree

from processes.core.bpmn.xml import PLACET
from tests.core.dialects.rewritten import FILES, of_file, process, rewritten

camunda = process("Camunda 7")


@pytest.fixture(scope="module")
def invoice():
    return of_file("Camunda 7", "invoice.c7.bpmn")


# --- people --------------------------------------------------------------------------------------


def test_candidates_are_asked_and_expressions_among_them_are_feel(invoice):
    assert invoice.said("review-invoice", "assignment") == [
        {"candidateUsers": "lee, =approver", "candidateGroups": "accounting, managers"}
    ]


def test_an_assignee_is_asked_alone_and_the_starter_is_the_initiator(invoice):
    assert invoice.said("clarify", "assignment") == [
        {"candidateUsers": "=process.initiator", "allocate": "single"}
    ]
    assert invoice.standing("received", "camunda:initiator") == "translated"


def test_candidates_beside_an_assignee_are_left():
    found = camunda('<userTask id="t" camunda:assignee="lee" camunda:candidateGroups="all"/>')
    assert found.said("t", "assignment") == [{"candidateUsers": "lee", "allocate": "single"}]
    assert found.standing("t", "candidateGroups") == "left"


def test_a_due_date_becomes_a_span(invoice):
    [deadline] = invoice.said("review-invoice", "deadline")
    assert deadline["completeBy"] == "P3D"
    assert invoice.said("clarify", "deadline") == [
        {"completeBy": '=date and time("2031-05-01T12:00:00+02:00") - now()'}
    ]


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("PT36H", "PT36H"),
        ("${dueDate}", "=date and time(dueDate) - now()"),
        (
            "${dateTime().plusDays(1).plusHours(2).toDate()}",
            '=duration("P1D") + duration("PT2H")',
        ),
    ],
)
def test_a_due_date_has_many_forms(due, said):
    found = camunda(f'<userTask id="t" camunda:dueDate="{due}"/>')
    assert found.said("t", "deadline") == [{"completeBy": said}]


def test_a_due_date_without_a_zone_is_left():
    found = camunda('<userTask id="t" camunda:dueDate="2031-05-01T12:00:00"/>')
    assert found.said("t", "deadline") == []
    assert found.standing("t", "dueDate") == "left"


def test_a_follow_up_date_becomes_a_span_and_makes_no_deadline():
    found = camunda('<userTask id="t" camunda:followUpDate="PT36H"/>')
    assert found.said("t", "deadline") == [{"followUp": "PT36H"}]


@pytest.mark.parametrize(
    ("there", "here"), [("70", "70"), ("${urgency}", "=urgency"), ("5000", ""), ("-1", "")]
)
def test_a_priority_is_taken_where_it_means_something_here(there, here):
    found = camunda(f'<userTask id="t" camunda:priority="{there}"/>')
    assert found.said("t", "priority") == ([{"value": here}] if here else [])
    assert (found.standing("t", "priority") == "left") is not bool(here)


def test_a_calendar_of_java_is_kept():
    found = camunda('<userTask id="t" camunda:businessCalendarName="holidays"/>')
    assert found.standing("t", "businessCalendarName") == "kept"


def test_a_task_of_camunda_has_one_outcome(invoice):
    [outcome] = invoice.said("review-invoice", "outcome")
    assert outcome == {"id": "completed", "name": "Complete", "kind": "neutral"}


def test_an_embedded_form_is_asked_and_its_fields_are_variables(invoice):
    form = json.loads(invoice.text("review-invoice", "form"))
    assert form["properties"] == {
        "approved": {"type": "boolean", "title": "Is it right?", "default": True},
        "reason": {
            "type": "string",
            "title": "Why not?",
            "enum": ["sum", "unknown"],
            "description": "sum: The sum is wrong · unknown: Nobody ordered it",
        },
    }
    assert invoice.result_variable("review-invoice") == "review_invoice"
    outputs = {one["target"]: one["source"] for one in invoice.said("review-invoice", "output")}
    assert outputs == {
        "approved": "=review_invoice.data.approved",
        "reason": "=review_invoice.data.reason",
        "refused": "=not(review_invoice.data.approved)",
    }
    assert invoice.said("review-invoice", "evidence") == [{"variables": "amount"}]


def test_the_form_of_the_start_event_is_that_of_the_process(invoice):
    form = json.loads(invoice.text("invoice", "startForm"))
    assert form["required"] == ["supplier"]
    assert form["properties"]["supplier"]["maxLength"] == 120
    assert form["properties"]["amount"] == {
        "type": "integer",
        "title": "How much?",
        "minimum": 1,
        "default": 100,
    }


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ('<camunda:formField id="a-b" type="string"/>', "needs a name"),
        ('<camunda:formField id="a" type="money"/>', "no fields of the type money"),
        (
            (
                '<camunda:formField id="a" type="string"><camunda:validation>'
                '<camunda:constraint name="validator" config="org.X"/></camunda:validation>'
                "</camunda:formField>"
            ),
            "“validator”",
        ),
        ('<camunda:formField id="a" type="long" defaultValue="${x}"/>', "A default is fixed"),
        ('<camunda:formField id="a" type="long" defaultValue="much"/>', "does not fit"),
    ],
)
def test_a_field_that_a_page_cannot_ask_is_left(field, says):
    found = camunda(
        '<userTask id="t"><extensionElements><camunda:formData>'
        f"{field}</camunda:formData></extensionElements></userTask>"
    )
    [left] = [taken for taken in found.told("t") if taken.standing == "left"]
    assert says in left.sentence


def test_a_form_elsewhere_and_listeners_are_left(invoice):
    assert invoice.standing("clarify", "formKey") == "left"
    [listener] = invoice.told("review-invoice", "taskListener")
    assert (listener.standing, listener.old) == ("left", "create: class=org.example.Notify")


# --- variables and expressions -------------------------------------------------------------------


def test_input_parameters_are_inputs(invoice):
    assert {one["target"]: one["source"] for one in invoice.said("review-invoice", "input")} == {
        "greeting": '=string join(["Hello ", string(approver)])',
        "steps": '=["read", second]',
        "facts": '={"sum": amount}',
    }
    assert invoice.standing("review-invoice", "inputParameter scripted") == "left"


def test_conditions_are_feel_afterwards(invoice):
    assert invoice.inner("to_second", "conditionExpression") == "=approved and amount >= 5000"
    assert invoice.inner("to_book", "conditionExpression") == "=approved and amount < 5000"
    [element] = invoice.element("to_book")
    assert "language" not in element.attrib


def test_conditions_that_need_code_stay_and_are_left(invoice):
    assert invoice.inner("by_script", "conditionExpression") == "amount == 3"
    assert invoice.inner("by_bean", "conditionExpression") == "${limits.exceeded(amount)}"
    assert invoice.standing("by_script", "condition") == "left"
    [left] = invoice.told("by_bean", "condition")
    assert "At position 10 it calls the method “exceeded”" in left.sentence


def test_timers_with_expressions_are_feel(invoice):
    assert invoice.inner("rest", "timeDuration") == "=patience"
    assert invoice.inner("late", "timeDuration") == "PT4H"
    assert invoice.standing("late", "timeDuration") == "taken"


def test_a_loop_over_a_collection_says_so(invoice):
    assert invoice.said("second", "multiInstance") == [
        {"collection": "=managers", "element": "one"}
    ]
    assert invoice.inner("second", "completionCondition") == "=numberOfCompletedInstances = 2"


# --- machines ------------------------------------------------------------------------------------


def test_external_tasks_are_topics_with_their_retries(invoice):
    assert invoice.said("book", "topic") == [{"name": "booking"}]
    assert invoice.said("book", "retry") == [
        {"attempts": "5", "backoff": "PT10M", "factor": "1", "cap": "PT10M"}
    ]


def test_the_http_connector_is_a_call_over_a_connection(invoice):
    assert invoice.said("tell-bank", "http") == [
        {
            "connection": "bank-example-com-8443",
            "method": "PUT",
            "path": '=string join(["/payments/", string(supplier)])',
            "body": '={"sum": amount, "text": string join(["Invoice of ", string(supplier)]), '
            '"now": true}',
        }
    ]
    assert invoice.said("tell-bank", "output") == [
        {"target": "payment", "source": "=tell_bank.body.id"}
    ]
    assert invoice.said("tell-bank", "retry") == [
        {"attempts": "4", "backoff": "PT1M", "factor": "2", "cap": "PT4M"}
    ]
    [hint] = [
        taken.hint for taken in invoice.told("tell-bank") if taken.what == "camunda:connector"
    ]
    assert "https://bank.example.com:8443" in hint


def test_a_secret_in_a_header_is_neither_taken_nor_told(invoice):
    assert invoice.standing("tell-bank", "headers") == "left"
    assert not any("secret" in f"{taken.old}{taken.new}" for taken in invoice.report)


def test_code_is_left_with_a_hint(invoice):
    [left] = invoice.told("archive", "camunda:class")
    assert (left.standing, left.old) == ("left", "org.example.Archive")
    assert "placet:topic" in left.hint
    [left] = invoice.told("double", "camunda:expression")
    assert "=amount * 2" in left.hint


def test_scripts_in_juel_run_and_others_do_not(invoice):
    assert invoice.inner("total", "script") == "=amount + 1"
    assert invoice.element("total").get("scriptFormat") == "feel"
    assert invoice.result_variable("total") == "sum"
    assert invoice.standing("legacy", "script") == "left"
    assert invoice.element("legacy").get("scriptFormat") == "javascript"


def test_decisions_are_asked_by_their_name(invoice):
    assert invoice.said("level", "decision") == [{"ref": "approval-level"}]
    assert invoice.result_variable("level") == "levelOf"


def test_calls_pass_variables_and_name_the_version(invoice):
    assert invoice.said("pay", "call") == [{"binding": "version", "version": "3"}]
    assert invoice.said("pay", "input") == [
        {"target": "sum", "source": "=amount"},
        {"target": "to", "source": "=upper case(supplier)"},
    ]
    assert invoice.said("pay", "output") == [{"target": "receipt", "source": "=receipt"}]
    [left] = [taken for taken in invoice.told("pay") if taken.standing == "left"]
    assert "businessKey" in left.old


def test_all_variables_go_both_ways():
    found = camunda(
        '<callActivity id="c" calledElement="x"><extensionElements>'
        '<camunda:in variables="all"/><camunda:out variables="all"/>'
        "</extensionElements></callActivity>"
    )
    assert found.said("c", "call") == [{"binding": "latest", "propagateAll": "true"}]


def test_a_message_without_a_key_is_pointed_out(invoice):
    assert invoice.standing("paid", "message") == "left"


# --- the file as a whole -------------------------------------------------------------------------


def test_everything_foreign_survives_untouched(invoice):
    before = etree.fromstring((FILES / "invoice.c7.bpmn").read_bytes())
    camunda_ns = "{http://camunda.org/schema/1.0/bpmn}"

    def foreign(root):
        return [
            (element.tag, sorted(element.attrib.items()), (element.text or "").strip())
            for element in root.iter(f"{camunda_ns}*")
        ]

    def attributes(root):
        return [
            (element.get("id"), name, value)
            for element in root.iter(etree.Element)
            for name, value in element.attrib.items()
            if name.startswith(camunda_ns)
        ]

    assert foreign(invoice.root) == foreign(before)
    assert attributes(invoice.root) == attributes(before)
    assert {"camunda", "modeler", "placet"} <= invoice.root.nsmap.keys()


def test_nothing_foreign_is_passed_over():
    found = camunda(
        '<userTask id="t" camunda:unheardOf="x"><extensionElements>'
        '<camunda:magic color="red"/></extensionElements></userTask>'
    )
    assert found.standing("t", "camunda:unheardOf") == "left"
    [left] = found.told("t", "camunda:magic")
    assert (left.standing, left.old) == ("left", "red")


def test_what_the_file_says_in_our_words_wins():
    found = camunda(
        '<userTask id="t" camunda:assignee="lee"><extensionElements>'
        f'<p:assignment xmlns:p="{PLACET}" candidateUsers="bob"/>'
        "</extensionElements></userTask>"
    )
    assert found.said("t", "assignment") == [{"candidateUsers": "bob"}]


def test_activiti_says_the_same_in_its_own_namespace():
    source = (FILES / "invoice.c7.bpmn").read_bytes()
    source = source.replace(b"http://camunda.org/schema/1.0/bpmn", b"http://activiti.org/bpmn")
    source = source.replace(b"camunda:", b"activiti:").replace(b"xmlns:camunda", b"xmlns:activiti")
    found = rewritten("Camunda 7", source)
    assert found.said("book", "topic") == [{"name": "booking"}]
    assert found.told("book", "activiti:topic")
