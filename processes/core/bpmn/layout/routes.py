"""From columns and lines to pixels: where columns stand, and how each link bends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from processes.core.bpmn.layout.cells import Link, Placement, Point
from processes.core.bpmn.layout.grid import Grid
from processes.core.bpmn.layout.tracks import TRACK, Piece, lay_tracks

EDGE = 16
LEAST_CHANNEL = 46
LEAST_DROP = 12
WIDE, SMALL = 130, 50
OUTER_GAP, OUTER = 30, 14
# How far along a column a free way to a tip is looked for.
LOOK = 40


@dataclass(frozen=True, slots=True)
class Route:
    """A link as the pieces that it has in the channels it passes; channel n is left of column n.

    The tips are the heights where it docks above or below the middle of a step.
    """

    link: Link
    pieces: list[Piece]
    channels: list[int]
    start_tip: int | None
    end_tip: int | None
    back: bool


def route(grid: Grid, bands: list[int]) -> Placement:
    """Return the placement of cells whose lines are set."""
    tips = Tips(grid)
    routes = []
    outer = bands[-1] + OUTER_GAP
    for at, link in enumerate(grid.links):
        routes.append(_route(grid, tips, at, link, outer))
        outer += OUTER * (grid.chains[at] is None)
    outside = any(chain is None for chain in grid.chains)
    bottom = outer if outside else bands[-1]
    middles, channels, width = _columns(grid, routes)
    return Placement(
        centers=[(middles[at], grid.slots[at].y) for at in range(len(grid.cells))],
        routes=[_bends(grid, made, middles, channels) for made in routes],
        labels=_labels(grid, routes, middles, channels),
        width=width,
        height=bottom,
        bands=[*bands[:-1], bottom],
        upper_tips=tips.upper,
    )


# --- the pieces of a link ------------------------------------------------------------------------


def _route(grid: Grid, tips: "Tips", at: int, link: Link, outer: int) -> Route:
    source, target = grid.slots[link.source], grid.slots[link.target]
    chain, back = grid.chains[at], at in grid.back
    heights = [outer] if chain is None else [grid.slots[slot].y for slot in chain]
    start, end = source.y, target.y
    start_tip = end_tip = None
    if chain is not None:
        start_tip = tips.take(at, leaving=True, to=(*heights, end)[0])
    if start_tip is not None:
        start = (*heights, end)[0]
    elif link.exit is not None:
        start += link.exit.level
    if chain is not None and (start_tip is None or heights):
        end_tip = tips.take(at, leaving=False, to=(start, *heights)[-1])
    if end_tip is not None:
        end = (start, *heights)[-1]
    stops = [start, *heights, end]
    channels, sides = _way(source.column, target.column, outside=chain is None, back=back)
    keys = [(f"at {place}", at) for place in range(len(channels))]
    keys[-1] = ("to", link.target)
    if link.exit is None and start_tip is None:
        keys[0] = ("from", link.source)
    pieces = [
        Piece(y, to_y, *side, key)
        for y, to_y, side, key in zip(stops, stops[1:], sides, keys, strict=False)
    ]
    return Route(link, pieces, channels, start_tip, end_tip, back=back)


def _way(
    source: int, target: int, *, outside: bool, back: bool
) -> tuple[list[int], list[tuple[bool, bool]]]:
    """Return the channel of each piece, and whether its first and its last end lie left."""
    if outside:
        leftward = back or target <= source
        return [source + 1, target], [(True, leftward), (not leftward, False)]
    if back:
        between = list(range(source, target, -1))
        sides = [(True, True), *[(False, True)] * len(between), (False, False)]
        return [source + 1, *between, target], sides
    return list(range(source + 1, target + 1)), [(True, False)] * (target - source)


class Tips:
    """Who uses the upper and lower tips of gateways, and whether the way to them is free.

    A tip serves flows that leave or flows that arrive, never both.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._place = {slot: at for row in grid.rows for at, slot in enumerate(row)}
        self._used: dict[tuple[int, bool], bool] = {}
        self.upper: set[int] = set()

    def take(self, at: int, *, leaving: bool, to: int) -> int | None:
        """Return the height of the tip where the link docks; None when it docks at the side."""
        link = self._grid.links[at]
        cell_at = link.source if leaving else link.target
        cell, slot = self._grid.cells[cell_at], self._grid.slots[cell_at]
        if to == slot.y:
            return None
        down = to > slot.y
        if link.exit is not None and leaving:
            free = to >= slot.y + link.exit.level and self._free(at, cell_at, to)
            return slot.y + link.exit.dy if free else None
        if cell.tips != "always" and (cell.tips != "back" or at not in self._grid.back):
            return None
        if abs(to - slot.y) < (cell.bottom if down else cell.top) + LEAST_DROP:
            return None
        if self._used.get((cell_at, down), leaving) != leaving or not self._free(at, cell_at, to):
            return None
        self._used[cell_at, down] = leaving
        if not down:
            self.upper.add(cell_at)
        return slot.y + (cell.bottom if down else -cell.top)

    def _free(self, at: int, cell_at: int, to: int) -> bool:
        """Tell whether nothing in the column stands between the cell and the height ``to``."""
        slots, own = self._grid.slots, self._grid.chains[at] or []
        column = self._grid.rows[slots[cell_at].column]
        down = to > slots[cell_at].y
        place = self._place[cell_at]
        ahead = column[place + 1 :] if down else column[:place][::-1]
        for slot in ahead[:LOOK]:
            there = slots[slot]
            beyond = there.y - there.above > to if down else there.y + there.below < to
            if beyond:
                return True
            passed = there.y < to if down else there.y > to
            if slot in own or (there.cell < 0 and passed):
                continue
            return False
        return len(ahead) <= LOOK


