"""What happened to tokens, scopes and variables."""

from dataclasses import dataclass
from typing import Any, ClassVar

from processes.core.events.plain import Json


@dataclass(frozen=True, slots=True)
class ScopeOpened:
    """A sub-process, or one round of a loop, got a place and variables of its own.

    ``token`` is the one outside that waits for it; ``item`` counts the rounds from 0.
    """

    kind: ClassVar[str] = "scope.opened"
    scope: str
    node: str
    parent: str
    variables: Json
    token: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeBegun:
    """An ad-hoc sub-process started one of its activities."""

    kind: ClassVar[str] = "scope.begun"
    scope: str
    node: str


@dataclass(frozen=True, slots=True)
class ScopeClosed:
    """It is done. ``kept``: its variables stay, because what was done in it can be undone."""

    kind: ClassVar[str] = "scope.closed"
    scope: str
    node: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class TokenEntered:
    """A token stands on a node. A node that is left and entered again gets a new token.

    ``undoes`` is the token whose compensation this one carries out.
    """

    kind: ClassVar[str] = "token.entered"
    token: str
    node: str
    scope: str
    flow: str | None
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class TokenWaits:
    """The token rests until one of the events occurs that it waits for."""

    kind: ClassVar[str] = "token.waits"
    token: str
    node: str


@dataclass(frozen=True, slots=True)
class LocalsSet:
    """Variables that only the activity itself sees: its inputs, and its result for its outputs."""

    kind: ClassVar[str] = "token.locals"
    token: str
    node: str
    values: Json


@dataclass(frozen=True, slots=True)
class NodeCompleted:
    """A node is done and its tokens are used up; a join uses one for each incoming flow.

    ``compensable`` is the id under which it can be undone, empty when it cannot; ``kept`` are the
    scopes that it left behind for this.
    """

    kind: ClassVar[str] = "node.completed"
    node: str
    tokens: tuple[str, ...]
    compensable: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoopStarted:
    """``total`` is None when it is not known before; ``items`` are the elements, None if none."""

    kind: ClassVar[str] = "loop.started"
    token: str
    node: str
    total: int | None
    items: list[Any] | None


@dataclass(frozen=True, slots=True)
class LoopGathered:
    """The result of one round of a multi-instance activity."""

    kind: ClassVar[str] = "loop.gathered"
    token: str
    node: str
    item: int
    value: Any


@dataclass(frozen=True, slots=True)
class GatewayActivated:
    """A complex gateway fired with tokens of these flows and now waits to be reset."""

    kind: ClassVar[str] = "gateway.activated"
    node: str
    scope: str
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatewayReset:
    kind: ClassVar[str] = "gateway.reset"
    node: str
    scope: str


@dataclass(frozen=True, slots=True)
class TokenWithdrawn:
    """A token ended without completing its node: interrupted, terminated or cancelled."""

    kind: ClassVar[str] = "token.withdrawn"
    token: str
    node: str
    by: str


@dataclass(frozen=True, slots=True)
class VariablesSet:
    kind: ClassVar[str] = "variables.set"
    scope: str
    values: Json


@dataclass(frozen=True, slots=True)
class CompensationStarted:
    """``token`` waits while these are undone, the last one first."""

    kind: ClassVar[str] = "compensation.started"
    token: str
    node: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompensationStepped:
    """The next one is undone now: by its handler, or by undoing ``inner`` first."""

    kind: ClassVar[str] = "compensation.stepped"
    token: str
    node: str
    entry: str
    inner: tuple[str, ...] = ()
