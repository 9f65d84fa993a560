"""Data associations as mappings of variables (BPMN 2.0.2, 10.4.2).

What a task gives is its result: with one data output the whole of it, with several each is an entry
of that name. A called process gives its variables. What cannot be said by a FEEL expression is
left to the drawing, with a warning.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from processes.core import graph as g
from processes.core.bpmn.beside import target_of
from processes.core.bpmn.data import PLACEHOLDER, identifier, usable
from processes.core.bpmn.draft import Drawn, id_of, text_of
from processes.core.bpmn.step import Step
from processes.core.feel import Expression, compile_expression
from processes.core.feel.errors import FeelError


@dataclass(frozen=True, slots=True)
class Mapped:
    """``end`` is the id of the data at the other end of what the step itself has."""

    end: str
    assign: g.Assign


def inputs_of(step: Step) -> list[Mapped]:
    """Return what the step reads, by the ids of its data inputs."""
    found = []
    pictured = placeholders(step)
    for association in associations(step, "dataInputAssociation"):
        if target(association) not in pictured:
            found += mapped(step, association, sources(association), target(association), {})
    return found


def outputs_of(step: Step, result: str) -> list[Mapped]:
    """Return what the step writes; ``result`` is the variable that its result is kept in."""
    given = results(step, result)
    found = []
    for association in associations(step, "dataOutputAssociation"):
        if ends := sources(association):
            found += mapped(step, association, ends, target(association), given)
    return found


def caught_in(step: Step) -> str:
    """Return the variable that a catching event writes what came into."""
    written = [a for a in associations(step, "dataOutputAssociation") if sources(a)]
    if not written:
        return ""
    name = step.context.data.get(target(written[0]), "")
    if len(written) > 1 or not name or written[0].children("assignment"):
        note_drawn_only(step, written[0])
        return ""
    return name


def thrown_from(step: Step) -> Expression | None:
    """Return what a throwing event reads and sends on."""
    pictured = placeholders(step)
    read = [
        a
        for a in associations(step, "dataInputAssociation")
        if sources(a) and target(a) not in pictured
    ]
    if not read:
        return None
    found = mapped(step, read[0], sources(read[0]), target(read[0]), {})
    if len(read) > 1:
        note_drawn_only(step, read[1])
    return found[0].assign.source if len(found) == 1 else None


# --- one association -----------------------------------------------------------------------------


def associations(step: Step, kind: str) -> Iterator[Drawn]:
    for element in step.drawn.children(kind):
        yield Drawn(id_of(element), kind, "", element)


def sources(association: Drawn) -> list[str]:
    return [target_of(child) for child in association.children("sourceRef")]


def target(association: Drawn) -> str:
    return next((target_of(child) for child in association.children("targetRef")), "")


def placeholders(step: Step) -> set[str]:
    return {
        id_of(child)
        for child in step.drawn.children("property")
        if (child.get("name") or "").strip() == PLACEHOLDER
    }


def results(step: Step, result: str) -> dict[str, str]:
    """Return how to read each data output of the step, by its id."""
    outputs = [
        Drawn(id_of(element), "dataOutput", "", element)
        for specification in step.drawn.children("ioSpecification")
        for element in Drawn("", "", "", specification).children("dataOutput")
    ]
    names = {data.id: step.context.data.get(data.id, "") for data in outputs if data.id}
    if step.drawn.kind == "callActivity":
        return names
    if len(outputs) == 1:
        return dict.fromkeys(names, result)
    return {id_: f"{result}.{name}" for id_, name in names.items()}


def mapped(
    step: Step, association: Drawn, ends: list[str], end: str, given: dict[str, str]
) -> list[Mapped]:
    """Return the assignments of an association, or none after telling that it is only drawn.

    ``given`` says how to read what is not a variable by itself.
    """
    data = step.context.data
    known = {id_: given.get(id_) or data.get(id_, "") for id_ in ends}
    texts = rules_of(association, known, data, end)
    try:
        found = [
            Mapped(end, g.Assign(name, compile_expression(text))) for name, text in texts if name
        ]
    except FeelError:
        found = []
    if not found or len(found) < len(texts) or not all(known.values()):
        note_drawn_only(step, association)
        return []
    return found


def rules_of(
    association: Drawn, known: dict[str, str], data: Mapping[str, str], end: str
) -> list[tuple[str, str]]:
    """Return what is set to what: the names of variables, and expressions."""
    renamed = {data.get(id_, ""): text for id_, text in known.items() if data.get(id_) != text}
    found = []
    for element in association.children("assignment"):
        assignment = Drawn("", "assignment", "", element)
        from_, to = (next((text_of(c) for c in assignment.children(n)), "") for n in ("from", "to"))
        to = to.removeprefix("=").strip()
        found.append((data.get(to) or usable(to), seen_as(from_, renamed)))
    found += [
        (data.get(end, ""), seen_as(text_of(element), renamed))
        for element in association.children("transformation")[:1]
    ]
    if not found:
        found = [(data.get(end, ""), text) for text in list(known.values())[:1]]
    return found


def seen_as(text: str, renamed: dict[str, str]) -> str:
    """Return an expression that may call data by names which are no variables of their own."""
    plain = text.strip().removeprefix("=")
    if not renamed or not plain:
        return plain
    entries = ", ".join(f"{name}: {value}" for name, value in renamed.items())
    return f"{{{entries}, mapped result: {plain}}}.mapped result"


def note_drawn_only(step: Step, association: Drawn) -> None:
    step.notes.warning(
        step.drawn.id,
        "data-association",
        f"The data association “{association.label}” of “{step.drawn.label}” is only drawn: it "
        "is not between variables, or not written in FEEL.",
        "Say it with placet:input or placet:output.",
    )


def result_name(step: Step, named: str) -> str:
    """Return the variable that data outputs are read from; its own when none is named."""
    return named or usable(step.drawn.id) or identifier(step.drawn.id)
