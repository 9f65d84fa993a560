"""Expressions that would take for ever, or all memory, are stopped by what they are charged."""

import pytest

from processes.core.feel import (
    FeelBudgetError,
    FeelError,
    FeelSyntaxError,
    compile_expression,
    compile_unary_tests,
    to_json,
)

DOUBLING = ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" if i else "a0: [1, 2]" for i in range(60))
LONG = {
    "long": "a" * 90_000,
    "big": list(range(20_000)),
    "xs": [2, 1],
    "entries": [{"key": str(i), "value": 1} for i in range(10_000)],
}


@pytest.mark.parametrize(
    "text",
    [
        "for a in 1..1000 return for b in 1..1000 return for c in 1..1000 return a * b * c",
        "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
        "for a in 1..100000000 return a",
        "count(for a in 1..1000000 return a)",
        "some a in 1..10000, b in 1..10000 satisfies a + b < 0",
        "for a in 1..50000 return partial",
        "for i in big return sum(big)",
        "for i in big return index of(big, i)",
        "for i in big return -1 in big",
        "big[count(big[item > 5]) > 3]",
        "sort(big, function(a, b) a > b)",
        "distinct values(for i in 1..20000 return [i])",
        "for i in 1..50000 return upper case(long)",
        "for i in 1..50000 return long + long",
        "string join(for i in 1..9000 return long)",
        'replace(long, "a", "bbbbbbbbbb")',
        "for i in 1..50000 return i ** 0.5",
        "for i in 1..50000 return log(i)",
        'for i in 1..50000 return date and time("2024-01-01T00:00:00@Europe/Paris") + @"P1D"',
        f"{{{DOUBLING}, r: a59 = a59}}.r",
        f"string({{{DOUBLING}}})",
        f"flatten({{{DOUBLING}}}.a59)",
        "{" + ", ".join(f"a{i}: a{i - 1} + a{i - 1}" if i else 'a0: "x"' for i in range(60)) + "}",
        "{f: function(g) g(g), r: f(f)}.r",
        "{f: function(g, n) if n = 0 then 0 else 1 + g(g, n - 1), r: f(f, 100000)}.r",
        "{f: function(g) sort(xs, function(a, b) g(g)), r: f(f)}.r",
        "{f: function(g) [g(g), g(g)], r: f(f)}.r",
        "for i in 1..50000 return context(entries)",
        "for i in 1..50000 return context merge(entries)",
        "for i in 1..50000 return context merge([{}, {}, {}])",
        "for i in 1..50000 return sort(entries)",
        "for i in 1..50000 return entries.key",
        "for i in 1..50000 return partial[-1]",
        "for i in 1..50000 return get value({a: 1}, big)",
        'for d in @"-999999999-01-01"..@"999999999-12-31" return d',
        'for i in 1..50000 return @"2024-01-31" + @"P1M"',
        'for i in 1..50000 return range("[1..2]")',
        "for i in 1..50000 return 1.0000001 ** 99999999",
        "for i in 1..50000 return exp(6000.5)",
        'matches(long, "(a*)*b")',
        'matches(long, "(a|aa)+$b")',
        'matches(long, "(.*)(.*)(.*)(.*)(.*)x")',
        'matches(long, "(a+)+\\\\1b")',
        'split(long, "a")',
        "10 ** 6000 * 10 ** 6000",
        '@"P999999999999D" * 10 ** 30',
    ],
)
def test_too_much_work_is_stopped(text):
    with pytest.raises(FeelBudgetError) as caught:
        compile_expression(text).evaluate(LONG)
    assert caught.value.sentence.endswith(".")


def test_a_result_that_unfolds_without_end_is_not_handed_out():
    found = compile_expression(f"{{{DOUBLING}}}").evaluate({})
    with pytest.raises(FeelBudgetError):
        to_json(found)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1900 + "1" + ")" * 1900,
        "[" * 1900 + "1" + "]" * 1900,
        "-" * 3900 + "1",
        "not(" * 700 + "true" + ")" * 700,
        "if a then 1 else " * 200 + "1",
        "for a in b return " * 200 + "1",
        "some a in b satisfies " * 150 + "true",
        "function(a) " * 300 + "a",
        "=".join(["1"] * 1999),
        "1 instance of " + "list<" * 600,
        "{a: " * 900 + "1" + "}" * 900,
        "x[" * 1300 + "1" + "]" * 1300,
        "abs(" * 900 + "1" + ")" * 900,
        "1 + " * 2000 + "1",
    ],
)
def test_a_text_that_nests_too_deeply_or_is_too_long_is_refused(text):
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+".join(["1"] * 1999), 1999),
        (" and ".join(["a"] * 600), True),
        ("x" + ".x" * 1900, None),
        ("y" + "[1]" * 1300, 1),
        ("[" + ", ".join(["1"] * 1300) + "]", [1] * 1300),
        ("(" * 40 + "1" + ")" * 40, 1),
        ("if false then 0 else " * 40 + "1", 1),
        ("sum(for i in 1..5000 return i)", 12_502_500),
        ("count(big[item > 100])", 9_899),
        ('matches(text, "(a+)+b")', False),
        (
            "{f: function(g, n) if n = 0 then 1 else n * g(g, n - 1), r: f(f, 20)}.r",
            2432902008176640000,
        ),
    ],
)
def test_long_chains_and_honest_work_pass(text, expected):
    variables = {"a": True, "x": {"x": 1}, "y": 1, "big": list(range(10_000)), "text": "a" * 500}
    assert to_json(compile_expression(text).evaluate(variables)) == expected


def test_every_evaluation_has_its_own_budget():
    counted = compile_expression("count(for i in 1..8000 return i)")
    assert [to_json(counted.evaluate({})) for _ in range(5)] == [8000] * 5


def test_a_function_made_elsewhere_spends_the_budget_of_its_caller():
    work = compile_expression("function(n) count(for i in 1..9000 return i)").evaluate({})
    caller = compile_expression("for x in 1..10 return work(x)")
    with pytest.raises(FeelBudgetError):
        caller.evaluate({"work": work})


def test_a_function_made_elsewhere_reads_the_variables_it_was_made_with():
    add = compile_expression("function(n) n + base").evaluate({"base": 100})
    assert compile_expression("add(1)").evaluate({"add": add, "base": 5}) == 101


@pytest.mark.parametrize("text", ["9 ** 9 ** 9 ** 9", "9 ** 9 ** 9"])
def test_towers_of_powers_are_numbers_of_34_digits_or_refused(text):
    found = compile_expression(text).evaluate({})
    assert len(found.as_tuple().digits) == 34
    with pytest.raises(FeelError):
        compile_expression(f"({text}) ** 999").evaluate({})
