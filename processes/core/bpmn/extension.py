"""What the namespace `urn:placet:bpmn:1` says: people, forms, deadlines, calls.

ELEMENTS lists every element with its attributes and the BPMN elements it belongs to; the moddle
descriptor beside this file tells modelers the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from lxml import etree

from processes.core.bpmn.forms import Unfit, read_form, unusable_name
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.parts import Part, did_you_mean, parts_of
from processes.core.bpmn.xml import PLACET, shorten
from processes.core.feel import Expression, compile_expression
from processes.core.graph import (
    APPROVE_OR_REJECT,
    Assignment,
    Deadline,
    Escalation,
    HttpCall,
    JsonSchema,
    Outcome,
    Retry,
    Variable,
)

MAX_TEXT = 5_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an element may stand, its attributes, and whether it may stand there often."""

    owners: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    many: bool = False


ELEMENTS: Mapping[str, Shape] = {
    "subject": Shape(("process",)),
    "startForm": Shape(("process",)),
    "variable": Shape(("process",), ("name", "type", "sensitive", "label"), many=True),
    "assignment": Shape(
        ("userTask",), ("candidateUsers", "candidateGroups", "exclude", "allocate")
    ),
    "outcome": Shape(("userTask",), ("id", "name", "kind", "comment"), many=True),
    "deadline": Shape(("userTask",), ("completeBy", "remindBefore")),
    "escalation": Shape(("userTask",), ("after", "addUsers", "addGroups"), many=True),
    "evidence": Shape(("userTask",), ("variables",)),
    "form": Shape(("userTask",)),
    "instructions": Shape(("userTask",)),
    "http": Shape(("serviceTask",), ("connection", "method", "path", "body", "timeout")),
    "retry": Shape(("serviceTask",), ("attempts", "backoff", "factor", "cap")),
    "result": Shape(("serviceTask",)),
}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "userTask": ("resultVariable",),
    "serviceTask": ("resultVariable",),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
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
            here = [kind for kind, known in ELEMENTS.items() if holder.kind in known.owners]
            part.wrong(
                "unknown-extension",
                f"“{holder.label}” has the element placet:{shorten(part.kind, 60)}, "
                "which does not exist.",
                did_you_mean(part.kind, here),
            )
        elif holder.kind not in shape.owners:
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
    known = ATTRIBUTES.get(holder.kind, ())
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
    """Return the variable that the outcome of this step is kept in; the id when none is named."""
    name = (holder.element.get(f"{{{PLACET}}}resultVariable") or "").strip()
    if name and (reason := unusable_name(name)):
        notes.error(
            holder.id,
            "name",
            f"The result variable “{shorten(name, 60)}” of “{holder.label}” {reason}",
        )
    return name or holder.id


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


def process(told: Said) -> ProcessSays:
    subject = told.one("subject")
    return ProcessSays(
        subject=subject.text_or_expression(prose(subject)) if subject else "",
        start_form=form(told.one("startForm")),
        variables=variables(told.all("variable")),
    )


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
            )
    return found


# --- user task -----------------------------------------------------------------------------------


def assignment(told: Said) -> Assignment:
    part = told.one("assignment")
    if part is None:
        return Assignment()
    allocate = part.choice("allocate", ("offer", "single"), "offer")
    return Assignment(
        users=part.names("candidateUsers"),
        groups=part.names("candidateGroups"),
        exclude=part.names("exclude"),
        allocate=cast(Literal["offer", "single"], allocate),
    )


def outcomes(told: Said) -> tuple[Outcome, ...]:
    """Return the declared answers; approve or reject when none is declared."""
    found: dict[str, Outcome] = {}
    for part in told.all("outcome"):
        id_ = part.name("id")
        if id_ in found:
            part.wrong("outcome-twice", f"“{part.label}” has the outcome “{id_}” twice.")
        elif id_:
            kind = part.choice("kind", ("positive", "negative", "neutral"), "neutral")
            comment = part.choice("comment", ("optional", "required"), "optional")
            found[id_] = Outcome(
                id=id_,
                name=part.text("name") or id_.replace("_", " ").capitalize(),
                kind=cast(Any, kind),
                comment_required=comment == "required",
            )
    return tuple(found.values()) if told.all("outcome") else APPROVE_OR_REJECT


