"""Read a laid-out file back as boxes and lines, and tell what a person would stumble over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.layout import draw
from processes.core.bpmn.xml import BPMN, BPMN_DI, DC, DI, load

Box = tuple[float, float, float, float]
Point = tuple[float, float]
INSIDE = 0.5


@dataclass
class Picture:
    """``boxes`` and ``labels`` as left, top, right, bottom; ``lines`` as bends."""

    boxes: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, list[Point]] = field(default_factory=dict)
    elements: dict[str, etree._Element] = field(default_factory=dict)

    def kind(self, id_: str) -> str:
        return etree.QName(self.elements[id_]).localname

    def parent(self, id_: str) -> str:
        around = self.elements[id_].getparent()
        return "" if around is None else around.get("id", "")

    def steps(self) -> list[str]:
        return [id_ for id_ in self.boxes if self.kind(id_) in words.FLOW_NODES]

    def flows(self) -> Iterator[tuple[str, str, str]]:
        for id_, element in self.elements.items():
            if self.kind(id_) == "sequenceFlow":
                yield id_, element.get("sourceRef", ""), element.get("targetRef", "")


def drawn(source: bytes) -> bytes:
    root = load(source)
    draw(root)
    return etree.tostring(root)


def picture_of(source: bytes) -> Picture:
    """Lay the file out and read the diagram."""
    root = etree.fromstring(drawn(source))
    found = Picture()
    for element in root.iter(f"{{{BPMN}}}*"):
        if element.get("id"):
            found.elements[element.get("id", "")] = element
    for shape in root.iter(f"{{{BPMN_DI}}}BPMNShape"):
        found.boxes[shape.get("bpmnElement", "")] = bounds(shape)
        for label in shape.findall(f"{{{BPMN_DI}}}BPMNLabel"):
            found.labels[shape.get("bpmnElement", "")] = bounds(label)
    for edge in root.iter(f"{{{BPMN_DI}}}BPMNEdge"):
        points = edge.findall(f"{{{DI}}}waypoint")
        found.lines[edge.get("bpmnElement", "")] = [
            (float(point.get("x", "")), float(point.get("y", ""))) for point in points
        ]
    return found


def bounds(holder: etree._Element) -> Box:
    (box,) = holder.findall(f"{{{DC}}}Bounds")
    x, y, width, height = (float(box.get(name, "")) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def faults(picture: Picture) -> list[str]:
    """Return everything that is wrong with the picture, in words."""
    return [
        *missing(picture),
        *covering(picture),
        *sticking_out(picture),
        *loose_ends(picture),
        *slanted(picture),
        *through_steps(picture),
    ]


def missing(picture: Picture) -> Iterator[str]:
    for id_ in picture.elements:
        if picture.kind(id_) in words.FLOW_NODES and id_ not in picture.boxes:
            yield f"{id_} has no shape"
        if picture.kind(id_) == "sequenceFlow" and len(picture.lines.get(id_, [])) < 2:
            yield f"{id_} has no line"


def covering(picture: Picture) -> Iterator[str]:
    """Steps of one scope must not touch; events on an edge only the step that they sit on."""
    by_scope: dict[str, list[str]] = {}
    for id_ in picture.steps():
        by_scope.setdefault(picture.parent(id_), []).append(id_)
    for together in by_scope.values():
        for one, other in combinations(together, 2):
            hosts = (attached(picture, one), attached(picture, other))
            belong = other == hosts[0] or one == hosts[1]
            if not belong and overlap(picture.boxes[one], picture.boxes[other]):
                yield f"{one} covers {other}"


def attached(picture: Picture, id_: str) -> str:
    return picture.elements[id_].get("attachedToRef", "")


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def sticking_out(picture: Picture) -> Iterator[str]:
    for id_ in picture.steps():
        around = picture.boxes.get(picture.parent(id_))
        if around and not within(picture.boxes[id_], around):
            yield f"{id_} sticks out of {picture.parent(id_)}"
        host = attached(picture, id_)
        if host in picture.boxes:
            left, top, right, bottom = picture.boxes[id_]
            edge = picture.boxes[host]
            if not (edge[0] <= (left + right) / 2 <= edge[2] and top < edge[3] < bottom):
                yield f"{id_} is not on the edge of {host}"


def within(inner: Box, outer: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def loose_ends(picture: Picture) -> Iterator[str]:
    for flow, source, target in picture.flows():
        line = picture.lines[flow]
        for step, point in ((source, line[0]), (target, line[-1])):
            if not on_border(point, picture.boxes[step]):
                yield f"{flow} does not reach the border of {step}"


def on_border(point: Point, box: Box) -> bool:
    x, y = point
    left, top, right, bottom = box
    beside = x in (left, right) and top <= y <= bottom
    return beside or (y in (top, bottom) and left <= x <= right)


def slanted(picture: Picture) -> Iterator[str]:
    for flow, _, _ in picture.flows():
        for (x1, y1), (x2, y2) in pairwise(picture.lines[flow]):
            if x1 != x2 and y1 != y2:
                yield f"{flow} is slanted"


def through_steps(picture: Picture) -> Iterator[str]:
    """No flow runs through a step of its scope, its own ends included."""
    for flow, _, _ in picture.flows():
        scope = picture.parent(flow)
        boxes = [
            (id_, picture.boxes[id_]) for id_ in picture.steps() if picture.parent(id_) == scope
        ]
        for segment in pairwise(picture.lines[flow]):
            for id_, box in boxes:
                if cuts(*segment, box):
                    yield f"{flow} runs through {id_}"


def cuts(start: Point, end: Point, box: Box) -> bool:
    return (
        max(start[0], end[0]) > box[0] + INSIDE
        and min(start[0], end[0]) < box[2] - INSIDE
        and max(start[1], end[1]) > box[1] + INSIDE
        and min(start[1], end[1]) < box[3] - INSIDE
    )
