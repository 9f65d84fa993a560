"""JSON in, JSON out."""

import json
from collections import UserDict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import (
    FeelBudgetError,
    FeelEvaluationError,
    compile_expression,
    from_json,
    to_json,
)
from tests.core.feel import value

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**33), 10**33)
    | st.floats(-(2.0**53), 2.0**53)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_what_goes_in_comes_out_again(plain):
    assert to_json(from_json(plain)) == plain
    assert value("x", x=plain) == plain
    assert json.loads(json.dumps(to_json(from_json(plain)))) == plain


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_of_any_size_comes_back_as_the_same_float(number):
    assert float(to_json(from_json(number))) == number


@given(PLAIN)
def test_a_variable_equals_itself(plain):
    assert value("x = x", x=plain) is True


def test_numbers_inside_are_decimals():
    found = from_json({"a": [1, 0.1, True]})
    assert found == {"a": [Decimal(1), Decimal("0.1"), True]}
    assert [type(item) for item in found["a"]] == [Decimal, Decimal, bool]
    assert type(compile_expression("x").evaluate({"x": 1})) is Decimal


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5.0", "5"), ("0.1 + 0.2", "0.3"), ("1e3", "1000"), ("1 / 4", "0.25"), ("-0", "0")],
)
def test_whole_numbers_come_out_without_a_point(text, expected):
    assert json.dumps(value(text)) == expected


def test_moments_come_out_as_iso_8601_with_an_offset():
    paris = compile_expression('@"2024-07-01T10:00:00@Europe/Paris"').evaluate({})
    assert to_json(paris) == "2024-07-01T10:00:00+02:00"
    assert datetime.fromisoformat(str(to_json(paris))).utcoffset() is not None
    assert to_json([date(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC)]) == [
        "2024-01-02",
        "2024-01-02T00:00:00Z",
    ]
    assert value("[1..2)") == "[1..2)"
    assert value("(> 5)") == "> 5"


def test_texts_that_look_like_dates_stay_texts():
    assert value('x = "2024-01-01"', x="2024-01-01") is True


def test_any_mapping_and_any_sequence_will_do():
    assert value("a.b[2]", a=UserDict(b=(1, 2))) == 2


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        pytest.param(10**6200, id="6,201 digits"),
        pytest.param(2**400_000, id="400,000 bits"),
    ],
)
def test_a_number_that_is_none_is_refused(bad):
    with pytest.raises(FeelEvaluationError) as caught:
        from_json(bad)
    assert caught.value.code == "expression_number_unusable"


@pytest.mark.parametrize("bad", [object(), b"bytes", {1, 2}, complex(1, 2)])
def test_what_json_does_not_know_is_refused(bad):
    with pytest.raises(FeelEvaluationError) as caught:
        from_json(bad)
    assert caught.value.code == "expression_value_unknown"


def test_a_function_is_no_result():
    with pytest.raises(FeelEvaluationError, match="brackets with its arguments"):
        value("abs")


def test_a_number_too_wide_for_json_is_refused():
    with pytest.raises(FeelEvaluationError) as caught:
        value("10 ** 400")
    assert caught.value.code == "expression_number_too_large"


def test_a_value_that_is_too_deep_or_too_large_is_refused():
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(FeelBudgetError):
        from_json(deep)
    with pytest.raises(FeelBudgetError):
        from_json([[0] * 30_000] * 2)
    with pytest.raises(FeelBudgetError):
        value("x", x="a" * 200_000)
