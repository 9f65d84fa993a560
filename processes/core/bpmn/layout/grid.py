"""Columns of slots: the cells, and a thin slot wherever a long link passes a column."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from processes.core.bpmn.layout.cells import Cell, Link
from processes.core.bpmn.layout.ranks import columns

# More would cost seconds; the longest links then run below everything.
MAX_PASSES = 12_000
PASS_ROOM = 5


@dataclass(slots=True)
class Slot:
    """A cell, or with ``cell`` -1 the place where a link passes. ``y`` is its line."""

    column: int
    cell: int
    lane: int
    above: int
    below: int
    y: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Two slots of neighboring columns that a link connects, left and right.

    ``lean`` moves the left end a little up or down among its neighbors, as boundary events lie
    below the middle.
    """

    left: int
    right: int
    link: int
    lean: float = 0.0


@dataclass(slots=True)
class Grid:
    """``slots`` begins with the cells; ``rows`` are the slots of each column from top to bottom.

    ``chains`` are the slots that each link passes between its ends; None is a link that runs
    below everything. ``turns`` pairs the slot of a link that turns round with the cell beside it.
    """

    cells: Sequence[Cell]
    links: Sequence[Link]
    back: set[int]
    slots: list[Slot]
    rows: list[list[int]]
    chains: list[list[int] | None]
    steps: list[Step] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)


def grid_of(cells: Sequence[Cell], links: Sequence[Link]) -> Grid:
    rank, back = columns(len(cells), links)
    slots = [Slot(rank[at], at, cell.lane, cell.above, cell.below) for at, cell in enumerate(cells)]
    outside = _too_long(rank, links, back)
    grid = Grid(cells, links, back, slots, [[] for _ in range(max(rank, default=-1) + 1)], [])
    for at, link in enumerate(links):
        grid.chains.append(None if at in outside else _chain(grid, at, link))
        _make_room_for_label(grid, at, link)
    grid.rows = _first_order(grid)
    return grid


def _too_long(rank: Sequence[int], links: Sequence[Link], back: set[int]) -> set[int]:
    spans = sorted(
        (abs(rank[link.target] - rank[link.source]) + (at in back), at)
        for at, link in enumerate(links)
    )
    total = 0
    for place, (span, _) in enumerate(spans):
        total += span
        if total > MAX_PASSES:
            return {at for _, at in spans[place:]}
    return set()


def _chain(grid: Grid, at: int, link: Link) -> list[int]:
    """Add the slots that the link passes and the steps between them."""
    here, there = grid.slots[link.source], grid.slots[link.target]
    # What hangs further right leaves nearer below the step.
    lean = 0.3 - 0.1 * link.exit.dx / (1 + abs(link.exit.dx)) if link.exit else 0.0
    if at in grid.back:
        passed = [
            _passing(grid, column, there if column < here.column else here)
            for column in range(here.column, there.column - 1, -1)
        ]
        grid.turns += [(passed[0], link.source), (passed[-1], link.target)]
        pairs = list(zip(passed[1:], passed, strict=False))
        grid.steps += [Step(left, right, at) for left, right in pairs]
        return passed
    passed = [_passing(grid, column, there) for column in range(here.column + 1, there.column)]
    stops = [link.source, *passed, link.target]
    for place, (left, right) in enumerate(pairwise(stops)):
        grid.steps.append(Step(left, right, at, lean if place == 0 else 0.0))
    return passed


def _passing(grid: Grid, column: int, like: Slot) -> int:
    grid.slots.append(Slot(column, -1, like.lane, PASS_ROOM, PASS_ROOM))
    return len(grid.slots) - 1


def _make_room_for_label(grid: Grid, at: int, link: Link) -> None:
    """Keep the label, which stands on the flow where it nears its first stop, clear of others."""
    height = link.label[1]
    chain = grid.chains[at]
    if not height or chain is None:
        return
    stop = grid.slots[chain[0] if chain else link.target]
    if at in grid.back:
        stop.below = max(stop.below, height + 4)
    else:
        stop.above = max(stop.above, height + 4)


def _first_order(grid: Grid) -> list[list[int]]:
    """Return the columns in the order of a walk along the flows as the file tells them."""
    onward: dict[int, list[int]] = defaultdict(list)
    for step in sorted(grid.steps, key=lambda step: step.lean):
        onward[step.left].append(step.right)
    for passing, cell in grid.turns:
        onward[cell].append(passing)
    rows: list[list[int]] = [[] for _ in grid.rows]
    seen: set[int] = set()
    for root in sorted(range(len(grid.slots)), key=lambda slot: grid.slots[slot].column):
        waiting = [root]
        while waiting:
            slot = waiting.pop()
            if slot not in seen:
                seen.add(slot)
                rows[grid.slots[slot].column].append(slot)
                waiting.extend(reversed(onward[slot]))
    for row in rows:
        row.sort(key=lambda slot: grid.slots[slot].lane)
    return rows
