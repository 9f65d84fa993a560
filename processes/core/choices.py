"""Which flows a done node sends tokens along (BPMN 2.0.2, 8.4.13 and 13.4)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import evaluate_condition
from processes.core.feel.errors import FeelEvaluationError
from processes.core.run import Run, Trouble


def chosen_flows(
    run: Run,
    token: st.Token,
    extra: Mapping[str, Any] | None = None,
    flows: Sequence[g.Flow] | None = None,
) -> Sequence[g.Flow]:
    """Return the flows a done node sends tokens along.

    An exclusive gateway takes the first flow whose condition holds, in the order of the file; any
    other node takes each flow without a condition and each whose condition holds. The default
    flow is taken when none of the conditions holds (BPMN 2.0.2, 8.4.13 and 13.4.2).
    """
    node = run.node(token)
    flows = run.graph.outgoing[node.id] if flows is None else flows
    exclusive = isinstance(node, g.ExclusiveGateway)
    if len(flows) == 1 and flows[0].condition is None:
        return flows
    variables = run.variables(token, extra)
    chosen: list[g.Flow] = []
    for flow in flows:
        if flow.id == node.default or not holds(run, flow, variables):
            continue
        if exclusive:
            return [flow]
        chosen.append(flow)
    if node.default and not any(flow.condition for flow in chosen):
        return [*chosen, run.graph.flows[node.default]]
    if chosen or not flows:
        return chosen
    raise Trouble("no_path", no_path(node, flows, variables, run.graph.sensitive))


def holds(run: Run, flow: g.Flow, variables: dict[str, Any]) -> bool:
    if flow.condition is None:
        return True
    try:
        return evaluate_condition(
            flow.condition, variables, now=run.now, hidden=run.graph.sensitive
        )
    except FeelEvaluationError as error:
        name = flow.name or flow.id
        raise Trouble("condition", f"The path “{name}” cannot be decided: {error}") from error


def no_path(
    node: g.Node,
    flows: Sequence[g.Flow],
    variables: Mapping[str, Any],
    hidden: AbstractSet[str] = frozenset(),
) -> str:
    """Return the sentence of the incident, without the values of sensitive variables."""
    names = sorted({name for flow in flows if flow.condition for name in flow.condition.names})
    shown = [name for name in names if name != "process" and name not in hidden]
    seen = ", ".join(f"{name} = {variables.get(name)!r:.60}" for name in shown)
    return (
        f"No path out of “{node.label}” matches {seen or 'what is known'}. "
        "Add a default path, or widen one."
    )
