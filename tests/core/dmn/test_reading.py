"""Reading a file: the versions, hostile files, and budgets that no model gets around."""

from pathlib import Path

import pytest

from processes.core.dmn import evaluate, read
from processes.core.dmn.xml import VERSIONS
from processes.core.feel import FeelBudgetError, FeelEvaluationError, to_json
from tests.core.dmn.build import DMN, context, decision, feel, file, given, outcome, table

EXAMPLE = (Path(__file__).parent / "approval-level.dmn").read_bytes()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read(version):
    reading = read(file(decision(feel("1 + 1")), version=version))
    assert reading.ok
    assert reading.model
    assert to_json(evaluate(reading.model, "d", {}).value) == 2


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "empty-file"),
        (b"{}", "not-xml"),
        (b"<definitions/>", "not-dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>', "not-dmn"),
        (f'<decision xmlns="{DMN}"/>'.encode(), "not-dmn"),
        (f'<definitions xmlns="{DMN}">'.encode(), "malformed"),
        (f'<!DOCTYPE x><definitions xmlns="{DMN}"/>'.encode(), "doctype"),
        (f'<definitions xmlns="{DMN}"/>'.encode("utf-16"), "encoding"),
        (f'<definitions xmlns="{DMN}">{"<a>" * 500}'.encode(), "too-deep"),
        (f'<definitions xmlns="{DMN}">{"<a/>" * 99_999}'.encode(), "too-many-elements"),
    ],
)
def test_what_is_no_model_is_refused_with_a_sentence(source, code):
    reading = read(source)
    assert reading.model is None
    (finding,) = reading.findings
    assert finding.code == code
    assert finding.sentence.endswith(".")


def test_an_example_decides():
    reading = read(EXAMPLE)
    assert reading.findings == ()
    assert reading.model
    inputs = {"Purchase": {"amount": 8000, "category": "training", "items": [{"price": 8000}]}}
    found = evaluate(reading.model, "Approval", inputs)
    assert found.problems == ()
    assert to_json(found.value) == {"level": "manager", "days": 3, "reason": "8000 for training"}


def test_an_expression_that_cannot_be_read_is_null_and_the_rest_works():
    parts = (decision(feel("1 +"), name="a"), decision(feel("2"), name="b"))
    found = read(file(*parts))
    assert not found.ok
    assert "“a”: The expression, 1 +, cannot be read" in found.findings[0].sentence
    assert to_json(outcome(*parts, of="b").value) == 2
    broken = outcome(*parts, of="a")
    assert broken.value is None
    assert broken.problems[0].code == "broken-expression"


def test_more_logic_than_can_be_read_in_time_is_refused():
    long = feel("1" + " + 1" * 900)
    found = read(file(*[decision(long, name=f"n{i}") for i in range(100)]))
    assert [finding.code for finding in found.findings] == ["too-much-logic"]
    assert "250,000 characters" in found.findings[0].sentence


def test_a_decision_without_logic_is_null():
    assert outcome(decision("")).value is None


def nested(levels):
    return "<list>" * levels + feel("[" * 40 + "1" + "]" * 40) + "</list>" * levels


def test_logic_may_be_nested():
    assert outcome(decision(nested(60))).value is not None


def test_logic_that_lies_too_deep_is_refused():
    parts = decision(nested(95))
    assert [finding.code for finding in read(file(parts)).findings] == ["logic-too-deep"]
    assert outcome(parts).value is None


@pytest.mark.parametrize(
    "logic",
    [
        feel("for a in 1..1000 return for b in 1..1000 return a * b"),
        "<for iteratorVariable='a'><in>" + feel("[1..99999999]") + "</in><return>"
        + feel("a") + "</return></for>",
        "<for iteratorVariable='a'><in>" + feel("[1..50000]") + "</in><return>"
        "<for iteratorVariable='b'><in>" + feel("[1..50000]") + "</in><return>"
        + feel("a = b") + "</return></for></return></for>",
        "<filter><in>" + feel("for i in 1..9000 return i") + "</in><match>"
        + feel("count(for j in 1..9000 return j) = item") + "</match></filter>",
        "<some iteratorVariable='a'><in>" + feel("[1..99999999]") + "</in><satisfies>"
        + feel("a < 0") + "</satisfies></some>",
        context(*[(f"a{i}", feel(f"[a{i - 1}, a{i - 1}]" if i else "[1, 2]")) for i in range(60)],
                ("", feel("string(a59)"))),
        table("COLLECT", ["count(for i in 1..9000 return i)"], [""],
              *[(["? > count(for i in 1..5000 return i)"], ["1"])] * 40),
    ],
)  # fmt: skip
def test_too_much_work_is_stopped(logic):
    with pytest.raises(FeelBudgetError, match="“d” cannot be decided") as caught:
        outcome(decision(logic))
    assert caught.value.sentence.endswith(".")


def test_all_decisions_of_one_evaluation_share_one_budget():
    busy = feel("count(for i in 1..9000 return i)")
    parts = [decision(busy, name=f"n{i}") for i in range(9)]
    together = decision(feel("1"), *[f"!n{i}" for i in range(9)])
    assert to_json(outcome(*parts, of="n0").value) == 9000
    with pytest.raises(FeelBudgetError):
        outcome(*parts, together)


def test_a_table_of_a_thousand_rows_is_well_within_the_budget():
    rows = [([str(i), '"a", "b"', "-"], [str(i)]) for i in range(1000)]
    logic = table("UNIQUE", ["x", "y", "x"], [""], *rows)
    parts = (given("x"), given("y"), decision(logic, "x", "y"))
    assert to_json(outcome(*parts, x=999, y="b").value) == 999


def test_an_input_without_a_value_of_the_language_is_refused():
    with pytest.raises(FeelEvaluationError, match="a Python object"):
        outcome(given("x"), decision(feel("x"), "x"), x=object())


def test_what_nobody_reads_is_not_looked_at():
    assert to_json(outcome(decision(feel("1")), x=object()).value) == 1


def test_the_clock_is_given_from_outside():
    with pytest.raises(FeelEvaluationError):
        outcome(decision(feel("now()")))
