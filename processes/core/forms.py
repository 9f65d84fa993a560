"""Forms: a JSON Schema decides what people may send, and what is wrong with what they sent.

The reader allows only the part of JSON Schema that a page can show (see
docs/process-language.md), so a schema holds one flat object of simple fields.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from processes.core.errors import Invalid

FORMATS = FormatChecker()


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


def validate(schema: Mapping[str, Any] | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``data`` if the form accepts it, with the form's defaults for what was left out.

    Without a form only an empty answer is accepted. Raises Invalid with a sentence for each field;
    a field that the form does not have is refused.
    """
    strict = {**(schema or {"type": "object"}), "additionalProperties": False}
    fields: dict[str, list[str]] = {}
    for error in Draft202012Validator(strict, format_checker=FORMATS).iter_errors(dict(data)):
        for field, sentence in _sentences(error, strict):
            told = fields.setdefault(field, [])
            if sentence not in told:
                told.append(sentence)
    if fields:
        raise invalid(fields)
    return {**_defaults(strict), **data}


def _defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    return {name: field["default"] for name, field in fields.items() if "default" in field}


def invalid(fields: dict[str, list[str]]) -> Invalid:
    named = ", ".join(fields) or "the form"
    return Invalid(
        "invalid_form",
        f"Please check {named}.",
        remedy="Correct what is marked and send it again.",
        details={"fields": fields},
    )


def parse(schema: Mapping[str, Any] | None, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return typed data from the texts that a browser posts; empty texts are left out.

    A text that is no number stays a text, so that `validate` can say so beside its field.
    """
    data: dict[str, Any] = {}
    for name, field in (schema or {}).get("properties", {}).items():
        if field.get("type") == "boolean":
            data[name] = posted.get(name) in ("on", "true", "1", True)
            continue
        text = posted.get(name, "")
        if isinstance(text, str):
            text = text.strip()
        if text == "":
            continue
        data[name] = _typed(field.get("type"), text)
    return data


def _typed(kind: str | None, text: Any) -> Any:
    if kind not in ("number", "integer") or not isinstance(text, str):
        return text
    try:
        number = float(text.replace(" ", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _sentences(error: ValidationError, schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    limit: Any = error.validator_value
    sent: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in limit if name not in sent]
            return [(name, "This is needed.") for name in missing]
        case "additionalProperties":
            known = schema.get("properties", {})
            extra = [name for name in sent if name not in known]
            return [(name, "This form has no such field.") for name in extra]
    field = str(error.absolute_path[0]) if error.absolute_path else ""
    return [(field, _sentence(str(error.validator), limit))]


def _sentence(rule: str, limit: Any) -> str:
    match rule:
        case "type":
            kinds = {
                "number": "a number, for example 12.50",
                "integer": "a whole number",
                "string": "a text",
                "boolean": "yes or no",
            }
            return f"This must be {kinds.get(limit, limit)}."
        case "enum":
            return f"Choose one of: {', '.join(str(item) for item in limit)}."
        case "minimum":
            return f"This must be at least {limit}."
        case "maximum":
            return f"This must be at most {limit}."
        case "exclusiveMinimum":
            return f"This must be more than {limit}."
        case "exclusiveMaximum":
            return f"This must be less than {limit}."
        case "minLength":
            return f"Write at least {limit} characters." if limit > 1 else "This is needed."
        case "maxLength":
            return f"Write at most {limit} characters."
        case "multipleOf":
            return f"This must be a multiple of {limit}."
        case "format":
            hints = {"date": "a date such as 2026-03-09", "email": "an e-mail address"}
            return f"This must be {hints.get(limit, limit)}."
        case _:
            return "This is not accepted here."
