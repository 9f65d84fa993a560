"""What the layered layout works on: steps as room around a line, and the links between them.

All numbers are whole pixels. A flow meets a step on its *line*, the height at which the step's
center (for a sub-process, its inner start) lies; lines that agree make straight flows.
"""

from dataclasses import dataclass

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a flow leaves a boundary event.

    ``dx`` counts from the middle of the step, ``dy`` from its line to the lower tip of the event;
    ``level`` is how far below the line the way to the right is free.
    """

    dx: int
    dy: int
    level: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The room of a step with its labels and what hangs on it.

    ``left`` and ``right`` count from the middle, ``above`` and ``below`` from the line. Flows dock
    ``dock`` beside the middle, and on a step with tips also ``top`` above and ``bottom`` below the
    line. ``tips`` is ``always`` for a gateway, ``back`` where only loops back may use them.
    """

    left: int
    right: int
    above: int
    below: int
    dock: int
    top: int
    bottom: int
    tips: str = ""
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A flow between two cells, with the size of its label (0 without one)."""

    source: int
    target: int
    label: Point = (0, 0)
    exit: Exit | None = None


@dataclass(slots=True)
class Placement:
    """Where everything is: the middle and line of each cell, the bends of each link.

    ``labels`` are upper left corners. ``upper_tips`` are the cells whose upper tip a flow uses.
    ``bands`` are the heights at which each lane begins, and the end of the last.
    """

    centers: list[Point]
    routes: list[list[Point]]
    labels: list[Point]
    width: int
    height: int
    bands: list[int]
    upper_tips: set[int]
