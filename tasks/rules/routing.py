"""Who is asked: plain decisions over what the organization knows.

Nothing is looked up that the definition does not speak of: `Facts` is asked as far as a rule needs
it, so a task that names its people costs no more than their names. Users and groups are ids here.

What was decided is kept as a list of steps, each a small dict: ``rule`` and what belongs to it.

=========== ====================================================================================
named       ``users``, ``groups``: the definition says so
role        ``role``, ``unit`` (where it is held), ``below`` (where the search began, if elsewhere),
            ``users``
manager     ``of``, ``levels``, ``user``, perhaps ``passed`` (who could not be asked on the way)
did         ``step``, ``users``
skills      ``skills``, ``without`` (users who lack them), ``of`` (groups), ``users`` (who has them)
inactive    ``users`` who no longer work here
excluded    ``users``, ``groups`` that were found, but never decide this
away        ``user``, ``for`` (the manager who is asked instead, or null)
chained     ``user``: their answer led here
single      ``user``: there was nobody else
chosen      ``by`` (the way of `graph.Allocate`), ``user``, ``of`` (among how many), and ``rest``
            (``users`` and ``groups`` who are asked when that person gives it back)
full        ``of``: so many hold as much as they may, so all are asked
missing     ``what`` (user, group, unit, role, manager, circle, step, decider, chain, anybody) with
            ``name`` or ``of``: the data do not say who this is
fallback    ``group``, null without one: nobody else was left
tier        ``key``: what follows is about this tier
left        ``user`` who no longer works here; what follows was done about it
=========== ====================================================================================

The reason of a single seat has the same words: ``rule`` with ``role`` and ``unit``, with ``of`` and
``levels``, with ``step`` and so on. One that is empty was named.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tasks.rules.chains import MOST_LEVELS, Json, tiers, whole

INITIATOR = "initiator"
LAST_DECIDER = "lastDecider"


@dataclass(frozen=True, slots=True)
class Load:
    """How many open tasks a person holds, how many at most, and when one was last given."""

    held: int = 0
    limit: int | None = None
    given_at: datetime | None = None

    @property
    def full(self) -> bool:
        return self.limit is not None and self.held >= self.limit


class Facts(Protocol):
    """What the organization knows, and who never decides this task."""

    @property
    def initiator(self) -> int | None:
        """Who started the instance, if anybody did."""

    def users(self, names: Collection[str]) -> Mapping[str, int]:
        """Return who has these names, active or not."""

    def groups(self, names: Collection[str]) -> Mapping[str, int]:
        """Return the groups with these names."""

    def active(self, users: Collection[int]) -> AbstractSet[int]:
        """Return which of these people work here."""

    def kept_out(self, users: Collection[int]) -> AbstractSet[int]:
        """Return which of these people never decide this, by themselves or by their group."""

    def group_kept_out(self, group: int) -> bool:
        """Tell whether nobody in this group ever decides this."""

    def members(self, groups: Collection[int]) -> Mapping[int, AbstractSet[int]]:
        """Return who belongs to these groups, of the people who work here."""

    def anybody_in(self, groups: Collection[int]) -> bool:
        """Tell whether anybody in these groups works here, may decide, and can be reached."""

    def unit_of(self, user: int | None) -> str | None:
        """Return the key of the unit that somebody belongs to."""

    def units(self) -> Mapping[str, str | None]:
        """Return all units by key, each with the key of the unit above."""

    def holders(self, role: str) -> Mapping[str, Sequence[int]]:
        """Return by unit who holds the role, of the people who work here."""

    def manager(self, user: int) -> int | None:
        """Return whom somebody reports to."""

    def did(self, step: str) -> Sequence[int]:
        """Return who did the step in this instance the last time."""

    def last_decider(self) -> int | None:
        """Return who answered last in this instance."""

    def skilled(self, users: Collection[int], skills: Collection[str]) -> AbstractSet[int]:
        """Return which of these people have all the skills."""

    def away(self, users: Collection[int]) -> Mapping[int, int | None]:
        """Return which of these people are away, with who stands in for each, if anybody does."""

    def stands_for(self, user: int) -> Collection[int]:
        """Return in whose place this person may act now."""

    def loads(self, users: Collection[int]) -> Mapping[int, Load]:
        """Return how much work lies with each of these people."""

    def turn(self) -> int:
        """Return a number that nobody else gets, one more than the last one at this step."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at the table: of one user, or of everybody in one group."""

    user: int | None = None
    group: int | None = None
    reason: Json = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Route:
    """Who is asked, how that came, and who holds it at once, if anybody does."""

    seats: list[Seat] = field(default_factory=list)
    steps: list[Json] = field(default_factory=list)
    owner: int | None = None

    @property
    def users(self) -> list[int]:
        return [seat.user for seat in self.seats if seat.user is not None]

    @property
    def groups(self) -> list[int]:
        return [seat.group for seat in self.seats if seat.group is not None]

    def take(self, seats: Iterable[Seat]) -> None:
        """Add those who do not sit here yet."""
        self.seats += [seat for seat in dict.fromkeys(seats) if seat not in self.seats]

    def drop(self, those: Callable[[Seat], bool]) -> None:
        self.seats = [seat for seat in self.seats if not those(seat)]


