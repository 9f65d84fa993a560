"""Boxed expressions: contexts, relations, lists, calls, functions and loops (DMN 1.5, 10.2)."""

import pytest

from processes.core.dmn import read
from processes.core.feel import to_json
from tests.core.dmn.build import context, decision, feel, file, formal, given, outcome, value


def plain(logic, *needs, **inputs):
    return to_json(value(*(given(need) for need in needs), decision(logic, *needs), **inputs))


def test_an_entry_reads_those_before_it():
    logic = context(("a", feel("x + 1")), ("the sum", feel("a + x")), ("b", feel("the sum * 2")))
    assert plain(logic, "x", x=1) == {"a": 2, "the sum": 3, "b": 6}


def test_an_entry_does_not_read_those_after_it():
    logic = context(("a", feel("b")), ("b", feel("1")))
    found = read(file(given("x"), decision(logic)))
    assert [finding.code for finding in found.findings] == ["unknown-name"]
    assert "reads “b”, which nothing here gives" in found.findings[0].sentence
    assert plain(logic) == {"a": None, "b": 1}


def test_an_entry_without_a_name_is_the_result():
    assert plain(context(("a", feel("2")), ("", feel("a * 21")))) == 42


def test_a_name_may_hold_signs_and_keywords():
    logic = context(("profit/loss", feel("3")), ("time in office", feel("4")),
                    ("", feel("profit/loss * time in office")))  # fmt: skip
    assert plain(logic) == 12


def test_an_entry_that_comes_twice_is_refused():
    logic = context(("a", feel("1")), ("a", feel("2")))
    finding = read(file(decision(logic))).findings[0]
    assert finding.code == "entry-twice"
    assert outcome(decision(logic)).value is None


ANN, BO = feel('"Ann"'), feel('"Bo"')
RELATION = (
    '<relation><column name="name"/><column name="age"/>'
    f"<row>{ANN}{feel('30')}</row><row>{BO}{feel('x')}</row></relation>"
)


def test_a_relation_is_a_list_of_contexts():
    assert plain(RELATION, "x", x=5) == [{"name": "Ann", "age": 30}, {"name": "Bo", "age": 5}]


def test_a_row_of_another_length_is_refused():
    logic = f'<relation><column name="a"/><row>{feel("1")}{feel("2")}</row></relation>'
    finding = read(file(decision(logic))).findings[0]
    assert finding.code == "row-length"
    assert "row 1 has 2 cells" in finding.sentence


def test_a_list_holds_expressions():
    assert plain(f"<list>{feel('1')}{RELATION}{feel('[x]')}</list>", "x", x=2)[2] == [2]


def calling(function, *bindings):
    bound = "".join(
        f'<binding><parameter name="{name}"/>{logic}</binding>' for name, logic in bindings
    )
    return f"<invocation>{function}{bound}</invocation>"


def test_an_invocation_names_its_arguments():
    power = f"<functionDefinition>{formal('base, n')}{feel('base ** n')}</functionDefinition>"
    logic = context(("f", power), ("", calling(feel("f"), ("n", feel("3")), ("base", feel("2")))))
    assert plain(logic) == 8


def test_a_built_in_function_can_be_invoked():
    logic = calling(feel("substring"), ("string", feel('"decide"')), ("start position", feel("3")))
    assert plain(logic) == "cide"


def test_calling_what_is_no_function_is_a_problem():
    found = outcome(given("x"), decision(calling(feel("x")), "x"), x=1)
    assert found.value is None
    assert "what it calls is a number, not a function" in found.problems[0].sentence


def test_a_function_keeps_the_names_of_where_it_was_made():
    adder = f"<functionDefinition>{formal('n')}{feel('n + x')}</functionDefinition>"
    logic = context(("add", adder), ("x", feel("100")), ("", feel("add(1)")))
    assert plain(logic, "x", x=5) == 6


def test_code_outside_of_the_model_is_not_run():
    logic = '<functionDefinition kind="Java"><context/></functionDefinition>'
    (finding,) = read(file(decision(logic))).findings
    assert (finding.severity, finding.code) == ("unsupported", "external-function")
    assert outcome(decision(logic)).value is None


def test_another_language_is_not_run():
    logic = '<literalExpression expressionLanguage="groovy"><text>1</text></literalExpression>'
    (finding,) = read(file(decision(logic))).findings
    assert (finding.severity, finding.code) == ("unsupported", "expression-language")


@pytest.mark.parametrize(("x", "expected"), [(True, "Ann"), (False, "Bo"), (None, "Bo")])
def test_a_conditional_chooses(x, expected):
    logic = f"<conditional><if>{feel('x')}</if><then>{ANN}</then><else>{BO}</else></conditional>"
    assert plain(logic, "x", x=x) == expected


def sieve(match):
    return f"<filter><in>{feel('xs')}</in><match>{feel(match)}</match></filter>"


@pytest.mark.parametrize(
    ("match", "xs", "expected"),
    [
        ("item > 1", [1, 2, 3], [2, 3]),
        ("age > 1", [{"age": 1}, {"age": 2}], [{"age": 2}]),
        ("item.age > 1", [{"age": 1}, {"age": 2}], [{"age": 2}]),
        ("2", [5, 6, 7], 6),
        ("-1", [5, 6, 7], 7),
        ("item > 1", 2, [2]),
        ("item > 1", None, []),
        ("unknown thing", [1], []),
    ],
)
def test_a_filter_keeps_what_matches(match, xs, expected):
    found = outcome(given("xs"), decision(sieve(match), "xs"), xs=xs)
    assert to_json(found.value) == expected


def loop(kind, ending, body, domain="xs"):
    return (
        f'<{kind} iteratorVariable="x"><in>{feel(domain)}</in><{ending}>{body}</{ending}></{kind}>'
    )


def test_for_makes_one_value_of_each():
    assert plain(loop("for", "return", feel("x * 2")), "xs", xs=[1, 2]) == [2, 4]


def test_for_sees_what_it_made_so_far():
    logic = loop("for", "return", feel("count(partial) + x"))
    assert plain(logic, "xs", xs=[5, 5, 5]) == [5, 6, 7]


def test_for_runs_over_a_range_and_may_hold_boxes():
    logic = loop("for", "return", context(("n", feel("x"))), domain="[2..4]")
    assert plain(logic) == [{"n": 2}, {"n": 3}, {"n": 4}]


@pytest.mark.parametrize(
    ("kind", "xs", "expected"),
    [
        ("some", [1, 5], True),
        ("some", [1, 2], False),
        ("some", [], False),
        ("some", ["a", 5], True),
        ("some", ["a", 1], None),
        ("every", [4, 5], True),
        ("every", [1, 5], False),
        ("every", [], True),
        ("every", None, None),
    ],
)
def test_some_and_every_ask_all(kind, xs, expected):
    assert plain(loop(kind, "satisfies", feel("x > 3")), "xs", xs=xs) == expected
