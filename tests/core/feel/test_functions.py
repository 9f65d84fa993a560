"""Built-in functions on numbers, texts, lists and contexts (DMN 1.5, 10.3.4)."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.feel import value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(2.5, 0)", 2),
        ("decimal(3.5, 0)", 4),
        ("decimal(1 / 3, 2)", 0.33),
        ("decimal(1234, -2)", 1200),
        ("floor(-1.5)", -2),
        ("floor(1.567, 1)", 1.5),
        ("ceiling(-1.5)", -1),
        ("ceiling(1.51, 1)", 1.6),
        ("round up(5.5, 0)", 6),
        ("round up(-5.5, 0)", -6),
        ("round up(1.121, 2)", 1.13),
        ("round down(-5.5, 0)", -5),
        ("round half up(-5.5, 0)", -6),
        ("round half up(1.125, 2)", 1.13),
        ("round half down(5.5, 0)", 5),
        ("round half down(-1.126, 2)", -1.13),
        ("decimal(1, 6177)", None),
        ("decimal(1, -6112)", None),
        ("decimal(1.5, 6176)", 1.5),
        ("abs(-2)", 2),
        ('abs(duration("-P1D"))', "P1D"),
        ("modulo(10, -4)", -2),
        ("modulo(-10.1, 4.5)", 3.4),
        ("modulo(10, 0)", None),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("log(0)", None),
        ("decimal(log(10), 6)", 2.302585),
        ("decimal(exp(1), 6)", 2.718282),
        ("odd(5)", True),
        ("even(5)", False),
        ("even(-2)", True),
        ("odd(1.5)", False),
        ("floor()", None),
        ("floor(1, 2, 3)", None),
        ('floor("1")', None),
        ("floor([1.5])", 1),
    ],
)
def test_numbers(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 0)', None),
        ('substring("foobar", 7)', None),
        ('substring("foobar", 2, 0)', None),
        ('substring("🐎ab", 1, 1)', "🐎"),
        ('string length("🐎ab")', 3),
        ('string length("\\U01F40E\\u0061")', 2),
        ('string length("\\uD83D\\uDC0E")', 1),
        ('upper case("aß")', "ASS"),
        ('lower case("AB1")', "ab1"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "x")', ""),
        ('substring before("foobar", "")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('substring after("foobar", "x")', ""),
        ('substring after("foobar", "")', "foobar"),
        ('contains("foobar", "oba")', True),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "fo")', False),
        ('contains("foobar", null)', None),
        ('string join(["a", "b", null], "-")', "a-b"),
        ('string join(["a", "b"])', "ab"),
        ('string join(["a", "b"], ", ", "[", "]")', "[a, b]"),
        ('string join(["a", 1], "-")', None),
        ('string join([], "-")', ""),
        ('string join("a", "-")', "a"),
        ('split("John Doe", "\\\\s")', ["John", "Doe"]),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
    ],
)
def test_texts(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1.10)", "1.1"),
        ("string(100)", "100"),
        ("string(10 ** 20)", "1" + "0" * 20),
        ("string(1e-7)", "0.0000001"),
        ('string("a")', "a"),
        ("string(null)", None),
        ("string(true)", "true"),
        ('string([1, "a", [null]])', '[1, "a", [null]]'),
        ('string({"{": 1, "a b": 2, "a+b": 3, "": 4})', '{"{": 1, a b: 2, a+b: 3, "": 4}'),
        ('string({a: "b\\"c"})', '{a: "b\\"c"}'),
        ("string([1..2))", "[1..2)"),
        ('string(date("2024-01-01"))', "2024-01-01"),
        ('number("1.5")', 1.5),
        ('number("-1e3")', -1000),
        ('number("1 000", " ", ",")', 1000),
        ('number("1,000.5", ",", ".")', 1000.5),
        ('number("1.000,5", ".", ",")', 1000.5),
        ('number("1.5", null, ",")', None),
        ('number("1,5", ",", ",")', None),
        ('number("abc")', None),
        ('number("NaN")', None),
        ('number("Infinity")', None),
        ("number(5)", None),
        ('range("[1..3]") = [1..3]', True),
        ('range("(1..3]").start included', False),
        ('range("[date(\\"2024-01-01\\")..@\\"2024-02-01\\"]").start', "2024-01-01"),
        ('range("[-5..-1]").start', -5),
        ('range("[x..3]")', None),
        ('range("[1+1..3]")', None),
        ('range("1")', None),
        ('range("[3..1]")', None),
    ],
)
def test_conversions(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("list contains([1, null], null)", True),
        ("list contains([1, 2], 3)", False),
        ("count([])", 0),
        ("count(5)", 1),
        ("count(null)", None),
        ("min([3, 1, 2])", 1),
        ("min(3, 1, 2)", 1),
        ('max("a", "c", "b")', "c"),
        ('max(date("2024-01-01"), date("2024-02-01"))', "2024-02-01"),
        ('max(1, "a")', None),
        ("min([])", None),
        ("min([null])", None),
        ("sum([1, 2, 3])", 6),
        ("sum(1, 2, 3)", 6),
        ("sum([])", None),
        ('sum([1, "2"])', None),
        ("sum([1, null])", None),
        ("mean([1, 2, 3, 4])", 2.5),
        ("product([2, 3, 4])", 24),
        ("median(8, 2, 5, 3, 4)", 4),
        ("median([6, 1, 2, 3])", 2.5),
        ("median([])", None),
        ("decimal(stddev(2, 4, 7, 5), 10)", 2.0816659995),
        ("stddev([47])", None),
        ("mode([6, 3, 9, 6, 6])", [6]),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("mode([])", []),
        ("all([])", True),
        ("all([true, null])", None),
        ("all(true, false)", False),
        ("all(0)", None),
        ("any([])", False),
        ("any([null, true])", True),
        ("any(null)", None),
        ("sublist([4, 5, 6], 2)", [5, 6]),
        ("sublist([4, 5, 6], 1, 2)", [4, 5]),
        ("sublist([4, 5, 6], -2)", [5, 6]),
        ("sublist([4, 5, 6], 4)", None),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("append([1], [2])", [1, [2]]),
        ("append(1, null)", [1, None]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("concatenate([1], null)", None),
        ("insert before([1, 3], 1, 2)", [2, 1, 3]),
        ("insert before([1, 3], -1, 2)", [1, 2, 3]),
        ("insert before([1], 5, 2)", None),
        ("remove([1, 2, 3], 2)", [1, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([2, 4, 7], 3, 6)", [2, 4, 6]),
        ("list replace([2, 4, 7], function(item, new) item > new, 6)", [2, 4, 6]),
        ("list replace([2, 4], function(item, new) 1, 6)", None),
        ("reverse([1, 2, 3])", [3, 2, 1]),
        ("index of([1, 2, 3, 2], 2)", [2, 4]),
        ("index of([1, null], null)", [2]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ('distinct values([1, "1", 1.0, [1], [1], true])', [1, "1", [1], True]),
        ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ('sort([1, "a"])', None),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ("sort([2, 1], function(x, y) null)", None),
    ],
)
def test_lists(text, expected):
    assert value(text) == expected


@given(st.lists(st.integers(-99, 99), min_size=2))
def test_statistics_agree_with_the_textbook(xs):
    assert value("median(xs)", xs=xs) == statistics.median(xs)
    assert value("sum(xs)", xs=xs) == sum(xs)
    assert value("mode(xs)", xs=xs) == sorted(statistics.multimode(xs))
    assert value("stddev(xs)", xs=xs) == pytest.approx(statistics.stdev(xs), rel=1e-12)


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_a_union_holds_each_value_once(a, b):
    assert value("union(a, b)", a=a, b=b) == list(dict.fromkeys(a + b))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99))))
def test_sorting_keeps_the_order_of_equals(pairs):
    items = [{"key": key, "tag": tag} for key, tag in pairs]
    found = value("sort(items, function(x, y) x.key < y.key)", items=items)
    assert found == sorted(items, key=lambda item: item["key"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('get value({a: 1}, "a")', 1),
        ('get value({a: 1}, "b")', None),
        ('get value({a: {b: 2}}, ["a", "b"])', 2),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ('context([{key: "a", value: 1}, {key: "b", value: null}])', {"a": 1, "b": None}),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
        ('context([{key: "a"}])', None),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ('context put({a: {b: 1, c: 3}}, ["a", "b"], 2)', {"a": {"b": 2, "c": 3}}),
        ('context put({a: 1}, ["a", "b"], 2)', None),
        ('context put({}, ["a", "b"], 2)', None),
        ("context put({a: 1}, [], 2)", None),
        ("context merge([{a: 1, b: 1}, {b: 2}])", {"a": 1, "b": 2}),
        ("context merge([{a: 1}, 2])", None),
    ],
)
def test_contexts(text, expected):
    assert value(text) == expected


def test_a_function_changes_no_value_it_was_given():
    text = '{a: {x: 1}, b: context put(a, "x", 2), c: append([a], b), d: a}.d'
    assert value(text) == {"x": 1}
    variables = {"list": [3, 1, 2], "context": {"x": {"y": 1}}}
    value('{s: sort(list), c: context put(context, ["x", "y"], 2)}', **variables)
    assert variables == {"list": [3, 1, 2], "context": {"x": {"y": 1}}}
