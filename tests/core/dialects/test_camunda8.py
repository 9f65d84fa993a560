"""Files of Camunda 8: what they say is said in our elements too, and nothing is passed over."""

import json

import pytest
from lxml import etree

from processes.core.bpmn.dialects import NotTranslated
from processes.core.bpmn.dialects.zeebe_feel import translate
from processes.core.feel import compile_expression
from tests.core.dialects.rewritten import FILES, of_file, process

zeebe = process("Camunda 8")


@pytest.fixture(scope="module")
def loan():
    return of_file("Camunda 8", "loan.c8.bpmn")


def test_assignments_schedules_and_priorities(loan):
    assert loan.said("check", "assignment") == [
        {"candidateUsers": "=approver", "allocate": "single"}
    ]
    [deadline] = loan.said("check", "deadline")
    assert deadline["completeBy"] == "P3D"
    assert deadline["followUp"]
    [priority] = loan.said("check", "priority")
    assert priority["value"]


def test_candidate_groups_may_be_one_expression():
    found = zeebe(
        '<userTask id="t"><extensionElements>'
        '<zeebe:assignmentDefinition candidateGroups=\'=["a", "b"]\' candidateUsers="x, y"/>'
        "</extensionElements></userTask>"
    )
    assert found.said("t", "assignment") == [
        {"candidateUsers": "x, y", "candidateGroups": '=["a", "b"]'}
    ]


def test_a_form_in_the_file_is_asked(loan):
    form = json.loads(loan.text("check", "form"))
    assert form["required"] == ["note"]
    assert form["properties"] == {
        "approved": {"type": "boolean", "title": "OK?"},
        "note": {"type": "string", "format": "textarea", "maxLength": 100},
        "kind": {"type": "string", "enum": ["a", "b"], "description": "a: A thing"},
    }
    assert loan.said("check", "evidence") == [{"variables": "amount"}]
    [left] = [t for t in loan.told("check", "formDefinition") if t.standing == "left"]
    assert "“tags” is a “taglist”" in left.sentence


def test_mapped_outputs_read_the_fields_of_the_form(loan):
    assert loan.said("check", "input") == [{"target": "twice", "source": "=amount * 2"}]
    [output] = loan.said("check", "output")
    assert output["target"] == "okay"
    seen = {"check": {"data": {"approved": True}}, "twice": 6}
    assert compile_expression(output["source"]).evaluate(seen) is True


def test_without_mapping_the_fields_are_variables():
    form = json.dumps({"components": [{"type": "number", "key": "sum"}]})
    found = zeebe(
        f'<extensionElements><zeebe:userTaskForm id="f">{form}</zeebe:userTaskForm>'
        '</extensionElements><userTask id="t"><extensionElements>'
        '<zeebe:formDefinition formKey="camunda-forms:bpmn:f"/></extensionElements></userTask>'
    )
    assert found.said("t", "output") == [{"target": "sum", "source": "=t.data.sum"}]


def test_loops_gather_what_they_give(loan):
    assert loan.said("check", "multiInstance") == [
        {
            "collection": "=people",
            "element": "p",
            "outputCollection": "answers",
            "outputElement": "=okay",
        }
    ]


def test_workers_are_topics_and_their_answer_comes_first(loan):
    assert loan.said("work", "topic") == [{"name": "credit"}]
    assert loan.said("work", "retry") == [{"attempts": "5"}]
    assert loan.standing("work", "header k") == "left"
    [output] = loan.said("work", "output")
    rating = compile_expression(output["source"])
    assert rating.evaluate({"work": {"score": 4}, "score": 9}) == 5
    assert rating.evaluate({"work": {}, "score": 9}) == 10


def test_the_rest_connector_is_a_call_over_a_connection(loan):
    assert loan.said("rest", "http") == [
        {
            "connection": "api-example-com",
            "method": "POST",
            "path": '="/orders/" + id',
            "body": "={a: amount}",
        }
    ]
    outputs = {one["target"]: one["source"] for one in loan.said("rest", "output")}
    assert outputs["number"] == "=rest.body.id"
    assert compile_expression(outputs["ok"]).evaluate({"rest": {"status": 204}}) is True
    assert loan.said("rest", "retry") == [{"attempts": "3", "backoff": "PT10S", "factor": "1"}]
    assert loan.said("rest", "input") == []


def test_scripts_decisions_calls_and_messages(loan):
    assert loan.said("sc", "assign") == [{"variable": "t", "value": "=a + 1"}]
    assert loan.said("dec", "decision") == [{"ref": "level"}]
    assert loan.result_variable("dec") == "lv"
    assert loan.element("c").get("calledElement") == "other"
    assert loan.said("c", "call") == [{"binding": "pinned", "propagateAll": "false"}]
    assert loan.standing("c", "propagateAllParentVariables") == "left"
    assert loan.said("t", "message") == [{"correlationKey": "=orderId"}]


def test_conditions_are_taken_and_functions_of_camunda_are_said_otherwise(loan):
    assert loan.inner("f1", "conditionExpression") == "=(a.b != null) and amount < 5"
    [left] = loan.told("f2", "condition")
    assert "“is blank”" in left.sentence


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("=is defined(a)", {"a": 1}, True),
        ("=is defined(a.b)", {"a": {}}, False),
        ("=get or else(a, 3)", {}, 3),
        ('=get or else(a, "x")', {"a": "y"}, "y"),
        ("=is empty(a)", {"a": []}, True),
        ("=trim(a)", {"a": " b "}, "b"),
        ('="is defined(a)"', {}, "is defined(a)"),
    ],
)
def test_functions_of_camunda(text, variables, expected):
    found = translate(text, {})
    assert compile_expression(found.expression).evaluate(variables) == expected


@pytest.mark.parametrize("text", ["=random number() > 1", "=amount >", "=from json(a).b"])
def test_what_cannot_be_read_is_not_translated(text):
    with pytest.raises(NotTranslated):
        translate(text, {})


def test_everything_foreign_survives_untouched(loan):
    before = etree.fromstring((FILES / "loan.c8.bpmn").read_bytes())
    namespace = "{http://camunda.org/schema/zeebe/1.0}*"

    def foreign(root):
        return [(e.tag, dict(e.attrib), (e.text or "").strip()) for e in root.iter(namespace)]

    assert foreign(loan.root) == foreign(before)


def test_nothing_foreign_is_passed_over():
    found = zeebe(
        '<userTask id="t"><extensionElements><zeebe:magic color="red"/>'
        '<zeebe:taskListeners><zeebe:taskListener eventType="creating" type="w"/>'
        "</zeebe:taskListeners></extensionElements></userTask>"
        '<intermediateThrowEvent id="e"><extensionElements><zeebe:taskDefinition type="mail"/>'
        '<zeebe:ioMapping><zeebe:input source="=a" target="b"/></zeebe:ioMapping>'
        "</extensionElements><messageEventDefinition/></intermediateThrowEvent>"
    )
    assert found.standing("t", "zeebe:magic") == "left"
    assert found.standing("t", "zeebe:taskListener") == "left"
    assert found.standing("e", "zeebe:taskDefinition") == "left"
    assert found.standing("e", "zeebe:input b") == "left"
