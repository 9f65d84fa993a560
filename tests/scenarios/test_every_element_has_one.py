"""Nothing of the process language goes without a scenario."""

from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest

from processes.core import graph as g
from tests.scenarios.playing import graphs_of, scripts

# A trigger and the places where it may stand (BPMN 2.0.2, tables 10.84, 10.88 and 10.89).
CAUGHT = {
    "start": ("Message", "Signal", "Timer"),
    "catch": ("Message", "Signal", "Timer", "Conditional", "Link"),
    "edge": ("Message", "Signal", "Timer", "Conditional", "Escalation"),
    "edge that interrupts": (
        *("Message", "Signal", "Timer", "Conditional", "Escalation"),
        *("Error", "Cancel", "Compensation"),
    ),
    "handler": ("Message", "Signal", "Timer", "Conditional", "Escalation"),
    "handler that interrupts": (*("Message", "Timer", "Conditional", "Error", "Compensation"),),
}
THROWN = {
    "throw": ("Message", "Signal", "Escalation", "Compensation", "Link"),
    "end": (*("Message", "Signal", "Escalation", "Compensation", "Error", "Cancel", "Terminate"),),
}
EVENTS = [
    f"{place}: {trigger}" for place, triggers in (CAUGHT | THROWN).items() for trigger in triggers
]
SEVERAL = ["start: any", "start: all", "catch: any", "catch: all", "edge: all"]
SEVERAL += ["edge that interrupts: any", "throw: any", "end: any"]
LOOPS = ["loop: before", "loop: after", "loop: maximum"]
LOOPS += ["many: parallel", "many: sequential", "many: collection", "many: cardinality"]
LOOPS += ["many: output", "many: completion"]
LOOPS += [f"many: {behavior}" for behavior in ("all", "one", "none", "complex")]
MORE = ["sub-process: embedded", "sub-process: event", "sub-process: transaction"]
MORE += ["sub-process: ad_hoc", "ad-hoc: sequential", "ad-hoc: completion", "ad-hoc: waits"]
MORE += ["gateway: instantiates", "gateway: instantiates with all"]
MORE += ["flow: conditional out of an activity", "flow: default", "complex: activation"]
MORE += ["activity: inputs", "activity: outputs", "activity: several tokens"]
MORE += ["call: inputs", "call: outputs", "call: everything"]
NODES = [kind.__name__ for kind in get_args(g.Node) if kind is not g.DecisionTask]


@cache
def seen() -> frozenset[str]:
    return frozenset(
        what for script in scripts() for graph in graphs_of(script) for what in told(graph)
    )


@pytest.mark.parametrize("what", [*NODES, *EVENTS, *SEVERAL, *LOOPS, *MORE])
def test_it_is_played_by_a_scenario(what):
    assert what in seen()


def told(graph: g.Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        yield type(node).__name__
        match node:
            case g.StartEvent() | g.CatchEvent() | g.BoundaryEvent():
                yield from events(place_of(node), node.triggers, parallel=node.parallel)
            case g.ThrowEvent() | g.EndEvent():
                place = "end" if isinstance(node, g.EndEvent) else "throw"
                yield from events(place, node.triggers)
            case g.ComplexGateway(activation=found) if found:
                yield "complex: activation"
            case g.EventGateway(instantiate=True):
                yield "gateway: instantiates" + (" with all" if node.parallel else "")
            case g.Activity():
                yield from of_activity(graph, node)
        if node.default:
            yield "flow: default"


def place_of(node: g.StartEvent | g.CatchEvent | g.BoundaryEvent) -> str:
    match node:
        case g.CatchEvent():
            return "catch"
        case g.StartEvent(parent=None):
            return "start"
        case g.StartEvent():
            return "handler that interrupts" if node.interrupting else "handler"
        case g.BoundaryEvent():
            return "edge that interrupts" if node.interrupting else "edge"


def events(place: str, triggers: tuple[g.Trigger, ...], *, parallel: bool = False) -> Iterator[str]:
    if len(triggers) > 1:
        yield f"{place}: {'all' if parallel else 'any'}"
    for trigger in triggers:
        yield f"{place}: {type(trigger).__name__}"


def of_loop(node: g.Activity) -> Iterator[str]:
    match node.loop:
        case g.StandardLoop() as loop:
            yield "loop: before" if loop.test_before else "loop: after"
            if loop.maximum is not None:
                yield "loop: maximum"
        case g.MultiInstance() as loop:
            yield "many: sequential" if loop.sequential else "many: parallel"
            yield f"many: {loop.behavior}"
            for part in ("collection", "cardinality", "output", "completion"):
                if getattr(loop, part):
                    yield f"many: {part}"


def of_activity(graph: g.Graph, node: g.Activity) -> Iterator[str]:
    yield from of_loop(node)
    if isinstance(node, g.SubProcess):
        yield f"sub-process: {node.kind}"
        if node.kind == "ad_hoc":
            yield "ad-hoc: sequential" if node.sequential else "ad-hoc: parallel"
            yield "ad-hoc: completion" if node.completion else "ad-hoc: all"
            yield "ad-hoc: ends what runs" if node.cancel_remaining else "ad-hoc: waits"
    owner = "call" if isinstance(node, g.CallActivity) else "activity"
    if node.inputs:
        yield f"{owner}: inputs"
    if node.outputs:
        yield f"{owner}: outputs"
    if isinstance(node, g.CallActivity) and node.everything:
        yield "call: everything"
    if node.start_quantity > 1:
        yield "activity: several tokens"
    if any(flow.condition for flow in graph.outgoing[node.id]):
        yield "flow: conditional out of an activity"
