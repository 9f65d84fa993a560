"""Where an instance stands. Only `apply` changes a state, and only by an event.

A state is one JSON document per instance. Its pieces carry the whole of BPMN's execution model:

- a **scope** holds variables and the tokens inside it. The process is the root scope; a
  sub-process, a multi-instance body and each of its items open a scope below the one they lie in.
- a **token** stands on one node of one scope. What it waits for is told by ``wait``; a token that
  waits for nothing while the instance rests stands at a join whose other branches are still out.
- a **timer** is armed for a token, whether the token waits in it or it sits on the edge of the
  activity in which the token waits.
- ``completed`` lists the activities of a scope that can be compensated, in the order in which
  they were completed: the order that compensation reverses.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, assert_never, get_args

from processes.core import events as ev

FORMAT = 1
ROOT = "s0"

Status = Literal["running", "suspended", "completed", "cancelled"]
Phase = Literal["enter", "call", "leave"]
Wait = Literal["", "task", "job", "timer", "incident"]


@dataclass(slots=True)
class Scope:
    """``item`` is the index within a multi-instance body, None elsewhere."""

    id: str
    node: str | None = None
    parent: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    item: int | None = None
    completed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Token:
    id: str
    node: str
    scope: str
    flow: str | None
    wait: Wait = ""


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    id: str
    token: str
    node: str
    due_at: str
    every: str | None
    repeats: int | None


@dataclass(frozen=True, slots=True)
class OpenIncident:
    id: str
    token: str
    node: str
    phase: Phase


@dataclass(slots=True)
class State:
    """``ids`` counts every id ever given out, so that an id is never used twice."""

    status: Status = "running"
    initiator: str | None = None
    business_key: str = ""
    started_at: str = ""
    ids: int = 0
    scopes: dict[str, Scope] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    timers: dict[str, ArmedTimer] = field(default_factory=dict)
    incidents: dict[str, OpenIncident] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the process itself."""
        return self.scopes[ROOT].variables

    @property
    def ended(self) -> bool:
        return self.status in ("completed", "cancelled")

    def visible(self, scope: str) -> dict[str, Any]:
        """Return the variables that an expression in ``scope`` sees; inner ones shadow outer."""
        found = self.scopes[scope]
        if found.parent is None:
            return found.variables
        return {**self.visible(found.parent), **found.variables}

    def tokens_at(self, node: str, scope: str) -> list[Token]:
        return [t for t in self.tokens.values() if t.node == node and t.scope == scope]

    def timers_of(self, token: str) -> list[ArmedTimer]:
        return [timer for timer in self.timers.values() if timer.token == token]

    def copy(self) -> "State":
        """Return a state that can be changed without changing this one; values are shared."""
        return replace(
            self,
            scopes={
                key: replace(
                    scope, variables=dict(scope.variables), completed=list(scope.completed)
                )
                for key, scope in self.scopes.items()
            },
            tokens={key: replace(token) for key, token in self.tokens.items()},
            timers=dict(self.timers),
            incidents=dict(self.incidents),
        )

    def dump(self) -> dict[str, Any]:
        """Return the document; `load` makes the state again. Values are shared, not copied."""
        document: dict[str, Any] = {"format": FORMAT}
        for name in _FIELDS[State]:
            value = getattr(self, name)
            if name in ("scopes", "tokens", "timers", "incidents"):
                value = {key: _plain(part) for key, part in value.items()}
            document[name] = value
        return document


def _plain(part: "Part") -> dict[str, Any]:
    return {name: getattr(part, name) for name in _FIELDS[type(part)]}


Part = Scope | Token | ArmedTimer | OpenIncident
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in (State, *get_args(Part))}


def load(document: dict[str, Any]) -> State:
    """Return the state that `State.dump` wrote. The document itself is left alone."""
    if document.get("format") != FORMAT:
        raise ValueError(f"state format {document.get('format')!r} is not {FORMAT}")
    return State(
        status=document["status"],
        initiator=document["initiator"],
        business_key=document["business_key"],
        started_at=document["started_at"],
        ids=document["ids"],
        scopes={
            key: Scope(
                **{
                    **value,
                    "variables": dict(value["variables"]),
                    "completed": list(value["completed"]),
                }
            )
            for key, value in document["scopes"].items()
        },
        tokens={key: Token(**value) for key, value in document["tokens"].items()},
        timers={key: ArmedTimer(**value) for key, value in document["timers"].items()},
        incidents={key: OpenIncident(**value) for key, value in document["incidents"].items()},
    )


def apply(state: State, event: ev.Event) -> None:
    """Change ``state`` by what happened."""
    match event:
        case ev.InstanceStarted():
            state.initiator = event.initiator
            state.business_key = event.business_key
            state.started_at = event.at.isoformat()
            state.scopes[ROOT] = Scope(id=ROOT, variables=dict(event.variables))
        case ev.InstanceCompleted():
            state.status = "completed"
        case ev.InstanceCancelled():
            state.status = "cancelled"
        case ev.InstanceSuspended():
            state.status = "suspended"
        case ev.InstanceResumed():
            state.status = "running"
        case ev.ScopeOpened():
            state.ids += 1
            state.scopes[event.scope] = Scope(
                id=event.scope,
                node=event.node,
                parent=event.parent,
                variables=dict(event.variables),
                item=event.item,
            )
        case ev.ScopeClosed():
            del state.scopes[event.scope]
        case ev.TokenEntered():
            state.ids += 1
            state.tokens[event.token] = Token(event.token, event.node, event.scope, event.flow)
        case ev.NodeCompleted():
            _complete(state, event)
        case ev.TokenWithdrawn():
            del state.tokens[event.token]
        case ev.VariablesSet():
            state.scopes[event.scope].variables.update(event.values)
        case ev.TaskOpened():
            state.tokens[event.token].wait = "task"
        case ev.JobRequested():
            state.tokens[event.token].wait = "job"
        case ev.TaskCompleted() | ev.TaskWithdrawn():
            state.tokens[event.token].wait = ""
        case ev.JobSucceeded() | ev.JobFailed() | ev.JobWithdrawn():
            state.tokens[event.token].wait = ""
        case ev.TimerArmed():
            _arm(state, event)
        case ev.TimerFired() | ev.TimerWithdrawn():
            timer = state.timers.pop(event.timer)
            token = state.tokens[timer.token]
            if token.node == timer.node:
                token.wait = ""
        case ev.IncidentRaised():
            state.ids += 1
            state.tokens[event.token].wait = "incident"
            state.incidents[event.incident] = OpenIncident(
                event.incident, event.token, event.node, event.phase
            )
        case ev.IncidentResolved():
            state.tokens[state.incidents.pop(event.incident).token].wait = ""
        case ev.TaskNoted():
            pass
        case _:
            assert_never(event)


def _complete(state: State, event: ev.NodeCompleted) -> None:
    scope = state.tokens[event.tokens[0]].scope
    for token in event.tokens:
        del state.tokens[token]
    if event.compensable:
        state.scopes[scope].completed.append(event.node)


def _arm(state: State, event: ev.TimerArmed) -> None:
    state.ids += 1
    state.timers[event.timer] = ArmedTimer(
        event.timer,
        event.token,
        event.node,
        event.due_at.isoformat(),
        event.every,
        event.repeats,
    )
    token = state.tokens[event.token]
    if token.node == event.node:
        token.wait = "timer"
