"""Whatever is sent, the answer is a problem with a sentence, never a crash or half a change."""

import json
from typing import Any

import pytest
from django.test import Client

from processes.models import HistoryEvent, Instance
from processes.services import verify
from tests import factories as f
from tests.doors.api import ROOT, Caller

pytestmark = pytest.mark.django_db

START = f"{ROOT}processes/purchase-approval/instances/"
JSON = "application/json"


@pytest.fixture
def alice(db) -> Caller:
    f.cast()
    f.deployed()
    return Caller(f.person("alice"))


@pytest.fixture
def bob(db) -> Caller:
    f.purchase()
    return Caller(f.person("bob"))


def refused(response: Any, *statuses: int) -> dict[str, Any]:
    assert response.status_code in (statuses or (400, 422))
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["type"] == f"urn:placet:problem:{problem['code']}"
    return problem


def nested(levels: int) -> str:
    return '{"variables": ' + '{"a":' * levels + "1" + "}" * levels + "}"


BODIES = {
    "nothing but a bracket": b"{",
    "an empty text": b" ",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "no UTF-8": b'{"variables": {"title": "\xff"}}',
    "UTF-16": '{"variables": {}}'.encode("utf-16"),
    "NaN": b'{"variables": {"amount": NaN}}',
    "infinity": b'{"variables": {"amount": Infinity}}',
    "a float too large": b'{"variables": {"amount": 1e400}}',
    "minus a float too large": b'{"variables": {"amount": -1e400}}',
    "a number of 35 digits": b'{"variables": {"amount": ' + b"9" * 35 + b"}}",
    "a number of 5,000 digits": b'{"variables": {"amount": ' + b"9" * 5000 + b"}}",
    "a NUL in a text": rb'{"variables": {"title": "a\u0000b", "amount": 1}}',
    "a NUL in a name": rb'{"variables": {"a\u0000b": 1}}',
    "half a character": rb'{"variables": {"title": "\ud800", "amount": 1}}',
    "half a character in a name": rb'{"variables": {"\udfff": 1}}',
    "a control character": b'{"variables": {"title": "\x01", "amount": 1}}',
    "33 levels": nested(33).encode(),
    "200,000 levels": nested(200_000).encode(),
    "200,000 brackets": b"[" * 200_000,
    "single quotes": b"{'variables': {}}",
    "a trailing comma": b'{"variables": {},}',
    "two values": b"{} {}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_good_json_is_refused(alice, body):
    for headers in ({}, {"Idempotency-Key": "4711"}):
        response = alice.post(START, body, content_type=JSON, headers=headers)

        refused(response, 400)
    assert Instance.objects.count() == 0


def test_32_levels_are_deep_enough_for_anybody(alice):
    response = alice.post(START, nested(30), content_type=JSON)

    assert refused(response, 422)["errors"][0]["field"] == "title"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"],
)
def test_another_format_is_refused(alice, content_type):
    response = alice.generic("POST", START, "x=1", content_type=content_type)

    assert refused(response, 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "x", "*/*;q=0"])
def test_an_answer_in_another_format_is_not_to_be_had(alice, accept):
    response = alice.get(f"{ROOT}tasks/", headers={"Accept": accept})

    if response.status_code != 200:
        refused(response, 406)
    else:
        assert accept == "*/*;q=0"


@pytest.mark.parametrize(
    "path",
    [
        "processes/%00/",
        "processes/a%0A/",
        "processes/purchase-approval%0A/",
        "processes/" + "x" * 101 + "/",
        "processes/../tasks/",
        "instances/x/",
        "instances/019CA2D5-6F00-7A3C-8D51-4B0E6F2A9C10/",
        "tasks/00000000-0000-0000-0000-000000000000/",
        "tasks/019ca2d5/",
        "nothing/",
        "",
    ],
)
def test_an_address_that_leads_nowhere_is_a_problem(alice, path):
    response = alice.get(f"{ROOT}{path}")

    refused(response, 404)


TEXTS = ["\x00", "a\x00b", "", "x" * 5000, "%", "_", "'", '"', "\\", "\u202e", "🦄", "\ufffe"]


@pytest.mark.parametrize(
    "place",
    [
        "tasks/?q=",
        "tasks/?process=",
        "tasks/?scope=",
        "tasks/?cursor=",
        "tasks/?page_size=",
        "instances/?status=",
        "instances/?process=",
        "instances/?business_key=",
        "instances/?mine=",
        "incidents/?instance=",
        "incidents/?process=",
    ],
)
def test_a_parameter_never_breaks_a_list(bob, place):
    path, _, name = place.partition("?")

    for text in TEXTS:
        response = bob.get(f"{ROOT}{path}", {name[:-1]: text})
        if response.status_code != 200:
            refused(response, 400)


def test_bytes_that_are_no_text_never_break_a_list(bob):
    assert bob.get(f"{ROOT}tasks/?q=%ff%fe").status_code == 200
    assert bob.get(f"{ROOT}tasks/?%00=%00&q=x&q=y&&=&").status_code == 200


def test_a_text_never_breaks_an_operation(bob):
    task = Instance.objects.get().tasks.get()

    for text in TEXTS:
        bodies = {
            "complete": {"outcome": text, "comment": text, "data": {text: text}},
            "delegate": {"to": text, "reason": text},
            "reassign": {"to": text, "reason": text},
            "forward": {"users": [text], "groups": [text]},
            "claim": {text: text},
        }
        for verb, body in bodies.items():
            response = bob.send(f"tasks/{task.pk}/{verb}/", body)
            if response.status_code != 200:
                refused(response, 400, 403, 409, 422)


WRONG = [None, True, 7, -1, 1.5, "x", [], {}, [[]], {"a": 1}, 10**33, 1e308, -1e308, 5e-324]


@pytest.mark.parametrize("name", ["title", "amount", "currency", "business_key", "variables"])
def test_a_value_of_the_wrong_kind_never_breaks_a_start(alice, name):
    for value in WRONG:
        body: dict[str, Any] = {"variables": dict(f.LAPTOPS)}
        place = body if name in ("business_key", "variables") else body["variables"]
        place[name] = value

        response = alice.post(START, json.dumps(body), content_type=JSON)
        if response.status_code != 201:
            refused(response)


@pytest.mark.parametrize("value", [10**33, -(10**33), 1e23, 1e308, 5e-324, 0.1, -0.0, 1e16 + 1])
def test_an_extreme_number_survives_the_whole_way(value):
    f.cast()
    source = f.one_task(process_extension='<placet:variable name="n" type="number"/>')
    f.deployed_source(source)
    dan = Caller(f.person("dan"))

    started = dan.send("processes/test/instances/", {"variables": {"n": value}})

    assert started.status_code == 201
    shown = dan.get(started.json()["url"]).json()["variables"]["n"]
    assert float(shown) == float(value)
    assert verify(Instance.objects.get()) is None


def test_a_body_that_is_too_large_for_a_key_is_refused(alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = alice.post(
        START, b'{"x": "' + b"x" * 2000, content_type=JSON, headers={"Idempotency-Key": "1"}
    )

    refused(response, 400, 413)


def test_a_strangers_body_is_not_even_read():
    response = Client().post(START, b"{", content_type=JSON)

    refused(response, 401)


def test_a_refused_request_leaves_no_trace(bob):
    before = HistoryEvent.objects.count()
    task = Instance.objects.get().tasks.get()

    for body in (b"{", b"[]", b'{"outcome": "no"}', b'{"outcome": "rejected"}'):
        bob.post(f"{ROOT}tasks/{task.pk}/complete/", body, content_type=JSON)

    assert HistoryEvent.objects.count() == before
