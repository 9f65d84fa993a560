"""Three-valued logic, equality and order (DMN 1.5, 10.3.2.2, 10.3.2.13, tables 50 to 53)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import compile_expression
from tests.core.feel import value

TRUTHS = st.sampled_from([True, False, None])
RANK = {False: 0, None: 1, True: 2}
SPELLED = {True: "true", False: "false", None: "null"}


@given(TRUTHS, TRUTHS)
def test_and_gives_the_weaker_of_two_truths(a, b):
    assert value("a and b", a=a, b=b) is min(a, b, key=RANK.__getitem__)


@given(TRUTHS, TRUTHS)
def test_or_gives_the_stronger_of_two_truths(a, b):
    assert value("a or b", a=a, b=b) is max(a, b, key=RANK.__getitem__)


@given(TRUTHS, TRUTHS)
def test_not_turns_and_into_or(a, b):
    assert value("not(a and b) = (not(a) or not(b))", a=a, b=b) is True


@given(st.lists(TRUTHS, min_size=1, max_size=6))
def test_a_chain_says_what_its_parts_say_one_after_another(truths):
    text = " and ".join(SPELLED[truth] for truth in truths)
    assert value(text) is min(truths, key=RANK.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true and 1", None),
        ("false and 1", False),
        ('true or "x"', True),
        ('false or "x"', None),
        ("1 or 2", None),
        ("not(1)", None),
        ("not([true])", False),
        ("null and false", False),
    ],
)
def test_what_is_neither_true_nor_false_counts_as_unknown(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ("1 != 2", True),
        ('"a" = "A"', False),
        ("null = null", True),
        ("1 = null", False),
        ("null != 1", True),
        ("[] = null", False),
        ("[1, [2]] = [1, [2]]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("{a: 1} = {a: 1, b: 2}", False),
        ('date("2024-01-01") = date("2024-01-02")', False),
        ('duration("P1D") = duration("PT24H")', True),
        ('duration("P1Y") = duration("P12M")', True),
        ('@"2024-01-01T12:00:00Z" = @"2024-01-01T14:00:00+02:00"', True),
        ('@"2024-01-01T12:00:00@Europe/Paris" = @"2024-01-01T12:00:00+01:00"', True),
        ("[1..2] = [1..2]", True),
        ("[1..2] = [1..2)", False),
        ("(> 1) = (1..null)", False),
        ("abs = abs", True),
        ("abs = max", False),
    ],
)
def test_equal_things_are_of_one_kind_and_hold_the_same(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        '1 = "1"',
        "true = 1",
        "[] = 0",
        "{} = []",
        '1 < "2"',
        "true < false",
        "[1] < [2]",
        "null < 1",
        'date("2024-01-01") = date and time("2024-01-01T00:00:00")',
        'duration("P1Y") = duration("P365D")',
        '@"10:00:00" < @"10:00:00Z"',
        "1 between 0 and null",
    ],
)
def test_things_of_two_kinds_cannot_be_compared(text):
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a" < "b"', True),
        ("2 >= 2", True),
        ('date("2024-02-01") > date("2024-01-31")', True),
        ('time("10:00:00Z") < time("10:00:00-01:00")', True),
        ('duration("P13M") > duration("P1Y")', True),
        ('duration("PT25H") > duration("P1D")', True),
        ("2 between 1 and 3", True),
        ("3 between 1 and 2", False),
        ("2 between 1 and 3 and true", True),
    ],
)
def test_order_follows_the_kind_of_value(text, expected):
    assert value(text) is expected


NUMBERS = st.integers(-50, 50)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from("[("), st.sampled_from("])"))
def test_a_range_includes_what_lies_between_its_ends(x, a, b, opening, closing):
    low, high = min(a, b), max(a, b)
    inside = (low <= x if opening == "[" else low < x) and (
        x <= high if closing == "]" else x < high
    )
    assert value(f"x in {opening}{low}..{high}{closing}", x=x) is inside
    spelled = opening.replace("(", "]") + f"{low}..{high}" + closing.replace(")", "[")
    assert value(f"x in {spelled}", x=x) is inside


@given(NUMBERS, NUMBERS)
def test_a_comparison_and_the_range_it_opens_agree(x, limit):
    for sign in ("<", "<=", ">", ">=", "=", "!="):
        compared = compile_expression(f"x {sign} {limit}").evaluate({"x": x})
        assert compile_expression(f"x in {sign} {limit}").evaluate({"x": x}) is compared
        assert compile_expression(f"x in ({sign} {limit})").evaluate({"x": x}) is compared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 in (1, 2, 3)", True),
        ("3 in [1, 2, 3]", True),
        ("3 in (< 2, > 5)", False),
        ("3 in ([1..2], [3..4])", True),
        ("3 in [[1..2], [3..4]]", True),
        ('"b" in ["a".."c"]', True),
        ("5 in [< 3, > 4]", True),
        ("3.5 in [< 3, > 4]", False),
        ("1 in [[2..3], [1..1]]", True),
        ("[1, 2] in [[1, 2], [3]]", True),
        ("null in [1, null]", True),
        ("null in [1..2]", None),
        ('"a" in [1..2]', None),
        ('date("2024-05-01") in [date("2024-01-01")..date("2024-12-31")]', True),
    ],
)
def test_in_asks_whether_one_test_is_met(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    "text", ["[3..1]", '[1.."b"]', "[true..false]", '[@"P1Y"..@"P1D"]', "[[1]..[2]]"]
)
def test_a_range_the_wrong_way_round_or_of_two_kinds_is_none(text):
    assert value(text) is None
