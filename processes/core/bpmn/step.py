"""A flow node on its way into the graph: what is drawn, what the extension says, what all have."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from processes.core.bpmn.context import Context
from processes.core.bpmn.draft import Drawn, text_of
from processes.core.bpmn.extension import Holder, Said, said
from processes.core.bpmn.notes import Notes

MAX_NAME = 200


class Common(TypedDict):
    """What every node of the graph has."""

    id: str
    name: str
    documentation: str
    parent: str | None
    default: str | None


@dataclass(frozen=True, slots=True)
class Step:
    drawn: Drawn
    told: Said
    common: Common
    context: Context

    @property
    def notes(self) -> Notes:
        return self.context.notes


def step_of(drawn: Drawn, context: Context) -> Step:
    common = Common(
        id=drawn.id,
        name=drawn.name,
        documentation=documentation_of(drawn),
        parent=None if drawn.scope == context.draft.id else drawn.scope,
        default=drawn.attribute("default") or None,
    )
    told = said(Holder(drawn.element, drawn.kind, drawn.id, drawn.label), context.notes)
    return Step(drawn, told, common, context)


def documentation_of(drawn: Drawn) -> str:
    return "\n\n".join(text_of(child) for child in drawn.children("documentation"))


def plain_starts(nodes: Iterable[Drawn]) -> list[Drawn]:
    """Return the start events that wait for nothing."""
    return [
        node
        for node in nodes
        if node.kind == "startEvent" and not node.definitions and not node.definition_references
    ]


def refuse_long_name(drawn: Drawn, notes: Notes) -> None:
    for what, value in (("name", drawn.name), ("id", drawn.id)):
        if len(value) > MAX_NAME:
            notes.unsupported(
                drawn.id,
                "too-long",
                f"The {what} of “{drawn.label}” has {len(value):,} characters; "
                f"at most {MAX_NAME} are kept.",
                "Write the long text into the documentation of the element.",
            )
