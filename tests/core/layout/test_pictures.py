"""Pictures of particular processes: what a person expects to see where."""

import pytest

from processes.core.bpmn.diagram import leaves_steps_out
from processes.core.bpmn.picture import picture, with_diagram
from processes.core.bpmn.writer import Drawing, standard, timer
from processes.core.bpmn.xml import load
from tests.core.bpmn.build import TEMPLATES, element, file, flow, straight, user_task
from tests.core.layout.pictures import Picture, faults, overlap, picture_of, within

POOLS = """
<collaboration id="c">
  <participant id="customer" name="Customer"/>
  <participant id="shop" name="Shop" processRef="p"/>
  <participant id="house" name="Warehouse" processRef="w"/>
  <messageFlow id="m1" sourceRef="customer" targetRef="s"/>
  <messageFlow id="m2" sourceRef="order" targetRef="ws"/>
</collaboration>
<process id="w"><startEvent id="ws"/><task id="pick"/>
  <sequenceFlow id="wf" sourceRef="ws" targetRef="pick"/></process>
"""
LANES = """
<laneSet id="set">
  <lane id="sales"><flowNodeRef>s</flowNodeRef><flowNodeRef>tell</flowNodeRef></lane>
  <lane id="logistics"><childLaneSet id="inner">
    <lane id="in"><flowNodeRef>order</flowNodeRef></lane><lane id="out"/>
  </childLaneSet></lane>
</laneSet>
<startEvent id="s"/><task id="order"/><task id="tell"/>
"""


def middle(shown: Picture, id_: str) -> tuple[float, float]:
    left, top, right, bottom = shown.boxes[id_]
    return (left + right) / 2, (top + bottom) / 2


def test_a_straight_process_is_one_line_from_left_to_right():
    shown = picture_of(straight(*((f"t{at}", user_task(f"t{at}")) for at in range(4))))
    places = [middle(shown, id_) for id_ in ("start", "t0", "t1", "t2", "t3", "end")]
    assert places == sorted(places)
    assert len({y for _, y in places}) == 1
    assert all(len(line) == 2 for line in shown.lines.values())


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_template_is_laid_out_without_faults(path):
    assert faults(picture_of(path.read_bytes())) == []


def test_an_event_on_the_edge_leads_downwards():
    drawing = Drawing("p")
    for kind, id_ in (("startEvent", "s"), ("userTask", "a"), ("endEvent", "e"), ("task", "late")):
        drawing.node(kind, id_)
    told = [timer("duration", "P1D")]
    drawing.node("boundaryEvent", "b", attributes={"attachedToRef": "a"}, definitions=told)
    for source, target in (("s", "a"), ("a", "e"), ("b", "late")):
        drawing.flow(source, target)
    shown = picture_of(drawing.to_xml())
    assert faults(shown) == []
    assert middle(shown, "late")[1] > shown.boxes["a"][3]


def test_what_undoes_a_step_is_tied_to_its_event():
    drawing = Drawing("p")
    drawing.node("serviceTask", "a")
    told = [standard("compensateEventDefinition")]
    drawing.node("boundaryEvent", "b", attributes={"attachedToRef": "a"}, definitions=told)
    drawing.node("serviceTask", "undo", attributes={"isForCompensation": "true"})
    line = drawing.association("b", "undo")
    shown = picture_of(drawing.to_xml())
    assert faults(shown) == []
    assert len(shown.lines[line]) >= 2


def test_a_loop_leads_back_below_and_the_way_on_stays_straight():
    on = [("s", "again"), ("again", "a"), ("a", "good"), ("good", "e")]
    shown = picture_of(
        file(
            '<startEvent id="s"/><exclusiveGateway id="again"/><task id="a"/>',
            '<exclusiveGateway id="good"/><endEvent id="e"/>',
            *(flow(source, target) for source, target in on),
            flow("good", "again", id_="back"),
        )
    )
    assert faults(shown) == []
    assert len({middle(shown, id_)[1] for id_ in ("s", "again", "a", "good", "e")}) == 1
    assert max(y for _, y in shown.lines["back"]) > shown.boxes["a"][3]


