"""What the short form says of any process can be compiled to that process again."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from processes.core.bpmn.writer import Drawing, timer
from processes.core.short import compile_short, to_short
from tests.core.short.drawings import flows_of, steps_of

TASKS = ("userTask", "serviceTask", "scriptTask", "task")
GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")


@st.composite
def graphs(draw: st.DrawFn) -> bytes:
    """Return a file with one process of any shape: loops, jumps into branches, events on edges."""
    drawing = Drawing("p", "Any")
    size = draw(st.integers(2, 12))
    kinds = [draw(st.sampled_from((*TASKS, *GATEWAYS))) for _ in range(size)]
    drawing.node("startEvent", "begin")
    for at, kind in enumerate(kinds):
        drawing.node(kind, f"n{at}")
    for at in range(2):
        drawing.node("endEvent", f"e{at}")
    targets = [*(f"n{at}" for at in range(size)), "e0", "e1"]
    drawing.flow("begin", "n0")
    for at, kind in enumerate(kinds):
        many = draw(st.integers(1, 3)) if kind in GATEWAYS else 1
        default = draw(st.integers(0, many)) if kind != "parallelGateway" else many
        for turn in range(many):
            near = st.integers(at, min(at + 3, len(targets) - 1))
            target = targets[draw(near | st.integers(0, len(targets) - 1))]
            free = many == 1 or kind == "parallelGateway" or turn == default
            drawing.flow(
                f"n{at}",
                target,
                "" if many == 1 else draw(st.sampled_from(["", "yes"])),
                condition="" if free else f"=x > {turn}",
                default=many > 1 and turn == default,
            )
        if kind in TASKS and draw(st.booleans()):
            attributes = {"attachedToRef": f"n{at}"}
            hung = f"n{at}_{draw(st.sampled_from(['after', 'b']))}"
            told = timer("duration", "PT1H")
            drawing.node("boundaryEvent", hung, attributes=attributes, definitions=[told])
            drawing.flow(hung, draw(st.sampled_from(targets)))
    return drawing.to_xml()


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_any_graph_of_known_steps_comes_back(source: bytes):
    text, findings = to_short(source)
    if not text:
        assert {f.code for f in findings} == {"no-short-form"}
    assume(text)

    compiled, _ = compile_short(text)

    assert compiled, text
    assert steps_of(compiled) == steps_of(source)
    assert flows_of(compiled) == flows_of(source)


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_compiling_what_was_written_from_a_compiled_file_changes_nothing(source: bytes):
    text, _ = to_short(source)
    assume(text)
    compiled, _ = compile_short(text)

    again, _ = compile_short(to_short(compiled)[0])

    assert again == compiled
