"""Draw the diagram of a file that has none, or one that leaves steps out (BPMN 2.0.2, 12)."""

from lxml import etree

from processes.core.bpmn.draft import id_of
from processes.core.bpmn.layout.canvas import Box, Canvas, Line, Shape
from processes.core.bpmn.layout.pools import collaboration, process
from processes.core.bpmn.xml import BPMN, BPMN_DI, DC, DI

LEFT, TOP = 160, 80


def draw(root: etree._Element) -> None:
    """Replace the diagrams of the file with one that shows every step and flow.

    The steps of the file are not touched. Pools of a collaboration share one diagram; a process
    without a pool has one of its own.
    """
    for former in root.findall(f"{{{BPMN_DI}}}BPMNDiagram"):
        root.remove(former)
    taken = {id_of(element) for element in root.iter(etree.Element)}
    processes = {
        id_of(element): element for element in root.findall(f"{{{BPMN}}}process") if id_of(element)
    }
    shown: set[str] = set()
    for element in root.findall(f"{{{BPMN}}}collaboration")[:1]:
        pools = element.findall(f"{{{BPMN}}}participant")
        shown = {(pool.get("processRef") or "").rpartition(":")[2] for pool in pools}
        if id_of(element) and pools:
            _write(root, id_of(element), collaboration(element, processes), taken)
    for id_, element in processes.items():
        if id_ not in shown:
            _write(root, id_, process(element), taken)


def _write(root: etree._Element, about: str, canvas: Canvas, taken: set[str]) -> None:
    def fresh(id_: str) -> str:
        while id_ in taken:
            id_ += "_"
        taken.add(id_)
        return id_

    moved = Canvas()
    moved.take(canvas, LEFT, TOP)
    diagram = etree.SubElement(root, f"{{{BPMN_DI}}}BPMNDiagram", id=fresh(f"{about}_diagram"))
    plane = etree.SubElement(
        diagram, f"{{{BPMN_DI}}}BPMNPlane", id=fresh(f"{about}_plane"), bpmnElement=about
    )
    for shape in moved.shapes:
        _write_shape(plane, shape, fresh(f"{shape.id}_di"))
    for line in moved.lines:
        _write_line(plane, line, fresh(f"{line.id}_di"))


def _write_shape(plane: etree._Element, shape: Shape, id_: str) -> None:
    said = {"id": id_, "bpmnElement": shape.id, **dict(shape.attributes)}
    element = etree.SubElement(plane, f"{{{BPMN_DI}}}BPMNShape", said)
    _write_bounds(element, shape.box)
    _write_label(element, shape.label)


def _write_line(plane: etree._Element, line: Line, id_: str) -> None:
    element = etree.SubElement(plane, f"{{{BPMN_DI}}}BPMNEdge", id=id_, bpmnElement=line.id)
    for x, y in line.points:
        etree.SubElement(element, f"{{{DI}}}waypoint", x=str(x), y=str(y))
    _write_label(element, line.label)


def _write_label(parent: etree._Element, label: Box | None) -> None:
    if label is not None:
        _write_bounds(etree.SubElement(parent, f"{{{BPMN_DI}}}BPMNLabel"), label)


def _write_bounds(parent: etree._Element, box: Box) -> None:
    numbers = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    said = {name: str(value) for name, value in numbers.items()}
    etree.SubElement(parent, f"{{{DC}}}Bounds", said)