def test_event_sub_processes_stand_below_the_rest():
    event = element("subProcess", "on", element("startEvent", "os"), triggeredByEvent="true")
    shown = picture_of(straight(("a", user_task("a")), more=event))
    assert faults(shown) == []
    assert shown.boxes["on"][1] > shown.boxes["a"][3]


def test_pools_lie_below_each_other_with_their_steps_inside():
    shown = picture_of(file(*LANES, flow("s", "order"), flow("order", "tell"), beside=POOLS))
    assert faults(shown) == []
    pools = [shown.boxes[id_] for id_ in ("customer", "shop", "house")]
    assert not any(overlap(a, b) for a in pools for b in pools if a != b)
    assert within(shown.boxes["pick"], shown.boxes["house"])
    for step, lane in (("s", "sales"), ("tell", "sales"), ("order", "in")):
        assert within(shown.boxes[step], shown.boxes[lane])
    assert within(shown.boxes["in"], shown.boxes["logistics"])
    assert within(shown.boxes["logistics"], shown.boxes["shop"])
    assert shown.boxes["out"][3] == shown.boxes["logistics"][3]
    assert {len(shown.lines[id_]) for id_ in ("m1", "m2")} <= {2, 3, 4}


def test_notes_stand_above_the_step_that_they_are_about():
    note = '<textAnnotation id="n"><text>Ask first.</text></textAnnotation>'
    tie = '<association id="t" sourceRef="n" targetRef="a"/>'
    shown = picture_of(straight(("a", user_task("a")), more=note + tie))
    assert shown.boxes["n"][3] < shown.boxes["a"][1]
    assert shown.lines["t"][-1][1] == shown.boxes["a"][1]


def test_long_names_make_wider_and_higher_steps():
    name = "Tell everybody who has anything to do with it in as many words as it takes"
    shown = picture_of(straight(("a", user_task("a", name=name)), ("b", user_task("b"))))
    left, top, right, bottom = shown.boxes["a"]
    assert right - left > 100
    assert bottom - top > 80
    assert faults(shown) == []


def test_three_thousand_steps_are_laid_out():
    flows = [flow(f"n{at}", f"n{min(2999, at + 1 + at % 7)}", id_=f"f{at}") for at in range(2999)]
    more = [flow(f"n{at}", f"n{at // 2}", id_=f"b{at}") for at in range(2999)]
    nodes = [f'<task id="n{at}"/>' for at in range(3000)]
    shown = picture_of(file(*nodes, *flows, *more))
    assert len(shown.boxes) == 3000
    assert len(shown.lines) == 5998


# --- where it is used ----------------------------------------------------------------------------


def test_a_file_without_a_picture_is_shown_with_one():
    source = straight(("a", user_task("a")))
    assert leaves_steps_out(load(source))
    assert not leaves_steps_out(load(with_diagram(source)))
    assert not leaves_steps_out(load(picture(source)))


def test_a_drawn_file_is_shown_as_it_is():
    source = (TEMPLATES / "access-request.bpmn").read_bytes()
    assert with_diagram(source) == source


def test_a_picture_that_leaves_a_step_out_is_laid_out_anew():
    source = (TEMPLATES / "access-request.bpmn").read_bytes()
    lacking = source.replace(b'bpmnElement="granted"', b'bpmnElement="requested"')
    assert not leaves_steps_out(load(with_diagram(lacking)))


@pytest.mark.parametrize(
    "broken",
    [
        '<sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/>',
        '<sequenceFlow id="f"/>',
        '<task/><boundaryEvent id="b" attachedToRef="b"/>',
        '<boundaryEvent id="b" attachedToRef="nowhere"/><boundaryEvent id="c" attachedToRef="b"/>',
        '<laneSet><lane id="l"><flowNodeRef>nowhere</flowNodeRef></lane></laneSet>',
        '<task id="a"/>',
        '<subProcess id="s"><subProcess id="s2"/></subProcess>',
        '<textAnnotation id="n"/><association id="as" sourceRef="n" targetRef="n"/>',
    ],
)
def test_a_broken_draft_is_drawn_as_far_as_it_goes(broken):
    shown = picture_of(file('<task id="a"/>', broken))
    assert "a" in shown.boxes
