"""Decision tables: which rows hold, and what the hit policy makes of them (DMN 1.5, chapter 8)."""

import pytest

from processes.core.dmn import read
from processes.core.feel import to_json
from tests.core.dmn.build import decision, file, given, outcome, table, value

LEVELS = [
    (["< 1000", "-"], ['"team"']),
    (["[1000..5000]", "-"], ['"manager"']),
    (["> 5000", '"travel", "training"'], ['"manager"']),
    (["> 5000", 'not("travel", "training")'], ['"board"']),
]


def level(policy="UNIQUE", rows=LEVELS, outputs=("",), **inputs):
    logic = table(policy, ["amount", "category"], list(outputs), *rows)
    parts = (given("amount", "number"), given("category", "string"))
    found = value(*parts, decision(logic, "amount", "category"), **inputs)
    return to_json(found)


@pytest.mark.parametrize(
    ("amount", "category", "expected"),
    [
        (10, "other", "team"),
        (1000, "travel", "manager"),
        (5000, None, "manager"),
        (5000.01, "training", "manager"),
        (9000, "laptop", "board"),
        (None, "laptop", None),
    ],
)
def test_the_only_row_that_holds_decides(amount, category, expected):
    assert level(amount=amount, category=category) == expected


def test_two_rows_of_a_unique_table_are_a_problem_that_names_them():
    rows = [(["> 1"], ["1"]), (["> 2"], ["2"]), (["> 3"], ["3"])]
    found = outcome(given("x"), decision(table("UNIQUE", ["x"], [""], *rows), "x"), x=3)
    assert found.value is None
    (problem,) = found.problems
    assert problem.element == "d"
    assert "“d”: rows 1, 2 hold at the same time" in problem.sentence
    assert "exclude each other" in problem.hint


def any_of(first, second):
    rows = [(["> 1"], [first]), (["> 2"], [second])]
    return outcome(given("x"), decision(table("ANY", ["x"], [""], *rows), "x"), x=3)


def test_any_row_will_do_when_all_say_the_same():
    assert any_of('"a"', '"a"').value == "a"


def test_rows_that_disagree_are_a_problem_that_names_them():
    found = any_of('"a"', '"b"')
    assert found.value is None
    assert "rows 1 and 2 hold and give different results" in found.problems[0].sentence


OVERLAPPING = [(["> 1"], ['"low"']), (["> 2"], ['"high"']), (["> 3"], ['"none"'])]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", "low"),
        ("PRIORITY", "high"),
        ("RULE ORDER", ["low", "high"]),
        ("OUTPUT ORDER", ["high", "low"]),
        ("COLLECT", ["low", "high"]),
    ],
)
def test_a_hit_policy_says_what_several_rows_give(policy, expected):
    logic = table(policy, ["x"], ['|"high", "low", "none"'], *OVERLAPPING)
    assert value(given("x"), decision(logic, "x"), x=3) == expected


def test_priority_looks_at_the_leftmost_output_first():
    rows = [(["-"], ['"b"', "1"]), (["-"], ['"a"', "2"]), (["-"], ['"a"', "3"])]
    logic = table("OUTPUT ORDER", ["x"], ['p|"a", "b"', "q|3, 2, 1"], *rows)
    found = to_json(value(given("x"), decision(logic, "x"), x=1))
    assert found == [{"p": "a", "q": 3}, {"p": "a", "q": 2}, {"p": "b", "q": 1}]


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("SUM", 9), ("MIN", 2), ("MAX", 5), ("COUNT", 3)]
)
def test_collected_numbers_are_put_together(aggregation, expected):
    rows = [(["-"], ["2"]), (["> 0"], ["2"]), (["> 0"], ["5"]), (["> 9"], ["100"])]
    logic = table("COLLECT", ["x"], [""], *rows, aggregation=aggregation)
    assert to_json(value(given("x"), decision(logic, "x"), x=1)) == expected


