"""if, for, some, every, contexts and functions (DMN 1.5, 10.3.2.6, 10.3.2.13, 10.3.2.14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.feel import value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if true then 1 else 2", 1),
        ("if false then 1 else 2", 2),
        ("if null then 1 else 2", 2),
        ('if "true" then 1 else 2', 2),
        ("if 1 > 2 then 1 else if 2 > 1 then 2 else 3", 2),
        ("if true then 1 else 2 + 10", 1),
        ("(if true then 1 else 2) + 10", 11),
        ("1 + if true then 1 else 2", 2),
    ],
)
def test_if_takes_the_first_way_for_true_alone(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for x in [1, 2] return x + 1", [2, 3]),
        ("for x in 1..3 return x", [1, 2, 3]),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for x in -1..1 return x", [-1, 0, 1]),
        ("for x in [1..3] return x", [1, 2, 3]),
        ("for x in (1..4) return x", [2, 3]),
        ("for x in [1, 2], y in [x, 10] return x * y", [1, 10, 4, 20]),
        ("for x in 5 return x", [5]),
        ("for x in [] return x", []),
        ("for x in null return x", None),
        ("for x in 1.5..3 return x", None),
        ('for x in "a".."c" return x', None),
        ('for d in @"2024-02-28"..@"2024-03-01" return d.day', [28, 29, 1]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ("for x in [1], y in [2] return {sum: x + y}", [{"sum": 3}]),
        ("for the item in [1, 2] return the item * 2", [2, 4]),
    ],
)
def test_for_gives_a_result_for_each_combination(text, expected):
    assert value(text) == expected


@given(st.integers(-20, 20), st.integers(-20, 20))
def test_for_counts_from_one_end_to_the_other(a, b):
    step = 1 if a <= b else -1
    assert value("for x in a..b return x", a=a, b=b) == list(range(a, b + step, step))


@given(st.lists(st.sampled_from([True, False, None]), max_size=6))
def test_some_and_every_are_or_and_and_over_a_list(truths):
    some = True if True in truths else None if None in truths else False
    every = False if False in truths else None if None in truths else True
    assert value("some x in truths satisfies x", truths=truths) is some
    assert value("every x in truths satisfies x", truths=truths) is every
    assert value("not(every x in truths satisfies not(x))", truths=truths) is some
    if truths:
        assert value("any(truths)", truths=truths) is some
        assert value("all(truths)", truths=truths) is every


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
        ("every x in [1, 2], y in [2, 3] satisfies x <= y", True),
        ("some x in 1..10 satisfies x > 9", True),
        ("some x in [] satisfies true", False),
        ("every x in [] satisfies false", True),
        ("every x in null satisfies true", None),
        ('some x in [1, 2] satisfies "yes"', None),
    ],
)
def test_some_and_every_look_at_all_combinations(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, b: a + 1}", {"a": 1, "b": 2}),
        ("{}", {}),
        ('{"a b": 1}', {"a b": 1}),
        ("{a: {b: 1, c: b}, d: a.c}.d", 1),
        ("{a: 1, a: 2}", None),
    ],
)
def test_the_entries_of_a_context_see_those_before_them(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{f: function(a, b) a - b, r: f(5, 3)}.r", 2),
        ("{f: function(a, b) a - b, r: f(b: 5, a: 3)}.r", -2),
        ("{f: function(a, b) a - b, r: f(5)}.r", None),
        ("{f: function(a, b) a - b, r: f(a: 5, c: 3)}.r", None),
        ('{f: function(a: number) a, r: f("x")}.r', None),
        ("{f: function(a: number) a, r: f([7])}.r", 7),
        ("{f: function(a: list<number>) a, r: f(7)}.r", [7]),
        ("(function(x) x * 2)(4)", 8),
        ("{add: function(a) function(b) a + b, r: add(2)(3)}.r", 5),
        ("{x: 1, f: function() x, r: (for x in [9] return f())[1]}.r", 1),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ("for f in [abs, sqrt] return f(4)", [4, 2]),
        ("(for i in 1..3 return function() i)[2]()", 2),
        ("(function(x) [x])(1)", [1]),
        ("3 in (function() ]1..5])()", True),
        ("5(1)", None),
        ("nobody(1)", None),
    ],
)
def test_functions_are_values_that_keep_the_names_around_them(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring(string: "abc", start position: 2)', "bc"),
        ('substring(start position: 2, string: "abc")', "bc"),
        ('substring(string: "abc", start position: 2, length: 1)', "b"),
        ('substring(string: "abc", nothing: 2)', None),
        ('substring(string: "abc")', None),
        ("decimal(scale: 1, n: 1.25)", 1.2),
        ('number(from: "1.000,5", grouping separator: ".", decimal separator: ",")', 1000.5),
    ],
)
def test_arguments_may_be_named_in_any_order(text, expected):
    assert value(text) == expected