def route(
    who: Mapping[str, Any], facts: Facts, *, skills: Collection[str] = (), each: bool = False
) -> Route:
    """Return whom ``who`` means now; it has the shape of a question, a tier or a rung.

    Nobody in the result is inactive or excluded, and no user lacks one of the ``skills``. Where
    everybody is away and nobody stands in, managers are asked as well; where every seat counts
    (``each``), the manager takes the seat of anybody who is away. The seats may be empty.
    """
    found = Route()
    for rule in (named, roles, managers, doers, deciders):
        rule(found, who, facts)
    if not found.steps:
        found.steps.append(missing("anybody"))
    drop_who_left(found, facts)
    drop_excluded(found, facts)
    if skills:
        keep_skilled(found, facts, skills)
    cover(found, facts, each=each)
    return found


def somebody(found: Route, facts: Facts) -> bool:
    """Tell whether at least one person is asked who can be reached."""
    users = found.users
    if users and set(users) - absent(users, facts):
        return True
    return bool(found.groups) and facts.anybody_in(found.groups)


# --- who is meant --------------------------------------------------------------------------------


def named(found: Route, who: Mapping[str, Any], facts: Facts) -> None:
    users, groups = who.get("users") or (), who.get("groups") or ()
    if not users and not groups:
        return
    by_name = facts.users(users) if users else {}
    by_title = facts.groups(groups) if groups else {}
    seats = [Seat(user=by_name[name]) for name in users if name in by_name]
    seats += [Seat(group=by_title[name]) for name in groups if name in by_title]
    found.take(seats)
    step: Json = {"rule": "named"}
    if by_name:
        step["users"] = list(dict.fromkeys(by_name[name] for name in users if name in by_name))
    if by_title:
        step["groups"] = list(dict.fromkeys(by_title[name] for name in groups if name in by_title))
    if len(step) > 1:
        found.steps.append(step)
    found.steps += [missing("user", name=name) for name in users if name not in by_name]
    found.steps += [missing("group", name=name) for name in groups if name not in by_title]


def roles(found: Route, who: Mapping[str, Any], facts: Facts) -> None:
    """Look for each role in the unit, then in the units above, until somebody holds it."""
    wanted = who.get("roles") or ()
    if not wanted:
        return
    begin = who.get("unit") or facts.unit_of(facts.initiator)
    if begin is None or begin not in facts.units():
        found.steps.append(missing("unit", name=begin or ""))
        return
    for role in wanted:
        held = facts.holders(role)
        for unit in upwards(begin, facts.units()):
            users = held.get(unit, ())
            # Who asks for something does not grant it to themselves: the next unit above does.
            users = [user for user in users if user not in facts.kept_out(users)]
            if users:
                reason = {"rule": "role", "role": role, "unit": unit}
                found.take(Seat(user=user, reason=reason) for user in users)
                below = {} if unit == begin else {"below": begin}
                found.steps.append({**reason, **below, "users": users})
                break
        else:
            found.steps.append(missing("role", name=role, below=begin))


