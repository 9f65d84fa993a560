"""From a drawn flow node to the node of the graph: one function for each kind.

READERS names what is run; what is not is refused by its plain name.
"""

from collections.abc import Callable, Mapping

from processes.core import graph as g
from processes.core.bpmn import activities, events, words
from processes.core.bpmn.context import Context
from processes.core.bpmn.draft import Drawn
from processes.core.bpmn.formal import formal_child
from processes.core.bpmn.step import Step, refuse_long_name, step_of


def read_node(drawn: Drawn, context: Context) -> g.Node | None:
    """Return the node, or None after writing down why it cannot be run."""
    reader = READERS.get(drawn.kind)
    if reader is None:
        context.notes.unsupported(
            drawn.id,
            "element",
            f"“{drawn.label}” is {words.FLOW_NODES[drawn.kind]}, which Placet does not run.",
            "Use an intermediate throw event.",
        )
        return None
    refuse_long_name(drawn, context.notes)
    return reader(step_of(drawn, context))


# --- gateways ------------------------------------------------------------------------------------


def exclusive_gateway(step: Step) -> g.Node:
    return g.ExclusiveGateway(**step.common)


def parallel_gateway(step: Step) -> g.Node:
    return g.ParallelGateway(**step.common)


def inclusive_gateway(step: Step) -> g.Node:
    return g.InclusiveGateway(**step.common)


def complex_gateway(step: Step) -> g.Node:
    condition = formal_child(
        step.drawn, "activationCondition", step.drawn, "The activation condition", step.notes
    )
    return g.ComplexGateway(**step.common, activation=condition)


def event_gateway(step: Step) -> g.Node:
    instantiate = step.drawn.flag("instantiate")
    if instantiate and step.common["parent"] is not None:
        step.notes.unsupported(
            step.drawn.id,
            "instantiate-inside",
            f"“{step.drawn.label}” begins a process, but lies in a sub-process.",
            "Move it to the level of the process, or remove the attribute “instantiate”.",
        )
    parallel = step.drawn.attribute("eventGatewayType") == "Parallel"
    return g.EventGateway(**step.common, instantiate=instantiate, parallel=parallel)


READERS: Mapping[str, Callable[[Step], g.Node | None]] = {
    **events.READERS,
    **activities.READERS,
    "exclusiveGateway": exclusive_gateway,
    "parallelGateway": parallel_gateway,
    "inclusiveGateway": inclusive_gateway,
    "complexGateway": complex_gateway,
    "eventBasedGateway": event_gateway,
}
