"""Item definitions, and what happens to values that do not fit (DMN 1.5, 7.3.2 and 10.3.2.9.4)."""

import pytest

from processes.core.dmn import read
from processes.core.feel import from_json, to_json
from tests.core.dmn.build import decision, feel, file, given, item, knowledge, outcome, part, value

PERSON = item("tPerson", parts=part("name", "string") + part("age", "number"))
COLOR = item("tColor", "string", allowed='"red", "green"')


def taken(kind, sent, *types):
    """Return what an input of the type becomes."""
    found = outcome(*types, given("x", kind), decision(feel("x"), "x"), x=sent)
    return to_json(found.value), [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    ("kind", "sent", "expected"),
    [
        ("number", 1, 1),
        ("string", ["a"], "a"),
        ("list<string>", "a", ["a"]),
        ("date and time", "date", "2024-02-29T00:00:00Z"),
        ("tPerson", {"name": "A", "age": 1, "more": 2}, {"name": "A", "age": 1, "more": 2}),
        ("tPerson", {"name": "A", "age": None}, {"name": "A", "age": None}),
        ("tColor", "red", "red"),
        ("Any", "x", "x"),
        ("", "x", "x"),
        ("number", None, None),
    ],
)
def test_what_fits_is_taken(kind, sent, expected):
    if sent == "date":
        sent = from_json(__import__("datetime").date(2024, 2, 29))
    assert taken(kind, sent, PERSON, COLOR) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("number", "1"),
        ("string", ["a", "b"]),
        ("tPerson", {"name": "A"}),
        ("tPerson", {"name": 1, "age": 1}),
        ("tColor", "blue"),
        ("tColors", ["red", "blue"]),
        ("tCar", {"color": "blue"}),
        ("tFew", [1, 2, 3]),
    ],
)
def test_what_does_not_fit_is_null_with_a_problem(kind, sent):
    types = (
        PERSON,
        COLOR,
        item("tColors", "tColor", many=True),
        item("tCar", parts=part("color", "tColor")),
        item("tFew", "number", many=True).replace(
            "</itemDefinition>",
            "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>",
        ),
    )
    assert taken(kind, sent, *types) == (None, ["wrong-type"])


def test_the_problem_says_what_the_value_is_and_what_was_wanted():
    found = outcome(given("x", "number"), decision(feel("x"), "x"), x="many")
    assert found.problems[0].sentence == (
        '“x”: "many" is a text and does not fit the type “number”. It counts as null.'
    )


def test_a_decision_gives_what_its_type_allows():
    assert value(decision(feel('["a"]'), kind="string")) == "a"
    assert outcome(decision(feel("1"), kind="string")).value is None


def test_which_values_are_allowed_plays_no_part_in_instance_of():
    assert value(COLOR, decision(feel('"blue" instance of tColor'))) is True


def test_types_may_be_used_before_they_are_defined():
    types = (item("tAll", "tOne", many=True), item("tOne", "number"))
    assert taken("tAll", [1, 2], *types) == ([1, 2], [])


def test_a_function_may_have_a_type():
    kind = item("tF", parts='<functionItem outputTypeRef="number"><parameters name="a" '
                'typeRef="number"/></functionItem>')  # fmt: skip
    parts = (kind, decision(feel("function(a) a"), name="f", kind="tF"))
    assert to_json(value(*parts, decision(feel("f(2)"), "!f"))) == 2


def test_the_type_of_a_knowledge_model_is_that_of_its_result():
    body = feel("n").replace("<literalExpression", '<literalExpression typeRef="string"')
    parts = (knowledge("f", "n", body), decision(feel("f(1)"), knows=("f",)))
    assert outcome(*parts).value is None


@pytest.mark.parametrize("kind", ["integer", "long", "double"])
def test_types_that_another_engine_writes_are_understood(kind):
    assert taken(kind, 1) == (1, [])


@pytest.mark.parametrize(
    ("types", "code"),
    [
        ((item("t", "tMissing"),), "unknown-type"),
        ((item("t", "t"),), "type-in-itself"),
        ((item("t", "u"), item("u", "t")), "type-in-itself"),
        (tuple(item(f"t{i}", f"t{i + 1}") for i in range(99)), "type-too-deep"),
        ((item("t", "number", allowed="> "),), "expression"),
    ],
)
def test_a_wrong_type_is_refused(types, code):
    found = read(file(*types))
    assert code in [finding.code for finding in found.findings]
    assert not found.ok
