"""What the reader understands becomes the graph; what it does not is refused by its plain name."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from tests.core.bpmn.build import (
    codes,
    element,
    file,
    flow,
    one,
    only_graph,
    refused,
    straight,
    timer,
    user_task,
    with_task,
    with_timer,
)


def test_a_process_becomes_a_graph_in_the_order_of_the_file():
    graph = only_graph(with_task(name="Review it"))
    assert list(graph.nodes) == ["start", "task", "end"]
    assert list(graph.flows) == ["start-task", "task-end"]
    assert graph.nodes["task"].label == "Review it"
    assert graph.outgoing["start"][0].target == "task"


def test_names_are_read_on_one_line():
    assert only_graph(with_task(name="Review\n  it")).nodes["task"].name == "Review it"


def test_documentation_is_kept():
    documented = element("userTask", "task", "<documentation>Look closely.</documentation>")
    assert only_graph(straight(("task", documented))).nodes["task"].documentation == "Look closely."


def test_a_process_without_a_name_is_called_by_its_id():
    assert only_graph(with_task()).name == "p"


def test_conditions_and_the_default_are_read():
    graph = only_graph(
        file(
            element("startEvent", "start"),
            element("exclusiveGateway", "g", default="g-b"),
            element("endEvent", "a"),
            element("endEvent", "b", "<terminateEventDefinition/>"),
            *(flow("start", "g"), flow("g", "a", "= amount > 1000"), flow("g", "b")),
        )
    )
    condition = graph.flows["g-a"].condition
    assert condition is not None
    assert condition.text == "amount > 1000"
    assert graph.nodes["g"].default == "g-b"
    assert graph.nodes["b"] == g.EndEvent(id="b", trigger=g.Terminate())


def test_a_wrong_condition_is_told_with_the_expression_and_what_to_write():
    source = file(
        element("startEvent", "start"),
        element("exclusiveGateway", "g", default="g-b"),
        element("endEvent", "a"),
        element("endEvent", "b"),
        *(
            flow("start", "g"),
            flow("g", "a", "amount >", attributes='name="a lot"'),
            flow("g", "b"),
        ),
    )
    finding = refused(source, "expression", "g-a")
    assert "“a lot”" in finding.sentence
    assert "amount >" in finding.sentence
    assert finding.hint


def test_an_empty_condition_is_an_error():
    gateway = element("exclusiveGateway", "g", default="g-end")
    empty = flow("g", "task", " = ")
    source = file(
        *(element("startEvent", "start"), gateway, user_task("task"), element("endEvent", "end")),
        *(flow("start", "g"), empty, flow("g", "end"), flow("task", "end")),
    )
    refused(source, "empty-expression", "g-task")


def test_a_condition_in_another_language_is_not_run():
    source = file(
        element("startEvent", "start"),
        element("exclusiveGateway", "g", default="g-b"),
        *(element("endEvent", "a"), element("endEvent", "b")),
        *(flow("start", "g"), flow("g", "b")),
        flow("g", "a", "${amount > 1000}"),
        flow("g", "a", "x", id_="js").replace(
            "<conditionExpression", "<conditionExpression language='javascript'"
        ),
    )
    refused(source, "juel", "g-a", "unsupported")
    refused(source, "expression-language", "js", "unsupported")


# --- timers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "kind"),
    [
        ("timeDuration", "PT24H", "duration"),
        ("timeDuration", "P1Y6M", "duration"),
        ("timeDuration", "=wait", "duration"),
        ("timeDuration", 'if urgent then duration("PT1H") else duration("P1D")', "duration"),
        ("timeDate", "2030-01-31T09:00:00Z", "date"),
        ("timeDate", "2030-01-31", "date"),
        ("timeDate", "=due - duration(&quot;P1D&quot;)".replace("&quot;", '"'), "date"),
        ("timeCycle", "R3/PT10M", "cycle"),
        ("timeCycle", "R/P1D", "cycle"),
        ("timeCycle", '="R3/" + wait', "cycle"),
    ],
)
def test_a_timer_is_plain_or_an_expression(form, text, kind):
    node = only_graph(with_timer(form, text)).nodes["wait"]
    assert isinstance(node, g.CatchEvent)
    assert node.trigger.kind == kind


@pytest.mark.parametrize(
    ("form", "text", "code", "severity"),
    [
        ("timeDuration", "INVALID", "time", "error"),
        ("timeDuration", "PT", "duration", "error"),
        ("timeDuration", "P1W", "duration", "error"),
        ("timeDuration", "P1M1D", "duration", "error"),
        ("timeDuration", "PT0S", "duration-not-positive", "error"),
        ("timeDuration", "-PT1H", "duration-not-positive", "error"),
        ("timeDuration", "P200Y", "duration-too-long", "error"),
        ("timeDuration", "P99999999999D", "duration", "error"),
        ("timeDuration", "24 hours", "expression", "error"),
        ("timeDuration", "", "empty-expression", "error"),
        ("timeDate", "2030-02-31T09:00:00Z", "date", "error"),
        ("timeDate", "tomorrow", "time", "error"),
        ("timeCycle", "R0/PT1H", "cycle-never", "error"),
        ("timeCycle", "R3/PT0S", "duration-not-positive", "error"),
        ("timeCycle", "R3/2030-01-01T00:00:00Z/PT1H", "cycle-start", "unsupported"),
        ("timeCycle", "0 0 9 * * ?", "cron", "unsupported"),
    ],
)
def test_a_timer_that_cannot_fire_is_told(form, text, code, severity):
    finding = refused(with_timer(form, text), code, "wait", severity)
    assert finding.hint or severity == "error"


@pytest.mark.parametrize("count", [0, 2])
def test_a_timer_says_its_time_once(count):
    forms = ["<timeDuration>PT1H</timeDuration>", "<timeCycle>R/PT1H</timeCycle>"][:count]
    definition = f"<timerEventDefinition>{''.join(forms)}</timerEventDefinition>"
    source = straight(("wait", element("intermediateCatchEvent", "wait", definition)))
    refused(source, "timer-forms", "wait")


@pytest.mark.parametrize(
    ("attributes", "interrupting"),
    [({}, True), ({"cancelActivity": "true"}, True), ({"cancelActivity": "false"}, False)],
)
def test_a_boundary_timer_interrupts_unless_it_says_otherwise(attributes, interrupting):
    edge = element(
        "boundaryEvent", "edge", timer("timeDuration", "PT1H"), attachedToRef="task", **attributes
    )
    source = straight(("task", user_task()), more=edge + flow("edge", "end"))
    node = only_graph(source).nodes["edge"]
    assert isinstance(node, g.BoundaryEvent)
    assert (node.attached_to, node.interrupting) == ("task", interrupting)


# --- what is not run -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("task", "a task without a kind"),
        ("scriptTask", "a script task"),
        ("sendTask", "a send task"),
        ("receiveTask", "a receive task"),
        ("businessRuleTask", "a business rule task"),
        ("manualTask", "a manual task"),
        ("callActivity", "a call of another process"),
        ("intermediateThrowEvent", "an intermediate throw event"),
        ("subProcess", "a sub-process"),
        ("transaction", "a transaction"),
        ("adHocSubProcess", "an ad-hoc sub-process"),
    ],
)
def test_a_step_that_is_not_run_is_refused_by_its_plain_name(kind, words):
    finding = refused(
        straight(("x", element(kind, "x", name="Do it"))), "element", "x", "unsupported"
    )
    assert f"“Do it” is {words}" in finding.sentence
    assert finding.hint


@pytest.mark.parametrize("kind", ["inclusiveGateway", "complexGateway", "eventBasedGateway"])
def test_a_gateway_that_is_not_run_is_refused(kind):
    source = file(
        *(element("startEvent", "start"), element(kind, "g"), user_task("a"), user_task("b")),
        *(element("endEvent", "end"), flow("start", "g"), flow("g", "a"), flow("g", "b")),
        *(flow("a", "end"), flow("b", "end")),
    )
    refused(source, "element", "g", "unsupported")


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("startEvent", "message"),
        ("startEvent", "timer"),
        ("startEvent", "signal"),
        ("startEvent", "conditional"),
        ("endEvent", "message"),
        ("endEvent", "error"),
        ("endEvent", "escalation"),
        ("endEvent", "signal"),
        ("endEvent", "compensate"),
        ("intermediateCatchEvent", "message"),
        ("intermediateCatchEvent", "signal"),
        ("intermediateCatchEvent", "conditional"),
        ("intermediateCatchEvent", "link"),
        ("boundaryEvent", "message"),
        ("boundaryEvent", "error"),
        ("boundaryEvent", "signal"),
        ("boundaryEvent", "escalation"),
    ],
)
def test_an_event_that_is_not_run_is_valid_but_refused(kind, definition):
    event = element(kind, "x", f"<{definition}EventDefinition/>", attachedToRef="task")
    source = straight(("task", user_task()), more=event)
    assert one(read(source), "event").severity == "unsupported"
    assert "event-definition-not-allowed" not in codes(source)


def test_an_event_with_two_definitions_is_not_run():
    both = "<messageEventDefinition/><signalEventDefinition/>"
    source = straight(("x", element("intermediateCatchEvent", "x", both)))
    refused(source, "multiple-event", "x", "unsupported")


def test_a_shared_event_definition_is_not_read():
    event = element("intermediateCatchEvent", "x", "<eventDefinitionRef>t</eventDefinitionRef>")
    refused(straight(("x", event)), "shared-definition", "x", "unsupported")


@pytest.mark.parametrize(
    "part",
    [
        "<standardLoopCharacteristics/>",
        "<multiInstanceLoopCharacteristics/>",
        "<ioSpecification/>",
        "<potentialOwner/>",
        "<humanPerformer/>",
        "<rendering/>",
    ],
)
def test_a_marker_that_is_not_run_is_refused(part):
    refused(straight(("task", element("userTask", "task", part))), "part", "task", "unsupported")


def test_a_compensation_task_is_not_run():
    task = element("userTask", "task", isForCompensation="true")
    refused(straight(("task", task)), "compensation", "task", "unsupported")


def test_counting_tokens_is_not_run():
    task = element("userTask", "task", startQuantity="2")
    refused(straight(("task", task)), "quantity", "task", "unsupported")


def test_what_is_inside_a_sub_process_is_told_once_by_the_sub_process():
    inner = element("subProcess", "sub", element("scriptTask", "inner"))
    findings = [f for f in read(straight(("sub", inner))).findings if f.severity == "unsupported"]
    assert [finding.element for finding in findings] == ["sub"]


# --- the process itself --------------------------------------------------------------------------


def test_a_file_without_an_executable_process_is_not_run():
    finding = refused(file(process='id="p"'), "not-executable", None, "unsupported")
    assert "isExecutable" in finding.hint


def test_a_second_executable_process_is_not_run():
    other = '<process id="q" isExecutable="true"/>'
    source = straight(("task", user_task())).replace(b"<process", other.encode() + b"<process", 1)
    refused(source, "several-processes", "p", "unsupported")


def test_a_process_beside_it_that_is_not_executable_is_only_a_picture():
    other = f'<process id="q">{element("scriptTask", "x")}</process>'
    source = straight(("task", user_task())).replace(b"<process", other.encode() + b"<process", 1)
    assert [graph.id for graph in read(source).graphs] == ["p"]
    assert read(source).ok


@pytest.mark.parametrize("id_", ["", "1p", "p q", "p" * 101, "p\u00b7q"])
def test_the_id_of_a_process_can_be_a_key(id_):
    source = straight(("task", user_task())).replace(b'id="p"', f'id="{id_}"'.encode())
    refused(source, "process-id", id_ or None, "unsupported")
    assert read(source).graphs == ()


def test_a_process_without_steps_is_not_run():
    refused(file(), "empty-process", "p", "unsupported")


def test_a_process_that_starts_without_a_start_event_is_valid_but_not_run():
    refused(file(user_task("task")), "implicit-start", "p", "unsupported")


def test_a_second_start_event_is_not_run():
    source = straight(
        ("task", user_task()), more=element("startEvent", "other") + flow("other", "task")
    )
    refused(source, "several-starts", "other", "unsupported")


def test_a_step_without_an_id_cannot_be_kept():
    source = straight(("task", user_task()), more="<userTask name='Nobody'/>")
    finding = refused(source, "no-id", "p", "unsupported")
    assert "“Nobody”" in finding.sentence


def test_a_name_longer_than_a_line_is_refused():
    refused(with_task(name="x" * 201), "too-long", "task", "unsupported")


def test_an_extension_that_must_be_understood_is_refused():
    beside = '<extension mustUnderstand="true" definition="x:magic"/>'
    source = straight(("task", user_task())).replace(b"<process", beside.encode() + b"<process", 1)
    refused(source, "extension", None, "unsupported")


def test_a_draft_with_mistakes_still_has_a_graph():
    reading = read(straight(("x", element("scriptTask", "x"))))
    assert not reading.ok
    (graph,) = reading.graphs
    assert (graph.id, list(graph.nodes)) == ("p", ["start", "end"])


# --- what means nothing at run time --------------------------------------------------------------


def test_drawings_and_decoration_are_accepted_in_silence():
    drawn = (
        '<laneSet id="ls"><lane id="l"><flowNodeRef>task</flowNodeRef></lane></laneSet>'
        '<textAnnotation id="n"><text>Mind the step</text></textAnnotation>'
        '<association id="as" sourceRef="task" targetRef="n"/><group id="gr"/>'
        '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>'
        '<dataStoreReference id="ds"/><documentation>All of it</documentation>'
    )
    task = element("userTask", "task", '<property id="pr"/>', **{"color:border-color": "#333"})
    reading = read(straight(("task", task), more=drawn))
    assert reading.ok
    assert {finding.code for finding in reading.findings} == {"no-diagram"}


def test_a_choreography_beside_the_process_is_told():
    source = straight(("task", user_task())).replace(
        b"<process", b"<choreography id='ch'/><process", 1
    )
    reading = read(source)
    assert reading.ok
    assert one(reading, "not-run").element == "ch"


def test_what_another_engine_would_do_is_told_once_for_each_element():
    task = element(
        "userTask",
        "task",
        "<extensionElements><camunda:formData><camunda:formField id='x'/></camunda:formData>"
        "</extensionElements>",
        camunda_assignee="bob",
    )
    finding = one(read(straight(("task", task))), "dialect")
    assert (finding.element, finding.severity) == ("task", "warning")
    assert "camunda:assignee" in finding.sentence
    assert "camunda:formData" in finding.sentence
