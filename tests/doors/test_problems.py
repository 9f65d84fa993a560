"""What went wrong is told as problem+json to programs, and in the page to people."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from rest_framework import exceptions

from portal.problems import RefusalsBecomePages, exception_handler, server_error_page
from processes.core.errors import Absent, Forbidden, Invalid, Refusal

DECIDED = Refusal(
    "already-decided",
    "“Purchase of laptops” was approved by Carol at 14:02.",
    remedy="Look at its history.",
    details={"winner": "carol"},
)


def page_answer(error: Exception, **headers: str) -> HttpResponse | None:
    request = RequestFactory().post("/tasks/1/", headers=headers)
    request.user = AnonymousUser()
    return RefusalsBecomePages(lambda _request: HttpResponse()).process_exception(request, error)


def test_a_refusal_tells_a_program_what_happened_what_did_not_and_what_to_do():
    response = exception_handler(DECIDED, {})

    assert response.status_code == 409
    assert response.content_type == "application/problem+json"
    assert response.data == {
        "type": "urn:placet:problem:already-decided",
        "title": "“Purchase of laptops” was approved by Carol at 14:02.",
        "status": 409,
        "detail": "Nothing was changed. Look at its history.",
        "code": "already-decided",
        "winner": "carol",
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Absent("task-absent", "There is no such task."), 404, "task-absent"),
        (Forbidden("not-yours", "This is not yours to do."), 403, "not-yours"),
        (Invalid("bad-form", "The form has faults."), 422, "bad-form"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (exceptions.AuthenticationFailed(), 401, "not_signed_in"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=3), 429, "throttled"),
    ],
)
def test_every_error_a_program_can_cause_has_a_status_and_a_stable_code(error, status, code):
    response = exception_handler(error, {})

    assert (response.status_code, response.data["code"]) == (status, code)
    assert response.data["status"] == status
    assert response.data["title"]


def test_a_bug_is_left_to_the_log():
    assert exception_handler(ZeroDivisionError(), {}) is None


def test_faults_of_fields_are_listed_with_the_place_of_each():
    refused = Invalid("bad-form", "It has faults.", details={"fields": {"amount": ["Too much."]}})
    nested = exceptions.ValidationError({"variables": {"lines": [{"price": ["Not a number."]}]}})

    of_refusal = exception_handler(refused, {}).data["errors"]
    of_serializer = exception_handler(nested, {}).data["errors"]

    assert of_refusal == [{"field": "amount", "message": "Too much."}]
    assert of_serializer == [{"field": "variables.lines.0.price", "message": "Not a number."}]


def test_details_of_a_refusal_cannot_overwrite_its_code():
    sly = Refusal("real", "Something.", details={"code": "fake", "status": 200})

    assert exception_handler(sly, {}).data["code"] == "real"
    assert exception_handler(sly, {}).data["status"] == 409


def test_a_challenge_and_a_waiting_time_reach_the_headers():
    unknown = exceptions.NotAuthenticated()
    unknown.auth_header = "Token"

    assert exception_handler(unknown, {})["WWW-Authenticate"] == "Token"
    assert exception_handler(exceptions.Throttled(wait=3), {})["Retry-After"] == "3"


def test_a_refused_button_shows_an_alert_and_leaves_the_page_as_it_is():
    response = page_answer(DECIDED, HX_Request="true")

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#alerts"
    assert "was approved by Carol" in response.text
    assert "Look at its history." in response.text
    assert "<html" not in response.text


def test_a_refused_form_without_javascript_gets_a_page():
    response = page_answer(DECIDED)

    assert response.status_code == 409
    assert "<html" in response.text
    assert "was approved by Carol" in response.text


def test_markup_in_a_refusal_is_shown_and_not_run():
    response = page_answer(Refusal("x", "<script>alert(1)</script> was approved."))

    assert "<script>alert(1)" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


def test_a_bug_on_a_page_is_not_dressed_up_as_a_refusal():
    assert page_answer(ZeroDivisionError()) is None


@pytest.mark.django_db
def test_an_unknown_address_is_answered_in_the_language_of_who_asks(client):
    page = client.get("/no/such/page/")
    program = client.get("/api/v1/no-such-thing/")

    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here for you to see." in page.text
    assert (program.status_code, program["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(program.content)["code"] == "not_found"


def test_after_a_bug_the_page_needs_no_database():
    page = server_error_page(RequestFactory().get("/inbox/"))
    program = server_error_page(RequestFactory().get("/api/v1/tasks/"))

    assert page.status_code == program.status_code == 500
    assert "Something went wrong on our side." in page.text
    assert json.loads(program.content)["code"] == "internal_error"


@pytest.mark.django_db
def test_a_form_that_is_too_old_says_so():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "alice"})

    assert response.status_code == 403
    assert "too old to send" in response.text
