"""Tasks that nobody can get, and steps that people are to be known from."""

from collections.abc import Iterator

from processes.core import graph as g
from processes.core.findings import Finding
from processes.core.paths import successors
from processes.core.reach import reach


def check_people(graph: g.Graph) -> Iterator[Finding]:
    """Yield tasks that nobody is asked to do, and people who cannot be found."""
    after = successors(graph)
    for node in graph.nodes.values():
        if isinstance(node, g.UserTask):
            yield from unasked(node)
            yield from crowded(node)
            for attribute, steps in (
                ("familiar", node.assignment.did),
                ("separateFrom", node.assignment.separate_from),
            ):
                for step in steps:
                    yield from not_done_before(graph, node, step, attribute, after)
    for variable in graph.variables.values():
        if variable.sensitive and variable.searchable:
            yield Finding(
                graph.id,
                "error",
                "sensitive-searchable",
                f"“{variable.name}” is sensitive, so nobody may search for it.",
                "Remove searchable, or sensitive.",
            )


def unasked(node: g.UserTask) -> Iterator[Finding]:
    who = node.assignment
    if any(tier.anybody for tier in node.tiers):
        return
    if not who.anybody:
        yield Finding(
            node.id,
            "warning",
            "nobody-asked",
            f"“{node.label}” names no people and no groups, so it goes to the fallback group.",
            "Name candidateUsers or candidateGroups in placet:assignment.",
        )
    elif only_users(who) and all(isinstance(u, str) and u in who.exclude for u in who.users):
        yield Finding(
            node.id,
            "error",
            "everybody-excluded",
            f"Everybody whom “{node.label}” asks is excluded from it.",
            "Ask somebody else as well, or exclude fewer people.",
        )


def only_users(who: g.People) -> bool:
    """Tell whether everybody who is meant is named, and nobody is looked up."""
    return not (who.groups or who.roles or who.manager_of or who.did or who.decision)


def crowded(node: g.UserTask) -> Iterator[Finding]:
    """Yield a task that several answer and one is to get."""
    who = node.assignment
    if (node.quorum or node.tiers) and (who.allocate != "offer" or who.chained):
        yield Finding(
            node.id,
            "warning",
            "allocated-and-shared",
            f"Several must answer “{node.label}”, so nobody gets it alone.",
            "Remove allocate and chained from placet:assignment, or remove placet:quorum.",
        )


def not_done_before(
    graph: g.Graph, node: g.UserTask, step: str, attribute: str, after: dict[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Yield a step that is none of people, or that never comes before."""
    other = graph.nodes.get(step)
    if not isinstance(other, g.UserTask):
        yield Finding(
            node.id,
            "error",
            "unknown-step",
            f"“{node.label}” names “{step:.60}” ({attribute}), which is no user task.",
            "Write the id of a user task of this process.",
        )
    elif other is not node and node.id not in reach(after[step], after):
        yield Finding(
            node.id,
            "warning",
            "step-not-before",
            f"“{other.label}” never comes before “{node.label}”, so {attribute} finds nobody.",
            "Name a step that comes before.",
        )
