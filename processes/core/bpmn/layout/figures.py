"""How a step looks: its size, its label, the events on its edge, the notes above it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import TRUE, id_of, name_of, standard_children
from processes.core.bpmn.layout.canvas import Box, Canvas, Line, Shape
from processes.core.bpmn.layout.cells import Cell, Exit
from processes.core.bpmn.layout.text import LINE, label_size, lines_of

EVENT, GATEWAY = 36, 50
TASK_WIDTHS, TASK_HEIGHT = (100, 120, 140, 160), 80
PAD, HEAD, FOOT = 28, 40, 34
NOTE_WIDTH, DATA = 110, (36, 50)
GAP = 8
LABEL_GAP = 5
DATA_KINDS = ("dataObjectReference", "dataStoreReference")
NOTE_KINDS = ("textAnnotation", *DATA_KINDS)


@dataclass(frozen=True, slots=True)
class Hung:
    """An event on the edge: where its middle is from the middle of the step, and its label."""

    id: str
    dx: int
    label: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation or a data object that hangs on a step, with the line between them."""

    id: str
    size: tuple[int, int]
    label: tuple[int, int]
    line: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A step with everything that moves along with it.

    ``ends`` are the ids where flows may begin or end: its own, and those of the events on its
    edge with how a flow leaves them. The shape reaches ``top`` above and ``bottom`` below its line.
    """

    id: str
    cell: Cell
    ends: Mapping[str, Exit | None]
    width: int
    label: tuple[int, int] = (0, 0)
    labelled_above: bool = False
    attributes: Sequence[tuple[str, str]] = ()
    content: Canvas | None = None
    hung: Sequence[Hung] = ()
    notes: Sequence[Note] = ()
    last: bool = False

    def put(self, canvas: Canvas, x: int, y: int, *, tipped: bool) -> None:
        """Draw everything with the middle at ``x`` and the line at ``y``."""
        box = Box(
            x - self.width // 2, y - self.cell.top, self.width, self.cell.top + self.cell.bottom
        )
        canvas.shapes.append(Shape(self.id, box, self._label(box, tipped=tipped), self.attributes))
        if self.content is not None:
            canvas.take(self.content, box.x + PAD, box.y + HEAD)
        for event in self.hung:
            place = Box(x + event.dx - EVENT // 2, box.bottom - EVENT // 2, EVENT, EVENT)
            width, height = event.label
            label = Box(place.x - 3 - width, box.bottom + 3, width, height) if width else None
            canvas.shapes.append(Shape(event.id, place, label))
        self._put_notes(canvas, box)

    def _label(self, box: Box, *, tipped: bool) -> Box | None:
        width, height = self.label
        if not width:
            return None
        if not self.labelled_above:
            return Box(box.middle - width // 2, box.bottom + LABEL_GAP, width, height)
        x = box.middle - 4 - width if tipped else box.middle - width // 2
        return Box(x, box.y - LABEL_GAP - height, width, height)

    def _put_notes(self, canvas: Canvas, box: Box) -> None:
        room = self.label[1] + LABEL_GAP if self.labelled_above and self.label[0] else 0
        total = sum(note.size[0] + GAP for note in self.notes) - GAP
        x = box.middle - total // 2
        for note in self.notes:
            width, height = note.size
            bottom = box.y - room - 24
            place = Box(x, bottom - note.label[1] - height, width, height)
            label = Box(place.middle - note.label[0] // 2, place.bottom + 1, *note.label)
            canvas.shapes.append(Shape(note.id, place, label if note.label[0] else None))
            start = place.bottom + (note.label[1] + 1 if note.label[0] else 0)
            canvas.lines.append(Line(note.line, [(place.middle, start), (box.middle, box.y)]))
            x += width + GAP


def figure_of(
    element: etree._Element,
    content: Canvas | None,
    events: Sequence[etree._Element],
    notes: Sequence[Note],
    *,
    lane: int,
) -> Figure:
    """Return the figure of a step, an annotation or a data object."""
    kind = etree.QName(element).localname
    width, top, bottom, label = _size(kind, element, content)
    above_label = kind in words.GATEWAYS
    slots = [label_size(event.get("name") or "", 74) for event in events]
    hung, width = _hung(events, slots, width)
    left = right = max(width, label[0]) // 2 + 1
    above, below = top, bottom
    if label[0] and above_label:
        left, above = max(left, label[0] + 6), top + LABEL_GAP + label[1]
    elif label[0]:
        below = bottom + LABEL_GAP + label[1]
    if notes:
        total = sum(note.size[0] + GAP for note in notes)
        left, right = max(left, total // 2), max(right, total // 2)
        above += 24 + max(note.size[1] + note.label[1] for note in notes)
    level = bottom + max([EVENT // 2, *(height + 3 for _, height in slots)]) + GAP
    if hung:
        below = level + GAP * len(hung)
    ends: dict[str, Exit | None] = {id_of(element): None}
    for at, event in enumerate(hung):
        ends[event.id] = Exit(event.dx, bottom + EVENT // 2, level + GAP * (len(hung) - 1 - at))
    return Figure(
        id=id_of(element),
        cell=Cell(
            left, right, above, below, width // 2, top, bottom, _tips(kind, hung, notes), lane
        ),
        ends=ends,
        width=width,
        label=label,
        labelled_above=above_label,
        attributes=_attributes(kind, content),
        content=content,
        hung=hung,
        notes=notes,
        last=(element.get("triggeredByEvent") or "") in TRUE,
    )


def _size(
    kind: str, element: etree._Element, content: Canvas | None
) -> tuple[int, int, int, tuple[int, int]]:
    """Return the width, how far it reaches above and below its line, and the label outside."""
    name = name_of(element)
    if kind in words.EVENTS:
        return EVENT, EVENT // 2, EVENT // 2, label_size(name)
    if kind in words.GATEWAYS:
        return GATEWAY, GATEWAY // 2, GATEWAY // 2, label_size(name)
    if kind in DATA_KINDS:
        return DATA[0], DATA[1] // 2, DATA[1] // 2, label_size(name)
    if kind == "textAnnotation":
        width, height = _annotation_size(element)
        return width, height // 2, height // 2, (0, 0)
    if content is not None:
        width = max(content.width + 2 * PAD, label_size(name, 300)[0] + 2 * PAD, 140)
        above = HEAD + content.line
        return width + width % 2, above, HEAD + content.height + FOOT - above, (0, 0)
    width, height = _task_size(name)
    return width, height // 2, height // 2, (0, 0)


def _task_size(name: str) -> tuple[int, int]:
    """Return the least size of a box in which the name can be read."""
    for width in TASK_WIDTHS:
        lines = len(lines_of(name[:200], width - 14))
        if lines <= 2:
            return width, TASK_HEIGHT
    # Above and below the words are the marks of what kind of task it is.
    return TASK_WIDTHS[-1], max(TASK_HEIGHT, (lines * LINE + 50) // 2 * 2)


def _annotation_size(element: etree._Element) -> tuple[int, int]:
    text = " ".join("".join(str(part) for part in element.itertext()).split())
    return NOTE_WIDTH, max(30, (label_size(text, NOTE_WIDTH - 12)[1] + 12) // 2 * 2)


def _hung(
    events: Sequence[etree._Element], labels: Sequence[tuple[int, int]], width: int
) -> tuple[list[Hung], int]:
    """Return the events along the lower edge from left to right, and the width that they need."""
    slots = [EVENT + (label + 6 if label else 0) for label, _ in labels]
    needed = sum(slots) + GAP * (len(slots) + 1)
    width = max(width, needed + needed % 2)
    right = width // 2 - GAP
    hung = []
    for event, slot, label in zip(reversed(events), reversed(slots), reversed(labels), strict=True):
        hung.append(Hung(id_of(event), right - EVENT // 2, label))
        right -= slot + GAP
    return hung[::-1], width


def _tips(kind: str, hung: Sequence[Hung], notes: Sequence[Note]) -> str:
    if notes or hung or kind in words.EVENTS:
        return ""
    return "always" if kind in words.GATEWAYS else "back"


def _attributes(kind: str, content: Canvas | None) -> Sequence[tuple[str, str]]:
    if kind in words.SUB_PROCESSES:
        return [("isExpanded", "true" if content is not None else "false")]
    return [("isMarkerVisible", "true")] if kind == "exclusiveGateway" else []


# --- notes ---------------------------------------------------------------------------------------


def notes_of(
    scope: etree._Element, steps: Iterable[str]
) -> tuple[dict[str, list[Note]], list[etree._Element]]:
    """Return the notes and data by the step that they hang on, and those that hang on none."""
    known = set(steps)
    found = {
        id_of(child): child
        for kind, child in standard_children(scope)
        if kind in NOTE_KINDS and id_of(child)
    }
    hanging: dict[str, list[Note]] = {}
    hung: set[str] = set()
    for line, one, other in _ties(scope):
        note, step = (one, other) if one in found else (other, one)
        if note in found and note not in hung and step in known:
            hung.add(note)
            hanging.setdefault(step, []).append(_note(found[note], line))
    return hanging, [element for id_, element in found.items() if id_ not in hung]


def _note(element: etree._Element, line: str) -> Note:
    if etree.QName(element).localname == "textAnnotation":
        return Note(id_of(element), _annotation_size(element), (0, 0), line)
    return Note(id_of(element), DATA, label_size(name_of(element)), line)


def _ties(scope: etree._Element) -> Iterable[tuple[str, str, str]]:
    """Yield the lines that are no flows: their ids and what they connect."""
    for kind, child in standard_children(scope):
        if kind == "association":
            yield id_of(child), child.get("sourceRef") or "", child.get("targetRef") or ""
        for inner, tie in standard_children(child):
            if inner in ("dataInputAssociation", "dataOutputAssociation"):
                ends = "sourceRef" if inner == "dataInputAssociation" else "targetRef"
                for end in tie:
                    if etree.QName(end).localname == ends:
                        yield id_of(tie), id_of(child), (end.text or "").strip()
