"""Where branches meet: parallel, inclusive and complex gateways (BPMN 2.0.2, 13.4).

Inclusive and complex gateways look at all tokens of their scope, so they are asked once nothing
else moves: what can still arrive is then where it will be when the instance rests.
"""

from collections.abc import Iterator, Sequence

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.choices import chosen_flows
from processes.core.feel import Expression, evaluate_condition
from processes.core.feel.errors import FeelEvaluationError
from processes.core.run import Run, Trouble

Arrived = dict[str | None, st.Token]


def arrived_at(run: Run, node: str, scope: str) -> Arrived:
    """Return the first token on each incoming flow. A second one stays for the next round."""
    arrived: Arrived = {}
    for waiting in run.state.tokens_at(node, scope):
        if not waiting.wait:
            arrived.setdefault(waiting.flow, waiting)
    return arrived


def join_then_fork(run: Run, node: g.ParallelGateway, token: st.Token) -> None:
    """Wait for one token on every incoming flow, then send one along every outgoing flow.

    A second token on the same flow stays for the next round (BPMN 2.0.2, 13.4.1).
    """
    wanted = len(run.graph.incoming[node.id])
    if wanted > len(run.state.tokens_at(node.id, token.scope)):
        return
    arrived = arrived_at(run, node.id, token.scope)
    if wanted > len(arrived):
        return
    run.complete(list(arrived.values()))
    for flow in run.graph.outgoing[node.id]:
        run.place(flow.target, token.scope, flow.id)


def release(run: Run) -> bool:
    """Let inclusive and complex gateways fire that need wait no longer; tell whether any did."""
    for node, scope in sorted(waiting_gateways(run)):
        match run.graph.nodes[node]:
            case g.InclusiveGateway() as gateway:
                fired = join_inclusive(run, gateway, scope)
            case g.ComplexGateway() as gateway:
                fired = join_complex(run, gateway, scope)
            case _:
                fired = False
        if fired:
            return True
    return False


def waiting_gateways(run: Run) -> set[tuple[str, str]]:
    late = run.graph.late_joins
    if not late:
        return set()
    found = {
        (token.node, token.scope)
        for token in run.state.tokens.values()
        if token.node in late and not token.wait
    }
    for scope in run.state.scopes.values():
        found |= {(gateway, scope.id) for gateway in scope.resets}
    return found


def join_inclusive(run: Run, node: g.InclusiveGateway, scope: str) -> bool:
    """Fire when no token can still arrive at a flow that has none (13.4.3)."""
    arrived = arrived_at(run, node.id, scope)
    if not arrived or awaits_more(run, node.id, scope, set(arrived)):
        return False
    tokens = list(arrived.values())
    return fire(run, tokens, run.graph.outgoing[node.id])


def join_complex(run: Run, node: g.ComplexGateway, scope: str) -> bool:
    """Fire when the activation condition holds; then swallow what comes until all came (13.4.5).

    Waiting to be reset, it sends tokens only along flows whose condition reads waitingForStart.
    """
    arrived = arrived_at(run, node.id, scope)
    used = run.state.scopes[scope].resets.get(node.id)
    if used is not None:
        return reset(run, node, scope, arrived, used)
    if not arrived:
        return False
    counts = {"activationCount": len(run.state.tokens_at(node.id, scope))}
    if node.activation is None:
        ready = len(arrived) >= len(run.graph.incoming[node.id])
    else:
        ready = activated(run, node, scope, node.activation, counts)
    if not ready:
        return False
    flows = tuple(flow or "" for flow in arrived)
    done = fire(run, list(arrived.values()), run.graph.outgoing[node.id], {"waitingForStart": True})
    if done and len(run.graph.incoming[node.id]) > 1:
        run.emit(ev.GatewayActivated(node.id, scope, flows))
    return done


def activated(
    run: Run, node: g.ComplexGateway, scope: str, condition: Expression, counts: dict[str, int]
) -> bool:
    try:
        return evaluate_condition(condition, run.variables(scope, counts), now=run.now)
    except FeelEvaluationError as error:
        token = run.state.tokens_at(node.id, scope)[0]
        sentence = f"“{node.label}” cannot decide whether to go on: {error}"
        run.stop(token, "enter", Trouble("condition", sentence))
        return False


def reset(
    run: Run, node: g.ComplexGateway, scope: str, arrived: Arrived, used: Sequence[str]
) -> bool:
    missing = {flow.id for flow in run.graph.incoming[node.id]} - set(used) - set(arrived)
    if missing and awaits_more(run, node.id, scope, set(arrived) | set(used)):
        return False
    run.emit(ev.GatewayReset(node.id, scope))
    late = [token for flow, token in arrived.items() if flow not in used]
    if not late:
        return True
    flows = [
        flow
        for flow in run.graph.outgoing[node.id]
        if flow.condition is not None and "waitingForStart" in flow.condition.names
    ]
    fire(run, late, flows, {"waitingForStart": False})
    return True


def fire(
    run: Run,
    tokens: Sequence[st.Token],
    outgoing: Sequence[g.Flow],
    extra: dict[str, bool] | None = None,
) -> bool:
    """Complete the gateway with these tokens; an incident when it finds no way on."""
    first = tokens[0]
    try:
        flows = chosen_flows(run, first, extra, outgoing)
    except Trouble as trouble:
        run.stop(first, "enter", trouble)
        return False
    run.complete(tokens)
    for flow in flows:
        run.place(flow.target, first.scope, flow.id)
    return True


def awaits_more(run: Run, gateway: str, scope: str, arrived: set[str | None]) -> bool:
    """Tell whether a token may still come along a flow that has brought none.

    A token counts that can reach such a flow without passing the gateway, unless it can also reach
    one that has a token already: then it may end up there (13.4.3).
    """
    ways = ways_to(run.graph, gateway)
    for token in run.state.tokens.values():
        if token.scope != scope or (token.node == gateway and not token.wait):
            continue
        reached = ways.get(token.node, frozenset())
        if reached - arrived and not reached & arrived:
            return True
    return False


def ways_to(graph: g.Graph, gateway: str) -> dict[str, frozenset[str]]:
    """Return for each node the incoming flows of the gateway it can lead to without passing it."""
    found = graph.ways.get(gateway)
    if found is None:
        reach: dict[str, set[str]] = {}
        for flow in graph.incoming[gateway]:
            todo = [flow.source]
            while todo:
                node = todo.pop()
                if node == gateway or flow.id in reach.setdefault(node, set()):
                    continue
                reach[node].add(flow.id)
                todo.extend(leading_to(graph, node))
        found = {node: frozenset(flows) for node, flows in reach.items()}
        graph.ways[gateway] = found
    return found


def leading_to(graph: g.Graph, node_id: str) -> Iterator[str]:
    """Yield the nodes from which a token gets to ``node_id`` in one move, edges and links too."""
    yield from (flow.source for flow in graph.incoming[node_id])
    node = graph.nodes[node_id]
    if isinstance(node, g.BoundaryEvent):
        yield node.attached_to
    elif isinstance(node, g.CatchEvent):
        links = {trigger for trigger in node.triggers if isinstance(trigger, g.Link)}
        for other in graph.inside[node.parent]:
            if links and isinstance(other, g.ThrowEvent) and links & set(other.triggers):
                yield other.id
