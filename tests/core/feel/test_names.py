"""Names with spaces, signs and keywords, and which names an expression reads (10.3.1.4)."""

import pytest

from processes.core.feel import FeelSyntaxError, compile_expression
from tests.core.feel import value


def with_names(text, **variables):
    names = {name.replace("__", " "): found for name, found in variables.items()}
    return compile_expression(text, frozenset(names)).evaluate(names)


def test_words_next_to_each_other_are_one_name():
    assert compile_expression("Monthly  Salary * 12").evaluate({"Monthly Salary": 10}) == 120


def test_a_path_may_go_through_names_of_several_words():
    assert value("order.first line.unit price", order={"first line": {"unit price": 3}}) == 3


@pytest.mark.parametrize(
    "name", ["profit/loss", "a-b", "x+y", "don't", "p.m.", "a*b", "days in week"]
)
def test_a_known_name_may_hold_signs_and_keywords(name):
    known = compile_expression(f"{name} + 1", frozenset([name]))
    assert known.evaluate({name: 2}) == 3
    assert known.names == {name}


def test_the_longest_known_name_wins():
    names = frozenset(["a", "b", "a-b"])
    variables = {"a": 5, "b": 3, "a-b": 100}
    assert compile_expression("a-b", names).evaluate(variables) == 100
    assert compile_expression("a - b", names).evaluate(variables) == 100
    assert compile_expression("(a) - b", names).evaluate(variables) == 2
    assert compile_expression("a-b").evaluate(variables) == 2


def test_a_name_that_begins_like_a_function_is_a_name():
    assert value("date + 1", date=1) == 2
    assert compile_expression("date of birth").evaluate({"date of birth": "x"}) == "x"
    assert compile_expression("string", frozenset(["string"])).evaluate({"string": 1}) == 1


def test_a_function_name_with_a_keyword_is_found_before_brackets_only():
    assert value('date and time("2024-01-01T00:00:00") > date and time("2023-01-01T00:00:00")')
    assert value("date and time", date=True, time=False) is False


def test_letters_of_all_scripts_make_names():
    assert compile_expression("Größe + 横綱 + 🐎").evaluate({"Größe": 1, "横綱": 2, "🐎": 3}) == 6


def test_a_context_key_may_hold_signs_and_later_entries_see_it():
    assert value("{profit/loss: 3, twice: profit/loss * 2}.twice") == 6
    assert value("{in: 1, if: 2}.if") == 2
    assert value('{"any text!": 1}') == {"any text!": 1}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("amount > limit", {"amount", "limit"}),
        ('manager.outcome = "approved"', {"manager"}),
        ("for x in xs return x + y", {"xs", "y"}),
        ("some x in xs satisfies x = z", {"xs", "z"}),
        ("{a: b, c: a}", {"b"}),
        ("function(x) x + y", {"y"}),
        ("sum(items)", {"items"}),
        ("lenght(x)", {"lenght", "x"}),
        ("(function(x) x)(y)", {"y"}),
        ("f(a: b)", {"f", "b"}),
        ("for i in 1..3 return partial", set()),
        ("true", set()),
    ],
)
def test_an_expression_knows_which_variables_it_reads(text, names):
    assert compile_expression(text).names == names


def test_names_within_a_filter_may_be_entries_of_the_items():
    found = compile_expression("items[price > limit]")
    assert found.names == {"items"}
    assert found.possible_names == {"price", "limit"}
    known = compile_expression("items[price > limit]", frozenset(["items", "limit"]))
    assert known.names == {"items", "limit"}
    assert known.possible_names == {"price"}


def test_types_of_the_model_are_known_by_name():
    assert compile_expression("x instance of tPerson").type_names == {"tPerson"}
    assert compile_expression("x instance of list<number>").type_names == frozenset()


def test_two_known_names_side_by_side_are_refused():
    with pytest.raises(FeelSyntaxError, match="between “amount” and “status”"):
        compile_expression("amount status", frozenset(["amount", "status"]))


def test_a_variable_hides_the_function_of_its_name_but_not_its_calls():
    assert value("count + count([1, 2])", count=5) == 7


def test_a_local_name_hides_a_variable_and_a_function():
    assert value("for x in [1] return x", x=9) == [1]
    assert value("{count: function(a) 7, r: count([])}.r") == 7
    assert value("{x: x + 1, y: x}.y", x=1) == 2
