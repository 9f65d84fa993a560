"""Activities that run more than once: standard loops and multi-instance (BPMN 2.0.2, 10.3.8)."""

from collections.abc import Sequence
from typing import Any

from processes.core import events as ev
from processes.core import graph as g
from processes.core import occur
from processes.core import state as st
from processes.core.feel import Expression, evaluate_condition
from processes.core.feel.errors import FeelEvaluationError
from processes.core.run import MAX_TOKENS, Run, Trouble
from processes.core.waits import open_waits, plan_boundary


def begin(run: Run, node: g.Activity, token: st.Token) -> None:
    """Start the first round, or all at once, or leave when there is none to do."""
    match node.loop:
        case g.StandardLoop() as loop:
            total, items = None, None
            none = loop.test_before and not (goes_on(run, loop, token, 0))
        case g.MultiInstance() as loop:
            total, items = rounds_of(run, node, loop, token)
            none = total == 0
        case None:
            raise TypeError(f"{node!r} does not loop")
    planned = [] if none else plan_boundary(run, token)
    open_waits(run, planned)
    run.emit(ev.LoopStarted(token.id, node.id, total, items))
    if none:
        finish(run, node, token)
    elif isinstance(node.loop, g.MultiInstance) and not node.loop.sequential:
        for _ in range(total or 0):
            open_round(run, node, token)
    else:
        open_round(run, node, token)


def rounds_of(
    run: Run, node: g.Activity, loop: g.MultiInstance, token: st.Token
) -> tuple[int, list[Any] | None]:
    """Return how many rounds there are, and the items they are for."""
    if loop.collection is not None:
        items = run.plain(loop.collection, token)
        if not isinstance(items, list):
            raise Trouble(
                "loop",
                f"“{node.label}” runs once for each item of {loop.collection.text:.60}, "
                f"which is {items!r:.60} and no list.",
            )
        return bounded(node, len(items)), items
    if loop.cardinality is None:
        raise Trouble("loop", f"“{node.label}” does not say how often it runs.")
    value = run.plain(loop.cardinality, token)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Trouble(
            "loop",
            f"“{node.label}” is to run {value!r:.60} times ({loop.cardinality.text:.60}). "
            "Make that a whole number of at least 0.",
        )
    return bounded(node, value), None


def bounded(node: g.Activity, total: int) -> int:
    if total > MAX_TOKENS:
        raise Trouble(
            "too_many_tokens",
            f"“{node.label}” would run {total:,} times; at most {MAX_TOKENS:,} are allowed. "
            "Start a process for each instead.",
        )
    return total


def goes_on(run: Run, loop: g.StandardLoop, token: st.Token, done: int) -> bool:
    """Tell whether another round is due; ``loopCounter`` is the number of rounds done."""
    if loop.maximum is not None and done >= loop.maximum:
        return False
    return loop.condition is None or true(run, loop.condition, token, {"loopCounter": done})


def true(run: Run, condition: Expression, token: st.Token, extra: dict[str, Any]) -> bool:
    try:
        return evaluate_condition(condition, run.variables(token, extra), now=run.now)
    except FeelEvaluationError as error:
        label = run.node(token).label
        raise Trouble("condition", f"“{label}” cannot tell whether to go on: {error}") from error


def open_round(run: Run, node: g.Activity, token: st.Token) -> None:
    loop = loop_of(token)
    number = loop.opened
    variables: dict[str, Any] = {"loopCounter": number + 1}
    if isinstance(node.loop, g.MultiInstance) and node.loop.element and loop.items is not None:
        variables[node.loop.element] = loop.items[number]
    scope = run.new_id("s")
    run.emit(ev.ScopeOpened(scope, node.id, token.scope, variables, token.id, number))
    run.place(node.id, scope, None)


def round_done(run: Run, node: g.Activity, inner: st.Token, values: dict[str, Any]) -> None:
    """Close a round, and go on with the next one or with what follows the activity.

    ``values`` are what the activity sets outside when it is done.
    """
    scope = run.state.scopes[inner.scope]
    token = run.state.tokens[scope.token or ""]
    gathered = gathered_of(run, node, inner, values)
    thrown = events_of(run, node, token)
    kept = run.state.kept_by(inner.id)
    run.withdraw_waits(inner.id)
    if values:
        run.write(inner.scope, values)
    run.complete([inner], compensable=run.new_id("c") if kept else "", kept=kept)
    if gathered is not None:
        run.emit(ev.LoopGathered(token.id, node.id, scope.item or 0, gathered[0]))
    run.emit(ev.ScopeClosed(scope.id, node.id, kept=bool(scope.completed)))
    throw_events(run, node, token, thrown)
    if token.id in run.state.tokens:
        # Before anything else, so that a round more or less is decided round by round.
        run.agenda.appendleft(("next", token.id))


