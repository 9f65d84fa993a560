"""Pools and lanes around processes, and the messages between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from processes.core.bpmn.draft import id_of, text_of
from processes.core.bpmn.layout.canvas import Box, Canvas, Line, Shape
from processes.core.bpmn.layout.cells import Point
from processes.core.bpmn.layout.lines import LEAST_LANE
from processes.core.bpmn.layout.routes import straightened
from processes.core.bpmn.layout.scopes import lay_out
from processes.core.bpmn.xml import BPMN

HEADER = 30
PAD = 30
LEAST_WIDTH, EMPTY_HEIGHT = 600, 60
BETWEEN = 60
HORIZONTAL = (("isHorizontal", "true"),)
MAX_LANES = 500


def process(element: etree._Element) -> Canvas:
    """Return a process with its lanes, if it has any."""
    lanes = Lanes(element)
    content = lay_out(element, lanes.of or None)
    if not lanes.of:
        return content
    while len(content.bands) <= lanes.count:
        content.bands.append(content.bands[-1] + LEAST_LANE)
    canvas = Canvas()
    frame = HEADER * lanes.depth
    width = frame + PAD + content.width + PAD
    for lane in lanes.drawn:
        top, bottom = content.bands[lane.first], content.bands[lane.last + 1]
        x = HEADER * lane.level
        box = Box(x, top, width - x, bottom - top)
        canvas.shapes.append(Shape(lane.id, box, None, HORIZONTAL))
    canvas.take(content, frame + PAD, 0)
    canvas.width, canvas.height, canvas.line = width, content.bands[-1], content.line
    canvas.bands = content.bands
    return canvas


class Lane:
    """A lane and the numbers of the innermost lanes that it spans."""

    __slots__ = ("first", "id", "last", "level")

    def __init__(self, id_: str, level: int, first: int) -> None:
        self.id, self.level, self.first, self.last = id_, level, first, first


class Lanes:
    """The lanes of a process; ``of`` tells the innermost lane of each step, counted from above."""

    def __init__(self, element: etree._Element) -> None:
        self.of: dict[str, int] = {}
        self.drawn: list[Lane] = []
        self.depth = 0
        self.count = 0
        for sets in element.findall(f"{{{BPMN}}}laneSet")[:1]:
            self._read(sets, 0)

    def _read(self, lane_set: etree._Element, level: int) -> None:
        self.depth = max(self.depth, level)
        for element in lane_set.findall(f"{{{BPMN}}}lane"):
            if self.count >= MAX_LANES or not id_of(element):
                continue
            lane = Lane(id_of(element), level, self.count)
            self.drawn.append(lane)
            inner = element.findall(f"{{{BPMN}}}childLaneSet")
            before = self.count
            for child in inner:
                self._read(child, level + 1)
            if self.count == before:
                self.count += 1
            lane.last = self.count - 1
            for step in element.findall(f"{{{BPMN}}}flowNodeRef"):
                self.of.setdefault(text_of(step).rpartition(":")[2], lane.first)


# --- several pools -------------------------------------------------------------------------------


def collaboration(element: etree._Element, processes: Mapping[str, etree._Element]) -> Canvas:
    """Return the pools of a collaboration one below the other, with the messages between them."""
    pools = [
        (id_of(child), process(processes[shown]) if shown in processes else None)
        for child in element.findall(f"{{{BPMN}}}participant")
        if id_of(child)
        for shown in [(child.get("processRef") or "").rpartition(":")[2]]
    ]
    canvas = Canvas()
    inner = max([LEAST_WIDTH, *(content.width for _, content in pools if content)])
    canvas.width = HEADER + inner + 2 * PAD
    top = 0
    for id_, content in pools:
        room = 0 if content and content.bands else PAD
        height = content.height + 2 * room if content and content.height else EMPTY_HEIGHT
        canvas.shapes.append(Shape(id_, Box(0, top, canvas.width, height), None, HORIZONTAL))
        if content is not None:
            canvas.take(_stretched(content, inner + 2 * PAD), HEADER + room, top + room)
        top += height + BETWEEN
    canvas.height = top - BETWEEN if pools else 0
    canvas.lines.extend(_messages(element, canvas.shapes))
    return canvas


def _stretched(content: Canvas, width: int) -> Canvas:
    """Let lanes reach the right edge of their pool."""
    lanes = [shape for shape in content.shapes if shape.attributes == HORIZONTAL]
    others = [shape for shape in content.shapes if shape.attributes != HORIZONTAL]
    wide = [
        Shape(lane.id, Box(lane.box.x, lane.box.y, width - lane.box.x, lane.box.height), None,
              HORIZONTAL)
        for lane in lanes
    ]  # fmt: skip
    return replace(content, shapes=[*wide, *others])


def _messages(element: etree._Element, shapes: Sequence[Shape]) -> Iterable[Line]:
    boxes = {shape.id: shape for shape in shapes}
    used: dict[str, int] = {}
    for flow in element.findall(f"{{{BPMN}}}messageFlow"):
        ends = [(flow.get(end) or "").rpartition(":")[2] for end in ("sourceRef", "targetRef")]
        source, target = (boxes.get(end) for end in ends)
        if not id_of(flow) or source is None or target is None or source is target:
            continue
        turn = max(used.get(end, 0) for end in ends)
        gap = BETWEEN // 2 + 8 * (len(used) % 5 - 2)
        for end in ends:
            used[end] = turn + 1
        yield Line(id_of(flow), _message(source, target, shapes, turn, gap))


def _message(
    source: Shape, target: Shape, shapes: Sequence[Shape], turn: int, apart: int
) -> list[Point]:
    """Return a way that is straight if it can be, and leaves pools by the nearest edge.

    ``turn`` counts the messages that this step or pool has already; they lie beside each other.
    ``apart`` is how far from its pool one between two steps runs.
    """
    one, other = source.box, target.box
    down = one.y < other.y
    start, end = (one.bottom, other.y) if down else (one.y, other.bottom)
    pools = [shape for shape in (source, target) if shape.attributes == HORIZONTAL]
    aside = 14 * ((turn + 1) // 2) * (1 if turn % 2 else -1)
    if pools:
        narrow = min(one, other, key=lambda box: box.width)
        x = _free(narrow, start, end, shapes, aside)
        return [(x, start), (x, end)]
    # Between two steps: along the gap that is nearest to the target.
    gap = end - 20 * (1 if down else -1)
    frames = [s.box for s in shapes if s.attributes == HORIZONTAL and _around(s.box, other)]
    if frames:
        outermost = max(frames, key=lambda box: box.width * box.height)
        gap = outermost.y - apart if down else outermost.bottom + apart
    from_x = _free(one, start, gap, shapes, aside)
    to_x = _free(other, end, gap, shapes, aside)
    return straightened([(from_x, start), (from_x, gap), (to_x, gap), (to_x, end)])


def _around(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.right >= inner.right
        and outer.y <= inner.y
        and outer.bottom >= inner.bottom
    )


def _free(box: Box, start: int, end: int, shapes: Sequence[Shape], aside: int) -> int:
    """Return a place along the box from which the way up or down meets no step, if there is one."""
    top, bottom = min(start, end) + 1, max(start, end) - 1
    blocking = [
        shape.box
        for shape in shapes
        if shape.attributes != HORIZONTAL and shape.box.y < bottom and shape.box.bottom > top
    ]
    reach = max(box.width // 2 - 8, 0)
    wishes = [aside, *(sign * step for step in range(0, reach + 1, 8) for sign in (1, -1))]
    for wish in wishes:
        x = box.middle + max(-reach, min(reach, wish))
        if not any(other.x - 4 <= x <= other.right + 4 for other in blocking):
            return x
    return box.middle + max(-reach, min(reach, aside))
