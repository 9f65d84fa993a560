"""Tasks that several must answer: who is asked when, and when it is decided.

Simpler than in the portal, for a simulation knows no persons: everybody has one vote, weights count
as heads, a vote is positive or not, and nobody is carried over from tier to tier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from processes.core import graph as g


@dataclass(slots=True)
class Part:
    """Some of those who must agree. ``seats`` are the votes that it has; none in one with parts."""

    key: str
    need: str
    within: str = ""
    offered_to: list[str] = field(default_factory=list)
    seats: int = 0
    asked: bool = False
    yes: int = 0
    no: int = 0


@dataclass(slots=True)
class Ballot:
    """The votes on one task."""

    task: g.UserTask
    need: str
    sequential: bool
    early: bool
    veto: frozenset[str]
    abstain: frozenset[str]
    otherwise: str
    parts: dict[str, Part]
    voters: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def next_parts(self) -> list[Part]:
        """Return the parts that are to be asked now, each once."""
        found = []
        for part in self.outer():
            if (
                self.sequential
                and self.verdict(part) is None
                and any(leaf.asked for leaf in self.leaves(part))
            ):
                break
            found += [leaf for leaf in self.leaves(part) if not leaf.asked]
            if self.sequential and found:
                break
        for leaf in found:
            leaf.asked = True
        return found

    def cast(self, part: Part, outcome: str) -> str:
        """Count a vote; return the outcome of the task once it is decided, else nothing."""
        self.said.append(outcome)
        kinds = {known.id: known.kind for known in self.task.outcomes}
        if outcome in self.veto:
            return outcome
        if outcome in self.abstain:
            part.seats -= 1
            self.leave_out(part)
        elif kinds.get(outcome) == "positive":
            part.yes += 1
        else:
            part.no += 1
        asked = [leaf for leaf in self.parts.values() if leaf.asked]
        if not self.early and any(leaf.yes + leaf.no < leaf.seats for leaf in asked):
            return ""
        verdict = agreed(self.need, [self.verdict(outer) for outer in self.outer()])
        if verdict is None:
            return ""
        return self.agreement() if verdict else self.missed()

    def leave_out(self, part: Part) -> None:
        """Forget a part in which nobody has an opinion."""
        if not part.seats:
            del self.parts[part.key]

    def verdict(self, part: Part) -> bool | None:
        """Tell whether a part has agreed; None while that is open."""
        inner = self.inner(part)
        if inner:
            return agreed(part.need, [self.verdict(one) for one in inner])
        open_ = part.seats - part.yes - part.no
        return agreed(part.need, [True] * part.yes + [False] * part.no + [None] * open_)

    def outer(self) -> list[Part]:
        return [part for part in self.parts.values() if part.within not in self.parts]

    def inner(self, part: Part) -> list[Part]:
        return [one for one in self.parts.values() if one.within == part.key]

    def leaves(self, part: Part) -> list[Part]:
        inner = self.inner(part)
        return [leaf for one in inner for leaf in self.leaves(one)] if inner else [part]

    def agreement(self) -> str:
        """Return the positive outcome that was said most."""
        known = [one.id for one in self.task.outcomes if one.kind == "positive"]
        return max(known, key=self.said.count)

    def missed(self) -> str:
        return self.otherwise or fail_closed(self.task)


def ballot_of(task: g.UserTask, asked: Mapping[str, Any], people: Mapping[str, int]) -> Ballot:
    """Return the ballot for a question that was put; ``people`` tells the size of each group."""
    rule = asked["quorum"]
    parts = {}
    for tier in asked["tiers"]:
        inside = any(other["within"] == tier["key"] for other in asked["tiers"])
        seats = 0 if inside else seats_of(tier, tier["need"], people)
        parts[tier["key"]] = Part(tier["key"], tier["need"], tier["within"], names_of(tier), seats)
    if not parts:
        # Each seat is a part of its own, so that one can be asked after the other.
        for number in range(seats_of(asked, rule["need"], people)):
            parts[str(number)] = Part(str(number), "any", offered_to=names_of(asked), seats=1)
    return Ballot(
        task=task,
        need=rule["need"],
        sequential=rule["order"] == "sequential",
        early=rule["early"],
        veto=frozenset(rule["veto"]),
        abstain=frozenset(rule["abstain"]),
        otherwise=rule["otherwise"],
        parts=parts,
    )


def names_of(who: Mapping[str, Any]) -> list[str]:
    """Return who is offered a task, with a word for those that only the portal can look up."""
    found = [*who.get("users", ()), *who.get("groups", ()), *who.get("roles", ())]
    if who.get("manager_of"):
        found.append("managers")
    for entry in who.get("chain", ()):
        found += [entry] if isinstance(entry, str) else chained(entry)
    return list(dict.fromkeys(found)) or ["nobody in particular"]


def chained(entry: Mapping[str, Any]) -> list[str]:
    """Return whom an entry of a chain of approvers means."""
    found: list[str] = []
    for key in ("user", "users", "group", "groups", "role", "roles"):
        value = entry.get(key, [])
        found += [value] if isinstance(value, str) else value
    return found or ["managers"]


def seats_of(who: Mapping[str, Any], need: str, people: Mapping[str, int]) -> int:
    """Return how many votes there are; a group without a number has as many as are needed."""
    names = names_of(who)
    known = sum(people.get(name, 1) for name in names)
    unlimited = any(name not in people and name not in who.get("users", ()) for name in names)
    return max(known, ceil(Decimal(need))) if unlimited and is_number(need) else known


def is_number(need: str) -> bool:
    return need not in ("any", "all") and not need.endswith("%")


def agreed(need: str, votes: Sequence[bool | None]) -> bool | None:
    """Tell whether enough say yes, or can no longer; None while that is open."""
    if need == "any":
        wanted = 1
    elif need == "all":
        wanted = max(len(votes), 1)
    elif is_number(need):
        wanted = ceil(Decimal(need))
    else:
        wanted = ceil(Decimal(need.removesuffix("%")) * len(votes) / 100)
    yes, open_ = votes.count(True), votes.count(None)
    if yes >= wanted:
        return True
    return None if yes + open_ >= wanted else False


def fail_closed(task: g.UserTask) -> str:
    """Return the outcome that nobody gives: the first negative one, or one that is not a yes."""
    for kind in ("negative", "neutral", "positive"):
        for outcome in task.outcomes:
            if outcome.kind == kind:
                return outcome.id
    raise ValueError(f"“{task.label}” has no outcome")
