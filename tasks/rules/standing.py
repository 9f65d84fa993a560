"""What one person is to one task: in their own right, or as somebody's substitute."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Principals:
    """As whom a person acts: as themselves, and as each person they stand in for now.

    Users and groups are ids; ``absentees`` maps an absent user to that user's groups.
    """

    person: int
    groups: frozenset[int] = frozenset()
    absentees: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def all_users(self) -> frozenset[int]:
        return frozenset((self.person, *self.absentees))

    @property
    def all_groups(self) -> frozenset[int]:
        return self.groups.union(*self.absentees.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a task asks: ids of users and groups, its holder, and who never decides it."""

    users: AbstractSet[int]
    groups: AbstractSet[int]
    owner: int | None = None
    excluded: AbstractSet[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """``candidate`` and ``owner`` hold in one's own right, or for the user ``on_behalf_of``.

    ``excluded`` wins over every other role; an excluded person is neither candidate nor owner.
    """

    candidate: bool = False
    owner: bool = False
    on_behalf_of: int | None = None
    excluded: bool = False
    stakeholder: bool = False
    administrator: bool = False

    @property
    def may_see(self) -> bool:
        return self.candidate or self.owner or self.stakeholder or self.administrator


def standing(
    who: Principals, asked: Asked, *, stakeholder: bool = False, administrator: bool = False
) -> Standing:
    """Return what ``who`` is to the task.

    One's own right comes before standing in for somebody. Nobody gets around their own exclusion
    by standing in, and standing in for an excluded person gives nothing.
    """
    named = _is_asked(who.person, who.groups, asked)
    if who.person in asked.excluded:
        return Standing(
            excluded=True, stakeholder=stakeholder or named, administrator=administrator
        )
    absentees = [person for person in sorted(who.absentees) if person not in asked.excluded]
    asked_for = [p for p in absentees if _is_asked(p, who.absentees[p], asked)]
    owns = asked.owner == who.person
    owns_for = asked.owner if asked.owner in absentees else None
    if owns or (named and owns_for is None):
        acting_for = None
    else:
        acting_for = owns_for or (asked_for[0] if asked_for else None)
    return Standing(
        candidate=named or bool(asked_for),
        owner=owns or owns_for is not None,
        on_behalf_of=acting_for,
        stakeholder=stakeholder,
        administrator=administrator,
    )


def _is_asked(person: int, groups: AbstractSet[int], asked: Asked) -> bool:
    return person in asked.users or not asked.groups.isdisjoint(groups)
