"""From the states of a machine to the steps of a process: one method for each type of state."""

from collections.abc import Mapping
from typing import Any

from processes.core.asl import choices, failures, paths, work
from processes.core.asl.board import MAX_NAME, Board, Pending, Scope
from processes.core.asl.dataflow import STATE, Flow
from processes.core.asl.document import MAX_STATES, State, states_of
from processes.core.bpmn.writer import placet, standard
from processes.core.bpmn.xml import shorten

MAX_DEPTH = 10
# Fields that every state may have and that say nothing about its work.
COMMON = ("Type", "Comment", "Next", "End", "InputPath", "OutputPath", "QueryLanguage")
DATA = ("Parameters", "ResultSelector", "ResultPath")
KNOWN: Mapping[str, tuple[str, ...]] = {
    "Task": (
        *DATA,
        *("Resource", "Retry", "Catch", "TimeoutSeconds", "TimeoutSecondsPath"),
        *("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ),
    "Pass": ("Result", "ResultPath", "Parameters"),
    "Choice": ("Choices", "Default"),
    "Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
    "Succeed": (),
    "Fail": ("Error", "Cause", "ErrorPath", "CausePath"),
    "Parallel": ("Branches", *DATA, "Retry", "Catch"),
    "Map": (
        *("ItemsPath", "ItemSelector", "ItemProcessor", "Iterator", "MaxConcurrency"),
        *(*DATA, "Retry", "Catch"),
    ),
}
TOO_MANY = f"There are more than {MAX_STATES} states, choices and errors to catch."
NO_JSONATA = "JSONata is not translated, only JSONPath."
JSONATA = ("Arguments", "Output", "Assign", "Items", "Condition")


class Drawer(Board):
    """Draws a machine with everything in it."""

    def __init__(self, *given: Any, keeps_input: bool = False) -> None:
        super().__init__(*given)
        self._keeps_input = keeps_input
        self._states = 0

    def machine(self, says: dict[str, Any], place: str, scope: Scope, depth: int = 0) -> None:
        """Draw all states of a machine and the flows between them."""
        if depth > MAX_DEPTH:
            self.notes.error(place, "too-deep", f"Machines lie more than {MAX_DEPTH} deep.")
            return
        states = states_of(says, place, self.notes)
        self._states += sum(state.size for state in states.values())
        if self._states > MAX_STATES:
            self.notes.error(place, "too-many-states", TOO_MANY)
            return
        start = self.drawing.node("startEvent", self.drawing.free_id("start"), parent=scope.parent)
        if not scope.parent:
            start = self.intake(start)
        for state in states.values():
            self.state(state, scope, depth)
        scope.pending.insert(0, Pending(start, str(says.get("StartAt")), f"{place}StartAt"))
        self.connect(scope)

    def intake(self, start: str) -> str:
        """Begin with an empty state where none was given, and keep the input where it is read."""
        given = f"=if {STATE} = null then {{}} else {STATE}"
        parts = [placet("assign", variable=STATE, value=given)]
        if self._keeps_input:
            parts.append(placet("assign", variable="execution_input", value=f"={STATE}"))
        taken = self.drawing.node(
            "scriptTask", self.drawing.free_id("take_input"), "Take the input", parts=parts
        )
        self.drawing.flow(start, taken)
        return taken

    # --- states ----------------------------------------------------------------------------------

    def state(self, state: State, scope: Scope, depth: int) -> None:
        node = self.drawing.free_id(state.name)
        flow = Flow(state, node, self.report)
        if state.kind not in KNOWN:
            self.notes.error(
                f"{state.place}.Type",
                "type",
                f"“{state.kind[:60]}” is no type of state.",
                f"Write one of: {', '.join(KNOWN)}.",
            )
            return
        note_others(flow)
        match state.kind:
            case "Pass":
                self.passed(flow, scope)
            case "Task":
                self.task(flow, scope)
            case "Choice":
                self.choice(flow, scope)
            case "Wait":
                self.wait(flow, scope)
            case "Succeed":
                self.succeed(flow, scope)
            case "Fail":
                self.fail(flow, scope)
            case "Parallel":
                self.parallel(flow, scope, depth)
            case _:
                self.map(flow, scope, depth)

    def passed(self, flow: Flow, scope: Scope) -> None:
        says = flow.state.says
        result = flow.effective()
        if "Result" in says:
            result = flow.feel(
                "Result", says["Result"], lambda: paths.literal(says["Result"]), result
            )
        node = self.step(scope, flow.state.name, flow.handed_on(result), flow)
        self.then(flow, scope, node, node)

    def task(self, flow: Flow, scope: Scope) -> None:
        parts = [
            placet("topic", name=work.topic(flow)),
            placet("input", target="input", source=f"={flow.effective()}"),
            *(
                placet("output", target=STATE, source=f"={value}")
                for value in flow.handed_on(flow.selected("result"))
            ),
            *work.retry(flow),
        ]
        if failures.any_failure(flow):
            parts.append(placet("errorMapping", code="States.TaskFailed"))
        node = self.drawing.node(
            "serviceTask",
            flow.node,
            shorten(flow.state.name, MAX_NAME),
            parent=scope.parent,
            attributes={"placet:resultVariable": "result"},
            documentation=flow.state.text("Comment"),
            parts=parts,
        )
        for name in ("HeartbeatSeconds", "HeartbeatSecondsPath"):
            if name in flow.state.says:
                flow.add(
                    name, "kept", str(flow.state.says[name]), sentence="A worker holds its lease."
                )
        failures.catch(self, flow, scope, node)
        failures.timeout(self, flow, scope, node)
        self.then(flow, scope, node, node)

    def choice(self, flow: Flow, scope: Scope) -> None:
        node = self.drawing.node(
            "exclusiveGateway",
            flow.node,
            shorten(flow.state.name, MAX_NAME),
            parent=scope.parent,
            documentation=flow.state.text("Comment"),
        )
        entry = self.before(flow, scope, node)
        scope.entries[flow.state.name] = entry
        for at, rule in enumerate(flow.state.list_of("Choices")):
            place = f"Choices[{at}]"
            condition = self.condition(flow, place, rule)
            target = rule.get("Next")
            scope.pending.append(
                Pending(
                    node,
                    target if isinstance(target, str) else "",
                    f"{flow.state.place}.{place}.Next",
                    str(rule.get("Comment") or ""),
                    condition,
                )
            )
        if default := flow.state.text("Default"):
            scope.pending.append(
                Pending(node, default, f"{flow.state.place}.Default", default=True)
            )

    def condition(self, flow: Flow, place: str, rule: dict[str, Any]) -> str:
        if "Condition" in rule:
            flow.left(
                place,
                rule["Condition"],
                "It is written in JSONata, which is not translated.",
                "Write the condition in FEEL; now it never holds.",
            )
            return "false"
        base = STATE
        return flow.feel(place, rule, lambda: choices.condition(rule, base), "false")

    def wait(self, flow: Flow, scope: Scope) -> None:
        node = self.drawing.node(
            "intermediateCatchEvent",
            flow.node,
            shorten(flow.state.name, MAX_NAME),
            parent=scope.parent,
            documentation=flow.state.text("Comment"),
            definitions=[work.wait(flow)],
        )
        self.then(flow, scope, self.before(flow, scope, node), node)

    def succeed(self, flow: Flow, scope: Scope) -> None:
        """End here; in a branch or item the data is left for the outside first."""
        changed = [value for value in (flow.chosen(), *flow.output()) if value != STATE]
        name = shorten(flow.state.name, MAX_NAME)
        if not scope.result and not changed:
            scope.entries[flow.state.name] = self.drawing.node(
                "endEvent", flow.node, name, parent=scope.parent
            )
            return
        assigned = [(STATE, value) for value in changed]
        if scope.result:
            assigned.append((scope.result, STATE))
        node = self.drawing.node(
            "scriptTask",
            flow.node,
            name,
            parent=scope.parent,
            documentation=flow.state.text("Comment"),
            parts=[placet("assign", variable=to, value=f"={value}") for to, value in assigned],
        )
        scope.entries[flow.state.name] = node
        end = self.drawing.node("endEvent", self.drawing.free_id("done"), parent=scope.parent)
        self.drawing.flow(node, end)

    def fail(self, flow: Flow, scope: Scope) -> None:
        for name in ("ErrorPath", "CausePath"):
            if name in flow.state.says:
                flow.left(
                    name,
                    flow.state.says[name],
                    "The code of an error is fixed here.",
                    'Write "Error" and "Cause".',
                )
        code = flow.state.text("Error") or "States.Failed"
        flow.add("Error", "taken", code, code)
        scope.entries[flow.state.name] = self.drawing.node(
            "endEvent",
            flow.node,
            shorten(flow.state.name, MAX_NAME),
            parent=scope.parent,
            documentation=flow.state.text("Cause") or flow.state.text("Comment"),
            definitions=[self.drawing.event("error", code)],
        )

    def parallel(self, flow: Flow, scope: Scope, depth: int) -> None:
        """Draw each branch as a sub-process with data of its own, side by side in one."""
        branches = flow.state.list_of("Branches")
        whole = self.container(flow, scope, flow.effective())
        start = self.drawing.node("startEvent", self.drawing.free_id("start"), parent=whole)
        fork = self.drawing.node("parallelGateway", self.drawing.free_id("fork"), parent=whole)
        join = self.drawing.node("parallelGateway", self.drawing.free_id("join"), parent=whole)
        end = self.drawing.node("endEvent", self.drawing.free_id("done"), parent=whole)
        self.drawing.flow(start, fork)
        results = []
        for at, branch in enumerate(branches):
            result = f"{flow.node}_{at + 1}"
            results.append(result)
            inner = self.drawing.node(
                "subProcess",
                self.drawing.free_id(f"{flow.node}_branch_{at + 1}"),
                f"Branch {at + 1}",
                parent=whole,
                parts=[placet("input", target=STATE, source=f"={STATE}")],
            )
            place = f"{flow.state.place}.Branches[{at}]."
            self.machine(branch, place, Scope(inner, result), depth + 1)
            self.drawing.flow(fork, inner)
            self.drawing.flow(inner, join)
        if not branches:
            self.notes.error(f"{flow.state.place}.Branches", "branches", "There are no branches.")
            self.drawing.flow(fork, join)
        self.drawing.flow(join, end)
        self.kept(flow, scope, whole, f"[{', '.join(results)}]")

    def map(self, flow: Flow, scope: Scope, depth: int) -> None:
        """Draw what is done for each item as a sub-process that runs once for each."""
        says = flow.state.says
        chosen = flow.chosen()
        items = chosen
        if "ItemsPath" in says:
            items = flow.path("ItemsPath", chosen)
        selector = next((name for name in ("ItemSelector", "Parameters") if name in says), "")
        given = flow.effective(selector, STATE) if selector else "item"
        gathered, result = f"{flow.node}_results", f"{flow.node}_item"
        sequential = says.get("MaxConcurrency") == 1
        loop = standard(
            "multiInstanceLoopCharacteristics", isSequential="true" if sequential else "false"
        )
        spread = placet(
            "multiInstance",
            collection=f"={items}",
            element="item",
            outputCollection=gathered,
            outputElement=f"={result}",
        )
        whole = self.container(flow, scope, given, [spread], [loop])
        if "MaxConcurrency" in says:
            limit = says["MaxConcurrency"]
            new = "one after another" if sequential else "side by side"
            more = "" if limit in (0, 1) else "Side by side there is no limit here."
            flow.add("MaxConcurrency", "translated", str(limit), new, sentence=more)
        processor = next(
            (n for n in ("ItemProcessor", "Iterator") if isinstance(says.get(n), dict)), ""
        )
        if not processor:
            self.notes.error(flow.state.place, "processor", "The map does not say what is done.")
            return
        config = says[processor].get("ProcessorConfig")
        if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
            flow.left(
                "ProcessorConfig",
                "DISTRIBUTED",
                "Items run within the instance here.",
                "Call a process for each item when there are more than a few hundred.",
            )
        place = f"{flow.state.place}.{processor}."
        self.machine(says[processor], place, Scope(whole, result), depth + 1)
        self.kept(flow, scope, whole, gathered)

    def container(
        self,
        flow: Flow,
        scope: Scope,
        given: str,
        parts: list[Any] | None = None,
        definitions: list[Any] | None = None,
    ) -> str:
        """Add the sub-process of a Parallel or Map; ``given`` is the data within."""
        return self.drawing.node(
            "subProcess",
            flow.node,
            shorten(flow.state.name, MAX_NAME),
            parent=scope.parent,
            documentation=flow.state.text("Comment"),
            parts=[placet("input", target=STATE, source=f"={given}"), *(parts or [])],
            definitions=definitions or (),
        )

    def kept(self, flow: Flow, scope: Scope, whole: str, result: str) -> None:
        """Put what a Parallel or Map gave into the state behind it."""
        values = flow.handed_on(flow.selected(result))
        after = self.step(scope, f"Keep the results of {flow.state.name}", values)
        self.drawing.flow(whole, after)
        if flow.state.list_of("Retry"):
            flow.left(
                "Retry",
                "",
                "Only single tasks are tried again here.",
                "Retry the tasks within, or draw a way back.",
            )
        failures.catch(self, flow, scope, whole)
        self.then(flow, scope, whole, after)


def note_others(flow: Flow) -> None:
    """Report the fields of a state that are not read."""
    read = (*COMMON, *KNOWN[flow.state.kind])
    if flow.state.text("QueryLanguage") == "JSONata":
        flow.left("QueryLanguage", "JSONata", NO_JSONATA, "Write its expressions in FEEL.")
    for name, value in flow.state.says.items():
        if name in JSONATA:
            flow.left(name, value, NO_JSONATA, "Write it in FEEL.")
        elif name not in read:
            flow.left(name, value, f"A {flow.state.kind} state is drawn without it.")
