"""What the reader understands becomes the graph; what it does not is refused by its plain name."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from tests.core.bpmn.build import (
    element,
    extension,
    file,
    flow,
    one,
    only_graph,
    only_node,
    part,
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
    assert graph.nodes["b"] == g.EndEvent(id="b", triggers=(g.Terminate(),))


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
        ("timeDuration", "P2W", "duration"),
        ("timeDuration", "PT0S", "duration"),
        ("timeDuration", "=wait", "duration"),
        ("timeDuration", 'if urgent then duration("PT1H") else duration("P1D")', "duration"),
        ("timeDate", "2030-01-31T09:00:00Z", "date"),
        ("timeDate", "2030-01-31", "date"),
        ("timeDate", "=due - duration(&quot;P1D&quot;)".replace("&quot;", '"'), "date"),
        ("timeCycle", "R3/PT10M", "cycle"),
        ("timeCycle", "R/P1D", "cycle"),
        ("timeCycle", "R2/P1W", "cycle"),
        ("timeCycle", '="R3/" + wait', "cycle"),
    ],
)
def test_a_timer_is_plain_or_an_expression(form, text, kind):
    node = only_graph(with_timer(form, text)).nodes["wait"]
    assert isinstance(node, g.CatchEvent)
    (trigger,) = node.triggers
    assert isinstance(trigger, g.Timer)
    assert trigger.kind == kind


@pytest.mark.parametrize(
    ("form", "text", "code", "severity"),
    [
        ("timeDuration", "INVALID", "iso-time", "error"),
        ("timeDuration", "PT", "iso-time", "error"),
        ("timeDuration", "P1M1D", "duration", "unsupported"),
        ("timeDuration", "-PT1H", "duration-not-positive", "unsupported"),
        ("timeDuration", "P200Y", "duration-too-long", "unsupported"),
        ("timeDuration", "P99999999999D", "iso-time", "error"),
        ("timeDuration", "24 hours", "expression", "error"),
        ("timeDuration", "", "empty-expression", "error"),
        ("timeDate", "2030-02-31T09:00:00Z", "date", "error"),
        ("timeDate", "2030-01-31T09:00:00+0100", "time-not-run", "unsupported"),
        ("timeDate", "tomorrow", "iso-time", "error"),
        ("timeCycle", "R0/PT1H", "cycle-never", "unsupported"),
        ("timeCycle", "R3/PT0S", "duration-not-positive", "unsupported"),
        ("timeCycle", "R3/2030-01-01T00:00:00Z/PT1H", "cycle-start", "unsupported"),
        ("timeCycle", "R3/PT1H/2030-01-01T00:00:00Z", "time-not-run", "unsupported"),
        ("timeCycle", "0 0 9 * * ?", "cron", "unsupported"),
    ],
)
def test_a_timer_that_cannot_fire_is_told(form, text, code, severity):
    finding = refused(with_timer(form, text), code, "wait", severity)
    assert finding.hint or code == "duration-too-long"
    stopping = [f for f in read(with_timer(form, text)).findings if f.stops_publishing]
    assert len(stopping) == 1


def test_weeks_are_so_many_days():
    trigger = only_node(with_timer("timeCycle", "R2/P1W"), "wait").triggers[0]
    assert trigger.expression.evaluate({}) == "R2/P7D"


@pytest.mark.parametrize(("count", "code"), [(0, "timer-without-time"), (2, "several-times")])
def test_a_timer_says_its_time_once(count, code):
    forms = ["<timeDuration>PT1H</timeDuration>", "<timeCycle>R/PT1H</timeCycle>"][:count]
    definition = f"<timerEventDefinition>{''.join(forms)}</timerEventDefinition>"
    source = straight(("wait", element("intermediateCatchEvent", "wait", definition)))
    refused(source, code, "wait")
    assert "wait" not in read(source).graphs[0].nodes


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


def test_a_throw_event_of_loops_is_no_step():
    source = straight(("x", element("implicitThrowEvent", "x", name="Do it")))
    finding = refused(source, "element", "x", "unsupported")
    assert "“Do it” is an implicit throw event" in finding.sentence
    assert finding.hint


@pytest.mark.parametrize("part", ["<potentialOwner/>", "<humanPerformer/>", "<rendering/>"])
def test_people_in_the_words_of_the_standard_are_not_run(part):
    source = straight(("task", element("userTask", "task", part)))
    refused(source, "part", "task", "unsupported")


def test_people_in_the_words_of_the_standard_may_stand_beside_ours():
    ours = extension(part("assignment", candidateUsers="bob"))
    task = element("userTask", "task", ours, "<potentialOwner/>")
    assert only_graph(straight(("task", task))).nodes["task"]


def test_a_performer_of_a_step_that_asks_nobody_is_told():
    source = straight(("task", element("manualTask", "task", "<performer/>")))
    assert one(read(source), "part").severity == "warning"
    assert read(source).ok


# --- the process itself --------------------------------------------------------------------------


def test_a_file_without_an_executable_process_is_not_run():
    finding = refused(file(process='id="p"'), "not-executable", None, "unsupported")
    assert "isExecutable" in finding.hint


def test_several_processes_of_a_file_become_several_graphs():
    other = f'<process id="q" isExecutable="true">{user_task("other")}</process>'
    source = straight(("task", user_task())).replace(b"<process", other.encode() + b"<process", 1)
    reading = read(source)
    assert reading.ok, reading.findings
    assert [graph.id for graph in reading.graphs] == ["q", "p"]


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


def test_a_process_may_begin_without_a_start_event():
    graph = only_graph(file(user_task("task")))
    assert [node.id for node in graph.beginnings[None]] == ["task"]


def test_a_process_that_begins_nowhere_is_not_run():
    source = file(user_task("a"), user_task("b"), flow("a", "b"), flow("b", "a"))
    refused(source, "begins-nowhere", "p", "unsupported")


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
    reading = read(straight(("x", element("implicitThrowEvent", "x"))))
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
