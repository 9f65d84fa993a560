"""The outside cases of BPMN, the runner for them, and its worker."""

import json
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from processes.conformance import bpmn
from tests.outside import outside_cases

# What the standard gives where it contradicts a case; docs/conformance.md says why.
ARGUED = {
    "MultiInstance_ComplexBehavior": "SCRIPT_task1, SCRIPT_task3",
    "AdHocSubProcess_Parallel": "SCRIPT_task1, SCRIPT_task1, SCRIPT_task2",
}


def test_every_outside_case_gives_what_it_must():
    report = bpmn.run(outside_cases("bpmn"))
    found = {failure.case: failure.got for failure in report.failures}
    assert found == {name: got for name, got in ARGUED.items() if name in found}
    assert all(group.passed and not group.not_supported for group in report.groups.values())


FILE = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
  {roots}
  <process id="p" isExecutable="true">
    <startEvent id="s"/>
    {steps}
    <endEvent id="e"/>
  </process>
</definitions>
"""


def script(id_, token):
    return f'<scriptTask id="{id_}"><script>{token}</script></scriptTask>'


def flow(source, target, condition=""):
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</sequenceFlow>"
    )


def row(*tokens):
    """Return scripts one after the other."""
    ids = ["s", *(f"t{number}" for number in range(len(tokens))), "e"]
    scripts = [script(id_, token) for id_, token in zip(ids[1:], tokens, strict=False)]
    return "".join(scripts + [flow(*pair) for pair in pairwise(ids)])


def ran(folder, steps, trace, *, roots="", group="own", **case):
    """Run one case of a file with these steps and return the report."""
    (folder / "own.bpmn").write_text(FILE.strip().format(steps=steps, roots=roots))
    case = {"variables": {}, "trace": trace, **case}
    entry = {"name": "p", "group": group, "file": "own.bpmn", "cases": [case]}
    (folder / "manifest.json").write_text(json.dumps([entry]))
    return bpmn.run(folder)


@pytest.mark.parametrize(
    ("tokens", "trace", "variables"),
    [
        (["CREATE_LOG_FILE", "SCRIPT_task7"], ["SCRIPT_task7"], {}),
        (["SCRIPT_task1", "SCRIPT_task1"], ["SCRIPT_task1", "SCRIPT_task1"], {}),
        (["CREATE_MARKER_FILE"], ["MARKER_exists"], {}),
        (["INCREMENT_INTEGER_VARIABLE"], [], {"integerVariable": 1}),
        (["INCREMENT_INTEGER_VARIABLE_AND_LOG"], ["INCREMENT_correct"], {"integerVariable": 1}),
        (["SET_STRING_DATA", "LOG_DATA"], ["DATA_correct"], {}),
        (["LOG_DATA"], [], {}),
        (["THROW_ERROR"], ["ERROR_runtime"], {}),
        (["THROW_ERROR"], ["ERROR"], {}),
        (["WAIT_TEN_SECONDS", "SCRIPT_task1"], ["SCRIPT_task1"], {}),
        (["CREATE_TIMESTAMP_LOG_1", "CREATE_TIMESTAMP_LOG_2"], [], {}),
    ],
)
def test_each_token_does_what_it_stands_for(tmp_path, tokens, trace, variables):
    assert ran(tmp_path, row(*tokens), trace, variables=variables).failures == []


def test_work_at_one_time_overlaps(tmp_path):
    steps = (
        '<parallelGateway id="g"/>'
        + script("a", "CREATE_TIMESTAMP_LOG_1")
        + script("b", "CREATE_TIMESTAMP_LOG_2")
        + "".join(flow(*pair) for pair in ("sg", "ga", "gb", "ae", "be"))
    )
    assert ran(tmp_path, steps, ["EXECUTION_parallel"]).failures == []


def test_conditions_are_translated(tmp_path):
    steps = (
        '<exclusiveGateway id="g" default="g-e"/>'
        + script("a", "SCRIPT_task1")
        + flow("s", "g")
        + flow("g", "a", '!test.contains("b")')
        + flow("g", "e")
        + flow("a", "e")
    )
    assert ran(tmp_path, steps, ["SCRIPT_task1"], variables={"test": "a"}).failures == []
    assert ran(tmp_path, steps, [], variables={"test": "ab"}).failures == []


def test_a_trace_with_one_entry_more_or_less_is_a_failure(tmp_path):
    for trace in ([], ["SCRIPT_task1", "SCRIPT_task1"], ["SCRIPT_task2"]):
        (failure,) = ran(tmp_path, row("SCRIPT_task1"), trace).failures
        assert failure.got == "SCRIPT_task1"


def test_what_is_not_run_is_counted_apart(tmp_path):
    unread = '<choreography id="c"/>'
    steps = '<userTask id="t"><performer id="x"/></userTask>' + flow("s", "t") + flow("t", "e")
    report = ran(tmp_path, steps, ["SCRIPT_task1"], roots=unread)
    assert report.total.as_json() == {"passed": 0, "failed": 0, "not_supported": 1}
    assert report.failures[0].got.startswith("refused:")


def test_a_broken_rule_must_be_told_at_an_element(tmp_path):
    broken = row("SCRIPT_task1") + flow("e", "t0")
    expected = {"trace": ["ERROR_deployment"], "group": "bpmn_constraints"}
    assert ran(tmp_path, broken, **expected).failures == []
    (failure,) = ran(tmp_path, row("SCRIPT_task1"), **expected).failures
    assert failure.got == "the file is accepted"


def test_a_process_that_never_rests_ends_the_case(tmp_path):
    steps = (
        '<exclusiveGateway id="m"/>'
        + script("a", "CREATE_LOG_FILE")
        + '<exclusiveGateway id="g" default="g-e"/>'
        + "".join(flow(*pair) for pair in ("sm", "ma", "ag", "ge"))
        + flow("g", "m", "true")
    )
    assert ran(tmp_path, steps, ["ERROR"]).failures == []


def test_the_command_counts_by_group(tmp_path):
    ran(tmp_path, row("SCRIPT_task1"), ["SCRIPT_task1"])
    out = StringIO()
    call_command("conformance", str(tmp_path), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "passed": 1,
        "failed": 0,
        "not_supported": 0,
        "groups": {"own": {"passed": 1, "failed": 0, "not_supported": 0}},
        "failures": [],
    }
