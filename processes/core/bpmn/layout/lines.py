"""The height of every slot: long straight lines, nothing overlapping.

Slots that are to lie on one line form a block. Which links become straight is decided column by
column as the heaviest set of links that do not cross; blocks are then set as high as those above
allow, and drawn towards their neighbors (after Brandes and Köpf, Fast and Simple Horizontal
Coordinate Assignment, 2002).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low

from processes.core.bpmn.layout.grid import Grid, Step

ROW_GAP, PASS_GAP = 34, 12
LANE_PAD = 24
LEAST_LANE = 110
ROUNDS = 4


def set_lines(grid: Grid) -> list[int]:
    """Set the ``y`` of every slot; return where each lane begins and where the last ends."""
    blocks = _blocks(grid)
    above = _neighbors(grid, blocks)
    bands = [0]
    lanes = max((slot.lane for slot in grid.slots), default=0) + 1
    by_lane: dict[int, list[int]] = defaultdict(list)
    for block in _from_the_top(len(blocks.members), above):
        by_lane[blocks.lane(grid, block)].append(block)
    pad = LANE_PAD if lanes > 1 else 0
    for lane in range(lanes):
        order, top = by_lane[lane], bands[-1] + pad
        _stack(grid, blocks, above, order, top)
        _relax(grid, blocks, above, order, top, _room_below(grid, blocks, order, top))
        bottom = max([top, *(blocks.y[block] + _below(grid, blocks, block) for block in order)])
        bands.append(max(bottom + pad, bands[-1] + (LEAST_LANE if lanes > 1 else 0)))
    for block, members in enumerate(blocks.members):
        for slot in members:
            grid.slots[slot].y = blocks.y[block]
    return bands


@dataclass(slots=True)
class Blocks:
    """The slots of each block and its line; ``of`` tells the block of each slot.

    ``pulls`` are the blocks that its bent links lead to, each with how far below that one's line
    this one would lie best.
    """

    of: list[int]
    members: list[list[int]]
    y: list[int]
    pulls: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def lane(self, grid: Grid, block: int) -> int:
        return grid.slots[self.members[block][0]].lane


# A block above another, and the least distance between their lines.
Above = dict[int, dict[int, int]]


# --- which links are straight --------------------------------------------------------------------


def _blocks(grid: Grid) -> Blocks:
    by_column: dict[int, list[Step]] = defaultdict(list)
    for step in grid.steps:
        by_column[grid.slots[step.left].column].append(step)
    place = {slot: at for row in grid.rows for at, slot in enumerate(row)}
    ahead = _ahead(grid)
    of = [-1] * len(grid.slots)
    members: list[list[int]] = []
    for column, row in enumerate(grid.rows):
        for step in _straight(grid, by_column[column - 1], place, ahead, of, members):
            of[step.right] = of[step.left]
            members[of[step.left]].append(step.right)
        for slot in row:
            if of[slot] < 0:
                of[slot] = len(members)
                members.append([slot])
    blocks = Blocks(of, members, [0] * len(members))
    ends = [(step.left, step.right, _drop(grid, step)) for step in grid.steps]
    turns = [(passing, cell, 0) for passing, cell in grid.turns]
    for one, other, drop in (*ends, *turns):
        if of[one] != of[other]:
            blocks.pulls[of[one]].append((of[other], -drop))
            # What an event on the edge leads to should lie below the step, so it counts twice.
            blocks.pulls[of[other]].extend([(of[one], drop)] * (2 if drop else 1))
    return blocks


def _drop(grid: Grid, step: Step) -> int:
    """Return how far below the line of a step the flow of an event on its edge leaves it."""
    leaving = grid.links[step.link].exit
    return leaving.level if leaving and step.lean else 0


def _ahead(grid: Grid) -> list[int]:
    """Return how many columns follow each slot: what leads far is the main path."""
    onward: dict[int, list[int]] = defaultdict(list)
    for step in grid.steps:
        onward[step.left].append(step.right)
    ahead = [0] * len(grid.slots)
    for row in reversed(grid.rows):
        for slot in row:
            ahead[slot] = max((ahead[after] + 1 for after in onward[slot]), default=0)
    return ahead


def _straight(
    grid: Grid,
    steps: Sequence[Step],
    place: dict[int, int],
    ahead: Sequence[int],
    of: Sequence[int],
    members: Sequence[Sequence[int]],
) -> list[Step]:
    """Return the heaviest set of steps of which none crosses or touches another."""
    first: dict[int, int] = {}
    for step in steps:
        first.setdefault(step.left, step.link)

    def weight(step: Step) -> int:
        passing = (grid.slots[step.left].cell < 0) + (grid.slots[step.right].cell < 0)
        if passing == 2:
            return 6_000
        length = 150 * min(len(members[of[step.left]]), 8)
        leading = 200 * min(ahead[step.right], 8) + 100 * (first[step.left] == step.link)
        return (600 if passing else 1_500) + length + leading

    fit = [
        step
        for step in steps
        if not step.lean and grid.slots[step.left].lane == grid.slots[step.right].lane
    ]
    fit.sort(key=lambda step: (place[step.left], -place[step.right]))
    return _heaviest_rising([(place[s.right], weight(s)) for s in fit], fit)


def _heaviest_rising(ends: Sequence[tuple[int, int]], steps: Sequence[Step]) -> list[Step]:
    """Return the steps whose right ends rise strictly, of greatest weight in all.

    ``steps`` is sorted by left end, and for one left end by falling right end, so that a strictly
    rising sequence takes each left end once. A frontier holds the best weight for each last end.
    """
    lasts: list[int] = []
    totals: list[int] = []
    tails: list[int] = []
    before = [-1] * len(steps)
    for at, (end, weight) in enumerate(ends):
        spot = bisect_left(lasts, end)
        total = weight
        if spot:
            total += totals[spot - 1]
            before[at] = tails[spot - 1]
        if spot < len(lasts) and lasts[spot] == end and totals[spot] >= total:
            continue
        upto = spot
        while upto < len(lasts) and totals[upto] <= total:
            upto += 1
        lasts[spot:upto], totals[spot:upto], tails[spot:upto] = [end], [total], [at]
    chosen = []
    at = tails[-1] if tails else -1
    while at >= 0:
        chosen.append(steps[at])
        at = before[at]
    return chosen


# --- how high the blocks are ---------------------------------------------------------------------


def _neighbors(grid: Grid, blocks: Blocks) -> Above:
    """Return for each block those right above it with the distance to keep."""
    above: Above = {block: {} for block in range(len(blocks.members))}
    for row in grid.rows:
        for upper, lower in pairwise(row):
            one, other = grid.slots[upper], grid.slots[lower]
            passing = (one.cell < 0) + (other.cell < 0)
            gap = (ROW_GAP, (ROW_GAP + PASS_GAP) // 2, PASS_GAP)[passing]
            apart = one.below + gap + other.above
            near = above[blocks.of[lower]]
            near[blocks.of[upper]] = max(near.get(blocks.of[upper], 0), apart)
    return above


def _from_the_top(count: int, above: Above) -> list[int]:
    """Return the blocks so that each comes after all those above it."""
    below: dict[int, list[int]] = defaultdict(list)
    missing = [len(above[block]) for block in range(count)]
    for block, near in above.items():
        for upper in near:
            below[upper].append(block)
    ready = [block for block in range(count) if not missing[block]]
    for block in ready:
        for lower in below[block]:
            missing[lower] -= 1
            if not missing[lower]:
                ready.append(lower)
    return ready


def _stack(grid: Grid, blocks: Blocks, above: Above, order: Sequence[int], top: int) -> None:
    """Set each block as high as it goes."""
    members = set(order)
    for block in order:
        room = max(grid.slots[slot].above for slot in blocks.members[block])
        limits = [blocks.y[up] + apart for up, apart in above[block].items() if up in members]
        blocks.y[block] = max([top + room, *limits])


def _room_below(grid: Grid, blocks: Blocks, order: Sequence[int], top: int) -> int:
    """Return how far down blocks may be drawn: where the lowest one ends, or would like to."""
    bottom = top
    for block in order:
        below = _below(grid, blocks, block)
        wishes = [blocks.y[host] + drop for host, drop in blocks.pulls[block] if drop > 0]
        bottom = max(bottom, *(y + below for y in (blocks.y[block], *wishes)))
    return bottom


def _below(grid: Grid, blocks: Blocks, block: int) -> int:
    return max(grid.slots[slot].below for slot in blocks.members[block])


def _relax(
    grid: Grid, blocks: Blocks, above: Above, order: Sequence[int], top: int, bottom: int
) -> None:
    """Draw each block towards the blocks that it is linked with, as far as the others allow."""
    members = set(order)
    below: Above = {block: {} for block in order}
    for block in order:
        for upper, apart in above[block].items():
            if upper in members:
                below[upper][block] = apart

    def settle(block: int) -> None:
        if not blocks.pulls[block]:
            return
        wish = median_low([blocks.y[other] + drop for other, drop in blocks.pulls[block]])
        room = max(grid.slots[slot].above for slot in blocks.members[block])
        highest = max(
            [top + room, *(blocks.y[u] + gap for u, gap in above[block].items() if u in members)]
        )
        lowest = min(
            [
                bottom - _below(grid, blocks, block),
                *(blocks.y[low] - gap for low, gap in below[block].items()),
            ]
        )
        blocks.y[block] = min(max(wish, highest), max(lowest, highest))

    for _ in range(ROUNDS):
        for block in reversed(order):
            settle(block)
        for block in order:
            settle(block)
