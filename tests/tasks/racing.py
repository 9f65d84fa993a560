"""Letting people act at the same moment, on connections of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection

from processes.core.errors import Refusal
from tasks.models import Task
from tests.factories import asked, cast, deployed_source, started

Act = Callable[[Task], object]


def race(pool: ThreadPoolExecutor, task: Task, acts: list[Act]) -> list[Refusal | None]:
    """Let all act at the same moment; return each one's refusal, or None for who got through."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> Refusal | None:
        barrier.wait(timeout=10)
        try:
            act(task)
        except Refusal as refusal:
            return refusal
        return None

    return list(pool.map(run, acts))


@contextmanager
def racing(source: str, rounds: int) -> Iterator[tuple[ThreadPoolExecutor, Iterator[Task]]]:
    """Yield a pool of two threads, and so many tasks, each of an instance of its own."""
    cast()
    process = deployed_source(source).process
    with ThreadPoolExecutor(2) as pool:
        yield pool, (asked(started(process), "ask") for _ in range(rounds))
        both = Barrier(2)

        def close() -> None:
            both.wait(timeout=10)
            connection.close()

        for closing in [pool.submit(close) for _ in range(2)]:
            closing.result()
