"""Each rule of the standard is broken by one file, at the element named, and kept by another."""

import pytest

from processes.core.bpmn.draft import survey
from processes.core.bpmn.rules import FILE_RULES, RULES, definitions, judge
from processes.core.bpmn.xml import BPMN, load
from tests.core.bpmn.rules import data_cases, event_cases, flow_cases, part_cases
from tests.core.bpmn.rules.cases import Case, catch, event, flow, judged, process, tasks, throw

CASES = (*part_cases.CASES, *data_cases.CASES, *flow_cases.CASES, *event_cases.CASES)
WARNINGS = {"condition-on-default", "unknown-attribute", "unknown-type", "behavior-without-event"}


def test_every_rule_has_its_case():
    assert {case.rule for case in CASES} == {*FILE_RULES, *RULES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_that_breaks_the_rule_is_told(case: Case):
    found = judged(case.rule, case.broken)
    assert (case.code, case.element) in {(finding.code, finding.element) for finding in found}
    for finding in found:
        assert finding.sentence.endswith((".", "!"))
        assert finding.severity == ("warning" if finding.code in WARNINGS else "error")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_that_keeps_the_rule_is_not(case: Case):
    assert case.code not in {finding.code for finding in judged(case.rule, case.kept)}


# --- rules with many forms -----------------------------------------------------------------------


def timer(form: str, text: str) -> str:
    return process(
        catch("c", f"<timerEventDefinition><{form}>{text}</{form}></timerEventDefinition>")
    )


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("timeDuration", "PT1H30M"),
        ("timeDuration", "P1Y2M3DT4H5M6.7S"),
        ("timeDuration", "P2W"),
        ("timeDuration", "=wait"),
        ("timeDuration", "${wait}"),
        ("timeDuration", 'duration("PT1H")'),
        ("timeDuration", "order.patience"),
        ("timeDate", "2030-01-31"),
        ("timeDate", "2030-01-31T09:00:00Z"),
        ("timeDate", "2030-01-31T09:00:00.125+02:00"),
        ("timeDate", "2030-01-31T09:00:00@Europe/Berlin"),
        ("timeCycle", "R/P1D"),
        ("timeCycle", "R3/PT10M"),
        ("timeCycle", "R5/2030-01-31T09:00:00Z/P1M"),
        ("timeCycle", "0 0 9 * * MON"),
    ],
)
def test_times_that_are_written_well_or_calculated_are_fine(form, text):
    assert not judged(definitions.timers_say_one_time, timer(form, text))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("timeDuration", "INVALID"),
        ("timeDuration", "P"),
        ("timeDuration", "PT"),
        ("timeDuration", "P1H"),
        ("timeDuration", "3600"),
        ("timeDuration", "R3/PT10M"),
        ("timeDate", "tomorrow"),
        ("timeDate", "PT1H"),
        ("timeDate", "2030-1-31"),
        ("timeCycle", "PT10M"),
        ("timeCycle", "R3"),
        ("timeCycle", "R3/10M"),
    ],
)
def test_times_that_are_none_are_told(form, text):
    (finding,) = judged(definitions.timers_say_one_time, timer(form, text))
    assert (finding.code, finding.element) == ("iso-time", "c")


def test_a_file_that_breaks_a_rule_at_every_element_is_judged_in_bounded_time():
    unknown = "<unheardOf/>" * 20_000
    root = load(f'<definitions xmlns="{BPMN}">{process(unknown)}</definitions>'.encode())
    assert len(list(judge(root, survey(root)))) <= 2_000


def test_links_of_one_name_by_the_thousand_are_judged_in_bounded_time():
    link = '<linkEventDefinition name="x"/>'
    many = "".join(throw(f"t{n}", link) + catch(f"c{n}", link) for n in range(1_400))
    root = load(f'<definitions xmlns="{BPMN}">{process(many)}</definitions>'.encode())
    codes = {finding.code for finding in judge(root, survey(root))}
    assert "link-with-two-targets" in codes


def test_choreographies_are_not_judged_as_processes():
    inside = event("startEvent", "s", "signal") + event("endEvent", "e", "terminate")
    roots = f'<choreography id="ch">{inside}{flow("s", "e")}</choreography>{process(tasks("a"))}'
    root = load(f'<definitions xmlns="{BPMN}">{roots}</definitions>'.encode())
    assert not [f for f in judge(root, survey(root)) if f.severity == "error"]
