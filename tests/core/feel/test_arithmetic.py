"""Numbers of 34 decimal digits, and sums of texts, dates and durations (DMN 1.5, 10.3.2.5)."""

from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import FeelBudgetError, compile_expression
from tests.core.feel import value

DECIMAL128 = Context(prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, Overflow])
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


def evaluate(text, **variables):
    return compile_expression(text).evaluate(variables)


@given(NUMBERS, NUMBERS)
def test_sums_and_products_are_those_of_34_digits(a, b):
    a, b = DECIMAL128.create_decimal(a), DECIMAL128.create_decimal(b)
    assert evaluate("a + b", a=a, b=b) == DECIMAL128.add(a, b)
    assert evaluate("a - b", a=a, b=b) == DECIMAL128.subtract(a, b)
    assert evaluate("a * b", a=a, b=b) == DECIMAL128.multiply(a, b)


@given(NUMBERS, NUMBERS)
def test_a_quotient_is_that_of_34_digits_and_nothing_divides_by_zero(a, b):
    a, b = DECIMAL128.create_decimal(a), DECIMAL128.create_decimal(b)
    try:
        expected = DECIMAL128.divide(a, b)
    except (DivisionByZero, InvalidOperation):
        expected = None
    found = evaluate("a / b", a=a, b=b)
    assert found == (expected if b else None)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000).filter(bool))
def test_the_rest_of_a_division_has_the_sign_of_the_divisor(a, b):
    assert value("modulo(a, b)", a=a, b=b) == a % b


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 2", 5),
        ("2 ** 3 ** 2", 64),
        ("-3 ** 2", 9),
        ("2 ** -1", 0.5),
        ("5--3", 8),
        ("--5", 5),
        ("0.1 + 0.2", 0.3),
        ("0.1 + 0.2 = 0.3", True),
        (".5 + 1e3", 1000.5),
        ("1.5e-3", 0.0015),
        ('"ab" + "cd"', "abcd"),
    ],
)
def test_signs_bind_as_the_standard_says(text, expected):
    assert value(text) == expected


def test_a_third_has_34_digits():
    assert str(evaluate("1 / 3")) == "0." + "3" * 34


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "0 / 0",
        "1 + null",
        '1 + "1"',
        '"a" - "b"',
        '"a" * 2',
        "true + true",
        "[1] + 1",
        "{a: 1} + 1",
        '-"a"',
        "0 ** -1",
        "(-8) ** (1/3)",
        'date("2024-01-01") + date("2024-01-01")',
        'date("2024-01-01") + 1',
        'duration("P1Y") + duration("P1D")',
        'duration("P1D") * duration("P1D")',
        '1 / duration("P1D")',
        'time("10:00:00") - time("10:00:00Z")',
    ],
)
def test_what_has_no_result_is_null(text):
    assert value(text) is None


@pytest.mark.parametrize("text", ["10 ** 6000 * 10 ** 6000", "10 ** 7000", "exp(100000)"])
def test_a_number_beyond_all_use_is_refused(text):
    with pytest.raises(FeelBudgetError) as caught:
        evaluate(text)
    assert caught.value.code == "expression_number_too_large"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2024-01-31") + duration("P1M")', "2024-02-29"),
        ('date("2024-03-31") - duration("P1M")', "2024-02-29"),
        ('date("2024-02-28") + duration("P2D")', "2024-03-01"),
        ('duration("P1Y") + date("2024-02-29")', "2025-02-28"),
        ('date("2024-03-01") - date("2024-02-28")', "P2D"),
        ('time("23:00:00") + duration("PT2H")', "01:00:00"),
        ('time("10:00:00") - time("08:30:00")', "PT1H30M"),
        ('@"2024-01-01T00:00:00" - @"2023-12-31T12:00:00"', "PT12H"),
        ('@"2024-01-01T00:00:00Z" + duration("PT1H")', "2024-01-01T01:00:00Z"),
        ('@"2024-01-02" - @"2024-01-01T00:00:00Z"', "P1D"),
        ('@"2024-03-30T12:00:00@Europe/Paris" + duration("P1D")', "2024-03-31T13:00:00+02:00"),
        ('@"2024-03-30T12:00:00@Europe/Paris" + duration("P1M")', "2024-04-30T12:00:00+02:00"),
        ('duration("PT1H") * 1.5', "PT1H30M"),
        ('2 * duration("P1Y6M")', "P3Y"),
        ('duration("P1D") / 4', "PT6H"),
        ('duration("P1D") / duration("PT6H")', 4),
        ('duration("P1Y") / duration("P6M")', 2),
        ('-duration("P1D")', "-P1D"),
        ('duration("P1D") - duration("PT36H")', "-PT12H"),
        ('string(@"999999999-12-31" - @"-999999999-01-01")', "P730484999633D"),
    ],
)
def test_dates_and_durations_add_up(text, expected):
    assert value(text) == expected


@given(st.dates(), st.integers(-2000, 2000))
def test_days_there_and_back_lead_home(day, days):
    text = 'date(day) + days * duration("P1D") - days * duration("P1D")'
    assert value(text, day=day.isoformat(), days=days) == day.isoformat()


@given(st.dates(), st.dates())
def test_the_span_between_two_dates_leads_from_one_to_the_other(a, b):
    found = value("date(a) + (date(b) - date(a))", a=a.isoformat(), b=b.isoformat())
    assert found == b.isoformat()


@given(NUMBERS)
def test_a_number_and_its_opposite_make_nothing(a):
    assert evaluate("a + -a", a=a) == Decimal(0)
