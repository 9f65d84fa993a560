"""Who never decides a question: looked up when it is asked, and kept by id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.core import graph as g
from tasks.models import Exclusion, Task
from tasks.routing.organization import Organization

Why = Exclusion.Why


@dataclass(slots=True)
class KeptOut:
    """Users and groups with the reason; ``unknown`` are names that nobody has."""

    users: dict[int, Why] = field(default_factory=dict)
    groups: dict[int, Why] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def rows(self, task: Task) -> Iterator[Exclusion]:
        for user, why in self.users.items():
            yield Exclusion(task=task, user_id=user, why=why)
        for group, why in self.groups.items():
            yield Exclusion(task=task, group_id=group, why=why)


def kept_out(
    asked: Mapping[str, Any], facts: Organization, *, initiator: str | None, graph: g.Graph
) -> KeptOut:
    """Return who never decides the question. Deciders are those of other steps.

    A name that stands for who started the instance, ``initiator``, or for who decided in it, means
    that very person, also when they are called something else by now.
    """
    found = KeptOut()
    names = set(asked["exclude"])
    if initiator in names and facts.initiator is not None:
        found.users[facts.initiator] = Why.INITIATOR
        names.discard(initiator)
    if names:
        known, deciders = facts.users(names), facts.answers.under(names)
        for name in sorted(names):
            for user, why in ((deciders.get(name), Why.DECIDER), (known.get(name), Why.NAMED)):
                if user is not None:
                    found.users.setdefault(user, why)
        found.unknown |= names - known.keys() - deciders.keys()
    if asked.get("exclude_deciders"):
        add_deciders(found, facts.answers.of_others(facts.node))
    apart = steps_apart(graph, facts.node)
    if apart:
        add_deciders(found, facts.answers.of_steps(apart))
    if asked.get("exclude_groups"):
        groups = facts.groups(asked["exclude_groups"])
        found.groups |= dict.fromkeys(groups.values(), Why.NAMED)
        found.unknown |= set(asked["exclude_groups"]) - groups.keys()
    return found


def add_deciders(found: KeptOut, users: set[int]) -> None:
    for user in sorted(users):
        found.users.setdefault(user, Why.DECIDER)


def steps_apart(graph: g.Graph, node: str) -> set[str]:
    """Return the steps that nobody may do beside this one, whichever of the two says so."""
    tasks = [found for found in graph.nodes.values() if isinstance(found, g.UserTask)]
    own = {other for task in tasks if task.id == node for other in task.assignment.separate_from}
    return own | {task.id for task in tasks if node in task.assignment.separate_from}


def stored(task: Task) -> KeptOut:
    """Return who never decides an open task. Who has voted is kept out by that vote alone."""
    found = KeptOut()
    for row in task.exclusions.exclude(why=Why.VOTED):
        if row.user_id is not None:
            found.users[row.user_id] = Why(row.why)
        if row.group_id is not None:
            found.groups[row.group_id] = Why(row.why)
    return found
