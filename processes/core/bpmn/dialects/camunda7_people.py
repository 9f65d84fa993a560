"""What Camunda 7 says about people: who is asked, until when, on which form."""

import json
import re
from typing import Any

from lxml import etree

from processes.core.bpmn.dialects import shared
from processes.core.bpmn.dialects.rewriting import Owner
from processes.core.bpmn.draft import TRUE
from processes.core.bpmn.forms import Unfit, read_form, unusable_name

# Commas between entries, not those within an expression.
BETWEEN = re.compile(r",(?![^{}]*\})")
TYPES = {"string": "string", "long": "integer", "boolean": "boolean", "date": "string"}
LIMITS = {
    "min": ("minimum", ("number", "integer")),
    "max": ("maximum", ("number", "integer")),
    "minlength": ("minLength", ("string",)),
    "maxlength": ("maxLength", ("string",)),
}
NOT_USED = "Placet keeps it in the file and does not use it."


def user_task(owner: Owner) -> None:
    shared.assignment(
        owner,
        owner.attribute("assignee"),
        entries(owner.attribute("candidateUsers")),
        entries(owner.attribute("candidateGroups")),
    )
    if due := owner.attribute("dueDate"):
        shared.deadline(owner, owner.named("dueDate"), due)
    if follow := owner.attribute("followUpDate"):
        shared.deadline(owner, owner.named("followUpDate"), follow, "followUp")
    if urgent := owner.attribute("priority"):
        shared.priority(owner, owner.named("priority"), urgent)
    if calendar := owner.attribute("businessCalendarName"):
        owner.kept(
            owner.named("businessCalendarName"),
            calendar,
            "Working time is told by calendars of the portal: name one in placet:deadline.",
        )
    foreign_form(owner, owner, "form")
    if (form := owner.child("formData")) is not None:
        fields = Fields(owner, form)
        fields.put("form")
        shared.field_variables(owner, fields.names)
        if fields.shown:
            owner.put("evidence", variables=" ".join(fields.shown))
            what = owner.named("readonly")
            owner.became(what, " ".join(fields.shown), f"placet:evidence {' '.join(fields.shown)}")
    shared.completed(owner)


def entries(text: str) -> list[str]:
    """Return the names between commas."""
    return [entry.strip() for entry in BETWEEN.split(text) if entry.strip()]


def field_paths(owner: Owner) -> dict[str, str]:
    """Return where expressions find the fields of a task's form while it is being completed."""
    form = owner.child("formData") if owner.kind == "userTask" else None
    fields = owner.inside(form, "formField") if form is not None else []
    names = [field.get("id") or "" for field in fields]
    return {name: f"{owner.variable}.data.{name}" for name in names if not unusable_name(name)}


def start_form(owner: Owner) -> None:
    """Ask what the start form asks; its fields are variables of the process in both worlds."""
    foreign_form(owner, owner.around, "startForm")
    if (form := owner.child("formData")) is not None:
        Fields(owner, form).put("startForm", owner.around)


def foreign_form(owner: Owner, holder: Owner, wanted: str) -> None:
    """Report a form that stands outside of the file."""
    for name in ("formKey", "formRef", "formHandlerClass"):
        value = owner.attribute(name)
        if value and not holder.says(wanted):
            owner.left(
                owner.named(name),
                value,
                "The form is not in this file, so nobody can tell what it asks.",
                f"Write a JSON Schema of its fields into placet:{wanted}.",
            )
    for name in ("formRefBinding", "formRefVersion"):
        if value := owner.attribute(name):
            owner.kept(owner.named(name), value, "It says something about a form elsewhere.")


