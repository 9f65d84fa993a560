"""Paths, templates, functions and rules of state machines give in FEEL what they give there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.asl import choices, paths, templates
from processes.core.bpmn.dialects import NotTranslated
from processes.core.feel import compile_expression, to_json

NOW = datetime(2030, 1, 31, 9, tzinfo=UTC)
DATA = {
    "number": 5,
    "text": "a*b",
    "when": "2030-01-01T00:00:00Z",
    "flag": True,
    "void": None,
    "deep": {"list": [1, 2, {"two words": 3}], "for": "x"},
    "items": [{"price": 5, "name": "pen"}, {"price": 20, "name": "ink"}],
    "none": [],
}
SEEN = {"state": DATA, "item": {"id": 9}, "loopCounter": 3, "execution_input": {"x": 1}}


def value(text: str) -> object:
    return to_json(compile_expression(text).evaluate(SEEN, now=NOW))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", DATA),
        ("$.number", 5),
        ("$.deep.list[0]", 1),
        ("$.deep.list[-1]['two words']", 3),
        ('$["deep"]["list"][2]["two words"]', 3),
        ("$.deep.for", "x"),
        ("$.unheard.of", None),
        ("$.items[*].name", ["pen", "ink"]),
        ("$.items[*]", DATA["items"]),
        ("$.items[?(@.price > 10)].name", ["ink"]),
        ("$.items[?(@.price < 10 || @.name == 'ink')].price", [5, 20]),
        ("$$.Map.Item.Value.id", 9),
        ("$$.Map.Item.Index", 2),
        ("$$.Execution.Input.x", 1),
    ],
)
def test_a_path_leads_to_the_same_place(path, expected):
    assert value(paths.translate(path, "state")) == expected


@pytest.mark.parametrize(
    "path",
    [
        "$..name",
        "$.items[0:1]",
        "$.items[0,1]",
        "name",
        "$.items[?(@.a =~ /x/)]",
        "$$.Task.Token",
        "$" + ".a" * 50,
        "$.items[",
        "$.a b",
        "$.items[(@.length-1)]",
    ],
)
def test_other_paths_are_refused_in_a_sentence(path):
    with pytest.raises(NotTranslated):
        paths.translate(path, "state")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Format('{} of {}', $.number, $.text)", "5 of a*b"),
        ("States.Format('it\\'s {}', 'a, (b)')", "it's a, (b)"),
        ("States.Array($.number, 'x', null, States.MathAdd(1, $.number))", [5, "x", None, 6]),
        ("States.ArrayContains($.deep.list, 2)", True),
        ("States.ArrayGetItem($.deep.list, 1)", 2),
        ("States.ArrayLength($.items[?(@.price > 10)])", 1),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(2, 4, 1)", [2, 3, 4]),
        ("States.ArrayUnique(States.Array(1, 1, 2))", [1, 2]),
        ("States.JsonMerge($.items[0], $.deep, false)", DATA["items"][0] | DATA["deep"]),
    ],
)
def test_functions(text, expected):
    assert value(templates.dynamic(text, "state")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "States.UUID()",
        "States.Hash('x', 'MD5')",
        "States.JsonMerge($.a, $.b, true)",
        "States.Format('{} {}', 1)",
        "States.Format($.text, 1)",
        "States.Array(1",
        "States.Array(1) more",
        "States.Array('open)",
        "States.Array(" * 200,
        "States.MathAdd(1)",
    ],
)
def test_other_functions_are_refused_in_a_sentence(text):
    with pytest.raises(NotTranslated):
        templates.dynamic(text, "state")


def test_templates_mix_what_is_fixed_and_what_is_not():
    template = {"a.$": "$.number", "b": [1, {"c.$": "$.deep.for"}], "two words": "$.number"}
    assert value(templates.template(template, "state")) == {
        "a": 5,
        "b": [1, {"c": "x"}],
        "two words": "$.number",
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.text", "StringEquals": "a*b"}, True),
        ({"Variable": "$.text", "StringEqualsPath": "$.deep.for"}, False),
        ({"Variable": "$.text", "StringLessThan": "b"}, True),
        ({"Variable": "$.text", "StringLessThanPath": "$.deep.for"}, True),
        ({"Variable": "$.text", "StringGreaterThan": "a"}, True),
        ({"Variable": "$.text", "StringGreaterThanPath": "$.text"}, False),
        ({"Variable": "$.text", "StringLessThanEquals": "a*b"}, True),
        ({"Variable": "$.text", "StringLessThanEqualsPath": "$.text"}, True),
        ({"Variable": "$.text", "StringGreaterThanEquals": "b"}, False),
        ({"Variable": "$.text", "StringGreaterThanEqualsPath": "$.text"}, True),
        ({"Variable": "$.text", "StringMatches": "a*"}, True),
        ({"Variable": "$.text", "StringMatches": "*a"}, False),
        ({"Variable": "$.text", "StringMatches": "a\\*b"}, True),
        ({"Variable": "$.when", "StringMatches": "a\\*b"}, False),
        ({"Variable": "$.number", "StringMatches": "*"}, False),
        ({"Variable": "$.number", "NumericEquals": 5}, True),
        ({"Variable": "$.number", "NumericEqualsPath": "$.items[0].price"}, True),
        ({"Variable": "$.number", "NumericLessThan": 5}, False),
        ({"Variable": "$.number", "NumericLessThanPath": "$.items[1].price"}, True),
        ({"Variable": "$.number", "NumericGreaterThan": 4.5}, True),
        ({"Variable": "$.number", "NumericGreaterThanPath": "$.number"}, False),
        ({"Variable": "$.number", "NumericLessThanEquals": 5}, True),
        ({"Variable": "$.number", "NumericLessThanEqualsPath": "$.number"}, True),
        ({"Variable": "$.number", "NumericGreaterThanEquals": 6}, False),
        ({"Variable": "$.number", "NumericGreaterThanEqualsPath": "$.number"}, True),
        ({"Variable": "$.flag", "BooleanEquals": True}, True),
        ({"Variable": "$.flag", "BooleanEqualsPath": "$.flag"}, True),
        ({"Variable": "$.when", "TimestampEquals": "2030-01-01T00:00:00Z"}, True),
        ({"Variable": "$.when", "TimestampEqualsPath": "$.when"}, True),
        ({"Variable": "$.when", "TimestampLessThan": "2030-01-01T00:00:01Z"}, True),
        ({"Variable": "$.when", "TimestampLessThanPath": "$.when"}, False),
        ({"Variable": "$.when", "TimestampGreaterThan": "2029-12-31T23:00:00-05:00"}, False),
        ({"Variable": "$.when", "TimestampGreaterThanPath": "$.when"}, False),
        ({"Variable": "$.when", "TimestampLessThanEquals": "2030-01-01T00:00:00Z"}, True),
        ({"Variable": "$.when", "TimestampLessThanEqualsPath": "$.when"}, True),
        ({"Variable": "$.when", "TimestampGreaterThanEquals": "2031-01-01T00:00:00Z"}, False),
        ({"Variable": "$.when", "TimestampGreaterThanEqualsPath": "$.when"}, True),
        ({"Variable": "$.void", "IsNull": True}, True),
        ({"Variable": "$.number", "IsNull": True}, False),
        ({"Variable": "$.void", "IsPresent": True}, True),
        ({"Variable": "$.unheard", "IsPresent": True}, False),
        ({"Variable": "$.unheard.of", "IsPresent": False}, True),
        ({"Variable": "$.deep.list[2]", "IsPresent": True}, True),
        ({"Variable": "$.deep.list[3]", "IsPresent": True}, False),
        ({"Variable": "$.number", "IsNumeric": True}, True),
        ({"Variable": "$.text", "IsString": True}, True),
        ({"Variable": "$.flag", "IsBoolean": True}, True),
        ({"Variable": "$.when", "IsTimestamp": True}, True),
        ({"Variable": "$.text", "IsTimestamp": True}, False),
        ({"Variable": "$.number", "IsString": False}, True),
        ({"Not": {"Variable": "$.flag", "BooleanEquals": True}}, False),
        (
            {
                "And": [
                    {"Variable": "$.flag", "BooleanEquals": True},
                    {
                        "Or": [
                            {"Variable": "$.number", "NumericEquals": 1},
                            {"Variable": "$.number", "IsNumeric": True},
                        ]
                    },
                ]
            },
            True,
        ),
    ],
)
def test_every_comparison_gives_true_or_false(rule, expected):
    assert value(choices.condition(rule, "state")) is expected


VALUES = ["$.number", "$.text", "$.when", "$.flag", "$.void", "$.deep", "$.none", "$.unheard.of"]
TESTS = [
    ("StringEquals", "x"),
    ("StringLessThanPath", "$.text"),
    ("StringMatches", "*"),
    ("NumericGreaterThan", 1),
    ("NumericEqualsPath", "$.number"),
    ("BooleanEquals", False),
    ("TimestampLessThan", "2031-01-01T00:00:00Z"),
    ("TimestampEqualsPath", "$.number"),
    ("IsPresent", True),
    ("IsTimestamp", False),
]


@pytest.mark.parametrize("variable", VALUES)
@pytest.mark.parametrize(("test", "wanted"), TESTS)
def test_a_value_of_another_kind_gives_false_and_never_null(variable, test, wanted):
    rule = {"Variable": variable, test: wanted}
    assert value(choices.condition(rule, "state")) in (True, False)


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$.a", "Unheard": 1},
        {"Variable": "$.a", "NumericEquals": "1"},
        {"Variable": "$.a", "StringEquals": 1},
        {"Variable": "$.a", "IsNull": "yes"},
        {"NumericEquals": 1},
        {"Variable": "$.a"},
        {"Variable": "$.a", "NumericEquals": 1, "StringEquals": "a"},
        {"And": []},
        {"Not": 3},
        {"Variable": "$.a", "StringMatches": "*" * 501},
    ],
)
def test_a_broken_rule_is_refused_in_a_sentence(rule):
    with pytest.raises(NotTranslated):
        choices.condition(rule, "state")


@given(st.text("$.[]'\"*?@()ab0-, ", max_size=40))
def test_any_path_is_translated_to_feel_that_can_be_read_or_refused(path):
    try:
        found = paths.translate(path, "state")
    except NotTranslated:
        return
    compile_expression(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**33), 10**33) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_a_literal_is_the_value_itself(found):
    assert value(paths.literal(found)) == found


@pytest.mark.parametrize("number", [10**34 + 1, float("inf"), float("nan")])
def test_a_number_that_feel_cannot_keep_is_refused(number):
    with pytest.raises(NotTranslated):
        paths.literal(number)
