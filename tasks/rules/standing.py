"""What one person is to one task: in their own right, or as somebody's substitute."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal

from tasks.rules.absence import Way


@dataclass(frozen=True, slots=True)
class Reach:
    """What standing in for one absent person gives: the groups of that person, and the ways there.

    There is more than one way where the absent person named several people for different things.
    """

    groups: frozenset[int]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Principals:
    """As whom a person acts: as themselves, and as each person they stand in for now.

    Users and groups are ids; ``absentees`` says for each absent user how far that goes. Everybody
    on a way is an absentee too, so the groups of all of them are known here.
    """

    person: int
    groups: frozenset[int] = frozenset()
    absentees: Mapping[int, Reach] = field(default_factory=dict)

    @property
    def all_users(self) -> frozenset[int]:
        return frozenset((self.person, *self.absentees))

    @property
    def all_groups(self) -> frozenset[int]:
        return self.groups.union(*(reach.groups for reach in self.absentees.values()))

    def groups_through(self, way: Way) -> frozenset[int]:
        """Return the groups of everybody on the way; the exclusion of one of them closes it."""
        return frozenset().union(*(self.absentees[user].groups for user in way.through))

    def reaches(self, absentee: int, process: int | None, amount: Decimal | None) -> bool:
        """Tell whether the person stands in for the absentee in such a task."""
        reach = self.absentees.get(absentee)
        return reach is not None and any(way.scope.covers(process, amount) for way in reach.ways)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a task asks, who holds it, and who never decides it: ids of users and groups.

    ``held_for`` is the absent person in whose place the owner holds it. ``voted`` are those of the
    excluded who have answered already. Tiers are given for whom is asked in one. ``process`` and
    ``amount`` are what scopes of absences look at.
    """

    users: AbstractSet[int]
    groups: AbstractSet[int]
    owner: int | None = None
    held_for: int | None = None
    excluded: AbstractSet[int] = frozenset()
    excluded_groups: AbstractSet[int] = frozenset()
    voted: AbstractSet[int] = frozenset()
    user_tiers: Mapping[int, str] = field(default_factory=dict)
    group_tiers: Mapping[int, str] = field(default_factory=dict)
    process: int | None = None
    amount: Decimal | None = None

    def keeps_out(self, person: int, groups: AbstractSet[int]) -> bool:
        """Tell whether this person, being in these groups, never decides the task."""
        return person in self.excluded or not self.excluded_groups.isdisjoint(groups)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place among those asked: of a user, or of everybody in a group, perhaps in a tier.

    ``on_behalf_of`` is the absent person in whose place it is taken; None is in one's own right.
    """

    user: int | None = None
    group: int | None = None
    tier: str = ""
    on_behalf_of: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """``candidate`` and ``owner`` hold in one's own right, or for the user ``on_behalf_of``.

    ``seats`` are all places from which a candidate may answer, one's own first. ``excluded`` wins
    over every other role; an excluded person is neither candidate nor owner.
    """

    person: int = 0
    seats: tuple[Seat, ...] = ()
    owner: bool = False
    on_behalf_of: int | None = None
    excluded: bool = False
    stakeholder: bool = False
    administrator: bool = False

    @property
    def candidate(self) -> bool:
        return bool(self.seats)

    @property
    def may_see(self) -> bool:
        return self.candidate or self.owner or self.stakeholder or self.administrator


def standing(
    who: Principals, asked: Asked, *, stakeholder: bool = False, administrator: bool = False
) -> Standing:
    """Return what ``who`` is to the task.

    One's own right comes before standing in for somebody. Nobody gets around their own exclusion
    by standing in, and standing in for an excluded person, or through one, gives nothing. Who holds
    the task in somebody's place holds it no longer than that person is away. Who has answered, and
    in whose place it is held, goes on seeing it.
    """
    own = tuple(_seats(who.person, who.groups, asked))
    concerned = who.person in asked.voted or who.person == asked.held_for
    if asked.keeps_out(who.person, who.groups):
        return Standing(
            person=who.person,
            excluded=True,
            stakeholder=stakeholder or concerned or bool(own),
            administrator=administrator,
        )
    acts_as = {who.person, *_stands_in_for(who, asked)}
    owns = asked.owner in acts_as and (asked.held_for is None or asked.held_for in acts_as)
    owner_acts_as = asked.held_for or asked.owner
    seats = own + tuple(
        seat
        for absentee in sorted(acts_as - {who.person})
        for seat in _seats(absentee, who.absentees[absentee].groups, asked, absentee)
    )
    acting_as = owner_acts_as if owns else seats[0].on_behalf_of if seats else None
    return Standing(
        person=who.person,
        seats=seats,
        owner=owns,
        on_behalf_of=None if acting_as == who.person else acting_as,
        stakeholder=stakeholder or concerned,
        administrator=administrator,
    )


def at_first_sight(person: int, asked: Asked) -> Standing:
    """Return what an active person is to the task as far as their own name says.

    Groups and absences may give more, but never take away; where groups are excluded only they
    tell, so nothing is given here.
    """
    if asked.excluded_groups:
        return Standing(person=person)
    return standing(Principals(person), asked)


def _stands_in_for(who: Principals, asked: Asked) -> Iterator[int]:
    """Yield for whom the person stands in at this task, by a way that nobody's exclusion closes."""
    for absentee, reach in who.absentees.items():
        for way in reach.ways:
            closed = any(asked.keeps_out(u, who.absentees[u].groups) for u in way.through)
            if not closed and way.scope.covers(asked.process, asked.amount):
                yield absentee
                break


def _seats(
    person: int, groups: AbstractSet[int], asked: Asked, on_behalf_of: int | None = None
) -> Iterator[Seat]:
    if person in asked.users:
        yield Seat(person, None, asked.user_tiers.get(person, ""), on_behalf_of)
    for group in sorted(groups & asked.groups):
        yield Seat(None, group, asked.group_tiers.get(group, ""), on_behalf_of)
