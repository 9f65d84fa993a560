"""Which column each step stands in: loops cut, then as far left as the flows allow."""

from collections.abc import Sequence

from processes.core.bpmn.layout.cells import Link


def columns(count: int, links: Sequence[Link]) -> tuple[list[int], set[int]]:
    """Return the column of each cell, and the links that lead back or stay in one column.

    Links that close a loop are found by walking depth first in the order of the file, so that what
    was written first goes forward.
    """
    leaving: list[list[int]] = [[] for _ in range(count)]
    arriving = [0] * count
    for at, link in enumerate(links):
        leaving[link.source].append(at)
        arriving[link.target] += link.source != link.target
    back, finished = _walk(links, leaving, arriving)
    rank = [0] * count
    for cell in reversed(finished):
        for at in leaving[cell]:
            if at not in back:
                target = links[at].target
                rank[target] = max(rank[target], rank[cell] + 1)
    led_to = {links[at].target for at in range(len(links)) if at not in back}
    for cell in range(count):
        ahead = [rank[links[at].target] for at in leaving[cell] if at not in back]
        if cell not in led_to and ahead:
            rank[cell] = min(ahead) - 1
    return rank, back


def _walk(
    links: Sequence[Link], leaving: Sequence[Sequence[int]], arriving: Sequence[int]
) -> tuple[set[int], list[int]]:
    """Return the links that close a loop, and the cells in the order in which they were left."""
    back: set[int] = set()
    finished: list[int] = []
    state = [0] * len(leaving)
    for root in sorted(range(len(leaving)), key=lambda cell: arriving[cell] > 0):
        if state[root]:
            continue
        state[root] = 1
        path = [(root, iter(leaving[root]))]
        while path:
            cell, rest = path[-1]
            at = next(rest, None)
            if at is None:
                state[cell] = 2
                finished.append(cell)
                path.pop()
                continue
            target = links[at].target
            if state[target] == 1:
                back.add(at)
            elif state[target] == 0:
                state[target] = 1
                path.append((target, iter(leaving[target])))
    return back, finished
