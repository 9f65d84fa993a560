"""The picture of a definition shows its shapes and none of its inside."""

from pathlib import Path

import pytest
from lxml import etree

from processes.core.bpmn.picture import picture

TEMPLATES = sorted((Path(__file__).parents[3] / "processes/templates_bpmn").glob("*.bpmn"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_shape_and_flow_stays(path):
    source = path.read_bytes()
    before, after = etree.fromstring(source), etree.fromstring(picture(source))

    def drawn(root):
        return sorted(
            element.get("bpmnElement") for element in root.iter("{*}BPMNShape", "{*}BPMNEdge")
        )

    assert drawn(after) == drawn(before)
    ids = {element.get("id") for element in after.iter() if isinstance(element.tag, str)}
    assert set(drawn(after)) <= ids


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_of_the_inside_stays(path):
    root = etree.fromstring(picture(path.read_bytes()))
    assert not list(root.iter("{urn:placet:bpmn:1}*"))
    assert not list(root.iter("{*}extensionElements"))
    assert not list(root.iter("{*}documentation"))
    assert not any((element.text or "").strip() for element in root.iter("{*}conditionExpression"))
    for element in root.iter():
        assert not any("placet" in str(key) for key in element.attrib)


def test_no_expression_stays_wherever_the_standard_has_one():
    root = etree.fromstring(picture((Path(__file__).parent / "everything.bpmn").read_bytes()))
    said = {
        etree.QName(element).localname
        for element in root.iter(etree.Element)
        if (element.text or "").strip()
    }
    references = {"incoming", "outgoing", "flowNodeRef", "eventDefinitionRef"}
    assert said <= references | {"correlationPropertyRef"}
