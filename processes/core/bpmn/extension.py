"""What the namespace `urn:placet:bpmn:1` says, and on which elements of BPMN it may be said.

ELEMENTS lists every element with its attributes and the BPMN elements it belongs to; the moddle
descriptor beside this file tells modelers the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from processes.core.bpmn.forms import Unfit, read_form, unusable_name
from processes.core.bpmn.grammar import is_a
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.parts import Part, did_you_mean, parts_of
from processes.core.bpmn.xml import PLACET, shorten
from processes.core.feel import Expression
from processes.core.graph import JsonSchema, Variable, Withdrawal

MAX_TEXT = 5_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an element may stand, its attributes, and whether it may stand there often.

    ``owners`` are kinds of BPMN elements; ``activity`` stands for all that extend it.
    """

    owners: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    many: bool = False

    def belongs_on(self, kind: str) -> bool:
        return any(is_a(kind, owner) for owner in self.owners)


WHO = ("users", "groups", "roles", "unit", "managerOf", "levels", "decision")
WORK = ("serviceTask", "sendTask", "businessRuleTask")
ELEMENTS: Mapping[str, Shape] = {
    "subject": Shape(("process",)),
    "startForm": Shape(("process",)),
    "variable": Shape(
        ("process",), ("name", "type", "sensitive", "searchable", "label"), many=True
    ),
    "withdrawal": Shape(("process",), ("until", "to")),
    "assignment": Shape(
        ("userTask",),
        (
            *("candidateUsers", "candidateGroups", "candidateRoles", "unit", "managerOf", "levels"),
            *("familiar", "decision", "exclude", "excludeGroups", "separateFrom"),
            *("allocate", "skills", "chained", "amount"),
        ),
    ),
    "quorum": Shape(
        ("userTask",),
        (
            *("need", "order", "veto", "abstain", "otherwise", "early", "secret", "carry"),
            "weights",
        ),
    ),
    "tier": Shape(("userTask",), ("key", "name", "need", "weights", "within", *WHO), many=True),
    "outcome": Shape(("userTask",), ("id", "name", "kind", "comment"), many=True),
    "deadline": Shape(
        ("userTask",),
        ("startBy", "completeBy", "remindBefore", "followUp", "calendar", "counts"),
    ),
    "priority": Shape(("userTask",), ("value",)),
    "escalation": Shape(
        ("userTask",),
        ("after", "of", "do", "addUsers", "addGroups", *WHO, "priority", "code", "outcome"),
        many=True,
    ),
    "policy": Shape(
        ("userTask",),
        (
            *("sendBack", "votes", "undo", "skippable", "failsWith"),
            *("information", "suspended"),
        ),
    ),
    "evidence": Shape(("userTask",), ("variables",)),
    "form": Shape(("userTask",)),
    "instructions": Shape(("userTask",)),
    "http": Shape(WORK, ("connection", "method", "path", "body", "timeout")),
    "topic": Shape(WORK, ("name",)),
    "retry": Shape(WORK, ("attempts", "backoff", "factor", "cap")),
    "result": Shape(WORK),
    "errorMapping": Shape(WORK, ("status", "code"), many=True),
    "decision": Shape(("businessRuleTask",), ("ref",)),
    "assign": Shape(("scriptTask",), ("variable", "value"), many=True),
    "call": Shape(("callActivity",), ("binding", "version", "propagateAll")),
    "input": Shape(("activity",), ("target", "source"), many=True),
    "output": Shape(("activity",), ("target", "source"), many=True),
    "multiInstance": Shape(
        ("activity", "multiInstanceLoopCharacteristics"),
        ("collection", "element", "outputCollection", "outputElement"),
    ),
    "message": Shape(
        ("event", "sendTask", "receiveTask", "messageEventDefinition"),
        ("correlationKey", "payload", "timeToLive"),
    ),
    "signal": Shape(("throwEvent", "signalEventDefinition"), ("payload",)),
}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "activity": ("resultVariable",),
    "catchEvent": ("resultVariable",),
}
VARIABLE_TYPES = ("string", "number", "boolean", "date", "dateTime", "list", "context", "any")


