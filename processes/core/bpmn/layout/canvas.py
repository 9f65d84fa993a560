"""What a layout hands over: boxes and lines with their labels, still free to move."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from processes.core.bpmn.layout.cells import Point


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    def moved(self, dx: int, dy: int) -> "Box":
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Shape:
    """The box of an element. ``attributes`` are those of the diagram, such as ``isExpanded``."""

    id: str
    box: Box
    label: Box | None = None
    attributes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    points: Sequence[Point]
    label: Box | None = None


@dataclass(slots=True)
class Canvas:
    """Shapes and lines within ``width`` and ``height``; ``line`` is where a flow would enter.

    ``bands`` are the heights between the lanes, if there are any.
    """

    width: int = 0
    height: int = 0
    line: int = 0
    shapes: list[Shape] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bands: list[int] = field(default_factory=list)

    def take(self, other: "Canvas", dx: int, dy: int) -> None:
        """Put everything of the other canvas here, moved."""
        self.shapes.extend(
            replace(shape, box=shape.box.moved(dx, dy), label=_moved(shape.label, dx, dy))
            for shape in other.shapes
        )
        self.lines.extend(
            replace(line, points=_shifted(line.points, dx, dy), label=_moved(line.label, dx, dy))
            for line in other.lines
        )


def _moved(label: Box | None, dx: int, dy: int) -> Box | None:
    return label.moved(dx, dy) if label else None


def _shifted(points: Iterable[Point], dx: int, dy: int) -> list[Point]:
    return [(x + dx, y + dy) for x, y in points]
