"""Lay out linked cells in columns from left to right.

Four steps (Sugiyama, Tagawa, Toda 1981): columns, the order within them, lines, bends. The same
input gives the same picture; time is bounded for a few thousand cells.
"""

from collections.abc import Sequence

from processes.core.bpmn.layout.cells import Cell, Link, Placement
from processes.core.bpmn.layout.grid import grid_of
from processes.core.bpmn.layout.lines import set_lines
from processes.core.bpmn.layout.order import untangle
from processes.core.bpmn.layout.routes import route


def place(cells: Sequence[Cell], links: Sequence[Link]) -> Placement:
    """Return where the cells and links are, counted from the upper left corner of all."""
    grid = grid_of(cells, links)
    untangle(grid)
    return route(grid, set_lines(grid))
