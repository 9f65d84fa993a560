"""Decisions that need each other, knowledge models and services (DMN 1.5, 6.2 and 10.4)."""

import pytest

from processes.core.dmn import UnknownDecision, evaluate, read
from processes.core.feel import FeelBudgetError, to_json
from tests.core.dmn.build import (
    context,
    decision,
    feel,
    file,
    given,
    knowledge,
    model,
    outcome,
    table,
    value,
)


def test_a_decision_reads_those_it_needs_however_far_away():
    parts = [given("x"), decision(feel("x + 1"), "x", name="n0")]
    parts += [decision(feel(f"n{i} + 1"), f"!n{i}", name=f"n{i + 1}") for i in range(900)]
    assert to_json(value(*parts, of="n900", x=0)) == 901


def test_a_file_that_declares_no_inputs_reads_what_it_is_given():
    logic = table("UNIQUE", ["amount"], [""], (["> limit"], ['"board"']))
    reading = read(file(decision(logic)))
    assert reading.findings == ()
    assert value(decision(logic), amount=5, limit=3) == "board"
    assert value(decision(logic), amount=5) is None


def test_a_name_that_is_not_required_is_not_read():
    parts = (given("x"), decision(feel("x"), name="d"))
    (finding,) = read(file(*parts)).findings
    assert (finding.severity, finding.code) == ("warning", "unknown-name")
    assert "Draw a requirement" in finding.hint
    assert outcome(*parts, x=1).value is None


def test_a_decision_that_nothing_needs_is_not_evaluated():
    hostile = decision(feel("for a in 1..9999 return for b in 1..9999 return 1"), name="hostile")
    assert to_json(value(hostile, decision(feel("1")))) == 1


def test_decisions_that_need_each_other_are_refused():
    parts = (decision(feel("b"), "!b", name="a"), decision(feel("a"), "!a", name="b"))
    finding = read(file(*parts)).findings[0]
    assert finding.code == "requirement-circle"
    assert "“a”, “b” need each other" in finding.sentence
    assert outcome(*parts, of="a").value is None


def test_what_is_needed_and_not_there_is_refused():
    finding = read(file(decision(feel("1"), "gone"))).findings[0]
    assert finding.code == "unknown-element"
    assert "“d” needs an element with the id gone" in finding.sentence


def test_two_elements_of_one_name_are_refused():
    parts = (given("x"), decision(feel("1"), name="a").replace('name="a"', 'name="x"'))
    assert [one.code for one in read(file(*parts)).findings] == ["name-twice"]


def test_two_elements_of_one_id_are_refused():
    parts = (given("x"), decision(feel("1"), name="d").replace('id="d"', 'id="x"'))
    assert [one.code for one in read(file(*parts)).findings] == ["id-twice"]


def test_an_unknown_decision_is_refused_with_those_there_are():
    with pytest.raises(UnknownDecision, match=r"has no decision “z”\. It has “d”"):
        evaluate(model(decision(feel("1"))), "z", {})


# --- knowledge models -----------------------------------------------------------------------------


def test_a_knowledge_model_is_a_function():
    twice = knowledge("twice", "n: number", feel("n * 2"))
    assert to_json(value(twice, decision(feel("twice(4) + twice(n: 1)"), knows=("twice",)))) == 10


def test_a_knowledge_model_can_be_asked_by_itself():
    assert to_json(value(knowledge("twice", "n: number", feel("n * 2")), of="twice", n=21)) == 42


def test_a_knowledge_model_reads_its_parameters_and_what_it_requires_only():
    parts = (
        given("x"),
        knowledge("inner", "n", feel("n + 1")),
        knowledge("outer", "n", feel("inner(n) * 10"), "inner"),
        knowledge("closed", "n", feel("x")),
        decision(feel("[outer(1), closed(1), inner]"), "x", knows=("outer", "closed")),
    )
    assert to_json(outcome(*parts, x=7).value) == [20, None, None]


