"""How many must agree: what the votes of several people come to.

A quorum is a tree. A leaf is a tier of people, whose votes count; a part with parts of its own
counts those of them that have agreed. Without tiers the whole quorum is one leaf. People are ids of
users, and each counts once, whatever brought them here: who belongs to several tiers sits in the
first of them, and with ``carry`` in all.

What counts: a vote for a positive outcome agrees. One for an outcome of ``abstain`` leaves those
who are counted, so that ``all`` and a percentage are of the others; where all abstain, nothing is
agreed. Every other vote is against. Too few people alone never decide against it: as long as
nobody has voted against or abstained it stays open, and `Count.short` says that people are missing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

Json = Mapping[str, Any]
State = Literal["agreed", "missed", "open", "waiting"]
How = Literal["", "agreed", "missed", "veto"]

ONE = Decimal(1)
ALL_IN_ONE = ""
"""The key of the one leaf of a quorum without tiers."""


@dataclass(frozen=True, slots=True)
class Part:
    """A tier, or several that count as one. ``need`` is any, all, a number or a percentage.

    ``weights`` are by user name, or by key of the parts; who is not named weighs 1.
    """

    key: str
    name: str = ""
    need: str = "all"
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    sequential: bool = False
    parts: tuple["Part", ...] = ()

    @property
    def leaves(self) -> Iterator["Part"]:
        """Yield the tiers of people, in the order of the definition."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves

    def weight(self, name: str) -> Decimal:
        return self.weights.get(name, ONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """The rule of one task, see `processes.core.graph.Quorum`.

    ``kinds`` has the outcomes in the order of the definition: positive, negative or neutral.
    """

    root: Part
    kinds: Mapping[str, str]
    veto: Collection[str] = ()
    abstain: Collection[str] = ()
    otherwise: str = ""
    early: bool = True
    secret: bool = False
    carry: bool = False

    def leaf(self, key: str) -> Part:
        """Return the tier with this key. Raises KeyError."""
        for part in self.root.leaves:
            if part.key == key:
                return part
        raise KeyError(key)

    def agrees(self, outcome: str) -> bool:
        return self.kinds.get(outcome) == "positive" and outcome not in self.abstain

    @property
    def when_missed(self) -> str:
        """Return the outcome of a missed quorum: declared, or the first that does not agree."""
        for kind in ("negative", "neutral", "positive"):
            for outcome, known in self.kinds.items():
                if not self.otherwise and known == kind and outcome not in self.abstain:
                    return outcome
        return self.otherwise or next(iter(self.kinds))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may vote, by id and user name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that was given. ``seat`` is whose place was used, None for somebody who is gone.

    ``kept`` tells one that was carried over, so that it says nothing a second time.
    """

    seat: int | None
    tier: str
    outcome: str
    weight: Decimal = ONE
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How far one part is. Amounts are weights; of people that weigh alike, their number.

    ``needed`` is how much must agree, ``still`` how much of it is not there yet. ``missing`` are
    those who may still vote. ``short``: not all who are asked together would be enough.
    """

    part: Part
    state: State
    have: Decimal
    needed: Decimal
    of: Decimal
    missing: tuple[Member, ...] = ()
    short: bool = False
    parts: tuple["Count", ...] = ()

    @property
    def still(self) -> Decimal:
        return max(self.needed - self.have, Decimal(0)) if self.state != "agreed" else Decimal(0)

    @property
    def leaves(self) -> Iterator["Count"]:
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves


@dataclass(frozen=True, slots=True)
class Tally:
    """What the votes come to. ``outcome`` is empty as long as it is open; ``how`` it came about.

    ``asked`` are the keys of the tiers whose people may vote now, ``later`` of those to come.
    """

    outcome: str
    how: How
    root: Count
    asked: tuple[str, ...]
    later: tuple[str, ...]

    @property
    def decided(self) -> bool:
        return bool(self.how)

    def of(self, key: str) -> Count:
        """Return the count of one tier. Raises KeyError."""
        for count in self.root.leaves:
            if count.part.key == key:
                return count
        raise KeyError(key)


# --- reading the definition ----------------------------------------------------------------------


def quorum_of(asked: Json, outcomes: Iterable[tuple[str, str]] = ()) -> Quorum:
    """Return the rule in `asked` of a task; ``outcomes`` are pairs of id and kind."""
    rule = asked.get("quorum") or {}
    return Quorum(
        root=tree(rule, asked.get("tiers") or ()),
        kinds=dict(outcomes),
        veto=frozenset(rule.get("veto", ())),
        abstain=frozenset(rule.get("abstain", ())),
        otherwise=rule.get("otherwise", ""),
        early=rule.get("early", True),
        secret=rule.get("secret", False),
        carry=rule.get("carry", False),
    )


def tree(rule: Json, tiers: Sequence[Json]) -> Part:
    """Return the parts in their order. A tier within one that does not exist stands outside."""
    keys = {tier["key"] for tier in tiers}
    inside: dict[str | None, list[Json]] = {}
    for tier in tiers:
        outer = tier.get("within") or None
        inside.setdefault(outer if outer in keys else None, []).append(tier)

    def part(tier: Json) -> Part:
        return Part(
            key=tier["key"],
            name=tier.get("name", ""),
            need=tier.get("need", "any"),
            weights=amounts(tier.get("weights") or {}),
            sequential=tier.get("order") == "sequential",
            parts=tuple(part(inner) for inner in inside.get(tier["key"], ())),
        )

    weights = amounts(rule.get("weights") or {})
    for tier in inside.get(None, ()):
        # A tier of one person weighs what the person does.
        names = tier.get("users", ())
        if len(names) == 1 and names[0] in weights:
            weights.setdefault(tier["key"], weights[names[0]])
    return Part(
        key=ALL_IN_ONE,
        need=rule.get("need", "all"),
        weights=weights,
        sequential=rule.get("order") == "sequential",
        parts=tuple(part(tier) for tier in inside.get(None, ())),
    )


def amounts(weights: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(weight) for name, weight in weights.items()}


def open_tiers(asked: Json) -> list[str]:
    """Return the keys of the tiers that are asked first; one empty key without tiers."""
    quorum = quorum_of(asked)
    return list(tally(quorum, members={}, ballots=()).asked)


# --- counting ------------------------------------------------------------------------------------


def tally(
    quorum: Quorum,
    *,
    members: Mapping[str, Iterable[Member]],
    ballots: Sequence[Ballot],
    barred: Collection[int] = (),
) -> Tally:
    """Return what the votes come to.

    ``members`` are by tier who belongs to it now; nobody in ``barred`` votes any more, such as who
    voted in somebody else's name. With ``early`` it is decided as soon as the rest cannot change
    whether it is agreed; a veto only counts until then.
    """
    seats = seated(quorum, members)
    root = _count(quorum, quorum.root, seats, ballots, set(barred))
    vetoed = [ballot.outcome for ballot in ballots if ballot.outcome in quorum.veto]
    outcome, how = "", ""
    if vetoed:
        outcome, how = min(vetoed, key=list(quorum.kinds).index), "veto"
    elif root.state == "agreed":
        outcome, how = strongest(quorum, ballots), "agreed"
    elif root.state == "missed":
        outcome, how = quorum.when_missed, "missed"
    asked = () if how else tuple(_asked(root))
    later = () if how else tuple(c.part.key for c in root.leaves if c.state == "waiting")
    return Tally(outcome, how, root, asked, later)  # type: ignore[arg-type]


def seated(
    quorum: Quorum, members: Mapping[str, Iterable[Member]]
) -> dict[str, tuple[Member, ...]]:
    """Return who sits where: each person in the first tier they belong to, or in all."""
    placed: set[int] = set()
    seats = {}
    for leaf in quorum.root.leaves:
        here = {member.id: member for member in members.get(leaf.key, ())}
        if not quorum.carry:
            here = {person: member for person, member in here.items() if person not in placed}
            placed |= here.keys()
        seats[leaf.key] = tuple(here.values())
    return seats


def strongest(quorum: Quorum, ballots: Iterable[Ballot]) -> str:
    """Return the positive outcome with most weight; of equals, the first in the definition."""
    weights = {outcome: Decimal(0) for outcome in quorum.kinds if quorum.agrees(outcome)}
    counted: set[int] = set()
    for ballot in ballots:
        if ballot.outcome not in weights or ballot.seat in counted:
            continue
        weights[ballot.outcome] += ballot.weight
        if ballot.seat is not None:
            counted.add(ballot.seat)
    return max(weights, key=lambda outcome: weights[outcome])


def reached(need: str, have: Decimal, of: Decimal) -> bool:
    """Tell whether so much agreement is enough of those who count."""
    return have > 0 and have >= amount(need, of)


def amount(need: str, of: Decimal) -> Decimal:
    """Return how much must agree where ``of`` is all that counts; ``any`` is anything at all."""
    if need == "any":
        return Decimal(0)
    if need == "all":
        return of
    if need.endswith("%"):
        return of * Decimal(need.removesuffix("%")) / 100
    return Decimal(need)


def _count(
    quorum: Quorum,
    part: Part,
    seats: Mapping[str, Sequence[Member]],
    ballots: Sequence[Ballot],
    barred: Collection[int],
) -> Count:
    if part.parts:
        return _count_parts(quorum, part, seats, ballots, barred)
    here = [ballot for ballot in ballots if ballot.tier == part.key]
    out = {*barred, *(ballot.seat for ballot in (here if quorum.carry else ballots))}
    missing = tuple(member for member in seats.get(part.key, ()) if member.id not in out)
    counting = [ballot for ballot in here if ballot.outcome not in quorum.abstain]
    have = sum((b.weight for b in counting if quorum.agrees(b.outcome)), Decimal(0))
    against = sum((b.weight for b in counting if not quorum.agrees(b.outcome)), Decimal(0))
    left = sum((part.weight(member.name) for member in missing), Decimal(0))
    refused = any(not quorum.agrees(ballot.outcome) for ballot in here)
    state, short = _state(part.need, have, against, left, refused=refused)
    if missing and not quorum.early:
        state = "open"
    return Count(
        part=part,
        state=state,
        have=have,
        needed=_shown(part, have + against + left),
        of=have + against + left,
        missing=missing,
        short=short,
    )


def _count_parts(
    quorum: Quorum,
    part: Part,
    seats: Mapping[str, Sequence[Member]],
    ballots: Sequence[Ballot],
    barred: Collection[int],
) -> Count:
    counts: list[Count] = []
    for inner in part.parts:
        count = _count(quorum, inner, seats, ballots, barred)
        if part.sequential and any(before.state in ("open", "waiting") for before in counts):
            count = _waiting(count)
        counts.append(count)
    weight = dict.fromkeys(("agreed", "missed", "open", "waiting"), Decimal(0))
    for count in counts:
        weight[count.state] += part.weight(count.part.key)
    state, short = _state(
        part.need,
        weight["agreed"],
        weight["missed"],
        weight["open"] + weight["waiting"],
        refused=any(count.state == "missed" for count in counts),
    )
    if not quorum.early and any(count.state == "open" for count in counts):
        state = "open"
    of = sum(weight.values(), Decimal(0))
    return Count(
        part=part,
        state=state,
        have=weight["agreed"],
        needed=_shown(part, of),
        of=of,
        short=short,
        parts=tuple(counts),
    )


def _state(
    need: str, have: Decimal, against: Decimal, left: Decimal, *, refused: bool
) -> tuple[State, bool]:
    """Return where it stands, and whether there are too few to reach it."""
    of = have + against + left
    if reached(need, have, of):
        return "agreed", False
    if reached(need, have + left, of):
        return "open", False
    return ("missed", False) if refused else ("open", True)


def _waiting(count: Count) -> Count:
    """Return the count of a part that is not asked yet: its people are not known before."""
    return Count(
        part=count.part,
        state="waiting",
        have=count.have,
        needed=count.needed,
        of=count.of,
        parts=tuple(_waiting(inner) for inner in count.parts),
    )


def _shown(part: Part, of: Decimal) -> Decimal:
    """Return how much is needed as people read it: whole persons, unless they weigh differently."""
    needed = amount(part.need, of)
    if part.need == "any":
        return ONE
    return needed if part.weights else needed.to_integral_value(ROUND_CEILING)


def _asked(count: Count) -> Iterator[str]:
    if count.state != "open":
        return
    if not count.parts:
        yield count.part.key
    for inner in count.parts:
        yield from _asked(inner)
