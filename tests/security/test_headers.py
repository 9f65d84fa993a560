"""What every answer carries, so that a hole in a page stays small."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

pytestmark = pytest.mark.django_db


def policy(response) -> dict[str, set[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in directives}


def test_a_page_runs_and_shows_only_what_the_portal_itself_serves(client):
    rules = policy(client.get(reverse("login")))

    assert rules["default-src"] == {"'none'"}
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == {"'self'"}
    assert rules["base-uri"] == rules["frame-ancestors"] == {"'none'"}
    assert rules["form-action"] == {"'self'"}


def test_not_even_an_error_comes_without_a_policy(client):
    assert policy(client.get("/no/such/page/"))["script-src"] == {"'self'"}


def test_the_admin_may_evaluate_but_runs_no_inline_script(client):
    client.force_login(User.objects.create_superuser("dan"))

    rules = policy(client.get(reverse("admin:index")))

    assert rules["script-src"] == {"'self'", "'unsafe-eval'"}
    assert rules["style-src"] == {"'self'", "'unsafe-inline'"}
    assert rules["default-src"] == {"'none'"}


def test_the_docs_of_the_interface_run_no_inline_script(client):
    client.force_login(User.objects.create_user("alice"))

    response = client.get(reverse("api-docs"))

    assert response.status_code == 200
    assert policy(response)["script-src"] == {"'self'"}
    assert "<script>" not in response.text


def test_no_page_can_be_framed_sniffed_or_leak_its_address(client):
    response = client.get(reverse("login"))

    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts(client):
    User.objects.create_user("alice", password="placet-demo")
    client.post(reverse("login"), {"username": "alice", "password": "placet-demo"})

    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


@pytest.mark.parametrize("name", ["inbox", "start", "started", "absence"])
def test_a_stranger_is_sent_to_sign_in_first(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_a_stranger_does_not_see_how_the_interface_looks(client):
    program = client.get(reverse("api-schema"))
    person = client.get(reverse("api-docs"))

    assert program.status_code == 401
    assert (person.status_code, person["Location"].split("?")[0]) == (302, reverse("login"))


def test_a_request_id_comes_back_and_a_forged_one_is_replaced(client):
    given = client.get("/healthz", headers={"X-Request-ID": "abc-123-def-456"})
    forged = client.get("/healthz", headers={"X-Request-ID": "x\ty=1 level=error"})

    assert given["X-Request-ID"] == "abc-123-def-456"
    assert forged["X-Request-ID"] != "x\ty=1 level=error"
    assert len(forged["X-Request-ID"]) == 32


def test_after_ten_wrong_passwords_the_right_one_does_not_help(client, settings):
    settings.AXES_ENABLED = True
    User.objects.create_user("alice", password="placet-demo")
    address = reverse("login")
    for _ in range(10):
        client.post(address, {"username": "alice", "password": "wrong"})

    locked = client.post(address, {"username": "alice", "password": "placet-demo"})
    elsewhere = client.post(
        address, {"username": "alice", "password": "placet-demo"}, REMOTE_ADDR="192.0.2.7"
    )

    assert locked.status_code == 429
    assert "Try again in 15 minutes." in locked.text
    assert elsewhere.status_code == 302


def test_a_forged_forwarding_header_does_not_escape_the_lock(client, settings):
    settings.AXES_ENABLED = True
    User.objects.create_user("alice", password="placet-demo")
    answers = [
        client.post(
            reverse("login"),
            {"username": "alice", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{attempt}"},
        ).status_code
        for attempt in range(11)
    ]

    assert answers[-1] == 429
