"""What a task is called."""

from typing import Any

from processes.core import graph as g
from processes.core.state import State

LONGEST_ITEM = 80
NAMES = ("name", "title", "label", "id")


def name_of_task(graph: g.Graph, state: State, node: str, token: str) -> str:
    """Return the name of the step, and in a round of a loop what the round is for.

    Where a process has sensitive variables the item may be one of them, so it is not told. A task
    that the same step took back again has no token any more.
    """
    label, found = graph.nodes[node].label, state.tokens.get(token)
    item = "" if found is None or graph.sensitive else item_of(graph, state, found.scope)
    return f"{label}: {item}" if item else label


def item_of(graph: g.Graph, state: State, scope: str) -> str:
    """Return the item of the innermost round around, in a few words if it has any."""
    around: str | None = scope
    while around is not None:
        found = state.scopes[around]
        node = graph.nodes.get(found.node or "")
        loop = node.loop if isinstance(node, g.Activity) else None
        if found.item is not None and isinstance(loop, g.MultiInstance) and loop.element:
            return in_words(found.variables.get(loop.element))
        around = found.parent
    return ""


def in_words(value: Any) -> str:
    match value:
        case bool() | None:
            return ""
        case str() | int() | float():
            text = " ".join(str(value).split())
            return text if len(text) <= LONGEST_ITEM else f"{text[: LONGEST_ITEM - 1]}…"
        case dict():
            return next((in_words(value[name]) for name in NAMES if value.get(name)), "")
    return ""
