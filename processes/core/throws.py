"""What an event throws, and who catches it."""

from collections.abc import Callable, Iterator
from typing import Any, assert_never

from processes.core import compensation, occur
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import parse_duration
from processes.core.feel.errors import FeelError
from processes.core.run import Run, Trouble
from processes.core.waits import correlation


def throw_all(run: Run, node: g.ThrowEvent | g.EndEvent, token: st.Token) -> None:
    """Throw everything the event throws, in the order of the file, and go on when that is done.

    What must wait, compensation, comes last; what ends the token's scope ends the list.
    """
    sent = [send_of(run, trigger, token) for trigger in node.triggers if is_sent(trigger)]
    for event in sent:
        send(run, event)
    last: g.Trigger | None = None
    for trigger in node.triggers:
        match trigger:
            case g.Message() | g.Signal():
                continue
            case g.Escalation():
                escalate(run, token, trigger.code)
            case g.Error() | g.Compensation() | g.Cancel() | g.Terminate() | g.Link():
                last = trigger
            case g.Timer() | g.Conditional():
                raise TypeError(f"{node!r} cannot throw {trigger!r}")
            case _:
                assert_never(trigger)
        if token.id not in run.state.tokens:
            return
    finish(run, node, token, last)


def finish(
    run: Run, node: g.ThrowEvent | g.EndEvent, token: st.Token, last: g.Trigger | None
) -> None:
    match last:
        case g.Compensation():
            compensation.begin(run, token, last)
        case g.Cancel():
            compensation.cancel_transaction(run, token)
        case g.Error():
            run.complete([token])
            fail(run, token, last.code)
        case g.Terminate():
            run.complete([token])
            run.empty_scope(run.state.scopes[token.scope], by=node.id)
        case g.Link():
            jump(run, node, token, last)
        case _:
            run.do("leave", token.id)


# --- messages and signals ------------------------------------------------------------------------


def is_sent(trigger: g.Trigger) -> bool:
    return isinstance(trigger, g.Message | g.Signal)


def send_of(run: Run, trigger: g.Trigger, token: st.Token) -> ev.MessageSent | ev.SignalSent:
    """Return what is sent, all evaluated. Raises Trouble."""
    match trigger:
        case g.Message():
            return message_of(run, trigger, token)
        case g.Signal():
            return ev.SignalSent(token.node, trigger.name, payload_of(run, trigger.payload, token))
        case _:
            raise TypeError(f"{trigger!r} is not sent")


def message_of(run: Run, message: g.Message, token: st.Token) -> ev.MessageSent:
    lives = ""
    if message.time_to_live is not None:
        lives = str(run.plain(message.time_to_live, token))
        try:
            parse_duration(lives)
        except FeelError as error:
            raise Trouble("duration", f"{message.time_to_live.text} gives {lives!r}.") from error
    key = correlation(run, message, token)
    return ev.MessageSent(
        token.node, message.name, key, payload_of(run, message.payload, token), lives
    )


def payload_of(run: Run, payload: Any, token: st.Token) -> Any:
    return run.json(payload, token) if payload is not None else None


def send(run: Run, event: ev.MessageSent | ev.SignalSent) -> None:
    """Write down what is sent; a signal also reaches this instance itself."""
    run.emit(event)
    if isinstance(event, ev.SignalSent):
        hear(run, event.name, event.payload)


def hear(run: Run, name: str, payload: Any) -> bool:
    """Let everything in this instance that listens for the signal act; tell whether any did."""
    found = [s for s in run.state.subscriptions.values() if (s.trigger, s.name) == ("signal", name)]
    for subscription in found:
        if subscription.id in run.state.subscriptions:
            occur.match(run, subscription, payload)
    return bool(found)


def jump(run: Run, node: g.Node, token: st.Token, link: g.Link) -> None:
    """Go on at the link event of the same name in the same scope."""
    target = next(
        (
            n
            for n in run.graph.inside[node.parent]
            if isinstance(n, g.CatchEvent) and link in n.triggers
        ),
        None,
    )
    if target is None:
        raise Trouble("no_link", f"No link event named “{link.name}” catches “{node.label}”.")
    run.complete([token])
    run.place(target.id, token.scope, None)


# --- errors and escalations ----------------------------------------------------------------------

