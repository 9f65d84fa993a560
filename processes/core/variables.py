"""Names that are read and never set, and forms that contradict declarations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from processes.core import graph as g
from processes.core.expressions import node_expressions
from processes.core.feel import Expression
from processes.core.findings import Finding
from processes.core.paths import reach, reverse, successors

FORM_TYPES = {
    "string": {"string", "date", "dateTime"},
    "number": {"number"},
    "integer": {"number"},
    "boolean": {"boolean"},
}


@dataclass(slots=True)
class Known:
    """Which variables exist where."""

    always: set[str]
    before: dict[str, list[str]]
    results: dict[str, str]
    seen: dict[str, set[str]] = field(default_factory=dict)

    def at(self, node: str) -> set[str]:
        """Return the variables that may be set when ``node`` is entered."""
        if node not in self.seen:
            earlier = reach(self.before.get(node, ()), self.before)
            self.seen[node] = {self.results[n] for n in earlier if n in self.results}
        return self.always | self.seen[node]


def check_variables(graph: g.Graph) -> Iterator[Finding]:
    """Yield names that are read and never set before, and forms that contradict declarations."""
    fields = form_fields(graph.start_form)
    for name, field_type in fields.items():
        declared = graph.variables.get(name)
        if declared and declared.type != "any" and declared.type not in FORM_TYPES[field_type]:
            yield Finding(
                graph.id,
                "warning",
                "form-type",
                f"The start form asks for “{name}” as {field_type}, "
                f"but the variable is declared as {declared.type}.",
                "Use the same type in both places.",
            )
    known = Known(
        always={"process", *fields, *graph.variables},
        before=reverse(successors(graph)),
        results={
            node.id: node.result_variable or node.id
            for node in graph.nodes.values()
            if isinstance(node, g.Activity)
        },
    )
    for element, at, what, names, extra in reads(graph):
        there = known.at(at) | extra
        for name in sorted(names - there):
            yield unknown(element, what, name, there, set(known.results.values()))


def form_fields(form: g.JsonSchema | None) -> dict[str, str]:
    """Return the fields of a form with their types."""
    return {name: str(field["type"]) for name, field in (form or {}).get("properties", {}).items()}


def unknown(element: str, what: str, name: str, there: set[str], results: set[str]) -> Finding:
    """Return the finding for a name that is not set where it is read."""
    if name in results:
        sentence = f"{what} reads “{name}”, which is not set on any way that leads there."
        hint = "Move it behind the step that sets it."
    else:
        close = get_close_matches(name, there, 1, 0.6)
        sentence = f"{what} reads “{name}”, which nothing sets."
        hint = (
            f"Did you mean “{close[0]}”?"
            if close
            else "Declare it with placet:variable, or ask for it in a form."
        )
    return Finding(element, "warning", "unknown-variable", sentence, hint)


Reads = tuple[str, str, str, frozenset[str], set[str]]


def reads(graph: g.Graph) -> Iterator[Reads]:
    """Yield who reads what: the element, the node, words, the names, and names of its own."""
    if isinstance(graph.subject, Expression):
        yield graph.id, "", "The subject", graph.subject.names, set()
    for flow in graph.flows.values():
        if flow.condition is not None and flow.source in graph.nodes:
            source = graph.nodes[flow.source]
            own = {source.result_variable or source.id} if isinstance(source, g.Activity) else set()
            label = flow.name or flow.id
            yield flow.id, source.id, f"The condition of “{label}”", flow.condition.names, own
    for node in graph.nodes.values():
        for what, expression in node_expressions(node):
            own = {"response"} if what == "result" else set()
            yield node.id, node.id, f"“{node.label}” ({what})", expression.names, own
        if isinstance(node, g.UserTask):
            names = frozenset(node.evidence)
            yield node.id, node.id, f"The evidence of “{node.label}”", names, set()
