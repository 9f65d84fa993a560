"""Tasks that nobody can get."""

from collections.abc import Iterator

from processes.core import graph as g
from processes.core.findings import Finding


def check_people(graph: g.Graph) -> Iterator[Finding]:
    """Yield tasks that nobody is asked to do, and ladders that lean on nothing."""
    for node in graph.nodes.values():
        if not isinstance(node, g.UserTask):
            continue
        who = node.assignment
        if not who.users and not who.groups:
            yield Finding(
                node.id,
                "warning",
                "nobody-asked",
                f"“{node.label}” names no people and no groups, so it goes to the fallback group.",
                "Name candidateUsers or candidateGroups in placet:assignment.",
            )
        elif not who.groups and all(isinstance(u, str) and u in who.exclude for u in who.users):
            yield Finding(
                node.id,
                "error",
                "everybody-excluded",
                f"Everybody whom “{node.label}” asks is excluded from it.",
                "Ask somebody else as well, or exclude fewer people.",
            )
        if node.escalations and node.deadline is None:
            yield Finding(
                node.id,
                "error",
                "escalation-without-deadline",
                f"“{node.label}” escalates after its deadline, but has none.",
                "Add placet:deadline with completeBy.",
            )
