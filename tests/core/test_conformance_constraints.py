"""Outside cases of the standard's static rules: files that break one each, and others."""

import pytest

from processes.conformance.bpmn_tokens import rewritten
from processes.core.bpmn.draft import id_of, survey
from processes.core.bpmn.rules import judge
from processes.core.bpmn.xml import load
from processes.core.findings import Finding
from tests.outside import FOLDER, outside_cases

CASES = FOLDER / "bpmn"
BREAKING = "bpmn_constraints"
# They ask for a number of tokens or instances below the least; any failure is expected of them.
SURELY_FAILING = ("Negative", "Quantity_Zero")


def errors(source: bytes) -> list[Finding]:
    root = load(source)
    return [finding for finding in judge(root, survey(root)) if finding.severity == "error"]


def cases(*, breaking: bool) -> list[object]:
    return [
        pytest.param(path, id=path.stem)
        for path in sorted(CASES.rglob("*.bpmn"))
        if (path.relative_to(CASES).parts[0] == BREAKING) == breaking
    ]


def test_the_outside_cases_are_there():
    outside_cases("bpmn")
    assert list(cases(breaking=True))
    assert list(cases(breaking=False))


@pytest.mark.parametrize("path", cases(breaking=True))
def test_a_file_that_breaks_a_rule_is_told_at_the_element(path):
    source = path.read_bytes()
    found = errors(source)
    ids = {id_of(element) for element in load(source).iter("*")}
    assert found
    assert all(finding.element in ids for finding in found)


@pytest.mark.parametrize("path", cases(breaking=False))
def test_a_file_that_breaks_no_rule_is_not_called_invalid(path):
    found = errors(rewritten(path.read_bytes()))
    if any(word in path.stem for word in SURELY_FAILING):
        assert {finding.code for finding in found} <= {
            *("quantity", "loop-maximum", "loop-cardinality"),
        }
    else:
        assert not found
