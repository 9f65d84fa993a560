"""Where the steps of a machine are drawn: scopes, flows, and the pieces that every state uses."""

from dataclasses import dataclass, field
from typing import Any

from processes.core.asl.dataflow import STATE, Flow
from processes.core.asl.document import Notes
from processes.core.bpmn.dialects.report import Taken
from processes.core.bpmn.writer import Drawing, placet
from processes.core.bpmn.xml import shorten

MAX_NAME = 200
# The variable that holds what an error event caught: its code and its message.
FAILURE = "failure"


@dataclass(slots=True)
class Pending:
    """A flow to a state that may not be drawn yet."""

    source: str
    target: str
    place: str
    name: str = ""
    condition: str = ""
    default: bool = False


@dataclass(slots=True)
class Scope:
    """A machine, a branch or an item processor: what is drawn in one (sub-)process.

    ``result`` is the variable that takes its outcome over to the outside; the process has none.
    """

    parent: str
    result: str = ""
    entries: dict[str, str] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    done: str = ""


class Board:
    """A drawing with the report, and what is wrong with the machine."""

    def __init__(self, drawing: Drawing, notes: Notes) -> None:
        self.drawing = drawing
        self.notes = notes
        self.report: list[Taken] = []

    def connect(self, scope: Scope) -> None:
        for flow in scope.pending:
            target = scope.entries.get(flow.target)
            if target is None:
                if flow.place.endswith("StartAt"):
                    continue
                self.notes.error(
                    flow.place,
                    "next",
                    f"“{flow.target[:60]}” is none of the states."
                    if flow.target
                    else "The state does not say what comes next.",
                    'Write "Next" with the name of a state, or "End": true.',
                )
                continue
            self.drawing.flow(
                flow.source,
                target,
                flow.name,
                condition=f"={flow.condition}" if flow.condition else "",
                default=flow.default,
            )

    def step(self, scope: Scope, name: str, values: list[str], flow: Flow | None = None) -> str:
        """Add a script task that sets the state to these values, one after the other."""
        return self.drawing.node(
            "scriptTask",
            flow.node if flow else self.drawing.free_id(name),
            shorten(name, MAX_NAME),
            parent=scope.parent,
            documentation=flow.state.text("Comment") if flow else "",
            parts=[placet("assign", variable=STATE, value=f"={value}") for value in values],
        )

    def before(self, flow: Flow, scope: Scope, node: str) -> str:
        """Return where a state that does nothing with data is entered, its paths done first."""
        values = [value for value in (flow.chosen(), *flow.output()) if value != STATE]
        if not values:
            return node
        choosing = self.step(scope, f"Data for {flow.state.name}", values)
        self.drawing.flow(choosing, node)
        return choosing

    def then(self, flow: Flow, scope: Scope, entry: str, last: str) -> None:
        """Lead from the last step of a state to what comes next."""
        scope.entries[flow.state.name] = entry
        if flow.state.says.get("End") is True:
            self.drawing.flow(last, self.done(scope))
        else:
            following = flow.state.text("Next")
            scope.pending.append(Pending(last, following, f"{flow.state.place}.Next"))

    def done(self, scope: Scope) -> str:
        """Return where the scope ends; a branch leaves its data for the outside first."""
        if scope.done:
            return scope.done
        end = self.drawing.node("endEvent", self.drawing.free_id("done"), parent=scope.parent)
        scope.done = end
        if scope.result:
            scope.done = self.drawing.node(
                "scriptTask",
                self.drawing.free_id("keep_result"),
                "Keep the result",
                parent=scope.parent,
                parts=[placet("assign", variable=scope.result, value=f"={STATE}")],
            )
            self.drawing.flow(scope.done, end)
        return scope.done

    def edge(self, scope: Scope, node: str, name: str, definition: Any) -> str:
        return self.drawing.node(
            "boundaryEvent",
            self.drawing.free_id(f"{node}_{name}"),
            shorten(name, MAX_NAME),
            parent=scope.parent,
            attributes={"attachedToRef": node, "placet:resultVariable": FAILURE},
            definitions=[definition],
        )
