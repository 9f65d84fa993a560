"""Forms of Camunda 8, which are lists of components, as a JSON Schema."""

from functools import lru_cache
from typing import Any

from processes.core.bpmn.forms import Unfit, parse, unusable_name
from processes.core.bpmn.xml import shorten

# Components that ask for nothing.
DECORATION = frozenset(
    {
        *("text", "html", "image", "button", "separator", "spacer", "iframe", "table"),
        *("documentPreview",),
    }
)
GROUPS = ("group", "default")
DATES = {"date": "date", "datetime": "date-time"}
LENGTHS = ("minLength", "maxLength")
MAX_DEPTH = 20
MAX_COMPONENTS = 500


@lru_cache(maxsize=64)
def form_schema(text: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return the schema, the variables that are only shown, and what a page cannot ask.

    Raises Unfit when the text is no form at all. Many tasks may refer to one form, so what is
    returned is shared and never changed.
    """
    form = parse(text)
    if not isinstance(form, dict) or not isinstance(form.get("components"), list):
        raise Unfit("The form has no list of components.")
    reader = Reader()
    reader.components(form["components"], 0)
    schema: dict[str, Any] = {"type": "object", "properties": reader.properties}
    if reader.required:
        schema["required"] = reader.required
    return schema, reader.shown, reader.odd


class Reader:
    def __init__(self) -> None:
        self.properties: dict[str, Any] = {}
        self.required: list[str] = []
        self.shown: list[str] = []
        self.odd: list[str] = []
        self._count = 0

    def components(self, components: list[Any], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Unfit(f"The groups of the form lie more than {MAX_DEPTH} deep in each other.")
        for component in components:
            self._count += 1
            if self._count > MAX_COMPONENTS:
                raise Unfit(f"The form has more than {MAX_COMPONENTS} components.")
            if not isinstance(component, dict):
                raise Unfit("A component of the form is no object.")
            if component.get("type") in GROUPS and not component.get("path"):
                inside = component.get("components")
                self.components(inside if isinstance(inside, list) else [], depth + 1)
            elif component.get("type") not in DECORATION:
                self.component(component)

    def component(self, component: dict[str, Any]) -> None:
        name, kind = str(component.get("key") or ""), str(component.get("type") or "")
        shown = f"The field “{shorten(name or kind, 60)}”"
        if reason := unusable_name(name):
            self.odd.append(f"{shown} {reason}")
            return
        schema = described(component, kind)
        if schema is None:
            self.odd.append(f"{shown} is a “{shorten(kind, 40)}”, which a page cannot ask for.")
            return
        if component.get("readonly") is True or component.get("disabled") is True:
            self.shown.append(name)
            return
        rules = component.get("validate")
        rules = rules if isinstance(rules, dict) else {}
        self.limit(shown, rules, schema)
        if component.get("conditional"):
            self.odd.append(f"{shown} is always shown here; there it depends on a condition.")
        elif rules.get("required") is True and kind != "checkbox":
            self.required.append(name)
        default = component.get("defaultValue")
        if isinstance(default, str | bool | int | float) and default != "":
            schema["default"] = default
        self.properties[name] = schema

    def limit(self, shown: str, rules: dict[str, Any], schema: dict[str, Any]) -> None:
        """Add the rules of a field that a page can check."""
        number = schema["type"] in ("number", "integer")
        for rule, word in (("min", "minimum"), ("max", "maximum")):
            limit = rules.get(rule)
            if number and isinstance(limit, int | float):
                schema[word] = limit
        for rule in LENGTHS:
            if schema["type"] == "string" and isinstance(rules.get(rule), int):
                schema[rule] = rules[rule]
        if rules.get("validationType") == "email":
            schema["format"] = "email"
        elif rules.get("pattern") or rules.get("validationType"):
            self.odd.append(f"{shown} has a pattern, which is not checked here.")


def described(component: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the schema of one component, or None for one that has no counterpart."""
    schema: dict[str, Any]
    match kind:
        case "textfield":
            schema = {"type": "string"}
        case "textarea":
            schema = {"type": "string", "format": "textarea"}
        case "checkbox":
            schema = {"type": "boolean"}
        case "number":
            whole = component.get("decimalDigits") == 0
            schema = {"type": "integer" if whole else "number"}
        case "datetime" if component.get("subtype", "date") in DATES:
            schema = {"type": "string", "format": DATES[component.get("subtype", "date")]}
        case "select" | "radio" if choices := choices_of(component):
            schema = {"type": "string", "enum": list(choices)}
            named = [f"{key}: {name}" for key, name in choices.items() if name and name != key]
            if named:
                schema["description"] = shorten(" · ".join(named), 2_000)
        case _:
            return None
    for key, word in (("label", "title"), ("description", "description")):
        if isinstance(component.get(key), str) and component[key] and word not in schema:
            schema[word] = shorten(component[key], 2_000)
    return schema


def choices_of(component: dict[str, Any]) -> dict[str, str]:
    """Return the fixed choices with what people read for each; empty when they are not fixed."""
    values = component.get("values")
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return {}
    found = {str(v.get("value", "")): str(v.get("label", "")) for v in values}
    return {} if any(not isinstance(v.get("value"), str) for v in values) else found
