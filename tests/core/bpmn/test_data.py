"""Data objects, properties, inputs and outputs become typed variables and mappings between them."""

import pytest

from processes.core import graph as g
from processes.core.bpmn import read
from processes.core.feel import compile_expression
from tests.core.bpmn.build import (
    definition,
    element,
    extension,
    one,
    only_graph,
    only_node,
    part,
    straight,
    user_task,
)

ITEMS = (
    '<itemDefinition id="Text" structureRef="xsd:string"/>'
    '<itemDefinition id="Texts" structureRef="xsd:string" isCollection="true"/>'
    '<itemDefinition id="Whole" structureRef="java.lang.Integer"/>'
    '<itemDefinition id="When" structureRef="xsd:dateTime"/>'
    '<itemDefinition id="Yes" structureRef="Boolean"/>'
    '<itemDefinition id="Order" structureRef="acme:Order"/>'
)


def variables(*data: str) -> dict[str, str]:
    """Return the variables of a process with this data, by name, with their types."""
    source = straight(("task", user_task()), more="".join(data), beside=ITEMS)
    return {name: known.type for name, known in only_graph(source).variables.items()}


@pytest.mark.parametrize(
    ("item", "type_"),
    [
        ("Text", "string"),
        ("Texts", "list"),
        ("Whole", "number"),
        ("When", "dateTime"),
        ("Yes", "boolean"),
        ("Order", "any"),
    ],
)
def test_data_has_the_type_of_its_item(item, type_):
    assert variables(element("property", "d", itemSubjectRef=item)) == {"d": type_}


def test_data_without_an_item_may_be_anything():
    assert variables(element("dataObject", "d")) == {"d": "any"}
    assert variables(element("dataObject", "d", isCollection="true")) == {"d": "list"}


@pytest.mark.parametrize(
    ("object_", "references", "name"),
    [
        (element("dataObject", "d1", name="order"), (), "order"),
        (element("dataObject", "d1", name="Order form"), (), "Order form"),
        (element("dataObject", "d1"), ("Order form",), "Order form"),
        (element("dataObject", "d1"), ("Order [new]", "Order [paid]"), "d1"),
        (element("dataObject", "d-1", name="if"), (), "d_1"),
        (element("dataObject", "d1", name="order"), ("Another",), "order"),
    ],
)
def test_data_is_called_what_expressions_can_read(object_, references, name):
    id_ = "d-1" if 'id="d-1"' in object_ else "d1"
    shown = [
        element("dataObjectReference", f"r{n}", dataObjectRef=id_, name=said)
        for n, said in enumerate(references)
    ]
    assert variables(object_, *shown) == {name: "any"}


def test_data_of_one_name_and_two_types_may_be_anything():
    objects = [
        element("dataObject", f"d{item}", name="order", itemSubjectRef=item)
        for item in ("Text", "Whole")
    ]
    assert variables(*objects) == {"order": "any"}


def test_what_is_declared_in_our_words_goes_first():
    declared = extension(part("variable", name="order", type="context", label="The order"))
    source = straight(
        ("task", user_task()), more=declared + element("dataObject", "d", name="order")
    )
    assert only_graph(source).variables == {"order": g.Variable("order", "context", "The order")}


def test_inputs_and_outputs_of_a_process_are_variables():
    specification = (
        '<ioSpecification><dataInput id="i" name="city"/><dataOutput id="o" name="price"/>'
        "<inputSet><dataInputRefs>i</dataInputRefs></inputSet>"
        "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>"
    )
    assert variables(specification) == {"city": "any", "price": "any"}


def test_a_sub_process_has_data_of_its_own():
    data = element("property", "pr") + element("dataObject", "d", name="note")
    node = only_node(straight(("x", element("subProcess", "x", data, user_task("b")))))
    assert isinstance(node, g.SubProcess)
    assert list(node.variables) == ["pr", "note"]


def test_stores_are_only_drawn():
    store = element("dataStoreReference", "s", dataStoreRef="ds")
    source = straight(("task", user_task()), more=store, beside='<dataStore id="ds" name="CRM"/>')
    assert only_graph(source).variables == {}


# --- associations --------------------------------------------------------------------------------

DATA = element("dataObject", "o", name="order") + element("property", "t", name="total")
DATA += element("dataObjectReference", "oref", dataObjectRef="o")
DATA += element("dataStoreReference", "s")


