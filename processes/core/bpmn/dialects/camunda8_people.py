"""What Camunda 8 says about people: who is asked, until when, on which form."""

import json
from typing import Any

from lxml import etree

from processes.core.bpmn.dialects import shared
from processes.core.bpmn.dialects.form_js import form_schema
from processes.core.bpmn.dialects.rewriting import Owner
from processes.core.bpmn.draft import text_of
from processes.core.bpmn.forms import Unfit, read_form

IN_FILE = "camunda-forms:bpmn:"
NOT_USED = "Placet keeps it in the file and does not use it."


def user_task(owner: Owner) -> None:
    owner.children("userTask")
    if (said := owner.child("assignmentDefinition")) is not None:
        shared.assignment(
            owner,
            said.get("assignee") or "",
            entries(said.get("candidateUsers") or ""),
            entries(said.get("candidateGroups") or ""),
        )
    if (said := owner.child("taskSchedule")) is not None:
        if due := said.get("dueDate"):
            shared.deadline(owner, owner.named("dueDate"), due)
        if follow := said.get("followUpDate"):
            shared.deadline(owner, owner.named("followUpDate"), follow, "followUp")
    if (said := owner.child("priorityDefinition")) is not None:
        shared.priority(owner, owner.named("priority"), said.get("priority") or "")
    if (said := owner.child("taskHeaders")) is not None:
        headers = ", ".join(h.get("key") or "" for h in owner.inside(said, "header"))
        owner.kept(owner.named("taskHeaders"), headers, NOT_USED)
    if (said := owner.child("taskDefinition")) is not None:
        owner.kept(
            owner.named("taskDefinition"), said.get("type") or "", "People do the task here."
        )
    fields = form(owner, "form", owner)
    if not mapped_by_hand(owner):
        shared.field_variables(owner, fields)
    shared.completed(owner)


def mapped_by_hand(owner: Owner) -> bool:
    """Tell whether the file maps outputs; then Zeebe sets these and no field of the form."""
    return any(owner.inside(mapping, "output") for mapping in owner.children("ioMapping"))


def entries(text: str) -> list[str]:
    """Return the names between commas, or the one expression that gives them."""
    if text.lstrip().startswith("="):
        return [text]
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def start_form(owner: Owner) -> None:
    form(owner, "startForm", owner.around)


def form(owner: Owner, kind: str, holder: Owner) -> list[str]:
    """Ask what a form in the file asks, and return the names of its fields."""
    said = owner.child("formDefinition")
    if said is None:
        return []
    key = said.get("formKey") or ""
    text = embedded(owner, key.removeprefix(IN_FILE)) if key.startswith(IN_FILE) else ""
    what = owner.named("formDefinition")
    if not text:
        owner.left(
            what,
            key or said.get("formId") or said.get("externalReference") or "",
            "The form is not in this file, so nobody can tell what it asks.",
            f"Write a JSON Schema of its fields into placet:{kind}.",
        )
        return []
    try:
        schema, shown, odd = form_schema(text)
        if schema["properties"]:
            read_form(json.dumps(schema))
    except Unfit as problem:
        owner.left(what, key, str(problem), f"Write placet:{kind}.")
        return []
    for sentence in odd:
        owner.left(what, key, sentence, f"Write placet:{kind} by hand where it matters.")
    return place(owner, kind, holder, schema, shown, key)


def place(
    owner: Owner, kind: str, holder: Owner, schema: dict[str, Any], shown: list[str], key: str
) -> list[str]:
    names = list(schema["properties"])
    if names:
        holder.put(kind, json.dumps(schema, ensure_ascii=False, indent=2))
    if shown and kind == "form":
        owner.put("evidence", variables=" ".join(shown))
    owner.became(owner.named("formDefinition"), key, f"placet:{kind}: {', '.join(names)}")
    return names


def field_paths(owner: Owner) -> dict[str, str]:
    """Return where expressions find the fields of a task's form while it is being completed."""
    said = owner.child("formDefinition") if owner.kind == "userTask" else None
    key = (said.get("formKey") or "") if said is not None else ""
    text = embedded(owner, key.removeprefix(IN_FILE)) if key.startswith(IN_FILE) else ""
    try:
        schema, _, _ = form_schema(text) if text else ({"properties": {}}, [], [])
    except Unfit:
        return {}
    return {name: f"{owner.variable}.data.{name}" for name in schema["properties"]}


def embedded(owner: Owner, wanted: str) -> str:
    """Return the form with this id, which stands in a process; empty when there is none."""
    found = owner.file.with_id(wanted)
    if found is None or etree.QName(found).localname != "userTaskForm":
        return ""
    return text_of(found)
