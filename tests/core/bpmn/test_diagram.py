"""The picture is no part of how a process runs, but people must find every step in it."""

from processes.core.bpmn import read
from processes.core.bpmn.xml import BPMN_DI, DC, DI
from tests.core.bpmn.build import one, straight, user_task

SOURCE = straight(("task", user_task("task", name="Review")))


def shape(id_: str, width: str = "100") -> str:
    bounds = f'<dc:Bounds x="1" y="2" width="{width}" height="80"/>'
    return f'<di:BPMNShape bpmnElement="{id_}">{bounds}</di:BPMNShape>'


def edge(id_: str, *waypoints: str) -> str:
    points = "".join(f'<d:waypoint x="{x}" y="3"/>' for x in waypoints or ("1", "2"))
    return f'<di:BPMNEdge bpmnElement="{id_}">{points}</di:BPMNEdge>'


def drawn(*shapes: str) -> bytes:
    plane = (
        f'<di:BPMNDiagram xmlns:di="{BPMN_DI}" xmlns:dc="{DC}" xmlns:d="{DI}">'
        f"<di:BPMNPlane>{''.join(shapes)}</di:BPMNPlane></di:BPMNDiagram></definitions>"
    )
    return SOURCE.replace(b"</definitions>", plane.encode())


WHOLE = (shape("start"), shape("task"), shape("end"), edge("start-task"), edge("task-end"))


def test_a_whole_picture_needs_no_word():
    reading = read(drawn(*WHOLE))
    assert (reading.findings, reading.has_diagram, reading.undrawn) == ((), True, ())


def test_a_picture_may_call_its_elements_by_a_prefixed_name():
    assert read(drawn(*(s.replace('Element="', 'Element="tns:') for s in WHOLE))).undrawn == ()


def test_a_file_without_a_picture_is_told_once():
    reading = read(SOURCE)
    assert (reading.ok, reading.has_diagram) == (True, False)
    assert one(reading, "no-diagram").severity == "warning"
    assert set(reading.undrawn) == {"start", "task", "end", "start-task", "task-end"}


def test_a_step_that_the_picture_leaves_out_is_told():
    reading = read(drawn(shape("start"), shape("end"), edge("start-task"), edge("task-end")))
    finding = one(reading, "not-drawn")
    assert (finding.element, reading.undrawn) == ("task", ("task",))
    assert "“Review”" in finding.sentence


def test_a_shape_without_a_place_shows_nothing():
    reading = read(drawn(shape("start", "wide"), *WHOLE[1:3], edge("start-task", "1"), WHOLE[4]))
    assert reading.undrawn == ("start", "start-task")


def test_endless_numbers_show_nothing():
    assert read(drawn(shape("start", "inf"), *WHOLE[1:])).undrawn == ("start",)
