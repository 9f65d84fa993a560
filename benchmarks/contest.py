"""Contenders that take turns: each in processes of its own, all waiting for the same signal."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

# Returns a function that does the work a number of times; runs once in each client's process.
Prepare = Callable[[], Callable[[int], None]]
Clients = list[Connection]


@dataclass(frozen=True, slots=True)
class Score:
    """``seconds`` is the median time of one piece of work, over all rounds."""

    seconds: float
    rounds: list[float]

    @property
    def rate(self) -> float:
        return 1 / self.seconds


def contest(
    contenders: Mapping[str, Prepare], *, clients: int, rounds: int, work: Mapping[str, int]
) -> dict[str, Score]:
    """Let every contender do ``work[name]`` pieces per client and round, in turn.

    The first round warms up and does not count.
    """
    context = get_context("spawn")
    processes = []
    teams: dict[str, Clients] = {}
    for name, prepare in contenders.items():
        teams[name] = []
        for _ in range(clients):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(prepare, theirs), daemon=True)
            process.start()
            processes.append(process)
            teams[name].append(ours)
    for team in teams.values():
        for client in team:
            client.recv()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for at in range(rounds + 1):
        for name, team in teams.items():
            seconds = turn(team, work[name]) / (work[name] * clients)
            if at:
                times[name].append(seconds)
    for team in teams.values():
        for client in team:
            client.send(0)
    for process in processes:
        process.join(timeout=20)
    return {name: Score(statistics.median(found), found) for name, found in times.items()}


def turn(team: Clients, pieces: int) -> float:
    """Return the seconds until every client of the team has done its pieces."""
    began = time.perf_counter()
    for client in team:
        client.send(pieces)
    for client in team:
        failed = client.recv()
        if failed:
            raise RuntimeError(failed)
    return time.perf_counter() - began


def serve(prepare: Prepare, orders: Connection) -> None:
    """Prepare, and work each time the other end says how often."""
    work = prepare()
    orders.send("")
    while pieces := orders.recv():
        try:
            work(pieces)
            orders.send("")
        except Exception as error:
            orders.send(repr(error))
            raise
