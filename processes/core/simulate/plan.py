"""The plan of a simulation: who comes, what they answer, how long it takes, who is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from processes.core import graph as g
from processes.core.simulate.distributions import (
    LONGEST,
    Distribution,
    Exponential,
    Fixed,
    read_distribution,
    span_of,
)
from processes.core.simulate.refusals import (
    fields_of,
    number_of,
    object_of,
    refuse,
    weights_of,
    whole_of,
)
from processes.core.simulate.values import Answer, Object, object_of_answers, read_answer

INSTANCES = 1_000
MAX_INSTANCES = 1_000_000
MAX_PEOPLE = 10_000
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

# What is taken where a plan says nothing.
ARRIVALS = Exponential(3600.0)
WORK = Exponential(3600.0)
JOB = Fixed(1.0)
MESSAGE = Exponential(3600.0)


@dataclass(frozen=True, slots=True)
class NodePlan:
    """What happens at one node; None and empty mean the usual.

    ``outcomes`` are weights. A job ``fails`` with this probability: with the error ``error``, or
    when that is empty as an incident. A message ``never`` comes with this probability.
    """

    duration: Distribution | None = None
    outcomes: Mapping[str, float] = field(default_factory=dict)
    data: Object | None = None
    response: Answer | None = None
    fails: float = 0.0
    error: str = ""
    payload: Answer | None = None
    never: float | None = None


USUAL = NodePlan()


@dataclass(frozen=True, slots=True)
class Plan:
    """``arrivals`` is the span between two starts, ``horizon`` in seconds where it all stops.

    Who is not named in ``resources`` has time for everything at once.
    """

    instances: int = INSTANCES
    seed: int = 1
    start: datetime = START
    arrivals: Distribution = ARRIVALS
    variables: Object | None = None
    resources: Mapping[str, int] = field(default_factory=dict)
    nodes: Mapping[str, NodePlan] = field(default_factory=dict)
    horizon: float = LONGEST

    def node(self, node: str) -> NodePlan:
        return self.nodes.get(node, USUAL)


FIELDS = ("instances", "seed", "start", "arrivals", "variables", "resources", "nodes", "horizon")


def read_plan(document: Any, graphs: Sequence[g.Graph]) -> Plan:
    """Return the plan that a document of plain data says. Raises Invalid with the place."""
    found = fields_of(document, "The plan", FIELDS)
    known = {node.id: node for graph in graphs for node in graph.nodes.values()}
    nodes = object_of(found.get("nodes", {}), "nodes")
    for name in nodes:
        if name not in known:
            refuse("nodes", f"names {name!r:.60}, which no process in the file has.")
    return Plan(
        instances=whole_of(
            found.get("instances", INSTANCES), "instances", least=1, most=MAX_INSTANCES
        ),
        seed=whole_of(found.get("seed", 1), "seed", least=0, most=2**53),
        start=_start(found.get("start")),
        arrivals=_arrivals(found.get("arrivals", {"per_hour": 1})),
        variables=(
            object_of_answers(found["variables"], "variables") if "variables" in found else None
        ),
        resources={
            name: whole_of(people, f"resources.{name}", least=1, most=MAX_PEOPLE)
            for name, people in object_of(found.get("resources", {}), "resources").items()
        },
        nodes={name: _node(known[name], value) for name, value in nodes.items()},
        horizon=span_of(found.get("horizon", LONGEST), "horizon"),
    )


def _start(value: Any) -> datetime:
    if value is None:
        return START
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        refuse("start", f"is {value!r:.40}. Write a moment such as 2026-01-05T09:00:00Z.")
    if not 1900 <= found.year <= 2200:
        refuse("start", "must lie between the years 1900 and 2200.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _arrivals(value: Any) -> Distribution:
    found = fields_of(value, "arrivals", ("per_hour", "every"))
    if len(found) != 1:
        refuse("arrivals", "wants either per_hour or every.")
    if "every" in found:
        return read_distribution(found["every"], "arrivals.every")
    rate = number_of(found["per_hour"], "arrivals.per_hour", least=1e-4, most=1e9)
    return Exponential(3600.0 / rate)


def _node(node: g.Node, value: Any) -> NodePlan:
    where = f"nodes.{node.id}"
    allowed = _allowed(node)
    if not allowed:
        refuse(where, "neither asks anybody nor waits for anything, so leave it out.")
    found = fields_of(value, where, allowed)
    return NodePlan(
        duration=(
            read_distribution(found["duration"], f"{where}.duration")
            if "duration" in found
            else None
        ),
        outcomes=_outcomes(node, found, f"{where}.outcomes"),
        data=object_of_answers(found["data"], f"{where}.data") if "data" in found else None,
        response=_answer(found, "response", where),
        fails=_probability(found.get("fails", 0.0), f"{where}.fails"),
        error=_text(found.get("error", ""), f"{where}.error"),
        payload=_answer(found, "payload", where),
        never=_probability(found["never"], f"{where}.never") if "never" in found else None,
    )


def _allowed(node: g.Node) -> tuple[str, ...]:
    """Return what can be said of a node of this kind."""
    match node:
        case g.UserTask():
            return ("duration", "outcomes", "data")
        case g.ServiceTask():
            return ("duration", "response", "fails", "error")
        case g.CallActivity():
            return ("duration", "response", "fails", "error")
        case g.ReceiveTask() | g.CatchEvent() | g.BoundaryEvent() | g.StartEvent():
            return ("duration", "payload", "never")
        case _:
            return ()


def _outcomes(node: g.Node, found: dict[str, Any], where: str) -> dict[str, float]:
    if "outcomes" not in found or not isinstance(node, g.UserTask):
        return {}
    weights = weights_of(found["outcomes"], where)
    known = [outcome.id for outcome in node.outcomes]
    for name in weights:
        if name not in known:
            refuse(where, f"names {name!r:.60}. “{node.label}” has: {', '.join(known)}.")
    return weights


def _answer(found: dict[str, Any], name: str, where: str) -> Answer | None:
    return read_answer(found[name], f"{where}.{name}") if name in found else None


def _probability(value: Any, where: str) -> float:
    return number_of(value, where, least=0, most=1)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        refuse(where, f"is {value!r:.40}. Write a text.")
    return value
