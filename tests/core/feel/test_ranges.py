"""How points and ranges lie to each other (DMN 1.5, 10.3.4.10, table 78)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.feel import value

RANGES = st.tuples(
    st.sampled_from("[("), st.integers(0, 6), st.integers(0, 6), st.sampled_from("])")
).filter(lambda r: r[1] < r[2])
POINTS = [half / 4 for half in range(-4, 30)]


def spell(r):
    return f"{r[0]}{r[1]}..{r[2]}{r[3]}"


def members(r):
    """Return quarters within the range: its ends are whole, so they tell ranges apart."""
    low = (lambda p: p >= r[1]) if r[0] == "[" else (lambda p: p > r[1])
    high = (lambda p: p <= r[2]) if r[3] == "]" else (lambda p: p < r[2])
    return {p for p in POINTS if low(p) and high(p)}


@given(RANGES, RANGES)
def test_relations_are_those_of_the_sets_of_points(a, b):
    first, second = members(a), members(b)

    def holds(name):
        return value(f"{name}({spell(a)}, {spell(b)})")

    assert holds("before") is (max(first) < min(second))
    assert holds("after") is (min(first) > max(second))
    assert holds("overlaps") is bool(first & second)
    assert holds("includes") is (first >= second)
    assert holds("during") is (first <= second)
    assert holds("coincides") is (first == second)
    assert holds("starts") is (first <= second and min(first) == min(second))
    assert holds("finishes") is (first <= second and max(first) == max(second))
    assert holds("meets") is (max(first) == min(second))


@given(RANGES, RANGES)
def test_each_relation_has_its_opposite(a, b):
    pairs = [
        ("before", "after"),
        ("meets", "met by"),
        ("overlaps before", "overlaps after"),
        ("includes", "during"),
        ("starts", "started by"),
        ("finishes", "finished by"),
    ]
    for name, opposite in pairs:
        forth = value(f"{name}({spell(a)}, {spell(b)})")
        assert forth is value(f"{opposite}({spell(b)}, {spell(a)})")


@given(st.integers(-1, 7), RANGES)
def test_a_point_lies_before_within_or_after_a_range(p, r):
    inside = p in members(r)
    assert value(f"includes({spell(r)}, p)", p=p) is inside
    assert value(f"during(p, {spell(r)})", p=p) is inside
    assert value(f"before(p, {spell(r)})", p=p) is (p < min(members(r)))
    assert value(f"after(p, {spell(r)})", p=p) is (p > max(members(r)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before(1, 2)", True),
        ("after(1, 2)", False),
        ("coincides(2, 2)", True),
        ("starts(1, [1..5])", True),
        ("starts(1, (1..5])", False),
        ("finishes(5, [1..5])", True),
        ("finished by([1..5), 5)", False),
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps after((1..5], [1..5])", True),
        ('before(date("2024-01-01"), [date("2024-02-01")..date("2024-03-01")])', True),
        ('before(1, "a")', None),
        ("before(null, 1)", None),
        ("meets(1, [1..2])", None),
        ("includes([1..5], null)", None),
        ("includes((> 5), 6)", True),
        ("before([1..5], (> 5))", True),
    ],
)
def test_points_and_ranges_by_example(text, expected):
    assert value(text) is expected