class Fields:
    """The fields of an embedded form as a JSON Schema.

    ``names`` are those that people fill in, ``shown`` those that they may only read.
    """

    def __init__(self, owner: Owner, form: etree._Element) -> None:
        self.owner = owner
        self.names: list[str] = []
        self.shown: list[str] = []
        self._properties: dict[str, Any] = {}
        self._required: list[str] = []
        if key := form.get("businessKey"):
            owner.kept(owner.named("businessKey"), key, NOT_USED)
        for field in owner.inside(form, "formField"):
            self._add(field)

    def put(self, kind: str, holder: Owner | None = None) -> None:
        """Add the form to the holder, or report why a page cannot show it."""
        if not self._properties:
            return
        schema: dict[str, Any] = {"type": "object", "properties": self._properties}
        if self._required:
            schema["required"] = self._required
        text = json.dumps(schema, ensure_ascii=False, indent=2)
        what = self.owner.named("formData")
        try:
            read_form(text)
        except Unfit as problem:
            self.owner.left(what, ", ".join(self.names), str(problem), f"Write placet:{kind}.")
            self.names = []
            return
        (holder or self.owner).put(kind, text)
        self.owner.became(what, ", ".join(self.names), f"placet:{kind}: {', '.join(self.names)}")

    def _add(self, field: etree._Element) -> None:
        name, kind = field.get("id") or "", field.get("type") or "string"
        what = f"{self.owner.named('formField')} {name}"
        if reason := unusable_name(name):
            self.owner.left(what, name, f"The field “{name[:60]}” {reason}", "Rename the field.")
            return
        if kind not in TYPES and kind != "enum":
            self.owner.left(
                what,
                kind,
                f"A page has no fields of the type {kind[:40]}.",
                "Use a text or number.",
            )
            return
        rules = self._rules(field)
        if "readonly" in rules:
            self.shown.append(name)
            return
        schema: dict[str, Any] = {"type": TYPES.get(kind, "string")}
        if label := field.get("label"):
            schema["title"] = label
        if kind == "date":
            schema["format"] = "date"
        if kind == "enum":
            self._choices(field, schema)
        self._limits(what, rules, schema)
        self._default(what, field.get("defaultValue") or "", schema)
        if "required" in rules:
            self._required.append(name)
        self._properties[name] = schema
        self.names.append(name)

    def _rules(self, field: etree._Element) -> dict[str, str]:
        return {
            constraint.get("name") or "": constraint.get("config") or ""
            for validation in self.owner.inside(field, "validation")
            for constraint in self.owner.inside(validation, "constraint")
            if (constraint.get("config") or "true") != "false"
        }

    def _choices(self, field: etree._Element, schema: dict[str, Any]) -> None:
        """List the choices; what people read for them stands in the description."""
        values = {v.get("id") or "": v.get("name") or "" for v in self.owner.inside(field, "value")}
        if not values:
            return
        schema["enum"] = list(values)
        named = [f"{key}: {name}" for key, name in values.items() if name and name != key]
        if named:
            schema["description"] = " · ".join(named)[:2000]

    def _limits(self, what: str, rules: dict[str, str], schema: dict[str, Any]) -> None:
        for rule, config in rules.items():
            word, kinds = LIMITS.get(rule, ("", ()))
            if word and schema["type"] in kinds and config.lstrip("-").isdigit():
                schema[word] = int(config)
            elif rule not in ("required", "readonly"):
                self.owner.left(
                    f"{what} {rule}",
                    config,
                    f"The rule “{rule[:40]}” of the field is not one that a page can check.",
                    "Use minimum, maximum, minLength, maxLength or enum.",
                )

    def _default(self, what: str, text: str, schema: dict[str, Any]) -> None:
        if not text:
            return
        kind = schema["type"]
        if "{" in text:
            self.owner.left(
                f"{what} defaultValue", text, "A default is fixed here.", "Show it as evidence."
            )
        elif kind == "boolean":
            schema["default"] = text.lower() in TRUE
        elif kind == "integer" and text.lstrip("-").isdigit():
            schema["default"] = int(text)
        elif kind == "string" and schema.get("format") != "date":
            schema["default"] = text
        else:
            self.owner.left(
                f"{what} defaultValue", text, "It does not fit the type.", "Write another default."
            )
