"""The fields that a page shows for a JSON Schema."""

import pytest

from processes.core.fields import fields, label_of

FORM = {
    "type": "object",
    "required": ["title", "size"],
    "properties": {
        "title": {"type": "string", "title": "What?", "description": "Short.", "maxLength": 80},
        "amount": {"type": "number"},
        "count": {"type": "integer", "default": 3},
        "why": {"type": "string", "format": "textarea"},
        "until": {"type": "string", "format": "date"},
        "size": {"type": "string", "enum": ["S", "M", "L"]},
        "color": {"type": "string", "enum": ["red", "green"]},
        "checked": {"type": "boolean"},
    },
}


def by_name(*args):
    return {field.name: field for field in fields(FORM, *args)}


def test_each_kind_of_answer_has_its_own_field():
    kinds = {name: (field.kind, field.type) for name, field in by_name().items()}
    assert kinds == {
        "title": ("text", "text"),
        "amount": ("number", "text"),
        "count": ("number", "text"),
        "why": ("textarea", ""),
        "until": ("text", "date"),
        "size": ("radio", ""),
        "color": ("select", ""),
        "checked": ("checkbox", "checkbox"),
    }


def test_a_field_holds_its_default_until_something_is_typed():
    assert by_name()["count"].value == 3
    assert by_name({"count": ""})["count"].value == ""


def test_a_default_settles_the_field():
    assert [name for name, field in by_name().items() if field.settled] == ["count", "checked"]


def test_a_choice_that_was_made_is_marked():
    chosen = [choice.value for choice in by_name({"size": "M"})["size"].choices if choice.chosen]
    assert chosen == ["M"]


def test_mistakes_and_help_explain_the_field():
    field = by_name({"title": ""}, {"title": ["This is needed."]})["title"]
    assert field.error == "This is needed."
    assert field.described_by == "field-title-help field-title-error"
    assert by_name()["amount"].described_by == ""


def test_no_form_has_no_fields():
    assert fields(None) == []


@pytest.mark.parametrize(
    ("name", "label"),
    [("cost_center", "Cost center"), ("costCenter", "Cost center"), ("x", "X"), ("_", "")],
)
def test_a_name_becomes_words(name, label):
    assert label_of(name) == label
