"""Conditions: true, false, or a sentence that says what went wrong."""

import copy
import pickle

import pytest

from processes.core.feel import FeelEvaluationError, compile_expression, evaluate_condition


def holds(text, **variables):
    return evaluate_condition(compile_expression(text), variables)


def test_a_condition_decides():
    assert holds("amount > 1000", amount=1200) is True
    assert holds("=amount > 1000", amount=1000) is False
    assert holds('manager.outcome = "approved"', manager={"outcome": "approved"}) is True


def test_null_names_the_expression_and_what_it_read():
    with pytest.raises(FeelEvaluationError) as caught:
        holds("amount > limit", amount=300, limit="many")
    assert caught.value.code == "condition_not_boolean"
    assert str(caught.value) == (
        '“amount > limit” gave null, not true or false. It read amount = 300, limit = "many". '
        "Correct the condition or the values it reads."
    )
    assert caught.value.read == {"amount": 300, "limit": "many"}


def test_a_path_is_shown_with_what_it_led_to():
    manager = {"outcome": None, "comment": "a long story", "data": {"n": 5}}
    with pytest.raises(FeelEvaluationError) as caught:
        holds("manager.outcome or manager.data.n > limit", manager=manager, limit=None)
    assert caught.value.read == {"manager.outcome": None, "manager.data.n": 5, "limit": None}
    assert "It read limit = null, manager.data.n = 5, manager.outcome = null." in str(caught.value)
    assert "story" not in str(caught.value)


def test_the_value_of_a_hidden_variable_is_not_told():
    with pytest.raises(FeelEvaluationError) as caught:
        evaluate_condition(
            compile_expression("salary.gross > limit"),
            {"salary": {"gross": 98765}, "limit": None},
            hidden={"salary"},
        )
    assert caught.value.read == {"limit": None}
    assert "98765" not in str(caught.value)


def test_a_missing_variable_is_named():
    with pytest.raises(FeelEvaluationError, match=r"There is no limit\.") as caught:
        holds("amount > limit", amount=300)
    assert caught.value.read == {"amount": 300}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("amount", "a number"),
        ('"true"', "a text"),
        ("[true]", "a list"),
        ("{}", "a context"),
        ("now", "null"),
        ('@"P1D"', "a duration"),
        ("[1..2]", "a range"),
        ("abs", "a function"),
    ],
)
def test_anything_but_true_and_false_is_refused(text, kind):
    with pytest.raises(FeelEvaluationError, match=f"gave {kind}, not true or false"):
        holds(text, amount=1, now=None)


def test_a_large_value_is_cut_in_the_sentence():
    with pytest.raises(FeelEvaluationError) as caught:
        holds("items", items=list(range(1000)))
    assert len(str(caught.value)) < 300
    assert "0, 1, 2" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "1",
        '"a"',
        "null",
        "[amount > 1]",
        "{a: true}",
        "amount + 1",
        "-amount",
        "2 ** 3",
        "[1..2]",
        "(> 5)",
        "for x in xs return true",
        "function(x) true",
        "sum(xs)",
        'date("2024-01-01")',
        "if a then 1 else 2",
    ],
)
def test_what_can_never_be_a_condition_is_known_before_it_runs(text):
    assert compile_expression(text).is_surely_not_boolean is True


@pytest.mark.parametrize(
    "text",
    [
        "amount",
        "a.b",
        "amount > 1",
        "true",
        "not(a)",
        "a and b",
        "x in [1..2]",
        "x between 1 and 2",
        "x instance of number",
        "if a then true else 2",
        "some x in xs satisfies x",
        "any(xs)",
        'contains(a, "b")',
        'get value(a, "b")',
        "max(xs)",
        "f(x)",
        "xs[1]",
        "context put(a, b, c).d",
    ],
)
def test_what_may_be_a_condition_is_left_alone(text):
    assert compile_expression(text).is_surely_not_boolean is False


def test_an_expression_is_compiled_once():
    assert compile_expression("a > 1") is compile_expression("a > 1")
    assert compile_expression(" = a > 1 ").text == "a > 1"


def test_an_expression_travels_between_processes_as_its_text():
    known = compile_expression("profit/loss > 1", frozenset(["profit/loss"]))
    arrived = pickle.loads(pickle.dumps(known))  # noqa: S301
    assert arrived.names == {"profit/loss"}
    assert evaluate_condition(arrived, {"profit/loss": 2}) is True
    assert copy.deepcopy(known).text == known.text
