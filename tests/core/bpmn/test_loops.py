"""Loop markers, in the words of the standard and in ours."""

import pytest

from processes.core import graph as g
from processes.core.feel import compile_expression
from tests.core.bpmn.build import (
    definition,
    element,
    extension,
    flow,
    only_node,
    part,
    refused,
    straight,
    user_task,
)

BESIDE = (
    '<signal id="s" name="Done"/><signalEventDefinition id="shared" signalRef="s"/>'
    '<timerEventDefinition id="late"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
)


def loop_of(marker: str, *inside: str, kind: str = "userTask") -> g.StandardLoop | g.MultiInstance:
    edge = element("boundaryEvent", "edge", definition("signal", signalRef="s"), attachedToRef="x")
    source = straight(
        ("x", element(kind, "x", *inside, marker)), more=edge + flow("edge", "end"), beside=BESIDE
    )
    node = only_node(source)
    assert isinstance(node, g.Activity)
    assert node.loop is not None
    return node.loop


def multi(*inside: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f"<multiInstanceLoopCharacteristics{written}>{''.join(inside)}"
        "</multiInstanceLoopCharacteristics>"
    )


THREE = "<loopCardinality>3</loopCardinality>"


@pytest.mark.parametrize(
    ("marker", "loop"),
    [
        (
            (
                "<standardLoopCharacteristics><loopCondition>n &lt; 3</loopCondition>"
                "</standardLoopCharacteristics>"
            ),
            g.StandardLoop(compile_expression("n < 3")),
        ),
        (
            '<standardLoopCharacteristics testBefore="true" loopMaximum="5"/>',
            g.StandardLoop(None, test_before=True, maximum=5),
        ),
    ],
)
def test_a_standard_loop(marker, loop):
    assert loop_of(marker) == loop


@pytest.mark.parametrize("sequential", [True, False])
def test_as_many_instances_as_a_number_says(sequential):
    marker = multi(
        THREE,
        "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>",
        isSequential=str(sequential).lower(),
    )
    assert loop_of(marker) == g.MultiInstance(
        sequential=sequential,
        cardinality=compile_expression("3"),
        completion=compile_expression("numberOfCompletedInstances >= 2"),
    )


@pytest.mark.parametrize("on_marker", [True, False])
def test_an_instance_for_each_item_in_our_words(on_marker):
    said = extension(
        part(
            "multiInstance",
            collection="=items",
            element="item",
            outputCollection="results",
            outputElement="=x.outcome",
        )
    )
    loop = loop_of(multi(said)) if on_marker else loop_of(multi(), said)
    assert loop == g.MultiInstance(
        collection=compile_expression("items"),
        element="item",
        output="results",
        output_element=compile_expression("x.outcome"),
    )


IO = (
    '<ioSpecification><dataInput id="in" name="orders" isCollection="true"/>'
    '<dataOutput id="out" isCollection="true"/>'
    "<inputSet><dataInputRefs>in</dataInputRefs></inputSet>"
    "<outputSet><dataOutputRefs>out</dataOutputRefs></outputSet></ioSpecification>"
    "<dataInputAssociation><sourceRef>all</sourceRef><targetRef>in</targetRef>"
    "</dataInputAssociation>"
    "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>sums</targetRef>"
    "</dataOutputAssociation>"
)
DATA = (
    '<dataObject id="all" name="all orders" isCollection="true"/>'
    '<dataObject id="sums" name="sums" isCollection="true"/>'
)


def test_an_instance_for_each_item_in_the_words_of_the_standard():
    marker = multi(
        "<loopDataInputRef>in</loopDataInputRef><loopDataOutputRef>out</loopDataOutputRef>"
        '<inputDataItem id="one" name="order"/><outputDataItem id="sum"/>'
    )
    source = straight(("x", element("userTask", "x", IO, marker)), more=DATA)
    node = only_node(source)
    assert isinstance(node, g.UserTask)
    assert node.loop == g.MultiInstance(
        collection=compile_expression("all orders"), element="order", output="sums"
    )
    assert (node.inputs, node.outputs) == ((), ())


def test_a_sub_process_for_each_item_reads_the_data_around_it():
    marker = multi(
        "<loopDataInputRef>all</loopDataInputRef><loopDataOutputRef>sums</loopDataOutputRef>"
        '<inputDataItem id="one" name="order"/><outputDataItem id="sum" name="total"/>'
    )
    sub = element("subProcess", "x", marker, user_task("b"))
    node = only_node(straight(("x", sub), more=DATA))
    assert isinstance(node, g.SubProcess)
    assert node.loop == g.MultiInstance(
        collection=compile_expression("all orders"),
        element="order",
        output="sums",
        output_element=compile_expression("total"),
    )


SIGNAL = g.Signal("Done")


@pytest.mark.parametrize(
    ("marker", "behavior", "events"),
    [
        (multi(THREE), "all", ()),
        (
            multi(THREE, behavior="None", noneBehaviorEventRef="shared"),
            "none",
            (g.InstanceEvent(SIGNAL),),
        ),
        (
            multi(THREE, behavior="One", oneBehaviorEventRef="shared"),
            "one",
            (g.InstanceEvent(SIGNAL),),
        ),
        (
            multi(
                THREE,
                "<complexBehaviorDefinition><condition>loopCounter = 2</condition>"
                f"<event>{definition('signal', signalRef='s')}</event>"
                "</complexBehaviorDefinition>",
                behavior="Complex",
            ),
            "complex",
            (g.InstanceEvent(SIGNAL, compile_expression("loopCounter = 2")),),
        ),
    ],
)
def test_what_is_thrown_for_the_instances(marker, behavior, events):
    loop = loop_of(marker)
    assert isinstance(loop, g.MultiInstance)
    assert (loop.behavior, loop.events) == (behavior, events)


def test_an_event_that_no_edge_can_catch_is_not_run():
    marker = multi(THREE, behavior="One", oneBehaviorEventRef="late")
    source = straight(("x", element("userTask", "x", marker)), beside=BESIDE)
    refused(source, "behavior-event", "x", "unsupported")


@pytest.mark.parametrize("kind", ["userTask", "subProcess"])
def test_a_number_that_only_another_language_says_is_not_run(kind):
    other = extension('<camunda:collection xmlns:camunda="urn:x">items</camunda:collection>')
    source = straight(("x", element(kind, "x", multi(other))))
    refused(source, "instances-unknown", "x", "unsupported")


def test_items_without_a_marker_are_told():
    said = extension(part("multiInstance", collection="=items"))
    refused(straight(("x", element("userTask", "x", said))), "no-marker", "x")


def test_a_wrong_collection_is_told_once():
    said = extension(part("multiInstance", collection="=items["))
    source = straight(("x", element("userTask", "x", said, multi())))
    assert "collection" in refused(source, "expression", "x").sentence


@pytest.mark.parametrize(
    ("marker", "code"),
    [
        ('<standardLoopCharacteristics loopMaximum="-1"/>', "loop-maximum"),
        ('<standardLoopCharacteristics loopMaximum="many"/>', "attribute-value"),
        (multi("<loopCardinality>-1</loopCardinality>"), "loop-cardinality"),
    ],
)
def test_a_number_that_is_none_breaks_a_rule(marker, code):
    refused(straight(("x", element("userTask", "x", marker))), code, "x")
