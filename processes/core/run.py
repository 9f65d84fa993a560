"""One command being carried out: a working copy of the state, and the events so far."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from processes.core import events as ev
from processes.core import state as st
from processes.core.feel import Expression
from processes.core.feel.errors import FeelEvaluationError
from processes.core.graph import Graph, Node

MAX_STEPS = 1_000
MAX_TOKENS = 5_000
MAX_VARIABLE_BYTES = 512 * 1024


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

    def emit(self, event: ev.Event) -> None:
        st.apply(self.state, event)
        self.events.append(event)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self.state.ids + 1}"

    def node(self, token: st.Token) -> Node:
        return self.graph.nodes[token.node]

    def place(self, node: str, scope: str, flow: str | None) -> None:
        """Put a new token on ``node`` and schedule it."""
        token = self.new_id("t")
        self.emit(ev.TokenEntered(token, node, scope, flow))
        self.agenda.append(("enter", token))

    def variables(self, scope: str, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what an expression in ``scope`` sees; ``process`` tells about the instance."""
        process = {
            "initiator": self.state.initiator,
            "businessKey": self.state.business_key,
            "startedAt": self.state.started_at,
        }
        return {"process": process, **self.state.visible(scope), **(extra or {})}

    def evaluate(
        self, expression: Expression, scope: str, extra: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the FEEL value. Raises Trouble with the expression and the reason."""
        try:
            return expression.evaluate(self.variables(scope, extra), now=self.now)
        except FeelEvaluationError as error:
            raise Trouble("expression", str(error)) from error

    def set_variables(self, scope: str, values: dict[str, Any]) -> None:
        self.check_values(values)
        self.emit(ev.VariablesSet(scope, values))

    def check_values(self, values: Mapping[str, Any]) -> None:
        try:
            text = json.dumps(values, allow_nan=False)
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

    def stop(self, token: st.Token, phase: st.Phase, trouble: Trouble) -> None:
        """Raise an incident: the token stays where it is until somebody helps."""
        self.emit(
            ev.IncidentRaised(
                self.new_id("i"), token.id, token.node, phase, trouble.code, trouble.sentence
            )
        )

    def withdraw(self, token: st.Token, by: str) -> None:
        """Take the token off the board together with everything that waits for it."""
        self.withdraw_timers(token)
        if token.wait == "task":
            self.emit(ev.TaskWithdrawn(token.id, token.node, by))
        elif token.wait == "job":
            self.emit(ev.JobWithdrawn(token.id, token.node))
        for incident in [i for i in self.state.incidents.values() if i.token == token.id]:
            self.emit(ev.IncidentResolved(incident.id, incident.node, "withdrawn"))
        self.emit(ev.TokenWithdrawn(token.id, token.node, by))

    def withdraw_timers(self, token: st.Token) -> None:
        for timer in self.state.timers_of(token.id):
            self.emit(ev.TimerWithdrawn(timer.id, timer.node))
