"""Who stands in for whom: how far it goes, along which chain, and never in a circle.

Plain decisions over the links that are given; people and processes are ids.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

LONGEST_CHAIN = 8
"""Further than this many absences in a row nobody stands in for anybody."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tasks are meant: of these processes (None is all), up to this amount (None is any).

    A task that names no amount is not known to stay below a limit, so no limit covers it.
    """

    processes: frozenset[int] | None = None
    amount_limit: Decimal | None = None

    def covers(self, process: int | None, amount: Decimal | None) -> bool:
        if self.processes is not None and process not in self.processes:
            return False
        return self.amount_limit is None or (amount is not None and amount <= self.amount_limit)

    def within(self, other: "Scope") -> "Scope | None":
        """Return what both mean; None if no task is meant by both."""
        if self.processes is None or other.processes is None:
            processes = other.processes if self.processes is None else self.processes
        else:
            processes = self.processes & other.processes
        if processes is not None and not processes:
            return None
        limits = [limit for limit in (self.amount_limit, other.amount_limit) if limit is not None]
        return Scope(processes, min(limits, default=None))


@dataclass(frozen=True, slots=True)
class Link:
    """One absence. Without a substitute nobody stands in, for whatever no other absence covers."""

    absentee: int
    substitute: int | None
    starts_at: datetime
    ends_at: datetime
    scope: Scope = Scope()

    def meets(self, other: "Link") -> bool:
        """Tell whether there is a moment and a task for which both hold."""
        together = self.starts_at < other.ends_at and other.starts_at < self.ends_at
        return together and self.scope.within(other.scope) is not None


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody comes to stand in: ``through`` the absent person and everybody in between.

    The exclusion of any of them closes the way: nobody decides through somebody who may not.
    """

    through: tuple[int, ...]
    scope: Scope = Scope()


def ways_to(person: int, links: Iterable[Link]) -> dict[int, list[Way]]:
    """Return for whom the person stands in, and how; ``links`` hold at the same moment."""
    for_whom: dict[int, list[Link]] = {}
    for link in links:
        if link.substitute is not None:
            for_whom.setdefault(link.substitute, []).append(link)
    found: dict[int, list[Way]] = {}
    waiting = [Way(())]
    while waiting:
        way = waiting.pop()
        at = way.through[0] if way.through else person
        for link in for_whom.get(at, ()):
            scope = link.scope.within(way.scope)
            if scope is None or link.absentee == person or link.absentee in way.through:
                continue
            longer = Way((link.absentee, *way.through), scope)
            found.setdefault(link.absentee, []).append(longer)
            if len(longer.through) < LONGEST_CHAIN:
                waiting.append(longer)
    return found


def stand_ins(
    people: Collection[int],
    links: Iterable[Link],
    *,
    process: int | None,
    amount: Decimal | None,
    excluded: AbstractSet[int] = frozenset(),
) -> dict[int, int | None]:
    """Return who of these people is away for such a task, and who finally stands in for each.

    That is the end of the chain: somebody who is here. None: nobody is, or the way there leads
    through somebody who is ``excluded``.
    """
    by_absentee: dict[int, list[Link]] = {}
    for link in links:
        if link.scope.covers(process, amount):
            by_absentee.setdefault(link.absentee, []).append(link)
    return {
        person: next(_ends(person, by_absentee, excluded), None)
        for person in people
        if person in by_absentee
    }


def _ends(
    absentee: int, by_absentee: Mapping[int, list[Link]], excluded: AbstractSet[int]
) -> Iterator[int]:
    waiting: list[tuple[int, ...]] = [(absentee,)]
    while waiting:
        chain = waiting.pop()
        if chain[-1] in excluded:
            continue
        if chain[-1] not in by_absentee:
            yield chain[-1]
        elif len(chain) <= LONGEST_CHAIN:
            found = {link.substitute for link in by_absentee[chain[-1]]}.difference(chain)
            nexts = [one for one in found if one is not None]
            waiting += [(*chain, one) for one in sorted(nexts, reverse=True)]


def circle(planned: Link, links: Iterable[Link]) -> list[int] | None:
    """Return the people of a circle that the planned absence would close, else None.

    It begins and ends with who is away. Only what can hold at one moment for one task is a circle:
    two people may stand in for each other one after the other, or in different processes.
    """
    if planned.substitute is None:
        return None
    by_absentee: dict[int, list[Link]] = {}
    for link in links:
        by_absentee.setdefault(link.absentee, []).append(link)
    waiting = [(planned, [planned.absentee, planned.substitute])]
    while waiting:
        so_far, people = waiting.pop()
        for link in by_absentee.get(people[-1], ()):
            both = _both(so_far, link)
            if both is None or link.substitute is None:
                continue
            if link.substitute == planned.absentee:
                return [*people, planned.absentee]
            if link.substitute not in people:
                waiting.append((both, [*people, link.substitute]))
    return None


def _both(one: Link, other: Link) -> Link | None:
    """Return ``one`` narrowed to when and for what ``other`` holds too."""
    scope = one.scope.within(other.scope)
    starts_at, ends_at = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    if scope is None or starts_at >= ends_at:
        return None
    return Link(one.absentee, one.substitute, starts_at, ends_at, scope)


def in_the_way(planned: Link, others: Iterable[Link]) -> Link | None:
    """Return an absence of the same person that leaves open who would stand in, else None.

    At any moment one absence answers for a task. That nobody stands in may be said beside others:
    it then means whatever they do not cover.
    """
    for other in others:
        alike = (planned.substitute is None) == (other.substitute is None)
        if other.absentee == planned.absentee and alike and planned.meets(other):
            return other
    return None
