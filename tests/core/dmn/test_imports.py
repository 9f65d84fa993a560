"""Models that import others, which the caller hands over by their namespaces (DMN 1.5, 6.3.3)."""

import pytest

from processes.core.dmn import evaluate, read
from processes.core.dmn.reader import MAX_IMPORTS
from tests.core.dmn.build import DMN, decision, feel, file, given, item, knowledge, part

BASE = file(
    item("tName", "string"),
    item("tPerson", parts=part("name", "tName")),
    given("Person name", "string"),
    decision(feel('"Hello, " + Person name'), "Person name", name="Greet-them"),
    knowledge("Call", "p: tPerson", feel('"Hi " + p.name')),
    namespace="urn:base",
)


def importing(namespace, name, kind=DMN):
    return f'<import name="{name}" namespace="{namespace}" importType="{kind}"/>'


def using(name, logic):
    return file(
        importing("urn:base", name),
        decision(logic, "!urn:base#Greet-them", knows=("urn:base#Call",)),
        namespace="urn:middle",
    )


def value(source, sources, **inputs):
    reading = read(source, sources)
    assert reading.ok, reading.findings
    assert reading.model
    return evaluate(reading.model, "d", inputs).value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("base", 'base.Greet-them + ". " + base.Call({name: "Bo"})'),
        ("the base", 'the base.Greet-them + ". " + the base.Call({name: "Bo"})'),
        ("", 'Greet-them + ". " + Call({name: "Bo"})'),
    ],
)
def test_what_is_imported_is_called_by_the_name_of_the_import(name, text):
    found = value(using(name, feel(text)), {"urn:base": BASE}, **{"Person name": "Ann"})
    assert found == "Hello, Ann. Hi Bo"


def test_types_are_imported_too():
    source = using("base", feel('{name: "x"} instance of base.tPerson'))
    assert value(source, {"urn:base": BASE}) is True


def test_each_import_may_have_inputs_of_its_own():
    top = file(
        importing("urn:middle", "one"),
        importing("urn:base", "two"),
        decision(feel('one.d + "; " + two.Greet-them'), "!urn:middle#d", "!urn:base#Greet-them"),
        namespace="urn:top",
    )
    sources = {"urn:base": BASE, "urn:middle": using("base", feel("base.Greet-them"))}
    inputs = {"one": {"base": {"Person name": "Ann"}}, "two": {"Person name": "Bo"}}
    assert value(top, sources, **inputs) == "Hello, Ann; Hello, Bo"


def test_a_decision_of_an_imported_model_can_be_asked_for():
    reading = read(using("base", feel("1")), {"urn:base": BASE})
    assert reading.model
    inputs = {"base": {"Person name": "Ann"}}
    assert evaluate(reading.model, "base.Greet-them", inputs).value == "Hello, Ann"


def test_an_import_that_is_not_handed_over_is_refused():
    found = read(using("base", feel("1")))
    finding = next(one for one in found.findings if one.code == "import")
    assert "“base” is not there" in finding.sentence
    assert "urn:base" in finding.hint


def test_models_that_import_each_other_are_refused():
    first = file(importing("urn:b", "b"), namespace="urn:a")
    second = file(importing("urn:a", "a"), namespace="urn:b")
    found = read(first, {"urn:a": first, "urn:b": second})
    assert "imports itself" in found.findings[0].sentence


def test_too_many_imports_are_refused():
    sources = {
        f"urn:{i}": file(importing(f"urn:{i + 1}", "next"), namespace=f"urn:{i}")
        for i in range(MAX_IMPORTS + 20)
    }
    found = read(sources["urn:0"], sources)
    assert f"more than {MAX_IMPORTS} models" in found.findings[0].sentence


def test_only_models_are_imported():
    found = read(file(importing("urn:p", "p", "http://www.dmg.org/PMML-4_2")))
    assert [(one.severity, one.code) for one in found.findings] == [("unsupported", "import-type")]
