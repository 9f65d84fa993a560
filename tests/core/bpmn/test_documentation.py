"""The examples of the documentation are read, and no element of the extension is left out."""

import re
from pathlib import Path

import pytest

from processes.core.bpmn import extension, read
from processes.core.bpmn.xml import BPMN, PLACET
from tests.core.bpmn.build import only_graph

TEXT = (Path(__file__).parents[3] / "docs" / "process-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```xml\n(.*?)```", TEXT, re.DOTALL)
OPEN = f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:placet="{PLACET}">'


def around(example: str) -> bytes:
    """Return a whole file; a task is put between a start and an end."""
    if "<bpmn:process" not in example:
        (task,) = re.findall(r'<bpmn:\w+Task id="(\w+)"', example)
        example = (
            f'<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>{example}'
            f'<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="a" sourceRef="s" targetRef="{task}"/>'
            f'<bpmn:sequenceFlow id="b" sourceRef="{task}" targetRef="e"/></bpmn:process>'
        )
    return f"{OPEN}{example}</bpmn:definitions>".encode()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_published(example):
    assert only_graph(around(example)).nodes


def test_an_example_with_a_mistake_would_be_noticed():
    assert not read(around(EXAMPLES[1].replace("completeBy", "completedBy"))).ok


@pytest.mark.parametrize("element", extension.ELEMENTS)
def test_every_element_and_attribute_has_its_line(element):
    lines = [line for line in TEXT.splitlines() if line.startswith(f"| `placet:{element}`")]
    assert len(lines) == 1
    missing = [name for name in extension.ELEMENTS[element].attributes if name not in lines[0]]
    assert missing == []
