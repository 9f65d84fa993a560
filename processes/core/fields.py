"""Fields of a form as a page shows them, made from the JSON Schema that also validates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FEW = 3
LONG = 300
TYPES = {"date": "date", "date-time": "datetime-local", "email": "email", "uri": "url"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """``kind`` is text, textarea, number, checkbox, radio, select or person.

    ``type`` is the input's; ``value`` is what was typed, or the default. ``settled`` is a field
    that nobody must touch: its default is an answer.
    """

    name: str
    label: str
    kind: str = "text"
    type: str = "text"
    required: bool = False
    settled: bool = False
    help: str = ""
    value: Any = ""
    error: str = ""
    choices: tuple[Choice, ...] = ()
    max_length: int | None = None
    inputmode: str = ""

    @property
    def id(self) -> str:
        return f"field-{self.name}"

    @property
    def short(self) -> bool:
        return self.kind == "number" or self.type in ("date", "datetime-local", "time")

    @property
    def described_by(self) -> str:
        """Return the ids of what explains the field, for people who do not see it."""
        notes = (("help", self.help), ("error", self.error))
        return " ".join(f"{self.id}-{note}" for note, text in notes if text)


def fields(
    schema: Mapping[str, Any] | None,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> list[Field]:
    """Return the form's fields in its order; without ``values`` they hold the defaults."""
    schema = schema or {}
    needed = set(schema.get("required", ()))
    return [
        field(
            name,
            says,
            value=says.get("default", "") if values is None else values.get(name, ""),
            required=name in needed,
            error=" ".join((errors or {}).get(name, ())),
        )
        for name, says in schema.get("properties", {}).items()
    ]


def field(name: str, says: Mapping[str, Any], *, value: Any, required: bool, error: str) -> Field:
    kind, type_, inputmode = widget(says, required=required)
    return Field(
        name=name,
        label=says.get("title") or label_of(name),
        kind=kind,
        type=type_,
        required=required,
        settled="default" in says or kind == "checkbox",
        help=says.get("description", ""),
        value=value,
        error=error,
        choices=tuple(
            Choice(str(choice), str(choice), str(choice) == str(value))
            for choice in says.get("enum", ())
        ),
        max_length=says.get("maxLength"),
        inputmode=inputmode,
    )


def widget(says: Mapping[str, Any], *, required: bool) -> tuple[str, str, str]:
    """Return kind, type of the input, and which keys a phone should show."""
    kind, form = says.get("type"), says.get("format", "")
    if kind == "boolean":
        return "checkbox", "checkbox", ""
    if "enum" in says:
        # A choice that may be left open needs a list, where it can be taken back.
        few = len(says["enum"]) <= FEW and (required or "default" in says)
        return ("radio" if few else "select"), "", ""
    if kind in ("number", "integer"):
        # Not type=number: it eats what is no number, and a wheel changes it.
        return "number", "text", "decimal" if kind == "number" else "numeric"
    if form == "textarea" or (says.get("maxLength", 0) > LONG and not form):
        return "textarea", "", ""
    return "text", TYPES.get(form, "text"), ""


def label_of(name: str) -> str:
    """Return words for a name such as ``cost_center`` or ``costCenter``."""
    spaced = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in name)
    words = " ".join(spaced.replace("_", " ").split())
    return words[:1].upper() + words[1:]
