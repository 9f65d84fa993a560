"""Bodies of connectors: JSON with expressions in it is one expression of FEEL."""

import pytest

from processes.core.bpmn.dialects import NotTranslated
from processes.core.bpmn.dialects.payload import json_payload
from processes.core.feel import compile_expression, to_json

KNOWN = {"amount": 5, "name": "Lee", "order": {"id": 7}, "response": {"body": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": ${amount}, "b": "to ${name}"}', {"a": 5, "b": "to Lee"}),
        ('{"a": "${amount}"}', {"a": 5}),
        ('[1, -2.5, true, null, "x", {"y": []}]', [1, -2.5, True, None, "x", {"y": []}]),
        ('{"a": "\\"${name}\\" \\\\ ${amount}"}', {"a": '"Lee" \\ 5'}),
        ("${order}", {"id": 7}),
        ('"Hello ${name}"', "Hello Lee"),
        ('{"k ${": 1}', None),
        ('{"a": ${answer}}', {"a": 1}),
    ],
)
def test_a_body_is_the_same_json(text, expected):
    if expected is None:
        with pytest.raises(NotTranslated):
            json_payload(text, {})
        return
    found = compile_expression(json_payload(text, {"answer": "response.body"}))
    assert to_json(found.evaluate(KNOWN)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a=${amount}&b=2",
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": ' + "[" * 40 + "]" * 40 + "}",
        '{"a": "\ue000"}',
        '{"a": ${bean.go(1)}}',
        '{"a": ' + "9" * 40 + "}",
    ],
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(NotTranslated):
        json_payload(text, {})
