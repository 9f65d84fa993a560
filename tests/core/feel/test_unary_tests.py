"""Cells of decision tables: unary tests (DMN 1.5, 10.3.2.8 and grammar rules 12 to 17)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import FeelSyntaxError, compile_unary_tests


def passes(text, given_value, **variables):
    return compile_unary_tests(text).matches(given_value, variables)


@pytest.mark.parametrize(
    ("text", "given_value", "expected"),
    [
        ("-", 5, True),
        ("-", None, True),
        ("5", 5, True),
        ("-5", -5, True),
        ('"a"', "a", True),
        ('"a"', "b", False),
        ('"a", "b"', "b", True),
        ("> 10", 11, True),
        ("> 10", 10, False),
        ("< 3, > 10", 5, False),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5[", 1, False),
        ("[1..5], 10", 10, True),
        ("[1, 2, 3]", 2, True),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False),
        ("not(> 10)", 5, True),
        ('not("a")', "b", True),
        ("true", True, True),
        ("true", False, False),
        ("null", None, True),
        ("null", 1, False),
        ("!= 5", 4, True),
        ("= 5", 5, True),
        ("? > 10 and ? < 20", 15, True),
        ("? > 10 and ? < 20", 25, False),
        ('starts with(?, "ab")', "abc", True),
        ('contains(?, "z")', "abc", False),
        ('"?"', "?", True),
        ('"?"', "!", False),
        ("limit", 7, True),
        ("> limit", 7, False),
        (">= limit / 2", 7, True),
        ("not(limit)", 7, False),
        ("bounds", 7, True),
        ("flag", 7, True),
        ("> 10", "text", False),
        ("not(> 10)", "text", False),
        ("> 10", None, False),
        ("? = null", None, True),
        ("[1, 2, 3]", [1, 2, 3], True),
        ('date("2024-01-01")', date(2024, 1, 1), True),
        ('< date("2024-01-01")', date(2023, 1, 1), True),
    ],
)
def test_a_cell_asks_its_input(text, given_value, expected):
    variables = {"limit": 7, "bounds": [1, 7], "flag": True}
    assert passes(text, given_value, **variables) is expected


@given(st.integers(-20, 20), st.integers(-20, 20))
def test_exactly_one_of_a_test_and_its_opposite_passes(x, limit):
    for test in (f"< {limit}", f"[{limit}..100]", f"{limit}", f"= {limit}"):
        assert passes(test, x) is not passes(f"not({test})", x)


def test_the_clock_reaches_a_cell():
    tests = compile_unary_tests('< date and time("2024-01-01T00:00:00Z"), = now()')
    now = datetime(2024, 5, 6, tzinfo=UTC)
    assert tests.matches(now, {}, now=now) is True


def test_a_cell_knows_which_variables_it_reads():
    tests = compile_unary_tests("> limit, ? = other.thing")
    assert tests.names == {"limit", "other"}


@pytest.mark.parametrize("text", ["", "> ", "not(", "1,", "- 1 -", ", 1"])
def test_a_cell_that_says_nothing_is_refused(text):
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)
