"""The space between two columns: which vertical line each flow takes there.

Flows that leave one step share a line, so do flows that reach one step. Lines are put in an order
in which the flows cross little (after Sander, Layout of Directed Hypergraphs with Orthogonal
Hyperedges, 2003).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

TRACK = 12
# Beyond this the order of the lines is not worth the time.
MANY = 160
SAME_LINE = 1_000


@dataclass(slots=True)
class Piece:
    """A flow between two columns, from one height to another.

    ``first_left`` and ``last_left`` say on which side its ends lie; a loop turns on one side.
    ``key`` is shared by pieces that may share a vertical line.
    """

    start: int
    end: int
    first_left: bool
    last_left: bool
    key: Hashable
    track: int = 0

    @property
    def bent(self) -> bool:
        return self.start != self.end


@dataclass(slots=True)
class Bundle:
    pieces: list[Piece]
    lefts: list[int] = field(default_factory=list)
    rights: list[int] = field(default_factory=list)
    low: int = 0
    high: int = 0


def lay_tracks(pieces: Iterable[Piece]) -> int:
    """Set the track of every bent piece, from the left; return how many there are."""
    bundles = _bundles(pieces)
    ordered = _in_order(bundles) if len(bundles) <= MANY else bundles
    # Per track, where its lines lie; what overlaps an earlier bundle goes right of it.
    placed: list[tuple[Bundle, int]] = []
    ends: list[int] = []
    for bundle in ordered:
        if len(ordered) <= MANY:
            track = max((t + 1 for other, t in placed if _overlap(bundle, other)), default=0)
            placed.append((bundle, track))
        else:
            track = next((t for t, end in enumerate(ends) if end < bundle.low), len(ends))
            ends[track : track + 1] = [bundle.high]
        for piece in bundle.pieces:
            piece.track = track
    return max((piece.track + 1 for bundle in bundles for piece in bundle.pieces), default=0)


def _bundles(pieces: Iterable[Piece]) -> list[Bundle]:
    by_key: dict[Hashable, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.bent:
            by_key[piece.key].append(piece)
    bundles = []
    for together in by_key.values():
        bundle = Bundle(together)
        for piece in together:
            (bundle.lefts if piece.first_left else bundle.rights).append(piece.start)
            (bundle.lefts if piece.last_left else bundle.rights).append(piece.end)
        bundle.low = min(*bundle.lefts, *bundle.rights)
        bundle.high = max(*bundle.lefts, *bundle.rights)
        bundles.append(bundle)
    bundles.sort(key=lambda bundle: (bundle.low, bundle.high))
    return bundles


def _overlap(one: Bundle, other: Bundle) -> bool:
    return one.low <= other.high and other.low <= one.high


def _cost(left: Bundle, right: Bundle) -> int:
    """Count the crossings when ``left`` lies left, and heavily what would lie on one line."""
    crossings = sum(right.low < y < right.high for y in left.rights)
    crossings += sum(left.low < y < left.high for y in right.lefts)
    together = set(left.rights) & set(right.lefts)
    return crossings + SAME_LINE * len(together)


def _in_order(bundles: Sequence[Bundle]) -> list[Bundle]:
    cost: dict[tuple[int, int], int] = {}
    gain = [0] * len(bundles)
    for a, one in enumerate(bundles):
        for b in range(a + 1, len(bundles)):
            if not _overlap(one, bundles[b]):
                continue
            cost[a, b], cost[b, a] = _cost(one, bundles[b]), _cost(bundles[b], one)
            gain[a] += cost[b, a] - cost[a, b]
            gain[b] += cost[a, b] - cost[b, a]
    order = sorted(range(len(bundles)), key=lambda at: -gain[at])
    for _ in range(len(order)):
        swapped = False
        for at in range(len(order) - 1):
            a, b = order[at], order[at + 1]
            if cost.get((b, a), 0) < cost.get((a, b), 0):
                order[at], order[at + 1], swapped = b, a, True
        if not swapped:
            break
    return [bundles[at] for at in order]