Catcher = g.BoundaryEvent | g.StartEvent
Fits = Callable[[g.Trigger], int]


def fail(run: Run, token: st.Token, code: str, sentence: str = "") -> None:
    """Throw an error from an end event; the instance fails when nothing catches it (10.5.6)."""
    sentence = sentence or f"“{run.graph.nodes[token.node].label}” ended with the error “{code}”."
    if throw_error(run, token, code, sentence):
        return
    run.empty_scope(run.state.scopes[st.ROOT], by=token.node)
    run.withdraw_waits(st.ROOT)
    run.emit(ev.InstanceFailed(token.node, code, sentence))


def throw_error(run: Run, token: st.Token, code: str, sentence: str) -> bool:
    """Let the nearest catcher of the error act; tell whether there is one."""
    found = next(catchers(run, token, naming(g.Error, code)), None)
    catcher = found[1].id if found else ""
    run.emit(ev.ErrorThrown(token.node, code, sentence, catcher))
    if found is None:
        return False
    caught(run, *found, {"code": code, "message": sentence})
    return True


def escalate(run: Run, token: st.Token, code: str) -> None:
    """Throw an escalation; when nothing catches it the process just goes on (10.5.6)."""
    found = next(catchers(run, token, naming(g.Escalation, code)), None)
    run.emit(ev.EscalationThrown(token.node, code, found[1].id if found else ""))
    if found:
        caught(run, *found, {"code": code})


def naming(kind: type[g.Error | g.Escalation], code: str) -> Fits:
    """Return how well a trigger catches the code: 2 names it, 1 catches all, 0 does not."""

    def fits(trigger: g.Trigger) -> int:
        if not isinstance(trigger, kind):
            return 0
        return 2 if trigger.code == code else 1 if not trigger.code else 0

    return fits


def caught(run: Run, where: str, catcher: Catcher, payload: dict[str, str]) -> None:
    """Let the catcher act. ``where`` is the token whose edge it sits on, or the scope it is in."""
    kept = payload if catcher.result_variable else None
    if isinstance(catcher, g.BoundaryEvent):
        occur.leave_by_edge(run, run.state.tokens[where], catcher, kept)
    else:
        occur.begin_event_sub_process(run, run.state.scopes[where], catcher, kept)


def catchers(run: Run, token: st.Token, fits: Fits) -> Iterator[tuple[str, Catcher]]:
    """Yield who could catch what ``token`` throws, from the inside to the outside.

    In each scope its event sub-processes come before the edge of the activity around it; the one
    that names the code comes before the one that catches all. What is thrown inside an event
    sub-process is not caught by its siblings, which stopped listening (10.5.7).
    """
    yield from edges(run, token, fits)
    scope, handling = run.state.scopes[token.scope], False
    while True:
        if not handling:
            yield from ((scope.id, s) for s in handlers(run, scope, fits))
        owner = run.state.tokens.get(scope.token or "")
        if owner is None:
            return
        yield from edges(run, owner, fits)
        node = run.node(owner)
        handling = isinstance(node, g.SubProcess) and node.kind == "event"
        scope = run.state.scopes[owner.scope]


def edges(run: Run, token: st.Token, fits: Fits) -> Iterator[tuple[str, Catcher]]:
    scope = run.state.scopes.get(token.scope)
    if token.id not in run.state.tokens or scope is None or in_round(scope, token):
        return
    events = run.graph.boundary.get(token.node, ())
    yield from ((token.id, event) for event in best(events, fits))


def in_round(scope: st.Scope, token: st.Token) -> bool:
    """Tell whether the token is one round of a loop; the edge belongs to the whole loop."""
    return scope.item is not None and scope.node == token.node


def handlers(run: Run, scope: st.Scope, fits: Fits) -> Iterator[g.StartEvent]:
    starts = [start for _, start in run.graph.event_sub_processes.get(scope.node, ())]
    if scope.item is None:
        yield from best(starts, fits)


def best(events: Any, fits: Fits) -> list[Any]:
    """Return the events that fit, the closest fit first."""
    rated = [(max(map(fits, event.triggers), default=0), event) for event in events]
    return [e for rate, e in sorted(rated, key=lambda pair: -pair[0]) if rate]
