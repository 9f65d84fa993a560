"""Where an instance stands. Only `apply` changes a state, and only by an event.

It replaces the lists and dicts that the parts hold and never changes one, so copies share them.

A state is one JSON document per instance. Its pieces carry the whole of BPMN's execution model:

- a **scope** holds variables and the tokens inside it. The process is the root scope; a
  sub-process, a multi-instance body and each of its items open a scope below the one they lie in.
- a **token** stands on one node of one scope. What it waits for is told by ``wait``; a token that
  waits for nothing while the instance rests stands at a join whose other branches are still out.
- a **timer** and a **subscription** belong to an owner: to a token, whether it waits in the event
  or the event sits on the edge of the activity in which it waits; or to a scope, for the events
  that start its event sub-processes.
- ``completed`` lists what can be undone in a scope, in the order in which it was completed: the
  order that compensation reverses. A sub-process that left such things behind keeps its scope.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Literal, assert_never, get_args

from processes.core import events as ev
from processes.core.parts import Parts

FORMAT = 1
ROOT = "s0"

Status = Literal["running", "suspended", "completed", "failed", "cancelled"]
Phase = Literal["enter", "call", "leave", "next", "undo"]
Wait = Literal["", "task", "job", "event", "scope", "call", "undo", "incident"]


@dataclass(slots=True)
class Scope:
    """``token`` waits outside for it. ``item`` counts the rounds of a loop, None elsewhere.

    ``begun`` are the activities an ad-hoc sub-process has started, ``resets`` the flows that a
    complex gateway has used since it fired. A ``kept`` scope is done and waits to be undone.
    """

    id: str
    node: str | None = None
    parent: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    item: int | None = None
    completed: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    resets: dict[str, list[str]] = field(default_factory=dict)
    kept: bool = False


@dataclass(slots=True)
class Loop:
    """How far a loop is. ``outputs`` has a place for each item of a multi-instance activity."""

    total: int | None
    items: list[Any] | None = None
    opened: int = 0
    done: int = 0
    outputs: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Token:
    """``locals`` are seen by its activity only. ``todo`` is still to be undone, the last first."""

    id: str
    node: str
    scope: str
    flow: str | None
    wait: Wait = ""
    locals: dict[str, Any] = field(default_factory=dict)
    loop: Loop | None = None
    undoes: str = ""
    todo: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Compensable:
    """Something completed that can be undone, in the scope it was done in."""

    id: str
    node: str
    scope: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    id: str
    owner: str
    node: str
    due_at: str
    every: str | None
    repeats: int | None


@dataclass(slots=True)
class Subscription:
    """``held`` on a condition: it was true already, and must be false before it counts again."""

    id: str
    owner: str
    node: str
    trigger: Literal["message", "signal", "condition"]
    name: str
    key: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class OpenIncident:
    id: str
    token: str
    node: str
    phase: Phase


def _scopes(found: Mapping[str, Scope] | None = None) -> Parts[Scope]:
    """Return the scopes, by the token that waits for each."""
    return Parts(attrgetter("token"), found)


def _tokens(found: Mapping[str, Token] | None = None) -> Parts[Token]:
    """Return the tokens, by the place they stand on."""
    return Parts(attrgetter("node", "scope"), found)


def _timers(found: Mapping[str, ArmedTimer] | None = None) -> Parts[ArmedTimer]:
    return Parts(attrgetter("owner"), found)


def _subscriptions(found: Mapping[str, Subscription] | None = None) -> Parts[Subscription]:
    return Parts(attrgetter("owner"), found)


@dataclass(slots=True)
class State:
    """``ids`` counts every id ever given out, so that an id is never used twice."""

    status: Status = "running"
    initiator: str | None = None
    business_key: str = ""
    started_at: str = ""
    ids: int = 0
    scopes: Parts[Scope] = field(default_factory=_scopes)
    tokens: Parts[Token] = field(default_factory=_tokens)
    timers: Parts[ArmedTimer] = field(default_factory=_timers)
    subscriptions: Parts[Subscription] = field(default_factory=_subscriptions)
    compensables: dict[str, Compensable] = field(default_factory=dict)
    incidents: dict[str, OpenIncident] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the process itself."""
        return self.scopes[ROOT].variables

    @property
    def ended(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    def visible(self, scope: str) -> dict[str, Any]:
        """Return the variables that an expression in ``scope`` sees; inner ones shadow outer."""
        found = self.scopes[scope]
        if found.parent is None:
            return found.variables
        return {**self.visible(found.parent), **found.variables}

    def tokens_at(self, node: str, scope: str) -> list[Token]:
        return self.tokens.of((node, scope))

    def tokens_in(self, scope: str) -> list[Token]:
        return [token for token in self.tokens.values() if token.scope == scope]

    def scopes_of(self, token: str) -> list[Scope]:
        """Return the open scopes that a token waits for."""
        return [scope for scope in self.scopes.of(token) if not scope.kept]

    def kept_by(self, token: str) -> tuple[str, ...]:
        """Return the scopes that a token has left behind to be undone."""
        return tuple(scope.id for scope in self.scopes.of(token) if scope.kept)

    def timers_of(self, owner: str) -> list[ArmedTimer]:
        return self.timers.of(owner)

    def subscriptions_of(self, owner: str) -> list[Subscription]:
        return self.subscriptions.of(owner)

    def copy(self) -> "State":
        """Return a state that can be changed without changing this one; values are shared."""
        return replace(
            self,
            scopes=_scopes({key: _copy_scope(scope) for key, scope in self.scopes.items()}),
            tokens=_tokens({key: _copy_token(token) for key, token in self.tokens.items()}),
            timers=_timers(self.timers),
            subscriptions=_subscriptions(
                {key: replace(found) for key, found in self.subscriptions.items()}
            ),
            compensables=dict(self.compensables),
            incidents=dict(self.incidents),
        )

    def dump(self) -> dict[str, Any]:
        """Return the document; `load` makes the state again. Values are shared, not copied.

        What has its default value is left out.
        """
        document: dict[str, Any] = {"format": FORMAT}
        for name in _FIELDS[State]:
            value = getattr(self, name)
            if name in PARTS:
                value = {key: _plain(part) for key, part in value.items()}
            document[name] = value
        return document


# Copied for every command, so by name: `dataclasses.replace` takes many times as long.
def _copy_scope(scope: Scope) -> Scope:
    return Scope(
        scope.id,
        scope.node,
        scope.parent,
        scope.variables,
        scope.token,
        scope.item,
        scope.completed,
        scope.begun,
        scope.resets,
        scope.kept,
    )


def _copy_token(token: Token) -> Token:
    return Token(
        token.id,
        token.node,
        token.scope,
        token.flow,
        token.wait,
        token.locals,
        replace(token.loop) if token.loop else None,
        token.undoes,
        token.todo,
    )


Part = Scope | Token | ArmedTimer | Subscription | Compensable | OpenIncident
PARTS: dict[str, type[Part]] = {
    "scopes": Scope,
    "tokens": Token,
    "timers": ArmedTimer,
    "subscriptions": Subscription,
    "compensables": Compensable,
    "incidents": OpenIncident,
}
_GROUPED: dict[str, Callable[[Any], Any]] = {
    "scopes": _scopes,
    "tokens": _tokens,
    "timers": _timers,
    "subscriptions": _subscriptions,
}
_FIELDS = {
    kind: tuple(field.name for field in fields(kind)) for kind in (State, Loop, *get_args(Part))
}
_DEFAULTS = {
    kind: {
        f.name: f.default_factory() if f.default_factory is not MISSING else f.default
        for f in fields(kind)
        if f.name != "variables"
    }
    for kind in _FIELDS
}


def _plain(part: Part | Loop) -> dict[str, Any]:
    kind = type(part)
    plain = {}
    for name in _FIELDS[kind]:
        value = getattr(part, name)
        if value == _DEFAULTS[kind].get(name, MISSING):
            continue
        plain[name] = _plain(value) if isinstance(value, Loop) else value
    return plain


def load(document: dict[str, Any]) -> State:
    """Return the state that `State.dump` wrote. The document itself is left alone."""
    if document.get("format") != FORMAT:
        raise ValueError(f"state format {document.get('format')!r} is not {FORMAT}")
    made: dict[str, Any] = {
        name: _GROUPED.get(name, dict)(
            {key: _made(part, value) for key, value in document[name].items()}
        )
        for name, part in PARTS.items()
    }
    alone = {name: document[name] for name in _FIELDS[State] if name not in PARTS}
    return State(**alone, **made)


def _made(kind: type[Part], value: dict[str, Any]) -> Any:
    if kind is Token:
        loop = value.get("loop")
        return Token(**{**value, "loop": Loop(**loop) if loop else None})
    if kind is Compensable:
        return Compensable(**{**value, "kept": tuple(value.get("kept", ()))})
    return kind(**value)


def apply(state: State, event: ev.Event) -> None:
    """Change ``state`` by what happened."""
    match event:
        # The most frequent first: a match tries one case after another.
        case ev.TokenEntered():
            state.ids += 1
            state.tokens[event.token] = Token(
                event.token, event.node, event.scope, event.flow, undoes=event.undoes
            )
        case ev.NodeCompleted():
            _complete(state, event)
        case ev.VariablesSet():
            scope = state.scopes[event.scope]
            scope.variables = scope.variables | event.values
        case ev.TaskOpened():
            state.tokens[event.token].wait = "task"
        case ev.TaskCompleted() | ev.TaskWithdrawn() | ev.TaskSentBack() | ev.TaskSkipped():
            state.tokens[event.token].wait = ""
        case ev.ScopeOpened():
            _open_scope(state, event)
        case ev.ScopeClosed():
            _close_scope(state, event)
        case ev.InstanceStarted():
            state.initiator = event.initiator
            state.business_key = event.business_key
            state.started_at = event.at.isoformat()
            state.scopes[ROOT] = Scope(id=ROOT, variables=event.variables)
        case ev.InstanceCompleted():
            state.status = "completed"
        case ev.InstanceFailed():
            state.status = "failed"
        case ev.InstanceCancelled():
            state.status = "cancelled"
        case ev.InstanceSuspended():
            state.status = "suspended"
        case ev.InstanceResumed():
            state.status = "running"
        case ev.ScopeBegun():
            scope = state.scopes[event.scope]
            scope.begun = [*scope.begun, event.node]
        case ev.TokenWithdrawn():
            del state.tokens[event.token]
        case ev.TokenWaits():
            state.tokens[event.token].wait = "event"
        case ev.LocalsSet():
            token = state.tokens[event.token]
            token.locals = token.locals | event.values
        case ev.LoopStarted():
            outputs = [None] * event.total if event.total is not None else []
            state.tokens[event.token].loop = Loop(event.total, event.items, outputs=outputs)
        case ev.LoopGathered():
            loop = _loop(state, event.token)
            loop.outputs = [*loop.outputs]
            loop.outputs[event.item] = event.value
        case ev.GatewayActivated():
            scope = state.scopes[event.scope]
            scope.resets = scope.resets | {event.node: list(event.flows)}
        case ev.GatewayReset():
            scope = state.scopes[event.scope]
            scope.resets = {node: f for node, f in scope.resets.items() if node != event.node}
        case ev.JobRequested():
            state.tokens[event.token].wait = "job"
        case ev.CallRequested():
            state.tokens[event.token].wait = "call"
        case ev.TaskFailed() | ev.TaskFaulted():
            state.tokens[event.token].wait = ""
        case ev.JobSucceeded() | ev.JobFailed() | ev.JobWithdrawn():
            state.tokens[event.token].wait = ""
        case ev.CallCompleted() | ev.CallFailed() | ev.CallWithdrawn():
            state.tokens[event.token].wait = ""
        case ev.TimerArmed():
            state.ids += 1
            state.timers[event.timer] = ArmedTimer(
                event.timer,
                event.owner,
                event.node,
                event.due_at.isoformat(),
                event.every,
                event.repeats,
            )
        case ev.TimerFired() | ev.TimerWithdrawn():
            del state.timers[event.timer]
        case ev.SubscriptionOpened():
            state.ids += 1
            state.subscriptions[event.subscription] = Subscription(
                event.subscription, event.owner, event.node, event.trigger, event.name, event.key
            )
        case ev.SubscriptionMatched():
            if event.stays:
                state.subscriptions[event.subscription].held = True
            else:
                del state.subscriptions[event.subscription]
        case ev.ConditionCleared():
            state.subscriptions[event.subscription].held = False
        case ev.SubscriptionClosed():
            del state.subscriptions[event.subscription]
        case ev.CompensationStarted():
            token = state.tokens[event.token]
            token.wait = "undo"
            token.todo = list(event.entries)
        case ev.CompensationStepped():
            _step_back(state, event)
        case ev.IncidentRaised():
            state.ids += 1
            state.tokens[event.token].wait = "incident"
            state.incidents[event.incident] = OpenIncident(
                event.incident, event.token, event.node, event.phase
            )
        case ev.IncidentResolved():
            token = state.tokens[state.incidents.pop(event.incident).token]
            token.wait = "scope" if state.scopes_of(token.id) else ""
        case ev.TaskNoted() | ev.TaskEscalated() | ev.MessageSent() | ev.SignalSent():
            pass
        case ev.ErrorThrown() | ev.EscalationThrown() | ev.RequestWithdrawn():
            pass
        case _:
            assert_never(event)


def _open_scope(state: State, event: ev.ScopeOpened) -> None:
    state.ids += 1
    state.scopes[event.scope] = Scope(
        id=event.scope,
        node=event.node,
        parent=event.parent,
        variables=event.variables,
        token=event.token,
        item=event.item,
    )
    owner = state.tokens[event.token]
    owner.wait = "scope"
    if event.item is not None:
        _loop(state, event.token).opened += 1


def _close_scope(state: State, event: ev.ScopeClosed) -> None:
    scope = state.scopes[event.scope]
    owner = state.tokens.get(scope.token or "")
    if owner and not scope.kept:
        if scope.item is not None:
            _loop(state, owner.id).done += 1
        elif owner.wait == "scope":
            owner.wait = ""
    if event.kept:
        scope.kept = True
        return
    for entry in scope.completed:
        del state.compensables[entry]
    del state.scopes[event.scope]


def _loop(state: State, token: str) -> Loop:
    loop = state.tokens[token].loop
    if loop is None:
        raise ValueError(f"token {token} runs no loop")
    return loop


def _complete(state: State, event: ev.NodeCompleted) -> None:
    scope = state.tokens[event.tokens[0]].scope
    for token in event.tokens:
        del state.tokens[token]
    if event.compensable:
        state.ids += 1
        state.compensables[event.compensable] = Compensable(
            event.compensable, event.node, scope, event.kept
        )
        home = state.scopes[scope]
        home.completed = [*home.completed, event.compensable]


def _step_back(state: State, event: ev.CompensationStepped) -> None:
    token = state.tokens[event.token]
    token.todo = [entry for entry in token.todo if entry != event.entry] + list(event.inner)
    found = state.compensables.pop(event.entry)
    scope = state.scopes[found.scope]
    scope.completed = [entry for entry in scope.completed if entry != event.entry]
