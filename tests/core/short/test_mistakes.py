"""What is wrong in a text is told with its line and column, and what to write."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processes.core.short import compile_short, to_short
from tests.core.bpmn.build import element, file, flow

HEAD = "process: p\nsteps:\n"


def wrong(text: str) -> list[str]:
    source, findings = compile_short(text)
    assert source == b""
    assert findings
    assert all(finding.severity == "error" for finding in findings)
    return [f"{finding.sentence} {finding.hint}".strip() for finding in findings]


@pytest.mark.parametrize(
    ("steps", "place", "said"),
    [
        ("- usr: a", "Line 3, column 3", "Did you mean “user”?"),
        ("- user: a b", "Line 3, column 9", "cannot be an id"),
        ("- user: a\n- user: a", "Line 4, column 3", "the id of another step"),
        ("- user: a\n  next: b", "Line 4, column 9", "which is no step"),
        ("- user: a\n  asks: {}", "Line 4, column 3", "Did you mean “ask”?"),
        ("- user: a\n  ask: {user: bob}", "Line 4, column 9", "Did you mean “users”?"),
        ("- user: a\n  service: b", "Line 3, column 3", "user and service"),
        ("- user: a\n- start: b", "Line 4, column 3", "Nothing leads to the start"),
        ("- wait: a", "Line 3, column 3", "for what it waits"),
        ("- wait: a\n  after: P1D\n  message: m", "Line 5, column 3", "about one thing"),
        ("- end: a\n  next: a", "Line 4, column 9", "Nothing goes on from here"),
        ("- choose: a\n  when:\n    - name: x", "Line 5, column 7", "Add “if”"),
        ("- choose: a", "Line 3, column 3", "needs “when”"),
        ("- first: a\n  branches:\n    - user: b", "Line 5, column 7", "“wait” or “receive”"),
        ("- merge: a\n  of: all", "Line 4, column 7", "no way to merge"),
        ("- sub: a", "Line 3, column 3", "has no “steps”"),
        ("- task: a\n  for each: {item: x}", "Line 4, column 13", "either “in”"),
        ("- script: a\n  expression: =", "Line 4, column 15", "The expression is empty"),
        ("- call: a\n  process: b\n  version: new", "Line 5, column 12", "is no version"),
        ("- sub: a\n  steps: [{task: b, next: c}]\n- task: c", "Line 4, column 27", "another sub-"),
        ("- task: a\n  on:\n    - undo: {end: b}", "Line 5, column 13", "one task, call or sub-"),
        ("- end: a\n  error: any", "Line 4, column 10", "is one error"),
        ("- user: a\n  name: [x]", "Line 4, column 9", "must be a single value"),
        ("- user: a\n  name: ", "Line 4, column 8", "Nothing is written here"),
        ('- user: a\n  name: "\\x01"', "Line 4, column 9", "control character"),
        ("- user: {id: a}", "Line 3, column 9", "must be a single value"),
        ("- a", "Line 3, column 3", "A step is a mapping"),
        ("  a: b", "Line 3, column 3", "a list of steps"),
    ],
)
def test_a_mistake_is_told_where_it_is(steps, place, said):
    (sentence,) = wrong(HEAD + steps)
    assert sentence.startswith(f"{place}: ")
    assert said in sentence


def test_all_mistakes_are_told_at_once():
    text = HEAD + dedent("""
        - usr: a
        - user: b
          asks: {}
        - wait: c
    """)
    assert [sentence.partition(":")[0] for sentence in wrong(text)] == [
        "Line 4, column 3",
        "Line 6, column 3",
        "Line 7, column 3",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with “process: ”"),
        ("- a", "begins with “process: ”"),
        ("name: x", "has no “process”"),
        ("process: p", "has no “steps”"),
        ("process: p\nsteps: &a [*a]", "Anchors"),
        ("process: p\nname: *a", "Anchors"),
        ("process: !!python/object/apply:os.system [ls]", "The tag"),
        ("process: p\nprocess: q", "written twice"),
        ("process: p\n---\nprocess: q", "more than one document"),
        ("process: [", "This is not YAML"),
        ("process: ={a: b}: c", "in quotes"),
        ("process: p\nsteps: " + "[" * 100_000, "levels deep"),
        ("process: p\nsteps: [" + "a," * 40_000 + "]", "30,000 parts"),
        ("process: " + "x" * 300_000, "at most 300,000"),
        ("steps: []\nprocess: " + "x" * 2_000, "cannot be an id"),
        ("process: \x00", "This is not YAML"),
        ("? [a]\n: b", "must be a word"),
    ],
)
def test_a_hostile_text_is_refused_in_a_sentence(text, said):
    (sentence, *_) = wrong(text)
    assert said in sentence
    assert sentence.startswith("Line ")


def test_a_process_with_too_many_steps_is_refused():
    text = HEAD + "".join(f"- task: t{at}\n" for at in range(1_001))
    assert "at most 1,000" in wrong(text)[0]


def test_what_the_reader_finds_is_told_with_the_line_of_the_step():
    text = (
        HEAD + "- choose: a\n  when:\n    - if: x >\n  otherwise: {}\n- user: b\n  deadline: soon\n"
    )
    _, findings = compile_short(text)
    assert any(
        finding.element == "b" and finding.sentence.startswith("Line 7, column 3: ")
        for finding in findings
    )


WORDS = (
    "process steps user choose when if on next sub events parallel branches first wait undo merge "
    "join otherwise name ask repeat message"
)
KEYS = st.sampled_from([*WORDS.split(), "for each", "start form"])
TREES = st.recursive(
    st.sampled_from(["a", "b", "x > 1", "true", "P1D", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


def written(tree: object) -> str:
    match tree:
        case dict():
            return "{" + ", ".join(f"{key}: {written(value)}" for key, value in tree.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, tree)) + "]"
    return f'"{tree}"'


@given(st.lists(TREES, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_compiler(trees):
    source, findings = compile_short(f"process: p\nsteps: {written(trees)}")
    assert source or findings


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (file('<complexGateway id="a"/>'), "a complex gateway"),
        (file(element("laneSet", "l")), "<laneSet>"),
        (file('<task id="a" camunda:asyncBefore="true"/>'), "the attribute asyncBefore"),
        (
            file('<task id="a"><extensionElements><camunda:x/></extensionElements></task>'),
            "camunda:x",
        ),
        (file('<task id="a" startQuantity="2"/>'), "the attribute startQuantity"),
        (file('<task id="a"/><textAnnotation id="t"/>'), "<textAnnotation>"),
        (
            file('<task id="a"/><task id="b"/><task id="c"/>', flow("a", "b"), flow("a", "c")),
            "several flows that leave it without a gateway",
        ),
        (file('<userTask id="ä"/>'), "the id “ä”"),
        (file('<task id="a"/>', process='id="p" isClosed="true" isExecutable="true"'), "isClosed"),
        (file("", beside='<process id="q" isExecutable="true"/>'), "2 executable processes"),
        (file('<task id="a"/>', beside='<itemDefinition id="i"/>'), "<itemDefinition>"),
        (file(""), "without steps"),
    ],
)
def test_what_the_short_form_lacks_is_refused_by_name(source, said):
    text, findings = to_short(source)
    assert text == ""
    assert any(said in finding.sentence for finding in findings), findings
    assert {finding.code for finding in findings} == {"no-short-form"}


def test_what_is_no_bpmn_is_refused():
    text, (finding,) = to_short(b"process: p")
    assert (text, finding.code) == ("", "not-xml")
