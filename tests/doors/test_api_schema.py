"""The API's description is complete and true, and its page works under our strict policy."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from portal import idempotency
from tests import factories as f
from tests.doors.api import ROOT, Caller

METHODS = ("get", "post", "put", "patch", "delete")
PROMISED = {
    ("post", "auth/tokens/"),
    ("delete", "auth/tokens/current/"),
    ("get", "processes/"),
    ("get", "processes/{key}/"),
    ("post", "processes/{key}/instances/"),
    ("get", "processes/{key}/versions/{number}/"),
    ("get", "instances/"),
    ("get", "instances/{instance_id}/"),
    ("get", "instances/{instance_id}/history/"),
    ("post", "instances/{instance_id}/cancel/"),
    ("post", "messages/"),
    ("post", "signals/"),
    ("post", "jobs/activate/"),
    ("post", "jobs/{job_id}/complete/"),
    ("post", "jobs/{job_id}/fail/"),
    ("get", "incidents/"),
    ("post", "incidents/{incident_id}/retry/"),
    ("get", "notifications/"),
    ("post", "notifications/read/"),
    ("post", "notifications/{notification_id}/read/"),
    ("post", "push-subscriptions/"),
    ("post", "push-subscriptions/end/"),
    ("get", "absences/"),
    ("post", "absences/"),
    ("post", "absences/{absence_id}/end/"),
    ("get", "calendars/"),
    ("get", "calendars/{key}/deadline/"),
    ("get", "filters/"),
    ("post", "filters/"),
    ("delete", "filters/{filter_id}/"),
    ("get", "units/"),
    ("get", "people/{username}/"),
    ("post", "people/{username}/deactivate/"),
    ("get", "tasks/"),
    ("get", "tasks/{task_id}/"),
    ("get", "tasks/{task_id}/comments/"),
    ("get", "tasks/{task_id}/attachments/"),
    ("get", "attachments/{attachment_id}/"),
    *(
        ("post", f"tasks/{{task_id}}/{verb}/")
        for verb in (
            *("claim", "start", "stop", "release", "delegate", "forward", "reassign"),
            *("take-back", "nominate", "suspend", "resume", "ask", "send-back", "draft", "undo"),
            *("withdraw", "skip", "fail", "prioritize", "reschedule", "follow-up"),
            *("complete", "comments", "attachments", "approvers"),
        )
    ),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The description as the command writes it, which fails for every warning."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path.removeprefix(ROOT), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_describes_exactly_what_was_promised(document):
    assert document["openapi"].startswith("3.1")
    assert {(method, path) for method, path, _operation in operations(document)} == PROMISED


def test_every_operation_has_a_summary_a_tag_and_says_who_may(document):
    tags = {tag["name"] for tag in document["tags"]}
    names = [operation["operationId"] for _method, _path, operation in operations(document)]

    assert len(names) == len(set(names))
    for _method, path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        assert "**Who may:**" in operation["description"], path
        assert operation["security"], path


def test_every_operation_describes_its_problems(document):
    for method, path, operation in operations(document):
        problems = {code: r for code, r in operation["responses"].items() if code[0] != "2"}
        assert {"401", "default"} <= problems.keys(), path
        if "{" in path:
            assert "404" in problems, path
        if method == "post" and not path.startswith("auth/"):
            assert {"400", "403", "409", "422"} <= problems.keys(), path
        for response in problems.values():
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_post_takes_an_idempotency_key_except_for_tokens(document):
    for method, path, operation in operations(document):
        headers = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"]
        keyed = method == "post" and path != "auth/tokens/"
        assert headers == ([idempotency.HEADER] if keyed else []), path


def examples(document: dict[str, Any]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = []
    for _method, path, operation in operations(document):
        bodies = [operation.get("requestBody", {})]
        bodies += [r for code, r in operation["responses"].items() if code[0] == "2"]
        for body in bodies:
            for media in body.get("content", {}).values():
                assert media.get("examples"), f"{path} shows no example"
                found += [
                    (path, media["schema"], shown["value"]) for shown in media["examples"].values()
                ]
    return found


def test_every_example_is_what_its_schema_says(document):
    registry: Any = Registry().with_resource("", Resource.opaque(document))
    shown = examples(document)

    assert len(shown) > 25
    for path, schema, value in shown:
        checker = Draft202012Validator(
            {**schema, "components": document["components"]}, registry=registry
        )
        assert [error.message for error in checker.iter_errors(value)] == [], path


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["json", "yaml"])
def test_the_description_is_served_to_who_is_signed_in(document, wanted):
    response = Caller(f.person("alice")).read("schema/", format=wanted, version="x\ny", lang="de")

    assert response.status_code == 200
    assert f"openapi{'+json' if wanted == 'json' else ''}" in response["Content-Type"]
    if wanted == "json":
        assert json.loads(response.content)["paths"].keys() == document["paths"].keys()


@pytest.mark.django_db
def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(client):
    client.force_login(f.person("alice"))

    page = client.get(f"{ROOT}docs/")
    script = client.get(f"{ROOT}docs/", {"script": ""})

    assert page.status_code == script.status_code == 200
    assert "http://" not in page.text.replace("http://testserver", "")
    assert "https://" not in page.text
    assert page.text.count("<script") == page.text.count("<script src=")
    assert script["Content-Type"].startswith("application/javascript")
    assert f"{ROOT}schema/" in script.text.replace("\\u002D", "-").replace("\\u002F", "/")
    assert "script-src 'self';" in page["Content-Security-Policy"] + ";"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["schema/", "docs/"])
def test_the_description_is_only_read(client, path, method):
    client.force_login(f.person("alice"))

    assert getattr(client, method)(f"{ROOT}{path}").status_code == 405
