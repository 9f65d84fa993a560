"""One command being carried out: a working copy of the state, and the events so far."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from processes.core import events as ev
from processes.core import state as st
from processes.core.errors import WrongState
from processes.core.feel import Expression, to_json
from processes.core.feel.errors import FeelEvaluationError
from processes.core.graph import (
    Activity,
    EndEvent,
    Graph,
    MultiInstance,
    Node,
    Signal,
    StandardLoop,
    ThrowEvent,
)

MAX_STEPS = 10_000
MAX_TOKENS = 5_000
MAX_VARIABLE_BYTES = 512 * 1024
ENCODE = json.JSONEncoder(allow_nan=False).encode


class Trouble(Exception):
    """The token cannot go on; it becomes an incident.

    Raised before anything of the node is emitted.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Run:
    """Behaviors read ``state`` and call ``emit``; what they schedule waits on the agenda.

    The agenda replaces recursion, so a long path needs no deep stack and can be bounded.
    """

    def __init__(self, graph: Graph, state: st.State, now: datetime) -> None:
        self.graph = graph
        self.state = state
        self.now = now
        self.events: list[ev.Event] = []
        self.agenda: deque[tuple[st.Phase, str]] = deque()
        # Tokens that will throw a signal: they move last, so that branches beside them can listen.
        self.throwers: deque[tuple[st.Phase, str]] = deque()
        # Scopes that a token has left, and whether something a condition may read has changed.
        self.left: set[str] = set()
        self.changed = False

    def emit(self, event: ev.Event) -> None:
        st.apply(self.state, event)
        self.events.append(event)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self.state.ids + 1}"

    def node(self, token: st.Token) -> Node:
        return self.graph.nodes[token.node]

    def waiting(self, token_id: str, wait: st.Wait) -> st.Token:
        """Return the token if it waits for a task, a job or a call. Raises WrongState."""
        token = self.state.tokens.get(token_id)
        if token is None or token.wait != wait:
            raise WrongState(f"{wait}_not_open", f"The process no longer waits for this {wait}.")
        return token

    def do(self, phase: st.Phase, token: str) -> None:
        """Schedule what the token does next."""
        queue = self.throwers if phase == "enter" and self._signals(token) else self.agenda
        queue.append((phase, token))

    def _signals(self, token: str) -> bool:
        node = self.graph.nodes[self.state.tokens[token].node]
        return isinstance(node, ThrowEvent | EndEvent) and any(
            isinstance(trigger, Signal) for trigger in node.triggers
        )

    def next_move(self) -> tuple[st.Phase, str] | None:
        """Take the next one off the agenda; None when nothing moves any more."""
        queue = self.agenda or self.throwers
        return queue.popleft() if queue else None

    def place(
        self,
        node: str,
        scope: str,
        flow: str | None,
        *,
        undoes: str = "",
        phase: st.Phase = "enter",
    ) -> str:
        """Put a new token on ``node``, schedule it, and return its id."""
        token = self.new_id("t")
        self.emit(ev.TokenEntered(token, node, scope, flow, undoes))
        self.do(phase, token)
        return token

    def complete(
        self, tokens: Sequence[st.Token], *, compensable: str = "", kept: tuple[str, ...] = ()
    ) -> None:
        """Use up the tokens of a node that is done."""
        self.left.add(tokens[0].scope)
        ids = tuple(token.id for token in tokens)
        self.emit(ev.NodeCompleted(tokens[0].node, ids, compensable, kept))

    # --- expressions and variables ---------------------------------------------------------------

    def variables(
        self, where: st.Token | str, extra: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what an expression of a token, or in a scope, sees.

        ``process`` tells about the instance.
        """
        process = {
            "initiator": self.state.initiator,
            "businessKey": self.state.business_key,
            "startedAt": self.state.started_at,
        }
        scope = where if isinstance(where, str) else where.scope
        own = {} if isinstance(where, str) else where.locals
        return {"process": process, **self.state.visible(scope), **own, **(extra or {})}

    def evaluate(
        self,
        expression: Expression,
        where: st.Token | str,
        extra: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the FEEL value. Raises Trouble with the expression and the reason."""
        try:
            return expression.evaluate(self.variables(where, extra), now=self.now)
        except FeelEvaluationError as error:
            raise Trouble("expression", str(error)) from error

    def plain(
        self,
        expression: Expression,
        where: st.Token | str,
        extra: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value in the terms of JSON. Raises Trouble, also for what JSON cannot say."""
        value = self.evaluate(expression, where, extra)
        try:
            return to_json(value)
        except FeelEvaluationError as error:
            raise Trouble("expression", str(error)) from error

    def json(
        self,
        expression: Expression,
        where: st.Token | str,
        extra: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value as it is kept in a variable."""
        value = self.plain(expression, where, extra)
        self.check_values({"value": value})
        return value

    def write(self, scope: str, values: dict[str, Any]) -> None:
        """Set variables as seen from ``scope``.

        A name is set where it is known already, the nearest scope first. A new one becomes a
        variable of the process, or of the round when this happens within a multi-instance activity:
        what side-by-side rounds find out must not overwrite one another.
        """
        self.check_values(values)
        homes: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            homes.setdefault(self._home(scope, name), {})[name] = value
        for home, found in homes.items():
            self.changed = True
            self.emit(ev.VariablesSet(home, found))

    def _home(self, scope: str, name: str) -> str:
        at: str | None = scope
        while at is not None:
            found = self.state.scopes[at]
            if name in found.variables or found.parent is None:
                return at
            if found.item is not None and isinstance(self._loop_of(found), MultiInstance):
                return self._outer_home(found.parent, name) or at
            at = found.parent
        raise ValueError(f"scope {scope} lies nowhere")

    def _outer_home(self, scope: str | None, name: str) -> str | None:
        while scope is not None:
            found = self.state.scopes[scope]
            if name in found.variables:
                return scope
            scope = found.parent
        return None

    def _loop_of(self, scope: st.Scope) -> StandardLoop | MultiInstance | None:
        node = self.graph.nodes[scope.node or ""]
        return node.loop if isinstance(node, Activity) else None

    def check_values(self, values: Mapping[str, Any]) -> None:
        try:
            text = ENCODE(values)
        except ValueError as error:
            raise Trouble("not_a_number", "A number is infinite or no number at all.") from error
        if "\\u0000" in text:
            raise Trouble("bad_text", "A text holds the character NUL. Leave it out.")
        size = len(text)
        if size > MAX_VARIABLE_BYTES:
            raise Trouble(
                "too_large",
                f"{', '.join(values)} would take {size:,} bytes; "
                f"variables hold at most {MAX_VARIABLE_BYTES:,} at a time. "
                "Keep large data elsewhere and pass a reference.",
            )

    # --- what stops ------------------------------------------------------------------------------

    def stop(self, token: st.Token, phase: st.Phase, trouble: Trouble) -> None:
        """Raise an incident: the token stays where it is until somebody helps.

        What entering its node had begun is taken back, so that a retry enters afresh.
        """
        if phase == "enter":
            for scope in self.state.scopes_of(token.id):
                self.withdraw_scope(scope, by=token.node)
            self.withdraw_waits(token.id)
        self.emit(
            ev.IncidentRaised(
                self.new_id("i"), token.id, token.node, phase, trouble.code, trouble.sentence
            )
        )

    def withdraw(self, token: st.Token, by: str) -> None:
        """Take the token off the board together with everything that waits for it."""
        for scope in self.state.scopes_of(token.id):
            self.withdraw_scope(scope, by)
        self.withdraw_waits(token.id)
        match token.wait:
            case "task":
                self.emit(ev.TaskWithdrawn(token.id, token.node, by))
            case "job":
                self.emit(ev.JobWithdrawn(token.id, token.node))
            case "call":
                self.emit(ev.CallWithdrawn(token.id, token.node))
        for incident in [i for i in self.state.incidents.values() if i.token == token.id]:
            self.emit(ev.IncidentResolved(incident.id, incident.node, "withdrawn"))
        self.left.add(token.scope)
        self.emit(ev.TokenWithdrawn(token.id, token.node, by))
        if token.undoes:
            self.do("undo", token.undoes)

    def withdraw_scope(self, scope: st.Scope, by: str) -> None:
        """Close a scope that is not done, with everything in it."""
        self.empty_scope(scope, by)
        for kept in [s for s in self.state.scopes.values() if s.parent == scope.id and s.kept]:
            self.drop(kept)
        self.withdraw_waits(scope.id)
        self.emit(ev.ScopeClosed(scope.id, scope.node or ""))

    def empty_scope(self, scope: st.Scope, by: str, *, but: str = "") -> None:
        """Withdraw the tokens of a scope, except the one named ``but``."""
        for token in self.state.tokens_in(scope.id):
            if token.id != but and token.id in self.state.tokens:
                self.withdraw(token, by)

    def drop(self, kept: st.Scope) -> None:
        """Forget a scope that was kept to be undone, and those within it."""
        for inner in [s for s in self.state.scopes.values() if s.parent == kept.id]:
            self.drop(inner)
        self.emit(ev.ScopeClosed(kept.id, kept.node or ""))

    def withdraw_waits(self, owner: str, node: str | None = None) -> None:
        """Withdraw what was armed for a token or a scope, or only what ``node`` waited for."""
        for timer in self.state.timers_of(owner):
            if node in (None, timer.node):
                self.emit(ev.TimerWithdrawn(timer.id, timer.node))
        for found in self.state.subscriptions_of(owner):
            if node in (None, found.node):
                self.emit(ev.SubscriptionClosed(found.id, found.node))
