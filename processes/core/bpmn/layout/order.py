"""The order within each column, so that few flows cross."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable

from processes.core.bpmn.layout.grid import Grid, Step

# Sweeps cost time in proportion to the steps; a huge graph gets fewer.
WORK = 60_000
FEW = 400


def untangle(grid: Grid) -> None:
    """Reorder the columns: each slot near the middle of its neighbors, lanes kept apart.

    The best order seen is kept, so that more sweeps never make it worse.
    """
    by_column: dict[int, list[Step]] = defaultdict(list)
    for step in grid.steps:
        by_column[grid.slots[step.left].column].append(step)
    place = _places(grid.rows)
    best, fewest = [list(row) for row in grid.rows], _crossings(by_column, place)
    beside = _turning(grid)
    for sweep in range(max(2, min(16, WORK // (len(grid.steps) + 1)))):
        if not fewest:
            break
        rightward = sweep % 2 == 0
        order = range(len(grid.rows)) if rightward else range(len(grid.rows) - 1, -1, -1)
        for column in order:
            steps = by_column[column - 1] if rightward else by_column[column]
            _sort(grid, column, steps, place, beside, rightward=rightward)
        if len(grid.slots) <= FEW:
            _swap(grid, by_column, place)
        crossings = _crossings(by_column, place)
        if crossings < fewest:
            best, fewest = [list(row) for row in grid.rows], crossings
    grid.rows = best


def _places(rows: list[list[int]]) -> dict[int, int]:
    return {slot: at for row in rows for at, slot in enumerate(row)}


def _turning(grid: Grid) -> dict[int, list[int]]:
    """Return the cells that the slots of loops back want to be near."""
    beside: dict[int, list[int]] = defaultdict(list)
    for passing, cell in grid.turns:
        beside[passing].append(cell)
    return beside


def _sort(
    grid: Grid,
    column: int,
    steps: Iterable[Step],
    place: dict[int, int],
    beside: dict[int, list[int]],
    *,
    rightward: bool,
) -> None:
    near: dict[int, list[float]] = defaultdict(list)
    for step in steps:
        if rightward:
            near[step.right].append(place[step.left] + step.lean)
        else:
            near[step.left].append(place[step.right] - step.lean)
    row = grid.rows[column]
    for slot in row:
        near[slot].extend(place[cell] + 0.4 for cell in beside[slot])

    def wish(slot: int) -> tuple[int, float, int]:
        wanted = near[slot]
        middle = sum(wanted) / len(wanted) if wanted else float(place[slot])
        return grid.slots[slot].lane, middle, place[slot]

    row.sort(key=wish)
    place.update((slot, at) for at, slot in enumerate(row))


def _swap(grid: Grid, by_column: dict[int, list[Step]], place: dict[int, int]) -> None:
    """Exchange neighbors while that saves crossings."""
    left: dict[int, list[Step]] = defaultdict(list)
    right: dict[int, list[Step]] = defaultdict(list)
    for steps in by_column.values():
        for step in steps:
            left[step.right].append(step)
            right[step.left].append(step)

    def crossed(upper: int, lower: int) -> int:
        """Count the crossings of their flows while ``upper`` stands above."""
        return sum(
            place[a.left] + a.lean > place[b.left] + b.lean
            for a in left[upper]
            for b in left[lower]
        ) + sum(place[a.right] > place[b.right] for a in right[upper] for b in right[lower])

    for row in grid.rows:
        for at in range(len(row) - 1):
            upper, lower = row[at], row[at + 1]
            same_lane = grid.slots[upper].lane == grid.slots[lower].lane
            if same_lane and crossed(lower, upper) < crossed(upper, lower):
                row[at], row[at + 1] = lower, upper
                place[lower], place[upper] = at, at + 1


def _crossings(by_column: dict[int, list[Step]], place: dict[int, int]) -> int:
    total = 0
    for steps in by_column.values():
        ends = sorted((place[step.left] + step.lean, place[step.right]) for step in steps)
        seen: list[int] = []
        for _, right in ends:
            total += len(seen) - bisect_right(seen, right)
            insort(seen, right)
    return total
