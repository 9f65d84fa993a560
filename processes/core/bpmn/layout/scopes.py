"""Lay out one process or sub-process: what it holds, with everything inside of that."""

from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import TRUE, id_of, standard_children
from processes.core.bpmn.layout.canvas import Box, Canvas, Line
from processes.core.bpmn.layout.cells import Link, Placement
from processes.core.bpmn.layout.figures import Figure, figure_of, notes_of
from processes.core.bpmn.layout.layered import place
from processes.core.bpmn.layout.text import label_size

APART = 46
ROW_WIDTH = 900


def lay_out(scope: etree._Element, lanes: Mapping[str, int] | None = None) -> Canvas:
    """Return everything in the scope. ``lanes`` tells the lane of each step, from the top.

    Steps that are linked are laid out together; what stands alone is put in rows below them, event
    sub-processes last.
    """
    figures = _figures(scope, lanes or {})
    number = {id_: at for at, figure in enumerate(figures) for id_ in figure.ends}
    arrows = list(_arrows(scope, number))
    whole = [list(range(len(figures)))] if lanes else _components(figures, number, arrows)
    linked = {source for _, source, _ in arrows}
    canvas = Canvas()
    alone: list[Figure] = []
    for members in whole:
        if not lanes and not any(linked.intersection(figures[at].ends) for at in members):
            alone.extend(figures[at] for at in members)
            continue
        part = _linked([figures[at] for at in members], arrows)
        below = canvas.height + APART if canvas.height else 0
        canvas.take(part, 0, below)
        canvas.line = canvas.line or part.line
        canvas.width = max(canvas.width, part.width)
        canvas.height = below + part.height
        canvas.bands = part.bands if lanes else []
    alone.sort(key=lambda figure: figure.last)
    _in_rows(canvas, alone)
    return canvas


def inside(element: etree._Element) -> Canvas | None:
    """Return what an expanded sub-process shows; None for everything that shows nothing."""
    kind = etree.QName(element).localname
    if kind not in words.SUB_PROCESSES:
        return None
    content = lay_out(element)
    return content if content.shapes else None


# --- what is there -------------------------------------------------------------------------------


def _figures(scope: etree._Element, lanes: Mapping[str, int]) -> list[Figure]:
    """Return the steps with what hangs on them, and the notes that hang on nothing."""
    steps: dict[str, etree._Element] = {}
    for kind, child in standard_children(scope):
        if kind in words.FLOW_NODES and id_of(child):
            steps.setdefault(id_of(child), child)
    hanging: dict[str, list[etree._Element]] = {}
    for id_, element in list(steps.items()):
        host = (element.get("attachedToRef") or "").rpartition(":")[2]
        if etree.QName(element).localname == "boundaryEvent" and host in steps and host != id_:
            hanging.setdefault(host, []).append(element)
    hung = {id_of(event) for events in hanging.values() for event in events}
    notes, loose = notes_of(scope, [id_ for id_ in steps if id_ not in hung])
    return [
        *(
            figure_of(
                element,
                inside(element),
                hanging.get(id_, []),
                notes.get(id_, []),
                lane=lanes.get(id_, 0),
            )
            for id_, element in steps.items()
            if id_ not in hung
        ),
        *(figure_of(element, None, [], [], lane=0) for element in loose),
    ]


def _arrows(
    scope: etree._Element, number: Mapping[str, int]
) -> Iterable[tuple[etree._Element, str, str]]:
    """Yield what is laid out as a link: sequence flows, and the way to what compensates."""
    seen: set[str] = set()
    handlers = {
        id_of(child)
        for _, child in standard_children(scope)
        if (child.get("isForCompensation") or "").strip() in TRUE
    }
    for kind, child in standard_children(scope):
        source, target = (child.get("sourceRef") or ""), (child.get("targetRef") or "")
        if kind != "sequenceFlow" and not (kind == "association" and target in handlers):
            continue
        if source in number and target in number and id_of(child) not in seen and id_of(child):
            seen.add(id_of(child))
            yield child, source, target


def _components(
    figures: Sequence[Figure],
    number: Mapping[str, int],
    arrows: Iterable[tuple[etree._Element, str, str]],
) -> list[list[int]]:
    """Return the figures that hang together, in the order of the file."""
    leader = list(range(len(figures)))

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for _, source, target in arrows:
        one, other = sorted((lead(number[source]), lead(number[target])))
        leader[other] = one
    found: dict[int, list[int]] = {}
    for at in range(len(figures)):
        found.setdefault(lead(at), []).append(at)
    return list(found.values())


# --- where it goes -------------------------------------------------------------------------------


def _linked(figures: Sequence[Figure], arrows: Iterable[tuple[etree._Element, str, str]]) -> Canvas:
    number = {id_: at for at, figure in enumerate(figures) for id_ in figure.ends}
    own = [arrow for arrow in arrows if arrow[1] in number]
    links = [
        Link(
            number[source],
            number[target],
            label_size(arrow.get("name") or ""),
            figures[number[source]].ends[source],
        )
        for arrow, source, target in own
    ]
    placed = place([figure.cell for figure in figures], links)
    canvas = Canvas(placed.width, placed.height, placed.centers[0][1], bands=placed.bands)
    for at, figure in enumerate(figures):
        figure.put(canvas, *placed.centers[at], tipped=at in placed.upper_tips)
    for at, (arrow, _, _) in enumerate(own):
        canvas.lines.append(_line(arrow, placed, at, links[at]))
    return canvas


def _line(arrow: etree._Element, placed: Placement, at: int, link: Link) -> Line:
    label = Box(*placed.labels[at], *link.label) if link.label[0] else None
    return Line(id_of(arrow), placed.routes[at], label)


def _in_rows(canvas: Canvas, figures: Sequence[Figure]) -> None:
    """Put figures without links side by side, in as many rows as keep them about as wide."""
    widest = max(canvas.width, ROW_WIDTH)
    x, top, height = 0, canvas.height + (APART if canvas.height else 0), 0
    for figure in figures:
        cell = figure.cell
        if x and x + cell.left + cell.right > widest:
            x, top, height = 0, top + height + APART, 0
        figure.put(canvas, x + cell.left, top + cell.above, tipped=False)
        canvas.line = canvas.line or top + cell.above
        x += cell.left + cell.right + APART
        height = max(height, cell.above + cell.below)
        canvas.width = max(canvas.width, x - APART)
        canvas.height = max(canvas.height, top + height)
