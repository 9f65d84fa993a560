"""Whether the picture in the file shows every step. A process runs without one; people do not."""

from collections.abc import Iterable
from math import isfinite

from lxml import etree

from processes.core.bpmn.draft import Draft, survey
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.xml import BPMN_DI, DC, DI


def drawn_ids(root: etree._Element) -> frozenset[str]:
    """Return the ids that have a usable shape or edge (BPMN 2.0.2, 12.2.3)."""
    shapes = (
        shape
        for shape in root.iter(f"{{{BPMN_DI}}}BPMNShape")
        if numbers(shape.findall(f"{{{DC}}}Bounds"), ("x", "y", "width", "height")) == 1
    )
    edges = (
        edge
        for edge in root.iter(f"{{{BPMN_DI}}}BPMNEdge")
        if numbers(edge.findall(f"{{{DI}}}waypoint"), ("x", "y")) >= 2
    )
    return frozenset(
        (element.get("bpmnElement") or "").rpartition(":")[2] for element in (*shapes, *edges)
    )


def leaves_steps_out(root: etree._Element) -> bool:
    """Tell whether a step of any process has no shape, or there is no diagram at all."""
    drawn = drawn_ids(root)
    return any(node not in drawn for draft in survey(root) for node in draft.nodes)


def numbers(points: Iterable[etree._Element], names: tuple[str, ...]) -> int:
    """Return how many of the points have a number under each name."""
    return sum(all(is_number(point.get(name)) for name in names) for point in points)


def is_number(text: str | None) -> bool:
    try:
        return isfinite(float(text or ""))
    except ValueError:
        return False


def note_undrawn(draft: Draft, drawn: frozenset[str], notes: Notes) -> tuple[str, ...]:
    """Return the ids of steps and flows that the picture leaves out, and write them down."""
    missing = [
        item for item in (*draft.nodes.values(), *draft.flows.values()) if item.id not in drawn
    ]
    if missing and len(missing) == len(draft.nodes) + len(draft.flows):
        notes.warning(
            draft.id or None,
            "no-diagram",
            "The file has no picture of the process, so people see one that is laid out by rule.",
            "Draw it in a modeler to arrange it as people know it.",
        )
    else:
        for item in missing:
            notes.warning(
                item.id,
                "not-drawn",
                f"The picture does not show “{item.label}”.",
                "Open the file in a modeler and draw it.",
            )
    return tuple(item.id for item in missing)