# --- pixels --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """The space left of a column: where its vertical lines begin, and where labels stand."""

    tracks_at: int
    labels_at: int
    tracks: int


def _columns(grid: Grid, routes: Sequence[Route]) -> tuple[list[int], list[Channel], int]:
    """Return the middles of the cells, the channels around the columns and the whole width."""
    count = len(grid.rows)
    pieces: list[list[Piece]] = [[] for _ in range(count + 1)]
    words = [0] * (count + 1)
    for made in routes:
        for channel, piece in zip(made.channels, made.pieces, strict=True):
            pieces[channel].append(piece)
        if made.channels:
            first = made.channels[0]
            words[first] = max(words[first], made.link.label[0])
    lefts, rights = [18] * count, [18] * count
    for at, cell in enumerate(grid.cells):
        column = grid.slots[at].column
        lefts[column] = max(lefts[column], cell.left)
        rights[column] = max(rights[column], cell.right)
    x, starts, channels = 0, [0] * count, []
    for column in range(count + 1):
        tracks = lay_tracks(pieces[column])
        edge = EDGE if tracks or 0 < column < count else 0
        labels_at = x + edge + tracks * TRACK
        channels.append(Channel(x + edge, labels_at, tracks))
        room = labels_at - x + 20 + words[column]
        x += room if column in (0, count) else max(room, LEAST_CHANNEL)
        if column < count:
            starts[column] = x
            x += lefts[column] + rights[column]
    middles = []
    for at, cell in enumerate(grid.cells):
        column = grid.slots[at].column
        # Beside a sub-process a small step stands where the sub-process begins.
        wide = lefts[column] > WIDE and cell.left <= WIDE
        middles.append(starts[column] + (max(cell.left, SMALL) if wide else lefts[column]))
    return middles, channels, x


def _bends(
    grid: Grid, made: Route, middles: Sequence[int], channels: Sequence[Channel]
) -> list[Point]:
    link = made.link
    source, target = grid.slots[link.source], grid.slots[link.target]
    from_x, to_x = middles[link.source], middles[link.target]
    first, last = made.pieces[0], made.pieces[-1]
    if link.exit is not None:
        from_x += link.exit.dx
        points = [(from_x, source.y + link.exit.dy), (from_x, first.start)]
    elif made.start_tip is not None:
        points = [(from_x, made.start_tip), (from_x, first.start)]
    else:
        points = [(from_x + grid.cells[link.source].dock, source.y)]
    for channel, piece in zip(made.channels, made.pieces, strict=True):
        if piece.bent:
            x = channels[channel].tracks_at + piece.track * TRACK
            points += [(x, piece.start), (x, piece.end)]
    if made.end_tip is not None:
        points += [(to_x, last.end), (to_x, made.end_tip)]
    else:
        points.append((to_x - grid.cells[link.target].dock, target.y))
    return straightened(points)


def straightened(points: Sequence[Point]) -> list[Point]:
    """Return the points without those that lie on the line between their neighbors."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        ):
            kept.pop()
        kept.append(point)
    return kept


def _labels(
    grid: Grid, routes: Sequence[Route], middles: Sequence[int], channels: Sequence[Channel]
) -> list[Point]:
    """Return the upper left corners of the labels, beside the source where two would cover."""
    found = [(0, 0)] * len(routes)
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    straight_first = sorted(range(len(routes)), key=lambda at: routes[at].pieces[0].bent)
    for place in straight_first:
        made = routes[place]
        x, y = _label(grid, made, middles, channels)
        height = made.link.label[1]
        others = taken[made.channels[0]]
        if any(top < y + height and y < bottom for top, bottom in others):
            at, cell = grid.slots[made.link.source], grid.cells[made.link.source]
            up = made.pieces[0].end < at.y
            x, y = middles[made.link.source] + cell.dock + 8, at.y - height - 5 if up else at.y + 6
        elif height and not made.back:
            others.append((y, y + height))
        found[place] = x, y
    return found


def _label(grid: Grid, made: Route, middles: Sequence[int], channels: Sequence[Channel]) -> Point:
    """Return where a label stands best: on the flow, where it has left its source."""
    width, height = made.link.label
    middle = middles[made.link.source]
    first, channel = made.pieces[0], channels[made.channels[0]]
    if made.back:
        return middle - width - 6, first.end + 3
    tipped = made.start_tip is not None and made.link.exit is None
    x = middle + 8 if tipped and not channel.tracks else channel.labels_at
    return x, first.end - height - 3
