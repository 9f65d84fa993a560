"""instance of and the types it knows (DMN 1.5, 10.3.2.9)."""

import pytest

from processes.core.feel import FeelSyntaxError, compile_expression
from processes.core.feel.types import Basic, ContextOf, FunctionOf, ListOf, RangeOf, parse_type
from tests.core.feel import value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ('"a" instance of number', False),
        ("true instance of boolean", True),
        ("true instance of number", False),
        ("1 instance of Any", True),
        ("null instance of Any", False),
        ("null instance of Null", True),
        ('@"2024-01-01" instance of date', True),
        ('@"2024-01-01" instance of date and time', False),
        ('@"2024-01-01T00:00:00" instance of date and time', True),
        ('@"10:00:00" instance of time', True),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1D" instance of years and months duration', False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[] instance of list<string>", True),
        ("[1, null] instance of list<number>", True),
        ("1 instance of list<number>", False),
        ("[[1]] instance of list<list<number>>", True),
        ("{a: 1} instance of context<a: number>", True),
        ('{a: "x", b: 1} instance of context<a: string>', True),
        ("{b: 1} instance of context<a: number>", False),
        ("{a: null} instance of context<a: number>", True),
        ("{a: {b: 1}} instance of context<a: context<b: number>>", True),
        ("[1..2] instance of range<number>", True),
        ('["a".."b"] instance of range<number>', False),
        ("abs instance of function<number> -> number", True),
        ("(function(a, b) a) instance of function<number> -> number", False),
        ("1 instance of number and 2 > 1", True),
        ("not(1 instance of string)", True),
        ("1 instance of shop.tPrice", None),
        ("1 instance of our shop.tPrice and true", None),
    ],
)
def test_a_value_is_of_a_type_or_not(text, expected):
    assert value(text) is expected


def test_types_of_the_model_are_given_with_the_variables():
    age = {"tAge": Basic("number"), "tPerson": ContextOf((("age", Basic("number")),))}
    found = compile_expression("x instance of tPerson")
    assert found.evaluate({"x": {"age": 5}}, types=age) is True
    assert found.evaluate({"x": {"name": "a"}}, types=age) is False
    assert found.evaluate({"x": 1}) is None


def test_types_are_read_from_their_text():
    assert parse_type("list< context<first name: string, n: number> >") == ListOf(
        ContextOf((("first name", Basic("string")), ("n", Basic("number"))))
    )
    assert parse_type("function<> -> range<date and time>") == FunctionOf(
        (), RangeOf(Basic("date and time"))
    )


@pytest.mark.parametrize(
    "text",
    ["", "list<", "list<number", "list<number, string>", "function<number>", "1", "number>"],
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(FeelSyntaxError) as caught:
        parse_type(text)
    assert caught.value.code == "expression_type"


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("1", "number", 1),
        ('"a"', "number", None),
        ("[1]", "number", 1),
        ("1", "list<number>", [1]),
        ("[1, 2]", "number", None),
        ("null", "number", None),
        ('@"2024-01-01"', "date and time", "2024-01-01T00:00:00Z"),
        ('@"2024-01-01"', "date", "2024-01-01"),
        ('@"2024-01-01T00:00:00Z"', "date", None),
    ],
)
def test_an_argument_becomes_what_its_parameter_takes(text, wanted, expected):
    assert value(f"{{f: function(x: {wanted}) x, r: f({text})}}.r") == expected


def test_a_type_that_contains_itself_ends_in_a_refusal():
    loop = {"t": ListOf(ListOf(Basic("number")))}
    assert compile_expression("x instance of t").evaluate({"x": [[1]]}, types=loop) is True
