"""What leads where in a graph of any kind."""

from collections import deque
from collections.abc import Iterable, Mapping


def reverse(edges: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return the edges the other way round."""
    found: dict[str, list[str]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target in targets:
            found[target].append(node)
    return found


def reach(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything that can be reached, the starts included."""
    found = set(starts)
    waiting = deque(found)
    while waiting:
        for target in edges[waiting.popleft()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
