"""Which variables a person is shown."""

from processes.core import graph as g


def declared_names(graph: g.Graph) -> list[str]:
    """Return what a request consists of: what is declared, then what else the start form asks."""
    asked = (graph.start_form or {}).get("properties", {})
    return list(dict.fromkeys((*graph.variables, *asked)))


def evidence_names(graph: g.Graph, node: g.UserTask) -> list[str]:
    """Return what a task shows, first what this round of it is for.

    Without evidence of its own it shows the whole request.
    """
    item = node.loop.element if isinstance(node.loop, g.MultiInstance) else ""
    return list(dict.fromkeys((*filter(None, [item]), *(node.evidence or declared_names(graph)))))
