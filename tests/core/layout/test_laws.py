"""What holds for the picture of any process, however it is drawn up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.layout.pictures import drawn, faults, picture_of

NAMES = ("", "Check", "Ask the customer once more", "W" * 40, "Where does all of this lead to?")
KINDS = (
    *("userTask", "serviceTask", "task", "exclusiveGateway", "parallelGateway"),
    *("intermediateThrowEvent", "endEvent", "startEvent", "subProcess", "callActivity"),
)


@st.composite
def scopes(draw: st.DrawFn, prefix: str = "n", depth: int = 0) -> str:
    """Return the inside of a process: steps of every kind, flows any way round, events on edges."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=14 if depth == 0 else 4))
    steps, ends = [], []
    for at, kind in enumerate(kinds):
        id_ = f"{prefix}{at}"
        inside = ""
        if kind == "subProcess" and depth < 2 and draw(st.booleans()):
            inside = draw(scopes(f"{id_}x", depth + 1))
        event = ' triggeredByEvent="true"' if kind == "subProcess" and draw(st.booleans()) else ""
        name = draw(st.sampled_from(NAMES))
        steps.append(f'<{kind} id="{id_}" name="{name}"{event}>{inside}</{kind}>')
        ends.append(id_)
        if kind.endswith(("Task", "Process", "Activity")):
            for turn in range(draw(st.integers(0, 2))):
                hung = f"{id_}b{turn}"
                name = draw(st.sampled_from(NAMES))
                steps.append(f'<boundaryEvent id="{hung}" name="{name}" attachedToRef="{id_}"/>')
                ends.append(hung)
    pairs = draw(st.lists(st.tuples(st.sampled_from(ends), st.sampled_from(ends)), max_size=24))
    flows = [
        f'<sequenceFlow id="{prefix}f{at}" name="{draw(st.sampled_from(NAMES))}" '
        f'sourceRef="{source}" targetRef="{target}"/>'
        for at, (source, target) in enumerate(pairs)
        if "b" not in target[len(prefix) :]
    ]
    return "".join([*steps, *flows])


def file(inside: str) -> bytes:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
        f'<process id="p">{inside}</process></definitions>'
    ).encode()


@given(scopes())
@settings(max_examples=150, deadline=None)
def test_no_step_covers_another_and_every_flow_reaches_its_steps(inside: str):
    assert faults(picture_of(file(inside))) == []


@given(scopes())
@settings(max_examples=20, deadline=None)
def test_the_same_file_gives_the_same_picture(inside: str):
    assert drawn(file(inside)) == drawn(file(inside))