def test_texts_have_no_sum():
    logic = table("COLLECT", ["x"], [""], (["-"], ['"a"']), aggregation="SUM")
    found = outcome(given("x"), decision(logic, "x"), x=1)
    assert found.value is None
    assert "SUM of the results is not defined" in found.problems[0].sentence


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("UNIQUE", "", None),
        ("FIRST", "", None),
        ("RULE ORDER", "", None),
        ("COLLECT", "", []),
        ("COLLECT", "COUNT", 0),
        ("COLLECT", "SUM", None),
    ],
)
def test_no_row_gives_nothing(policy, aggregation, expected):
    logic = table(policy, ["x"], [""], (["1"], ["1"]), aggregation=aggregation)
    assert to_json(value(given("x"), decision(logic, "x"), x=2)) == expected


def test_no_row_gives_the_default():
    logic = table("UNIQUE", ["x"], ["||x + 1"], (["1"], ["1"]))
    assert to_json(value(given("x"), decision(logic, "x"), x=2)) == 3


def test_defaults_of_several_outputs_are_a_context():
    logic = table("FIRST", ["x"], ['a||"none"', "b"], (["1"], ['"one"', "1"]))
    assert value(given("x"), decision(logic, "x"), x=2) == {"a": "none", "b": None}


def test_an_input_that_is_not_allowed_is_a_problem_that_lists_what_is():
    logic = table("UNIQUE", ['x|"a", "b"'], [""], (["-"], ["1"]))
    found = outcome(given("x"), decision(logic, "x"), x="c")
    assert found.value is None
    assert '“x” is "c", which is none of the values' in found.problems[0].sentence


def test_an_output_that_is_not_allowed_is_a_problem_that_names_the_row():
    logic = table("FIRST", ["x"], ['|"a", "b"'], (["1"], ['"a"']), (["-"], ["x"]))
    found = outcome(given("x"), decision(logic, "x"), x="c")
    assert found.value is None
    assert 'row 2 gives "c"' in found.problems[0].sentence


def test_a_cell_may_ask_anything_of_its_input():
    rows = [(['? * 2 > limit and ends with(string(?), "0")'], ['"yes"'])]
    logic = table("UNIQUE", ["x"], [""], *rows)
    parts = (given("x"), given("limit"), decision(logic, "x", "limit"))
    assert value(*parts, x=10, limit=19) == "yes"
    assert value(*parts, x=11, limit=19) is None


def test_an_input_may_be_calculated():
    logic = table("UNIQUE", ["sum(xs)"], [""], (["6"], ['"six"']))
    assert value(given("xs"), decision(logic, "xs"), xs=[1, 2, 3]) == "six"


@pytest.mark.parametrize(
    ("logic", "code", "words"),
    [
        (table("BEST", ["x"], [""]), "hit-policy", "“BEST” is not a hit policy"),
        (
            table("COLLECT", ["x"], [""], aggregation="MEAN"),
            "aggregation",
            "“MEAN” is not a way to aggregate",
        ),
        (table("PRIORITY", ["x"], [""]), "no-priority", "no output lists its values"),
        (
            table("COLLECT", ["x"], ["a", "b"], aggregation="SUM"),
            "aggregates-several",
            "SUM is not defined",
        ),
        (table("UNIQUE", ["x"], ["", "b"]), "no-output-name", "output 1 has no name"),
        (table("UNIQUE", ["x"], []), "no-output", "the table has no output"),
        (table("UNIQUE", [""], [""]), "no-input-expression", "input 1 has no expression"),
        (
            table("UNIQUE", ["x"], [""], ([], ["1"])),
            "row-length",
            "row 1 has 0 tests, and the table has 1 columns",
        ),
        (
            table("UNIQUE", ["x"], [""], (["-"], ["1"]), (["> "], ["1"])),
            "expression",
            "The test of “x” in row 2, >, cannot be read",
        ),
        (
            table("UNIQUE", ["x"], ["level"], (["-"], ["1 +"])),
            "expression",
            "The result of “level” in row 1, 1 +, cannot be read",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_a_sentence(logic, code, words):
    found = read(file(given("x"), decision(logic, "x")))
    assert not found.ok
    finding = next(one for one in found.findings if one.code == code)
    assert finding.element == "d"
    assert words in finding.sentence
    assert finding.hint


def test_a_row_whose_test_cannot_be_read_never_holds():
    logic = table("FIRST", ["x"], [""], (["> "], ["1"]), (["-"], ["2"]))
    assert to_json(outcome(given("x"), decision(logic, "x"), x=5).value) == 2
