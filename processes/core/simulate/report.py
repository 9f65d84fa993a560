"""What a simulation has shown, as figures."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

VARIANTS = 50
"""Variants are told one by one up to this many; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: how they are spread over ``count`` measured spans."""

    count: int
    mean: float
    median: float
    p90: float
    p95: float
    max: float


NO_SPREAD = Spread(0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Variant:
    """A way through the process: what was completed, in order, with answers behind a colon."""

    trace: tuple[str, ...]
    count: int
    share: float
    cycle_time: Spread


@dataclass(frozen=True, slots=True)
class Step:
    """A node at which somebody was asked, or at which the process waited for something outside.

    ``asked`` is how often each user and group was asked, ``outcomes`` what was answered.
    ``waiting`` is until somebody took it, ``working`` from then until the answer.
    """

    node: str
    name: str
    opened: int
    completed: int
    withdrawn: int
    asked: Mapping[str, int]
    outcomes: Mapping[str, int]
    waiting: Spread
    working: Spread
    deadlines: int
    deadlines_missed: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Load:
    """``busy`` is the share of their time, from the first start to the last end, that they work."""

    name: str
    people: int
    taken: int
    busy: float
    longest_queue: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Incidents of one kind at one node; ``sentence`` is one of them."""

    node: str
    code: str
    sentence: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """``waiting_time`` is over all tasks, ``cycle_time`` over the completed instances.

    ``ends`` counts the end events of the process itself that were reached. ``unfinished`` instances
    wait for something that never came, or ran into the horizon; ``given_up`` ran in circles.
    """

    process: str
    seed: int
    instances: int
    completed: int
    failed: int
    unfinished: int
    given_up: int
    span: float
    cycle_time: Spread
    waiting_time: Spread
    deadlines: int
    deadlines_missed: int
    ends: Mapping[str, int]
    variant_count: int
    variants: Sequence[Variant]
    steps: Sequence[Step]
    groups: Sequence[Load]
    incidents: Sequence[Stop]


@dataclass(slots=True)
class StepTally:
    """What was counted at one node so far."""

    node: str
    name: str
    opened: int = 0
    completed: int = 0
    withdrawn: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    waiting: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)
    deadlines: int = 0
    missed: int = 0
    escalated: int = 0

    def step(self) -> Step:
        return Step(
            self.node,
            self.name,
            self.opened,
            self.completed,
            self.withdrawn,
            ordered(self.asked),
            ordered(self.outcomes),
            spread(self.waiting),
            spread(self.working),
            self.deadlines,
            self.missed,
            self.escalated,
        )


def spread(seconds: Iterable[float]) -> Spread:
    """Return how the spans are spread; a percentile is the nearest one that was measured."""
    found = sorted(seconds)
    if not found:
        return NO_SPREAD
    return Spread(
        count=len(found),
        mean=round(math.fsum(found) / len(found), 3),
        median=at_share(found, 0.5),
        p90=at_share(found, 0.9),
        p95=at_share(found, 0.95),
        max=round(found[-1], 3),
    )


def at_share(found: Sequence[float], share: float) -> float:
    return round(found[max(math.ceil(share * len(found)) - 1, 0)], 3)


def ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, the highest first."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def variants(traces: Mapping[tuple[str, ...], Sequence[float]]) -> list[Variant]:
    """Return the ways that were taken, the most frequent first; ``traces`` has their spans."""
    total = sum(map(len, traces.values()))
    most = sorted(traces.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:VARIANTS]
    return [
        Variant(trace, len(spans), round(len(spans) / total, 4), spread(spans))
        for trace, spans in most
    ]
