"""Names that are read and never set, and forms that contradict declarations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from processes.core import graph as g
from processes.core.expressions import reads_of
from processes.core.feel import Expression
from processes.core.findings import Finding
from processes.core.paths import successors
from processes.core.reach import reach, reverse

FORM_TYPES = {
    "string": {"string", "date", "dateTime"},
    "number": {"number"},
    "integer": {"number"},
    "boolean": {"boolean"},
}


@dataclass(slots=True)
class Known:
    """Which variables exist where.

    ``sets`` is what each node sets; None is a node that may set anything, such as a message whose
    payload has entries of the sender's choice.
    """

    always: set[str]
    before: dict[str, list[str]]
    around: dict[str, set[str]]
    sets: dict[str, set[str] | None]
    seen: dict[str, set[str] | None] = field(default_factory=dict)

    def at(self, node: str) -> set[str] | None:
        """Return the variables that may be set when ``node`` is entered; None: any may be."""
        if node not in self.seen:
            earlier = reach(self.before.get(node, ()), self.before)
            self.seen[node] = self._all(self.sets[n] for n in earlier if n in self.sets)
        found = self.seen[node]
        return None if found is None else self.always | self.around.get(node, set()) | found

    def sometime(self, node: str) -> set[str] | None:
        """Return the variables that may be set at any time; None: any may be."""
        if "" not in self.seen:
            self.seen[""] = self._all(self.sets.values())
        found = self.seen[""]
        return None if found is None else self.always | self.around.get(node, set()) | found

    @staticmethod
    def _all(parts: Iterable[set[str] | None]) -> set[str] | None:
        found: set[str] = set()
        for part in parts:
            if part is None:
                return None
            found |= part
        return found


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
        before=reverse(earlier_to_later(graph)),
        around={node.id: set(own_and_around(graph, node)) for node in graph.nodes.values()},
        sets={node.id: set_by(node) for node in graph.nodes.values()},
    )
    all_set = set().union(*(names for names in known.sets.values() if names))
    for element, at, what, names, extra, anytime in reads(graph):
        there = known.sometime(at) if anytime else known.at(at)
        if there is not None:
            for name in sorted(names - there - extra):
                yield unknown(element, what, name, there | extra, all_set)


def earlier_to_later(graph: g.Graph) -> dict[str, list[str]]:
    """Return what may run before what.

    What an event starts, what undoes, and where a request goes on that was taken back, comes after
    anything of its level.
    """
    found = {node: list(to) for node, to in successors(graph).items()}
    for parent, nodes in graph.inside.items():
        late = [start.id for _, start in graph.event_sub_processes.get(parent, ())]
        late += [n.id for n in nodes if isinstance(n, g.Activity) and n.for_compensation]
        late += [n.id for n in nodes if n.id == graph.withdrawal.to]
        for node in nodes:
            found[node.id] += late
    return found


def own_and_around(graph: g.Graph, node: g.Node) -> Iterator[str]:
    """Yield the names that a node, or a sub-process around it, has for itself."""
    at: g.Node | None = node
    while at is not None:
        if isinstance(at, g.Activity):
            yield from (assign.target for assign in at.inputs)
            if at.loop is not None:
                yield "loopCounter"
            if isinstance(at.loop, g.MultiInstance) and at.loop.element:
                yield at.loop.element
        if isinstance(at, g.SubProcess):
            yield from at.variables
        at = graph.nodes.get(at.parent or "")


def set_by(node: g.Node) -> set[str] | None:
    """Return the variables that a node sets outside, None when it may be any."""
    match node:
        case g.Catching():
            if node.result_variable:
                return {node.result_variable}
            said = any(isinstance(t, g.Message | g.Signal) for t in node.triggers)
            return None if said else set()
        case g.Activity():
            found = {assign.target for assign in node.outputs} if node.outputs else given_by(node)
            if found is not None and isinstance(node.loop, g.MultiInstance) and node.loop.output:
                return found | {node.loop.output}
            return found
        case _:
            return set()


def given_by(node: g.Activity) -> set[str] | None:
    """Return the variables of an activity's result, None when it may be any."""
    named = {node.result_variable} if node.result_variable else set()
    match node:
        case g.ScriptTask():
            targets = {assign.target for assign in node.assignments}
            return targets | (named or {node.id}) if node.expression else targets | named
        case g.ReceiveTask():
            return named or None
        case g.ServiceTask(call=g.Topic(), result=None):
            return named or None
        case g.CallActivity():
            return named if named or not node.everything else None
        case g.UserTask() | g.ServiceTask() | g.DecisionTask():
            return named or {node.id}
        case _:
            return named


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


Reads = tuple[str, str, str, frozenset[str], set[str], bool]


def reads(graph: g.Graph) -> Iterator[Reads]:
    """Yield who reads what.

    That is the element, the node, words, the names, names of its own, and whether it is looked at
    while other things happen.
    """
    if isinstance(graph.subject, Expression):
        yield graph.id, "", "The subject", graph.subject.names, set(), False
    for flow in graph.flows.values():
        if flow.condition is not None and flow.source in graph.nodes:
            source = graph.nodes[flow.source]
            what = f"The condition of “{flow.name or flow.id}”"
            own = own_result(source)
            if own is not None:
                yield flow.id, source.id, what, flow.condition.names, own, False
    for node in graph.nodes.values():
        for read in reads_of(node):
            what = f"“{node.label}” ({read.what})"
            yield node.id, node.id, what, read.expression.names, set(read.extra), read.anytime
        own = own_result(node)
        if isinstance(node, g.Activity) and own is not None:
            for expression in gives(node):
                what = f"“{node.label}” (output)"
                yield node.id, node.id, what, expression.names, own, True
        if isinstance(node, g.UserTask):
            names = frozenset(node.evidence)
            yield node.id, node.id, f"The evidence of “{node.label}”", names, set(), False


def gives(node: g.Activity) -> Iterator[Expression]:
    """Yield the expressions of what an activity sets outside."""
    yield from (assign.source for assign in node.outputs)
    if isinstance(node.loop, g.MultiInstance) and node.loop.output_element is not None:
        yield node.loop.output_element


def own_result(node: g.Node) -> set[str] | None:
    """Return the names that are known once the node is done, None when they may be any."""
    match node:
        case g.ComplexGateway():
            return {"activationCount", "waitingForStart"}
        case g.CallActivity() if node.outputs:
            return None
        case g.Activity():
            inner, outer = given_by(node), set_by(node)
            return None if inner is None or outer is None else inner | outer
        case _:
            return set_by(node)