def deadline(told: Said) -> Deadline | None:
    part = told.one("deadline")
    if part is None:
        return None
    part.needed("completeBy")
    complete_by = part.span("completeBy")
    remind_before = part.span("remindBefore")
    return Deadline(complete_by, remind_before) if complete_by else None


def escalations(told: Said) -> tuple[Escalation, ...]:
    found = []
    for part in told.all("escalation"):
        users, groups = part.names("addUsers"), part.names("addGroups")
        if not users and not groups:
            part.wrong(
                "escalation-to-nobody",
                f"An escalation of “{part.label}” asks nobody.",
                "Name people in addUsers or groups in addGroups.",
            )
        after = part.span("after", "PT0S", zero=True)
        if after is not None:
            found.append(Escalation(after, users, groups))
    return tuple(found)


def evidence(told: Said) -> tuple[str, ...]:
    part = told.one("evidence")
    names = tuple(dict.fromkeys(part.needed("variables").split())) if part else ()
    for name in names:
        if part and (reason := unusable_name(name)):
            part.wrong("name", f"{part.what('variables')}: “{shorten(name, 60)}” {reason}")
    return names


def user_task(told: Said) -> dict[str, Any]:
    """Return the fields of a UserTask that the extension fills."""
    return {
        "assignment": assignment(told),
        "outcomes": outcomes(told),
        "deadline": deadline(told),
        "escalations": escalations(told),
        "evidence": evidence(told),
        "form": form(told.one("form")),
        "instructions": prose(told.one("instructions")),
        "result_variable": result_variable(told.holder, told.notes),
    }


# --- service task --------------------------------------------------------------------------------


def http_call(told: Said) -> HttpCall:
    """Return the call. One that names no connection is found by the checks."""
    part = told.one("http")
    timeout = compile_expression('duration("PT10S")')
    if part is None:
        return HttpCall("", "POST", "/", None, timeout)
    path = part.needed("path") or "/"
    if not path.startswith("=") and (reason := bad_path(path)):
        part.wrong("path", f"{part.what('path')}: “{shorten(path, 60)}” {reason}")
    return HttpCall(
        connection=part.text("connection"),
        method=part.choice("method", METHODS, "POST"),
        path=part.text_or_expression(path, "path"),
        body=part.expression("body"),
        timeout=part.span("timeout") or timeout,
    )


def bad_path(path: str) -> str:
    """Return why the path could lead somewhere else than below the connection's address."""
    if not path.startswith("/") or path.startswith("//"):
        return "must begin with one “/”: the address belongs to the connection."
    if any(sign in path for sign in "\\#") or not path.isprintable() or " " in path:
        return "has a sign that no path has."
    if ".." in path.partition("?")[0].split("/"):
        return "must not climb with “..”."
    return ""


def retry(told: Said) -> Retry:
    backoff, cap = compile_expression('duration("PT2S")'), compile_expression('duration("PT1M")')
    part = told.one("retry")
    if part is None:
        return Retry(3, backoff, 2.0, cap)
    return Retry(
        attempts=part.whole("attempts", 3, 1, 20),
        backoff=part.span("backoff") or backoff,
        factor=part.number("factor", 2.0, 1.0, 10.0),
        cap=part.span("cap") or cap,
    )


def result(told: Said) -> Expression | None:
    part = told.one("result")
    return told.notes.expression(part.owner, part.what(), part.body) if part else None


def service_task(told: Said) -> dict[str, Any]:
    """Return the fields of a ServiceTask that the extension fills."""
    return {
        "call": http_call(told),
        "retry": retry(told),
        "result": result(told),
        "result_variable": result_variable(told.holder, told.notes),
    }


FIELDS: Mapping[str, Callable[[Said], dict[str, Any]]] = {
    "userTask": user_task,
    "serviceTask": service_task,
}