def upwards(unit: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the unit and all above it; a circle of units ends where it closes."""
    seen: set[str] = set()
    at: str | None = unit
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = parents.get(at)


def managers(found: Route, who: Mapping[str, Any], facts: Facts) -> None:
    of = who.get("manager_of")
    if not of:
        return
    person = whom(of, facts)
    if person is None:
        what = "decider" if of == LAST_DECIDER else "user"
        found.steps.append(missing(what, name=of))
        return
    levels = whole(who.get("levels", 1))
    boss, finding = above(person, levels, facts)
    if boss is None:
        found.steps.append(finding)
        return
    found.take([Seat(user=boss, reason={"rule": "manager", "of": person, "levels": levels})])
    found.steps.append(finding)


def whom(name: str, facts: Facts) -> int | None:
    """Return who is meant by a user name, or by a word for somebody in this instance."""
    if name == LAST_DECIDER:
        return facts.last_decider()
    if name == INITIATOR:
        return facts.initiator
    return facts.users([name]).get(name)


def above(person: int, levels: int, facts: Facts) -> tuple[int | None, Json]:
    """Return the manager so many levels up, and the step that says so.

    One who left or never decides this is passed over: the next one up is asked.
    """
    seen, at = {person}, person
    passed: list[int] = []
    for level in range(1, MOST_LEVELS + 1):
        boss = facts.manager(at)
        if boss is None:
            return None, missing("manager", of=at)
        if boss in seen:
            return None, missing("circle", of=boss)
        seen.add(boss)
        at = boss
        if level < levels:
            continue
        if facts.active([boss]) and not facts.kept_out([boss]):
            step: Json = {"rule": "manager", "of": person, "levels": levels, "user": boss}
            return boss, step | ({"passed": passed} if passed else {})
        passed.append(boss)
    return None, missing("manager", of=at)


def doers(found: Route, who: Mapping[str, Any], facts: Facts) -> None:
    """Ask whoever did an earlier step again."""
    for step in who.get("did") or ():
        users = list(facts.did(step))
        if not users:
            found.steps.append(missing("step", name=step))
            continue
        found.take(Seat(user=user, reason={"rule": "did", "step": step}) for user in users)
        found.steps.append({"rule": "did", "step": step, "users": users})


def deciders(found: Route, who: Mapping[str, Any], facts: Facts) -> None:
    """Ask everybody in a chain at once; `tiers` makes an order of it where there can be one."""
    if "chain" not in who:
        return
    if not who["chain"]:
        found.steps.append(missing("chain", name=""))
    for tier in tiers(who["chain"]):
        for rule in (named, roles, managers):
            rule(found, tier, facts)


def missing(what: str, **more: Any) -> Json:
    return {"rule": "missing", "what": what, **more}


# --- who of them may -----------------------------------------------------------------------------


def drop_who_left(found: Route, facts: Facts) -> None:
    users = found.users
    gone = set(users) - facts.active(users) if users else set()
    if gone:
        found.drop(lambda seat: seat.user in gone)
        found.steps.append({"rule": "inactive", "users": sorted(gone)})


def drop_excluded(found: Route, facts: Facts) -> None:
    users = found.users
    out = facts.kept_out(users) if users else set()
    groups = [group for group in found.groups if facts.group_kept_out(group)]
    if out or groups:
        found.drop(lambda seat: seat.user in out or seat.group in groups)
        step = {"rule": "excluded", "users": sorted(out), "groups": sorted(groups)}
        found.steps.append({name: value for name, value in step.items() if value})


def keep_skilled(found: Route, facts: Facts, skills: Collection[str]) -> None:
    """Keep who has the skills; of a group those members who have them."""
    everybody = persons(found, facts)
    able = facts.skilled(everybody, skills) if everybody else set()
    members, groups = facts.members(found.groups) if found.groups else {}, found.groups
    step: Json = {"rule": "skills", "skills": sorted(skills), "users": sorted(able)}
    without = sorted(set(found.users) - able)
    found.drop(lambda seat: seat.user is not None and seat.user not in able)
    kept, found.seats = found.seats, []
    for seat in kept:
        if seat.group is None:
            found.take([seat])
            continue
        reason = {"rule": "skills", "group": seat.group}
        chosen = sorted(able & members[seat.group])
        found.take(Seat(user=user, reason=reason) for user in chosen)
    found.steps.append(
        step | ({"without": without} if without else {}) | ({"of": groups} if groups else {})
    )


def persons(found: Route, facts: Facts) -> set[int]:
    """Return all people who are asked, also as members of a group."""
    members = facts.members(found.groups) if found.groups else {}
    inside = {user for users in members.values() for user in users}
    return set(found.users) | (inside - facts.kept_out(inside))


def absent(users: Collection[int], facts: Facts) -> set[int]:
    """Return who is away while nobody may decide in their place."""
    away = facts.away(users)
    standing_in = {user for user in away.values() if user is not None}
    out = facts.kept_out(standing_in) if standing_in else set()
    return {user for user, deputy in away.items() if deputy is None or deputy in out}


def cover(found: Route, facts: Facts, *, each: bool) -> None:
    """Have managers asked for people who are away: as well when all are, or in each one's seat."""
    users = found.users
    gone = absent(users, facts) if users else set()
    if not gone or (not each and (found.groups or gone != set(users))):
        return
    covered = set()
    for user in [user for user in users if user in gone]:
        boss = deputy(user, facts)
        found.steps.append({"rule": "away", "user": user, "for": boss})
        if boss is not None:
            found.take([Seat(user=boss, reason={"rule": "away", "of": user})])
            covered.add(user)
    if each:
        found.drop(lambda seat: seat.user in covered)


def deputy(user: int, facts: Facts) -> int | None:
    """Return the nearest manager who works here, may decide, and can be reached."""
    seen, at = {user}, facts.manager(user)
    while at is not None and at not in seen:
        seen.add(at)
        if facts.active([at]) and not facts.kept_out([at]) and not absent([at], facts):
            return at
        at = facts.manager(at)
    return None
