"""Who does the tasks: groups of so many people, and the queue before each of them.

A task waits in the queues of everybody it was offered to. Whoever is free first takes the most
urgent that this person may answer, of equals the oldest, works on it, and takes the next. Nobody
puts a task aside. Of a task that several must answer, each vote waits and is worked on by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from processes.core.simulate.ballots import Ballot, Part

USUAL = 50
"""The priority of a task that says nothing of it."""


@dataclass(slots=True, eq=False)
class Ask:
    """A task that was put to people. ``by`` works on it since ``taken_at``, as one of ``pool``.

    ``ballot`` are the votes where several must answer, of which this is one in ``part``.
    """

    instance: int
    token: str
    node: str
    opened_at: datetime
    offered_to: list[str]
    exclude: frozenset[str]
    priority: int = USUAL
    ballot: Ballot | None = None
    part: Part | None = None
    by: str = ""
    pool: str = ""
    taken_at: datetime | None = None
    over: bool = False

    def may(self, person: str) -> bool:
        """Tell whether this person may answer; nobody votes twice."""
        return person not in self.exclude and (
            self.ballot is None or person not in self.ballot.voters
        )


@dataclass(slots=True)
class Pool:
    """A user or a group. ``free`` are the names of those with nothing to do."""

    name: str
    people: int
    free: list[str]
    queue: dict[int, Ask] = field(default_factory=dict)
    longest: int = 0
    taken: int = 0
    busy: float = 0.0


class People:
    """Everybody whose time is limited. Others answer as soon as they have worked on it."""

    def __init__(self, resources: Mapping[str, int]) -> None:
        self.pools = {
            name: Pool(name, people, names(name, people)) for name, people in resources.items()
        }

    def offer(self, ask: Ask, at: datetime) -> bool:
        """Give the task to somebody who is free, or let it wait; tell whether it was taken."""
        for name in ask.offered_to:
            if name not in self.pools and name not in ask.exclude:
                self.leave_queues(ask)
                ask.by, ask.taken_at = name, at
                return True
        for name in ask.offered_to:
            pool = self.pools.get(name)
            if pool and (person := fitting(pool.free, ask)):
                pool.free.remove(person)
                self.leave_queues(ask)
                take(pool, ask, person, at)
                return True
        for name in ask.offered_to:
            pool = self.pools.get(name)
            if pool:
                pool.queue[id(ask)] = ask
                pool.longest = max(pool.longest, len(pool.queue))
        return False

    def done(self, ask: Ask, at: datetime) -> Ask | None:
        """End work on a task, finished or not; return the one that is taken up next."""
        ask.over = True
        if ask.taken_at is None:
            self.leave_queues(ask)
            return None
        pool = self.pools.get(ask.pool)
        if pool is None:
            return None
        pool.busy += (at - ask.taken_at).total_seconds()
        # Of the most urgent the first that came: the order of the queue is kept among equals.
        for waiting in sorted(pool.queue.values(), key=lambda one: -one.priority):
            if waiting.may(ask.by):
                self.leave_queues(waiting)
                take(pool, waiting, ask.by, at)
                return waiting
        pool.free.append(ask.by)
        return None

    def reassign(self, ask: Ask, names: list[str]) -> None:
        """Let the task wait for others; whoever works on it already finishes it."""
        if ask.taken_at is None:
            self.leave_queues(ask)
            ask.offered_to = names

    def leave_queues(self, ask: Ask) -> None:
        """Let nobody take the task any more."""
        for name in ask.offered_to:
            if name in self.pools:
                self.pools[name].queue.pop(id(ask), None)


def names(pool: str, people: int) -> list[str]:
    """Return a name for each; a pool of one is called like that one person."""
    return [pool] if people == 1 else [f"{pool} {number}" for number in range(1, people + 1)]


def fitting(free: Sequence[str], ask: Ask) -> str:
    return next((person for person in free if ask.may(person)), "")


def take(pool: Pool, ask: Ask, person: str, at: datetime) -> None:
    ask.by, ask.pool, ask.taken_at = person, pool.name, at
    pool.taken += 1
    if ask.ballot is not None:
        ask.ballot.voters.add(person)