def specification(inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> str:
    """Return an ioSpecification whose data bear their ids as names."""
    data = [f'<dataInput id="{id_}"/>' for id_ in inputs]
    data += [f'<dataOutput id="{id_}"/>' for id_ in outputs]
    listed_in = "".join(f"<dataInputRefs>{id_}</dataInputRefs>" for id_ in inputs)
    listed_out = "".join(f"<dataOutputRefs>{id_}</dataOutputRefs>" for id_ in outputs)
    sets = f"<inputSet>{listed_in}</inputSet><outputSet>{listed_out}</outputSet>"
    return f"<ioSpecification>{''.join(data)}{sets}</ioSpecification>"


def association(kind: str, source: str, target: str, more: str = "") -> str:
    ends = "".join(f"<sourceRef>{id_}</sourceRef>" for id_ in source.split())
    return f"<{kind}Association>{ends}<targetRef>{target}</targetRef>{more}</{kind}Association>"


def mapped(*inside: str, kind: str = "userTask", **attributes: str) -> g.Activity:
    source = straight(("x", element(kind, "x", *inside, **attributes)), more=DATA)
    node = only_node(source)
    assert isinstance(node, g.Activity)
    return node


def texts(assigns: tuple[g.Assign, ...]) -> dict[str, str]:
    return {assign.target: assign.source.text for assign in assigns}


@pytest.mark.parametrize("source", ["o", "oref"])
def test_an_input_reads_a_variable(source):
    node = mapped(specification(("what",)), association("dataInput", source, "what"))
    assert texts(node.inputs) == {"what": "order"}


def test_an_input_may_be_transformed_or_assigned():
    by_rule = "<transformation>order.id + 1</transformation>"
    node = mapped(specification(("what",)), association("dataInput", "o", "what", by_rule))
    assert texts(node.inputs) == {"what": "order.id + 1"}
    by_parts = "<assignment><from>=order.id</from><to>what</to></assignment>"
    node = mapped(specification(("what",)), association("dataInput", "o", "what", by_parts))
    assert texts(node.inputs) == {"what": "order.id"}


def test_a_single_output_is_the_result():
    inside = specification((), ("given",)), association("dataOutput", "given", "o")
    node = mapped(*inside)
    assert (texts(node.outputs), node.result_variable) == ({"order": "x"}, "x")
    node = mapped(*inside, placet_resultVariable="answer")
    assert (texts(node.outputs), node.result_variable) == ({"order": "answer"}, "answer")


def test_each_of_several_outputs_is_an_entry_of_the_result():
    node = mapped(
        specification((), ("a", "b")),
        association("dataOutput", "a", "o"),
        association("dataOutput", "b", "t"),
    )
    assert texts(node.outputs) == {"order": "x.a", "total": "x.b"}


def test_an_output_of_a_call_is_a_variable_of_the_process_that_is_called():
    node = mapped(
        specification((), ("price",)),
        association("dataOutput", "price", "t"),
        kind="callActivity",
        calledElement="q",
    )
    assert texts(node.outputs) == {"total": "price"}


def test_an_output_may_be_transformed():
    by_rule = "<transformation>given * 2</transformation>"
    node = mapped(specification((), ("given",)), association("dataOutput", "given", "t", by_rule))
    (assign,) = node.outputs
    assert assign.target == "total"
    assert assign.source.evaluate({"x": 21}) == 42


@pytest.mark.parametrize(
    "inside",
    [
        specification(("what",)) + association("dataInput", "s", "what"),
        specification(("what",))
        + association("dataInput", "o", "what", "<transformation>1 +</transformation>"),
        specification(("what",))
        + association(
            "dataInput", "o", "what", "<assignment><from>1</from><to>a/b</to></assignment>"
        ),
    ],
)
def test_what_is_not_between_variables_is_only_drawn(inside):
    reading = read(straight(("x", element("userTask", "x", inside)), more=DATA))
    assert reading.ok, reading.findings
    assert one(reading, "data-association").element == "x"
    node = reading.graphs[0].nodes["x"]
    assert isinstance(node, g.UserTask)
    assert node.inputs == ()


def test_what_a_modeler_draws_between_data_and_a_task_says_nothing():
    """It needs a target, so modelers make a property that only the picture uses."""
    placeholder = '<property id="hold" name="__targetRef_placeholder"/>'
    drawn = association("dataInput", "oref", "hold")
    drawn += "<dataOutputAssociation><targetRef>oref</targetRef></dataOutputAssociation>"
    node = mapped(placeholder, drawn)
    assert (node.inputs, node.outputs) == ((), ())
    reading = read(straight(("x", element("userTask", "x", placeholder, drawn)), more=DATA))
    assert {finding.code for finding in reading.findings} == {"no-diagram"}


# --- events --------------------------------------------------------------------------------------

MESSAGE = definition("message", messageRef="m")
ROOT = '<message id="m" name="Order placed"/>'


def test_what_a_message_brings_goes_into_the_data_that_is_drawn():
    inside = '<dataOutput id="given"/>' + association("dataOutput", "given", "oref")
    inside += "<outputSet><dataOutputRefs>given</dataOutputRefs></outputSet>"
    event = element("intermediateCatchEvent", "x", inside, MESSAGE)
    node = only_node(straight(("x", event), more=DATA, beside=ROOT))
    assert isinstance(node, g.CatchEvent)
    assert node.result_variable == "order"


def test_what_is_drawn_goes_into_the_message():
    inside = '<dataInput id="sent"/>' + association("dataInput", "oref", "sent")
    inside += "<inputSet><dataInputRefs>sent</dataInputRefs></inputSet>"
    event = element("intermediateThrowEvent", "x", inside, MESSAGE)
    node = only_node(straight(("x", event), more=DATA, beside=ROOT))
    assert isinstance(node, g.ThrowEvent)
    assert node.triggers == (g.Message("Order placed", payload=compile_expression("order")),)
