"""Who of those who are asked gets it: everybody, or one who holds it from the start."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from tasks.rules.routing import Facts, Load, Route, Seat, absent, persons

Loads = Mapping[int, Load]


def allot(found: Route, facts: Facts, *, how: str, seed: str, answerer: int | None = None) -> None:
    """Decide who holds it from the start, if anybody does.

    ``answerer`` is whose answer led here, where that matters; ``seed`` makes chance repeatable.
    """
    if answerer is not None and hand_on(found, facts, answerer):
        return
    if how == "single":
        if len(found.seats) == 1 and found.seats[0].user is not None:
            found.owner = found.seats[0].user
            found.steps.append({"rule": "single", "user": found.owner})
    elif how != "offer":
        choose(found, facts, how=how, seed=seed)


def hand_on(found: Route, facts: Facts, answerer: int) -> bool:
    """Let the person whose answer led here go on, or the one in whose place they did."""
    everybody = persons(found, facts)
    mine = [answerer, *sorted(facts.stands_for(answerer))]
    owner = next((user for user in mine if user in everybody), None)
    if owner is None or facts.kept_out([answerer]):
        return False
    found.owner = owner
    found.steps.append({"rule": "chained", "user": owner})
    return True


def choose(found: Route, facts: Facts, *, how: str, seed: str) -> None:
    """Give it to one person of all who were found; the others wait until it is given back."""
    everybody = persons(found, facts)
    pool = sorted(everybody - absent(everybody, facts)) if everybody else []
    loads = facts.loads(pool) if pool else {}
    free = [user for user in pool if not loads[user].full]
    if not free:
        if pool:
            found.steps.append({"rule": "full", "of": len(pool)})
        return
    user = WAYS[how](free, loads, facts, seed)
    rest = {"users": [other for other in found.users if other != user], "groups": found.groups}
    step = {"rule": "chosen", "by": how, "user": user, "of": len(free), "rest": rest}
    found.steps.append(step)
    found.seats = [Seat(user=user, reason={"rule": "chosen", "by": how})]
    found.owner = user


def by_turn(free: Sequence[int], _loads: Loads, facts: Facts, _seed: str) -> int:
    return free[(facts.turn() - 1) % len(free)]


def by_queue(free: Sequence[int], loads: Loads, _facts: Facts, seed: str) -> int:
    return min(free, key=lambda user: (loads[user].held, lot(seed, user)))


def by_lot(free: Sequence[int], _loads: Loads, _facts: Facts, seed: str) -> int:
    return min(free, key=lambda user: lot(seed, user))


def by_rest(free: Sequence[int], loads: Loads, _facts: Facts, seed: str) -> int:
    """Return who was given nothing for the longest time; who never was comes first."""

    def rested(user: int) -> tuple[bool, float, str]:
        given_at = loads[user].given_at
        return (given_at is not None, given_at.timestamp() if given_at else 0, lot(seed, user))

    return min(free, key=rested)


WAYS: Mapping[str, Callable[[Sequence[int], Loads, Facts, str], int]] = {
    "roundRobin": by_turn,
    "shortestQueue": by_queue,
    "random": by_lot,
    "leastRecent": by_rest,
}


def lot(seed: str, user: int) -> str:
    """Return a lot that is fair, and the same whenever somebody looks it up again."""
    return sha256(f"{seed}:{user}".encode()).hexdigest()
