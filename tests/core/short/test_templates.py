"""The templates of the repository and the example of the documentation, there and back."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from processes.core.bpmn import read
from processes.core.short import compile_short, to_short
from tests.core.bpmn.build import TEMPLATES
from tests.core.layout.pictures import faults, picture_of

YAML = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "process-language.md"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_template_means_the_same_after_a_round_trip(path):
    source = path.read_bytes()
    text, lost = to_short(source)
    assert {finding.code for finding in lost} == {"own-layout"}

    compiled, findings = compile_short(text)

    assert findings == ()
    (before,), (after,) = read(source).graphs, read(compiled).graphs
    assert {id_: replace(node, default=None) for id_, node in after.nodes.items()} == {
        id_: replace(node, default=None) for id_, node in before.nodes.items()
    }
    assert (after.subject, after.start_form, after.variables, after.documentation) == (
        before.subject,
        before.start_form,
        before.variables,
        before.documentation,
    )


def example() -> str:
    section = DOCUMENTATION.read_text().partition("\n## The short form\n")[2]
    (text,) = YAML.findall(section.partition("\n## ")[0])
    return text


def test_the_example_of_the_documentation_runs_and_is_what_placet_itself_writes():
    compiled, findings = compile_short(example())
    assert findings == ()
    assert read(compiled).ok
    assert faults(picture_of(compiled)) == []
    assert to_short(compiled)[0] == example()