def test_a_table_may_be_the_logic_of_a_knowledge_model():
    logic = table("UNIQUE", ["n"], [""], (["< 5"], ['"low"']), ([">= 5"], ['"high"']))
    parts = (knowledge("level", "n", logic), decision(feel("level(7)"), knows=("level",)))
    assert value(*parts) == "high"


def test_a_knowledge_model_may_call_itself():
    factorial = knowledge("f", "n", feel("if n <= 1 then 1 else n * f(n - 1)"))
    assert to_json(value(factorial, decision(feel("f(20)"), knows=("f",)))) == 2432902008176640000


def test_knowledge_models_may_call_each_other():
    parts = (
        knowledge("ping", "n", feel('if n = 0 then "ping" else pong(n - 1)'), "pong"),
        knowledge("pong", "n", feel('if n = 0 then "pong" else ping(n - 1)'), "ping"),
        decision(feel("ping(7)"), knows=("ping",)),
    )
    assert value(*parts) == "pong"


@pytest.mark.parametrize(
    "body",
    [
        feel("f(n)"),
        feel("[f(n), f(n)]"),
        feel("sort([2, 1], function(a, b) f(a))"),
        context(("a", context(("b", feel("f(n)"))))),
        table("FIRST", ["f(n)"], [""], (["-"], ["1"])),
        f"<invocation>{feel('f')}<binding><parameter name='n'/>{feel('n')}</binding></invocation>",
    ],
)
def test_a_call_without_an_end_is_stopped(body):
    parts = (knowledge("f", "n", body, "f"), decision(feel("f(1)"), knows=("f",)))
    with pytest.raises(FeelBudgetError, match="“d” cannot be decided"):
        outcome(*parts)


def test_a_wrong_argument_makes_the_call_null():
    parts = (knowledge("f", "n: number", feel("1")), decision(feel('f("a")'), knows=("f",)))
    assert value(*parts) is None


# --- services -------------------------------------------------------------------------------------


def service(outputs, inputs=(), decisions=()):
    ends = "".join(f'<outputDecision href="#{one}"/>' for one in outputs)
    ends += "".join(f'<inputDecision href="#{one}"/>' for one in decisions)
    ends += "".join(f'<inputData href="#{one}"/>' for one in inputs)
    return f'<decisionService id="s" name="s"><variable name="s"/>{ends}</decisionService>'


CHAIN = (
    given("x", "number"),
    decision(feel("x + 1"), "x", name="inner"),
    decision(feel("inner * 10"), "!inner", name="outer"),
)


def test_a_service_gives_the_value_of_its_decision():
    assert to_json(value(*CHAIN, service(["outer"], ["x"]), of="s", x=1)) == 20


def test_a_service_with_several_decisions_gives_a_context():
    found = value(*CHAIN, service(["outer", "inner"], ["x"]), of="s", x=1)
    assert to_json(found) == {"outer": 20, "inner": 2}


def test_a_decision_that_is_an_input_is_given_and_not_evaluated():
    assert to_json(value(*CHAIN, service(["outer"], [], ["inner"]), of="s", inner=5)) == 50


@pytest.mark.parametrize("call", ["s(1)", "s(x: 1)"])
def test_a_service_is_a_function_too(call):
    parts = (*CHAIN, service(["outer"], ["x"]), decision(feel(call), knows=("s",)))
    assert to_json(value(*parts)) == 20


def test_a_service_takes_inputs_before_decisions():
    parts = (*CHAIN, service(["outer"], ["x"], ["inner"]), decision(feel("s(1, 7)"), knows=("s",)))
    assert to_json(value(*parts)) == 70


def test_a_service_as_a_function_does_not_read_the_inputs_of_its_caller():
    parts = (*CHAIN, service(["outer"]), decision(feel("s()"), knows=("s",)))
    assert value(*parts, x=1) is None


def test_a_service_that_calls_itself_is_stopped():
    parts = (
        given("x"),
        decision(feel("s(x)"), "x", name="inner", knows=("s",)),
        service(["inner"], ["x"]),
        decision(feel("s(1)"), knows=("s",)),
    )
    with pytest.raises(FeelBudgetError):
        outcome(*parts)
