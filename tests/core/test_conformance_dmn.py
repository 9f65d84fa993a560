"""The cases of the DMN Technology Compatibility Kit, and the runner and the command for them."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from processes.conformance import dmn
from tests.core.dmn.build import decision, feel, file, given, knowledge
from tests.outside import outside_cases


def test_every_outside_case_gives_what_it_must():
    report = dmn.run(outside_cases("dmn"))
    assert [(failure.case, failure.expected, failure.got) for failure in report.failures] == []
    assert all(count.passed for _, count in report.groups)


CASES = """
<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>model.dmn</modelName>
  {cases}
</testCases>
"""
MODEL = file(
    given("x"),
    decision(feel("x"), "x"),
    decision(feel("x / 3"), "x", name="third"),
    knowledge("f", "a", feel("a")),
    '<decisionService id="s" name="s"><outputDecision href="#d"/><outputDecision href="#third"/>'
    '<inputData href="#x"/></decisionService>',
)


def case(expected, sent="<value xsi:type='xsd:decimal'>1</value>", name="d", more=""):
    result = f"<resultNode name='{name}'><expected>{expected}</expected></resultNode>"
    return f"<testCase id='1' {more}><inputNode name='x'>{sent}</inputNode>{result}</testCase>"


def ran(folder, *cases, level=3):
    """Run the cases on the model above and return the report."""
    place = folder / f"compliance-level-{level}" / "0001-own"
    place.mkdir(parents=True)
    (place / "model.dmn").write_bytes(MODEL)
    text = CASES.strip().format(cases="".join(cases))
    (place / "0001-own-test-01.xml").write_text(text, encoding="utf-8")
    return dmn.run(folder)


def typed(kind, text):
    return f"<value xsi:type='xsd:{kind}'>{text}</value>"


TEXT = "<item><value xsi:type='xsd:string'>a</value></item>"
LIST = f"<list>{TEXT}<item><value xsi:nil='true'/></item></list>"
PARTS = f"<component name='a'><value>x</value></component><component name='b'>{LIST}</component>"


@pytest.mark.parametrize(
    "value",
    [
        typed("decimal", "1.50"),
        typed("string", "1.50"),
        typed("boolean", "true"),
        typed("date", "2024-02-29"),
        typed("time", "10:00:00+02:00"),
        typed("dateTime", "2024-02-29T10:00:00Z"),
        typed("duration", "P1DT2H"),
        typed("duration", "P1Y"),
        "<value xsi:nil='true'/>",
        LIST,
        PARTS,
    ],
)
def test_every_kind_of_value_is_read_and_compared(tmp_path, value):
    report = ran(tmp_path, case(value, value))
    assert report.failures == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (typed("decimal", "1"), typed("string", "1")),
        (typed("decimal", "1"), typed("decimal", "1.0000001")),
        (typed("string", "a"), typed("string", "a ")),
        (typed("dateTime", "2024-02-29T10:00:00Z"), typed("dateTime", "2024-02-29T10:00:00")),
        (LIST, f"<list>{TEXT}</list>"),
        (PARTS, "<component name='a'><value>x</value></component>"),
        (typed("boolean", "false"), "<value xsi:nil='true'/>"),
    ],
)
def test_another_value_is_a_failure_that_shows_both(tmp_path, sent, expected):
    report = ran(tmp_path, case(expected, sent))
    (failure,) = report.failures
    assert failure.case == "0001-own-test-01 1"
    assert failure.expected.startswith("d = ")
    assert failure.got


def test_numbers_are_compared_by_eight_decimals(tmp_path):
    thirds = typed("decimal", "0.333333333")
    assert ran(tmp_path, case(thirds, name="third")).failures == []


def test_a_decision_service_gives_all_results_of_its_case(tmp_path):
    invoked = "type='decisionService' invocableName='s'"
    one = typed("decimal", "1")
    assert ran(tmp_path, case(one, more=invoked)).failures == []


def test_a_knowledge_model_is_called_with_what_is_given(tmp_path):
    sent = "<inputNode name='a'><value xsi:type='xsd:decimal'>7</value></inputNode>"
    result = f"<resultNode name='f'><expected>{typed('decimal', '7')}</expected></resultNode>"
    called = f"<testCase id='1' type='bkm' invocableName='f'>{sent}{result}</testCase>"
    assert ran(tmp_path, called).failures == []


def test_cases_are_counted_by_level_and_by_whether_they_expect_a_value(tmp_path):
    nothing = "<resultNode name='third' errorResult='true'/>"
    report = ran(
        tmp_path,
        case(typed("decimal", "1")),
        case(typed("decimal", "2")),
        f"<testCase id='2'>{nothing}</testCase>",
        "<testCase id='3'><resultNode name='gone'/></testCase>",
    )
    counted = report.as_json()
    assert counted["level2"] == {"passed": 0, "failed": 0}
    assert counted["level3_valued"] == {"passed": 1, "failed": 1, "share": 0.5}
    assert counted["level3_null"] == {"passed": 2, "failed": 0}
    assert [failure["group"] for failure in counted["failures"]] == ["0001-own"]


def test_a_model_that_is_not_there_fails_its_cases(tmp_path):
    ran(tmp_path, case(typed("decimal", "1")))
    next(tmp_path.rglob("*.dmn")).unlink()
    (failure,) = dmn.run(tmp_path).failures
    assert failure.got == "model.dmn cannot be read"


# --- the command ----------------------------------------------------------------------------------


def command(*arguments):
    out = StringIO()
    try:
        call_command("conformance", *arguments, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), stop.code
    return out.getvalue(), 0


def test_the_command_prints_a_table(tmp_path):
    ran(tmp_path, case(typed("decimal", "1")), level=2)
    told, code = command(tmp_path)
    assert told.splitlines()[:2] == [
        "group             passed  failed   share",
        "level 2                1       0  100.0%",
    ]
    assert code == 0


def test_the_command_ends_with_1_and_says_what_failed(tmp_path):
    ran(tmp_path, case(typed("decimal", "2")))
    told, code = command(tmp_path)
    assert told.endswith("0001-own-test-01 1\n    expected d = 2\n    got      1\n")
    assert code == 1


def test_the_command_prints_json(tmp_path):
    ran(tmp_path, case(typed("decimal", "2")))
    told, code = command(tmp_path, "--json")
    assert json.loads(told)["failures"] == [
        {"case": "0001-own-test-01 1", "group": "0001-own", "expected": "d = 2", "got": "1"}
    ]
    assert code == 1


def test_the_command_refuses_a_folder_without_cases(tmp_path):
    with pytest.raises(CommandError, match="holds no cases"):
        command(tmp_path)
    with pytest.raises(CommandError, match="is not a folder"):
        command(tmp_path / "gone")
