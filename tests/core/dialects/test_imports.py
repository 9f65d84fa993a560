"""A file of another tool comes in and runs: the way from its bytes to a completed instance."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from processes.core import commands as c
from processes.core.bpmn import read
from processes.core.bpmn.writer import Drawing
from processes.core.imports import import_file
from processes.core.short import to_short
from tests.core.dialects.rewritten import FILES
from tests.core.graphs import Play

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:x="http://example.org/other" id="d" targetNamespace="urn:t" x:note="stays">'
)
LEAVE = f"""{HEAD}<process id="leave" isExecutable="true">
<startEvent id="asked" camunda:initiator="who"/>
<sequenceFlow id="a" sourceRef="asked" targetRef="decide"/>
<userTask id="decide" camunda:assignee="${{boss}}" camunda:dueDate="P2D"><extensionElements>
<camunda:formData><camunda:formField id="days" type="long"/><camunda:formField id="granted"
type="boolean"/></camunda:formData></extensionElements></userTask>
<sequenceFlow id="b" sourceRef="decide" targetRef="which"/>
<exclusiveGateway id="which" default="no"/>
<sequenceFlow id="yes" sourceRef="which" targetRef="book"><conditionExpression>
${{granted == 'true' and days le 10 ? true : false}}</conditionExpression></sequenceFlow>
<sequenceFlow id="no" sourceRef="which" targetRef="refused"/>
<serviceTask id="book" camunda:type="external" camunda:topic="calendar"><extensionElements>
<camunda:inputOutput><camunda:inputParameter name="text">${{days}} days for ${{who}}
</camunda:inputParameter><camunda:outputParameter name="entry">${{book.id}}
</camunda:outputParameter></camunda:inputOutput></extensionElements></serviceTask>
<sequenceFlow id="c" sourceRef="book" targetRef="each"/>
<userTask id="each" camunda:assignee="${{one}}"><multiInstanceLoopCharacteristics
camunda:collection="people" camunda:elementVariable="one"><completionCondition>
${{nrOfCompletedInstances == 1}}</completionCondition></multiInstanceLoopCharacteristics></userTask>
<sequenceFlow id="d1" sourceRef="each" targetRef="done"/>
<endEvent id="done"/><endEvent id="refused"/></process></definitions>"""
FORM = json.dumps({"components": [{"type": "checkbox", "key": "granted"}]})
TRAVEL = f"""{HEAD}<message id="m" name="ticket"><extensionElements>
<zeebe:subscription correlationKey="=order.id"/></extensionElements></message>
<process id="travel" isExecutable="true"><extensionElements><zeebe:userTaskForm id="f">{FORM}
</zeebe:userTaskForm></extensionElements><startEvent id="asked"/>
<sequenceFlow id="a" sourceRef="asked" targetRef="decide"/>
<userTask id="decide"><extensionElements><zeebe:userTask/>
<zeebe:assignmentDefinition candidateGroups="=[&quot;managers&quot;]"/>
<zeebe:formDefinition formKey="camunda-forms:bpmn:f"/><zeebe:ioMapping>
<zeebe:output source="=if granted then 1 else 0" target="level"/></zeebe:ioMapping>
</extensionElements></userTask>
<sequenceFlow id="b" sourceRef="decide" targetRef="count"/>
<scriptTask id="count"><extensionElements><zeebe:script expression="={{id: level + 6}}"
resultVariable="order"/></extensionElements></scriptTask>
<sequenceFlow id="c" sourceRef="count" targetRef="came"/>
<intermediateCatchEvent id="came"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
<sequenceFlow id="e" sourceRef="came" targetRef="work"/>
<serviceTask id="work"><extensionElements><zeebe:taskDefinition type="print" retries="2"/>
<zeebe:ioMapping><zeebe:input source="=order.id" target="number"/>
<zeebe:output source="=pages * 2" target="sides"/></zeebe:ioMapping></extensionElements>
</serviceTask><sequenceFlow id="g" sourceRef="work" targetRef="done"/><endEvent id="done"/>
</process></definitions>"""


def play(source: str, **variables: object) -> Play:
    imported = import_file(source.encode(), "file.bpmn")
    assert [f for f in imported.findings if f.stops_publishing] == []
    [graph] = read(imported.source).graphs
    return Play(graph, **variables)


def variables(instance: Play) -> dict[str, object]:
    return instance.state.scopes["s0"].variables


def asked(instance: Play, node: str) -> dict[str, object]:
    return [
        e for e in instance.history if getattr(e, "node", "") == node and hasattr(e, "request")
    ][-1].request


def test_a_file_of_camunda_7_runs():
    instance = play(LEAVE, boss="bob", people=["carol", "dan"])
    opened = next(e for e in instance.history if hasattr(e, "asked"))
    assert (opened.asked["users"], opened.asked["complete_by"]) == (["bob"], "P2D")
    instance.answer("decide", "completed", days=5, granted=True)
    assert variables(instance)["granted"] is True
    assert asked(instance, "book")["topic"] == "calendar"
    assert asked(instance, "book")["variables"] == {"text": "5 days for alice"}
    instance.do(c.CompleteJob(instance.token("book"), {"id": "E-1"}))
    assert variables(instance)["entry"] == "E-1"
    names = [e.asked["users"] for e in instance.history if hasattr(e, "asked")][1:]
    assert names == [["carol"], ["dan"]]
    inner = next(t.id for t in instance.state.tokens.values() if t.wait == "task")
    instance.do(c.CompleteTask(inner, "completed", {}, "carol"))
    assert instance.state.status == "completed"


def test_the_other_way_is_taken_too():
    instance = play(LEAVE, boss="bob", people=[])
    instance.answer("decide", "completed", days=20, granted=True)
    assert instance.completed()[-1] == "refused"


def test_a_file_of_camunda_8_runs():
    instance = play(TRAVEL)
    instance.answer("decide", "completed", granted=True)
    assert variables(instance)["level"] == 1
    assert "granted" not in variables(instance)
    [subscription] = instance.state.subscriptions.values()
    assert subscription.name == "ticket"
    assert "7" in str(subscription)
    instance.do(c.DeliverMessage(subscription.id, {}))
    assert asked(instance, "work")["variables"] == {"number": 7}
    assert asked(instance, "work")["attempts"] == 2
    instance.do(c.CompleteJob(instance.token("work"), {"pages": 4}))
    assert variables(instance)["sides"] == 8
    assert instance.state.status == "completed"


# --- what comes in -------------------------------------------------------------------------------


def test_plain_bpmn_stays_as_it_is_byte_by_byte():
    source = LEAVE.partition("<userTask")[0] + "</process></definitions>"
    source = source.replace(' camunda:initiator="who"', "").encode()
    found = import_file(source)
    assert (found.source, found.language, found.report) == (source, "", ())


@pytest.mark.parametrize("name", ["invoice.c7.bpmn", "loan.c8.bpmn"])
def test_importing_twice_changes_nothing(name):
    once = import_file((FILES / name).read_bytes()).source
    twice = import_file(once).source
    assert etree.tostring(etree.fromstring(twice), method="c14n") == etree.tostring(
        etree.fromstring(once), method="c14n"
    )


def test_names_of_third_parties_survive():
    root = etree.fromstring(import_file(LEAVE.encode()).source)
    assert root.get("{http://example.org/other}note") == "stays"


@pytest.mark.parametrize(
    ("source", "language"),
    [
        (LEAVE, "Camunda 7"),
        (TRAVEL, "Camunda 8"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', "Amazon States Language"),
        (
            (
                f'{HEAD}<process id="p"><sequenceFlow id="f"><conditionExpression>${{a}}'
                "</conditionExpression></sequenceFlow></process></definitions>"
            ),
            "Camunda 7",
        ),
    ],
)
def test_the_file_itself_tells_where_it_comes_from(source, language):
    assert import_file(source.encode()).language == language


def test_the_short_form_is_told_by_its_name():
    drawing = Drawing("p", "Short")
    drawing.flow(drawing.node("startEvent", "a"), drawing.node("endEvent", "b"))
    text, _ = to_short(drawing.to_xml())
    found = import_file(text.encode(), "p.yml")
    assert [graph.id for graph in read(found.source).graphs] == ["p"]
    assert import_file(b"a: [", "p.yaml").source == b""
    assert [f.code for f in import_file(b"\xff", "p.yaml").findings] == ["encoding"]
    assert [f.code for f in import_file(b" " * 6_000_000, "p.yaml").findings] == ["file-too-large"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "empty-file"),
        (b"hello", "not-xml"),
        (b"<html/>", "not-bpmn"),
        (b"{", "malformed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        (b"<a>" * 200, "too-deep"),
        (b"\xff\xfe<", "encoding"),
    ],
)
def test_what_cannot_be_read_is_one_finding(source, code):
    found = import_file(source)
    assert found.source == b""
    assert [finding.code for finding in found.findings] == [code]


def test_a_prefix_that_is_taken_gets_another_name():
    source = LEAVE.replace("xmlns:x=", 'xmlns:placet="http://example.org/not-ours" xmlns:x=')
    root = etree.fromstring(import_file(source.encode()).source)
    assert root.nsmap["placet"] == "http://example.org/not-ours"
    assert root.nsmap["placet1"] == "urn:placet:bpmn:1"


# --- hostile files -------------------------------------------------------------------------------

ODD = [
    "",
    "${",
    "#{a.b(c)}",
    "=",
    "=a b",
    "{",
    "x" * 5_000,
    "\u200b",
    "1",
    "-1",
    "true",
    "R/P",
    "$",
]


@pytest.mark.parametrize("name", ["invoice.c7.bpmn", "loan.c8.bpmn"])
@given(seed=st.integers(0, 10**9))
def test_no_change_of_a_file_breaks_the_import(name, seed):
    chance = random.Random(seed)  # noqa: S311
    root = etree.fromstring((FILES / name).read_bytes())
    for element in chance.sample(list(root.iter(etree.Element)), 12):
        match chance.randrange(4):
            case 0:
                element.text = chance.choice(ODD)
            case 1:
                for attribute in element.attrib:
                    element.set(attribute, chance.choice(ODD))
            case 2 if element.getparent() is not None:
                element.getparent().remove(element)
            case 3 if element.attrib:
                del element.attrib[chance.choice(list(element.attrib))]
    found = import_file(etree.tostring(root))
    assert found.source or found.findings


@given(seed=st.integers(0, 10**9))
def test_no_change_of_a_machine_breaks_the_import(seed):
    chance = random.Random(seed)  # noqa: S311
    machines = FILES.parents[1] / "asl" / "machines"
    machine = json.loads((machines / "parcel.asl.json").read_text())
    values = [None, 1, -1, "", "$", "$.a[?(@.b)]", [], {}, [{}], True, "States.UUID()", 10**30]
    places = [machine]
    for place in places:
        inside = place.values() if isinstance(place, dict) else place
        places.extend(value for value in inside if isinstance(value, dict | list))
    for place in chance.sample(places[1:], 4):
        keys = list(place) if isinstance(place, dict) else range(len(place))
        if keys:
            place[chance.choice(keys)] = chance.choice(values)
    found = import_file(json.dumps(machine).encode())
    assert found.source or found.findings
