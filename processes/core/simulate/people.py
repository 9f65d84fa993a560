"""Who does the tasks: groups of so many people, and the queue before each of them.

A task waits in the queues of everybody it was offered to. Whoever is free first takes the oldest
that this person may answer, works on it, and takes the next. Nobody puts a task aside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, eq=False)
class Ask:
    """A task that was put to people. ``by`` works on it since ``taken_at``, as one of ``pool``."""

    instance: int
    token: str
    node: str
    opened_at: datetime
    offered_to: list[str]
    exclude: frozenset[str]
    by: str = ""
    pool: str = ""
    taken_at: datetime | None = None
    over: bool = False


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
                self._leave_queues(ask)
                ask.by, ask.taken_at = name, at
                return True
        for name in ask.offered_to:
            pool = self.pools.get(name)
            if pool and (person := fitting(pool.free, ask)):
                pool.free.remove(person)
                self._leave_queues(ask)
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
            self._leave_queues(ask)
            return None
        pool = self.pools.get(ask.pool)
        if pool is None:
            return None
        pool.busy += (at - ask.taken_at).total_seconds()
        for waiting in pool.queue.values():
            if ask.by not in waiting.exclude:
                self._leave_queues(waiting)
                take(pool, waiting, ask.by, at)
                return waiting
        pool.free.append(ask.by)
        return None

    def _leave_queues(self, ask: Ask) -> None:
        for name in ask.offered_to:
            if name in self.pools:
                self.pools[name].queue.pop(id(ask), None)


def names(pool: str, people: int) -> list[str]:
    """Return a name for each; a pool of one is called like that one person."""
    return [pool] if people == 1 else [f"{pool} {number}" for number in range(1, people + 1)]


def fitting(free: Sequence[str], ask: Ask) -> str:
    return next((person for person in free if person not in ask.exclude), "")


def take(pool: Pool, ask: Ask, person: str, at: datetime) -> None:
    ask.by, ask.pool, ask.taken_at = person, pool.name, at
    pool.taken += 1
