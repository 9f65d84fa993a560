"""A form is the part of JSON Schema that a page can show; the rest is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from processes.core.bpmn.forms import FORMATS, TYPES, Unfit, read_form


def form(**fields):
    return json.dumps({"type": "object", "properties": fields})


def unfit(text):
    with pytest.raises(Unfit) as refusal:
        read_form(text)
    return str(refusal.value)


def test_a_form_of_single_fields_is_accepted_and_closed():
    text = json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Ask",
            "description": "for something",
            "x-layout": "wide",
            "type": "object",
            "required": ["title"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 80, "title": "What?"},
                "kind": {"type": "string", "enum": ["a", "b"], "default": "a"},
                "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 10.5},
                "count": {"type": "integer", "minimum": 1, "maximum": 1, "multipleOf": 1},
                "urgent": {"type": "boolean", "default": False, "x-hint": "red"},
                "day": {"type": "string", "format": "date"},
                "why": {"type": "string", "format": "textarea"},
            },
        }
    )
    schema = read_form(text)
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == [
        "title",
        "kind",
        "amount",
        "count",
        "urgent",
        "day",
        "why",
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("{'type': 'object'}", "line 1"),
        ("[]", "object"),
        ("null", "object"),
        ('"text"', "object"),
        ("{}", "no field"),
        ('{"properties": {}}', "no field"),
        ('{"properties": []}', "properties"),
        ('{"type": "array", "properties": {"a": {"type": "string"}}}', "type"),
        ('{"properties": {"a": {"type": "string"}}, "required": ["b"]}', "“b”"),
        ('{"properties": {"a": {"type": "string"}}, "required": [1]}', "“1”"),
        ('{"properties": {"a": {"type": "string"}}, "required": ["a", "a"]}', "valid"),
        ('{"properties": {"a": {"type": "string"}}, "additionalProperties": true}', "additional"),
        ('{"properties": {"a": {"type": "string"}}, "$ref": "#"}', "$ref"),
        ('{"properties": {"a": {"type": "string"}}, "allOf": []}', "allOf"),
        ('{"properties": {"a": {"type": "string"}, "a": {"type": "number"}}}', "twice"),
        ('{"properties": {"a": {"type": "number", "minimum": NaN}}}', "NaN"),
        ('{"properties": {"a": {"type": "number", "minimum": 1e999}}}', "minimum"),
        ("[" * 40_000, "deep"),
        ('{"properties": {"a": ' + "9" * 5_000 + "}}", "number too long"),
        ('{"x": "' + "y" * 50_000 + '"}', "characters"),
    ],
)
def test_what_is_no_form_is_refused_with_the_reason(text, word):
    assert word in unfit(text)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ({}, "types"),
        ("string", "object"),
        ({"type": "object", "properties": {}}, "types"),
        ({"type": "array"}, "type"),
        ({"type": ["string", "null"]}, "type"),
        ({"type": "string", "pattern": "(a+)+$"}, "pattern"),
        ({"type": "string", "oneOf": []}, "oneOf"),
        ({"type": "string", "format": "password"}, "format"),
        ({"type": "string", "format": ["date"]}, "format"),
        ({"type": "string", "const": "a"}, "const"),
        ({"type": "string", "minimum": 1}, "minimum"),
        ({"type": "number", "format": "date"}, "format"),
        ({"type": "number", "maxLength": 3}, "maxLength"),
        ({"type": "number", "minimum": "3"}, "minimum"),
        ({"type": "number", "minimum": True}, "minimum"),
        ({"type": "number", "minimum": 3, "maximum": 2}, "accepts nothing"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "accepts nothing"),
        ({"type": "string", "minLength": -1}, "minLength"),
        ({"type": "number", "multipleOf": 0}, "multipleOf"),
        ({"type": "string", "enum": []}, "enum"),
        ({"type": "string", "enum": ["a", "a"]}, "twice"),
        ({"type": "string", "enum": ["a", 1]}, "offers 1"),
        ({"type": "boolean", "enum": [True]}, "enum"),
        ({"type": "string", "enum": ["a"], "default": "b"}, "default"),
        ({"type": "integer", "default": "1"}, "default"),
        ({"type": "string", "default": {}}, "default"),
        ({"type": "string", "title": 5}, "title"),
        ({"type": "string", "x-data": {"deep": 1}}, "x-data"),
    ],
)
def test_a_field_that_a_page_cannot_show_is_refused_with_the_reason(field, word):
    sentence = unfit(form(name=field))
    assert word in sentence
    assert "“name”" in sentence


@pytest.mark.parametrize("name", ["", "a b", "1st", "a-b", "process", "if", "x" * 65, "a.b"])
def test_a_field_has_a_name_that_expressions_can_read(name):
    assert "name" in unfit(form(**{name: {"type": "string"}}))


def test_a_form_has_no_more_fields_than_a_page():
    assert "61 fields" in unfit(form(**{f"f{n}": {"type": "string"} for n in range(61)}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
WORDS = ["type", "format", "enum", "default", "minimum", "maximum", "maxLength", "title", "pattern"]
VALUES = JSON | st.sampled_from([*TYPES, *FORMATS])
FIELDS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)


@given(st.dictionaries(st.sampled_from(["a", "b", "if"]), FIELDS | JSON, max_size=3), JSON)
def test_whatever_is_accepted_is_a_valid_json_schema(fields, required):
    text = json.dumps({"type": "object", "properties": fields, "required": required})
    try:
        schema = read_form(text)
    except Unfit:
        return
    Draft202012Validator.check_schema(schema)


@given(st.text())
def test_any_text_is_a_form_or_unfit(text):
    try:
        accepted = read_form(text)
    except Unfit:
        return
    assert accepted["properties"]