@dataclass(frozen=True, slots=True)
class Holder:
    """A BPMN element that carries extension elements."""

    element: etree._Element
    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of one BPMN element, by their kind."""

    holder: Holder
    parts: Mapping[str, list[Part]]
    notes: Notes

    def one(self, kind: str) -> Part | None:
        return next(iter(self.parts.get(kind, [])), None)

    def all(self, kind: str) -> list[Part]:
        return self.parts.get(kind, [])


def said(holder: Holder, notes: Notes) -> Said:
    """Return what the extension says on this element, after writing down what it may not say."""
    parts: dict[str, list[Part]] = {}
    for part in parts_of(holder.element, holder.id, holder.label, notes):
        shape = ELEMENTS.get(part.kind)
        if shape is None:
            here = [kind for kind, known in ELEMENTS.items() if known.belongs_on(holder.kind)]
            part.wrong(
                "unknown-extension",
                f"“{holder.label}” has the element placet:{shorten(part.kind, 60)}, "
                "which does not exist.",
                did_you_mean(part.kind, here),
            )
        elif not shape.belongs_on(holder.kind):
            part.wrong(
                "extension-not-here",
                f"placet:{part.kind} says nothing on “{holder.label}” ({holder.kind}).",
                f"It belongs on: {', '.join(shape.owners)}.",
            )
        elif parts.get(part.kind) and not shape.many:
            part.wrong("extension-twice", f"“{holder.label}” has placet:{part.kind} twice.")
        else:
            part.only(*shape.attributes)
            parts.setdefault(part.kind, []).append(part)
    refuse_unknown_attributes(holder, notes)
    return Said(holder, parts, notes)


def refuse_unknown_attributes(holder: Holder, notes: Notes) -> None:
    known = [
        name for kind, names in ATTRIBUTES.items() if is_a(holder.kind, kind) for name in names
    ]
    for name in holder.element.attrib:
        attribute = etree.QName(str(name))
        if attribute.namespace == PLACET and attribute.localname not in known:
            notes.error(
                holder.id,
                "unknown-attribute",
                f"“{holder.label}” has no attribute placet:{shorten(attribute.localname, 60)}.",
                did_you_mean(attribute.localname, known),
            )


def result_variable(holder: Holder, notes: Notes) -> str:
    """Return the variable that the result is to be kept in; empty when none is named."""
    name = (holder.element.get(f"{{{PLACET}}}resultVariable") or "").strip()
    if name and (reason := unusable_name(name)):
        notes.error(
            holder.id,
            "name",
            f"The result variable “{shorten(name, 60)}” of “{holder.label}” {reason}",
        )
        return ""
    return name


def form(part: Part | None) -> JsonSchema | None:
    if part is None:
        return None
    try:
        return read_form(part.body)
    except Unfit as problem:
        part.wrong("form", f"{part.what()}: {problem}", "Write a JSON Schema of single fields.")
        return None


def prose(part: Part | None) -> str:
    if part is None:
        return ""
    if len(part.body) > MAX_TEXT:
        part.wrong("text-too-long", f"{part.what()} is longer than {MAX_TEXT:,} characters.")
    return part.body


# --- process -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProcessSays:
    subject: str | Expression = ""
    start_form: JsonSchema | None = None
    variables: Mapping[str, Variable] = field(default_factory=dict)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)


def process(told: Said) -> ProcessSays:
    subject = told.one("subject")
    return ProcessSays(
        subject=subject.text_or_expression(prose(subject)) if subject else "",
        start_form=form(told.one("startForm")),
        variables=variables(told.all("variable")),
        withdrawal=withdrawal(told.one("withdrawal")),
    )


def withdrawal(part: Part | None) -> Withdrawal:
    if part is None:
        return Withdrawal()
    return Withdrawal(until=part.text("until") or Withdrawal().until, to=part.text("to"))


def variables(parts: list[Part]) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for part in parts:
        name = part.name("name")
        if name in found:
            part.wrong("variable-twice", f"The variable “{name}” is declared twice.")
        elif name:
            kind = part.choice("type", VARIABLE_TYPES, "any")
            found[name] = Variable(
                name=name,
                type=cast(Any, kind),
                label=part.text("label"),
                sensitive=part.flag("sensitive"),
                searchable=part.flag("searchable"),
            )
    return found