def gathered_of(
    run: Run, node: g.Activity, inner: st.Token, values: dict[str, Any]
) -> tuple[Any] | None:
    loop = node.loop
    if not isinstance(loop, g.MultiInstance) or not loop.output:
        return None
    if loop.output_element is not None:
        return (run.json(loop.output_element, inner, values),)
    seen = run.variables(inner, values)
    return (seen.get(node.result_variable or node.id),)


def go_on(run: Run, token: st.Token) -> None:
    """Decide what follows a round: the next, the end, or waiting for those still out."""
    node, loop = run.node(token), loop_of(token)
    if token.wait == "incident" or not isinstance(node, g.Activity):
        return
    match node.loop:
        case g.StandardLoop() as rule:
            if goes_on(run, rule, token, loop.done):
                open_round(run, node, token)
            else:
                finish(run, node, token)
        case g.MultiInstance() as rule:
            if (
                rule.completion is not None
                and true(run, rule.completion, token, counts(run, token))
            ) or loop.done == loop.total:
                finish(run, node, token)
            elif rule.sequential:
                open_round(run, node, token)


def counts(run: Run, token: st.Token) -> dict[str, Any]:
    """Return what a completion condition may read besides the variables (table 10.30)."""
    loop = loop_of(token)
    return {
        "numberOfInstances": loop.opened,
        "numberOfActiveInstances": loop.opened - loop.done,
        "numberOfCompletedInstances": loop.done,
        "numberOfTerminatedInstances": 0,
        "loopCounter": loop.done,
    }


def finish(run: Run, node: g.Activity, token: st.Token) -> None:
    """End the rounds still out, set the gathered results, and go on behind the activity."""
    for scope in run.state.scopes_of(token.id):
        run.withdraw_scope(scope, by=node.id)
    if isinstance(node.loop, g.MultiInstance) and node.loop.output:
        run.write(token.scope, {node.loop.output: list(loop_of(token).outputs)})
    run.do("leave", token.id)


def events_of(run: Run, node: g.Activity, token: st.Token) -> list[g.InstanceEvent]:
    """Return what the activity throws as one more round ends."""
    loop, done = node.loop, loop_of(token).done
    if not isinstance(loop, g.MultiInstance) or loop.behavior == "all":
        return []
    if loop.behavior == "one" and done > 0:
        return []
    seen = counts(run, token)
    extra = seen | {"numberOfCompletedInstances": done + 1, "loopCounter": done + 1}
    return [e for e in loop.events if not e.condition or true(run, e.condition, token, extra)]


def throw_events(
    run: Run, node: g.Activity, token: st.Token, thrown: Sequence[g.InstanceEvent]
) -> None:
    """Throw to the events on the edge of the activity.

    What ``one`` and ``none`` throw only tells of the round, so it never ends the activity.
    """
    complex_ = isinstance(node.loop, g.MultiInstance) and node.loop.behavior == "complex"
    for event in thrown:
        for edge in catching(run.graph.boundary.get(node.id, ()), event.trigger):
            if complex_ and edge.interrupting:
                occur.leave_by_edge(run, token, edge, None)
                return
            run.place(edge.id, token.scope, None)


def catching(edges: Sequence[g.BoundaryEvent], trigger: g.Trigger) -> list[g.BoundaryEvent]:
    """Return the edges that catch what is thrown: by its name, or by its code."""

    def same(waiting: g.Trigger) -> bool:
        match trigger:
            case g.Signal() | g.Message():
                return type(waiting) is type(trigger) and waiting.name == trigger.name
            case g.Error() | g.Escalation():
                return type(waiting) is type(trigger) and waiting.code in ("", trigger.code)
            case _:
                return False

    return [edge for edge in edges if any(same(waiting) for waiting in edge.triggers)]


def loop_of(token: st.Token) -> st.Loop:
    if token.loop is None:
        raise TypeError(f"token {token.id} runs no loop")
    return token.loop
