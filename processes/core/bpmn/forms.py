"""The part of JSON Schema (2020-12) that a page can show as a form.

A form is one object whose properties are single answers. What cannot be shown, or could hold a
server for minutes, is refused by name; what is left is a valid JSON Schema.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator

from processes.core.bpmn.xml import shorten
from processes.core.graph import JsonSchema

MAX_TEXT = 50_000
MAX_FIELDS = 60
MAX_CHOICES = 500
MAX_NAME = 64

TYPES = ("string", "number", "integer", "boolean")
FORMATS = ("date", "date-time", "email", "uri", "textarea")
# Words that FEEL reads as its own, and the one that tells about the instance.
RESERVED = frozenset(
    {
        *("and", "between", "else", "every", "false", "for", "function", "if", "in", "not"),
        *("null", "or", "process", "return", "satisfies", "some", "then", "true"),
    }
)

Test = Callable[[Any], bool]


def is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 2_000


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000


def is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool) or is_number(value)


ROOT_WORDS: Mapping[str, Test] = {
    "$schema": is_text,
    "title": is_text,
    "description": is_text,
    "type": lambda value: value == "object",
    "properties": lambda value: isinstance(value, dict),
    "required": lambda value: isinstance(value, list),
    "additionalProperties": lambda value: value is False,
}
FIELD_WORDS: Mapping[str, Test] = {
    "title": is_text,
    "description": is_text,
    "type": lambda value: value in TYPES,
    "format": lambda value: value in FORMATS,
    "enum": lambda value: isinstance(value, list) and 0 < len(value) <= MAX_CHOICES,
    "default": is_plain,
    "minimum": is_number,
    "maximum": is_number,
    "exclusiveMinimum": is_number,
    "exclusiveMaximum": is_number,
    "multipleOf": lambda value: is_number(value) and value > 0,
    "minLength": is_count,
    "maxLength": is_count,
}
# Which words say something about which type.
ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "format": ("string",),
    "minLength": ("string",),
    "maxLength": ("string",),
    "enum": ("string", "number", "integer"),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        ("number", "integer"),
    ),
}
REFUSED = {
    "pattern": "A pattern can take minutes on a few letters, so patterns are not run",
    "$ref": "Everything must stand in the form itself",
    **dict.fromkeys(
        ("oneOf", "anyOf", "allOf", "not", "if"), "A page cannot show alternatives of a field"
    ),
}


class Unfit(Exception):
    """The text is no form that a page can show."""


def read_form(text: str) -> JsonSchema:
    """Return the schema, closed against fields that it does not name. Raises Unfit."""
    schema = parse(text)
    if not isinstance(schema, dict):
        raise Unfit("A form is an object: {“type”: “object”, “properties”: {…}}.")
    for problem in problems_of(schema):
        raise Unfit(problem)
    return {**schema, "type": "object", "additionalProperties": False}


def parse(text: str) -> Any:
    if len(text) > MAX_TEXT:
        raise Unfit(f"The form has {len(text):,} characters; at most {MAX_TEXT:,} are read.")
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise Unfit(
            f"The form is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise Unfit(
            "The form is not JSON that can be read: too deep, or a number too long."
        ) from error


def _no_constant(name: str) -> None:
    raise Unfit(f"{name} is not a number.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unfit(f"“{shorten(key, 60)}” is written twice.")
        found[key] = value
    return found


def problems_of(schema: dict[str, Any]) -> Iterator[str]:
    yield from unfit_words("The form", schema, ROOT_WORDS)
    fields = schema.get("properties")
    if not isinstance(fields, dict) or not fields:
        yield "The form asks for nothing: “properties” names no field."
        return
    if len(fields) > MAX_FIELDS:
        yield f"The form asks for {len(fields)} fields; at most {MAX_FIELDS} fit a page."
    for name, field in fields.items():
        shown = f"The field “{shorten(name, 60)}”"
        if unusable_name(name):
            yield f"{shown} {unusable_name(name)}"
        elif not isinstance(field, dict):
            yield f"{shown} must be an object such as {{“type”: “string”}}."
        else:
            yield from field_problems(shown, field)
    for name in schema.get("required", []):
        if not isinstance(name, str) or name not in fields:
            yield f"“required” names “{shorten(str(name), 60)}”, which is no field of the form."
    if not Draft202012Validator(Draft202012Validator.META_SCHEMA).is_valid(schema):
        yield "The form is not a valid JSON Schema."


def unusable_name(name: str) -> str:
    """Return why expressions could not read a value of this name; empty when they can."""
    if not name.isidentifier() or len(name) > MAX_NAME:
        return "needs a name of letters, digits and “_”, so that expressions can read it."
    if name in RESERVED:
        return "has a name that expressions use for something else. Choose another one."
    return ""


def field_problems(shown: str, field: dict[str, Any]) -> Iterator[str]:
    kind = field.get("type")
    if kind not in TYPES:
        yield f"{shown} must have one of the types {', '.join(TYPES)}."
        return
    yield from unfit_words(shown, field, FIELD_WORDS)
    for word, kinds in ONLY_FOR.items():
        if word in field and kind not in kinds:
            yield f"{shown} is of the type {kind}, where “{word}” says nothing."
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength")):
        if low in field and high in field and field[low] > field[high]:
            yield f"{shown} accepts nothing: “{low}” is above “{high}”."
    checker = Draft202012Validator({"type": kind})
    choices = field.get("enum", [])
    for choice in choices:
        if not checker.is_valid(choice):
            yield f"{shown} offers {shorten(json.dumps(choice), 40)}, which is no {kind}."
    if len({json.dumps(choice) for choice in choices}) < len(choices):
        yield f"{shown} offers a choice twice."
    if "default" in field and not Draft202012Validator(field).is_valid(field["default"]):
        yield f"{shown} has a default that it would not accept."


def unfit_words(shown: str, schema: dict[str, Any], known: Mapping[str, Test]) -> Iterator[str]:
    for word, value in schema.items():
        if word.startswith("x-"):
            if not is_plain(value):
                yield f"{shown}: “{shorten(word, 60)}” must be a text, a number or true or false."
        elif word in REFUSED:
            yield f"{shown} uses “{word}”. {REFUSED[word]}."
        elif word not in known:
            yield f"{shown} uses “{shorten(word, 60)}”, which a page cannot show."
        elif not known[word](value):
            yield f"{shown}: “{word}” cannot be {shorten(json.dumps(value), 40)}."
