"""A program gets a token with a password once, and the token is all it needs from then on."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from structlog.testing import capture_logs

from portal import jobs, rest
from tests import factories as f
from tests.doors.api import ROOT, Caller

pytestmark = pytest.mark.django_db


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def ask_for_token(name: str, password: str = f.PASSWORD, **headers: str) -> Any:
    return Client().post(f"{ROOT}auth/tokens/", headers={**basic(name, password), **headers})


def with_token(token: str) -> int:
    headers = {"Authorization": f"Token {token}"}
    return Client().get(f"{ROOT}tasks/", headers=headers).status_code


def test_a_name_and_a_password_give_a_token_that_works():
    f.person("alice")

    response = ask_for_token("alice")

    assert response.status_code == 201
    assert response.json().keys() == {"token", "expires_at"}
    assert response["Cache-Control"] == "no-store"
    assert with_token(response.json()["token"]) == 200


def test_only_a_hash_of_the_token_is_kept():
    f.person("alice")

    token = ask_for_token("alice").json()["token"]

    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)
    assert len(row.token_key) < len(token) / 2


def test_nobody_learns_which_names_exist():
    f.person("alice")
    gone = f.person("leo", is_active=False)

    answers = {
        ask_for_token(name, password).content
        for name, password in (
            ("alice", "wrong"),
            ("nobody", "wrong"),
            (gone.username, f.PASSWORD),
            ("a\x00b", "wrong"),
            ("x" * 5000, "wrong"),
            ("", ""),
        )
    }

    assert len(answers) == 1
    assert b'"code":"not_signed_in"' in answers.pop()


def test_a_wrong_password_is_a_problem_with_a_challenge():
    response = ask_for_token("nobody", "wrong")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic a b", "Basic YWxpY2U=", "Digest x"]
)
def test_a_broken_header_is_refused(header):
    response = Client().post(f"{ROOT}auth/tokens/", headers={"Authorization": header})

    assert response.status_code == 401


def test_a_token_does_not_buy_another_token():
    response = Caller(f.person("alice")).send("auth/tokens/")

    assert response.status_code == 401


def test_a_signed_in_browser_does_not_get_a_token_without_the_password(client):
    client.force_login(f.person("alice"))

    assert client.post(f"{ROOT}auth/tokens/").status_code == 401


def test_ten_wrong_passwords_lock_the_name_also_for_the_right_one(settings):
    settings.AXES_ENABLED = True
    f.person("alice"), f.person("bob")

    tries = [ask_for_token("alice", "wrong").status_code for _ in range(10)]
    locked = ask_for_token("alice")

    assert tries[:9] == [401] * 9
    assert locked.status_code == 429
    assert locked.json()["code"] == "locked_out"
    assert int(locked["Retry-After"]) > 0
    assert ask_for_token("bob").status_code == 201


def test_a_token_given_back_is_dead_at_once():
    caller = Caller(f.person("alice"))
    assert caller.read("tasks/").status_code == 200

    response = caller.delete(f"{ROOT}auth/tokens/current/")

    assert (response.status_code, response.content) == (204, b"")
    assert caller.read("tasks/").status_code == 401


def test_giving_a_token_back_needs_that_token(client):
    client.force_login(f.person("alice"))

    assert client.delete(f"{ROOT}auth/tokens/current/").status_code == 401


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1_000.0
        monkeypatch.setattr(rest, "monotonic", lambda: self.seconds)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_a_disabled_person_is_out_within_five_seconds(clock):
    alice = f.person("alice")
    caller = Caller(alice)
    assert caller.read("tasks/").status_code == 200

    alice.is_active = False
    alice.save()
    clock.seconds += 5

    assert caller.read("tasks/").status_code == 401


def test_a_deleted_token_is_dead_within_five_seconds(clock):
    caller = Caller(f.person("alice"))
    assert caller.read("tasks/").status_code == 200

    AuthToken.objects.all().delete()
    clock.seconds += 5

    assert caller.read("tasks/").status_code == 401


def test_a_token_is_looked_up_once_in_four_seconds(clock, django_assert_num_queries):
    caller = Caller(f.person("alice"))
    caller.read("auth/tokens/current/")

    with django_assert_num_queries(0):
        assert caller.read("auth/tokens/current/").status_code == 405

    clock.seconds += 4
    with django_assert_num_queries(1):
        caller.read("auth/tokens/current/")


def test_a_right_that_is_taken_away_is_not_remembered_with_the_token(clock):
    dan = f.cast()["dan"]
    incident_list = Caller(dan)
    f.purchase()
    assert incident_list.read("instances/").json()["results"]

    dan.is_superuser = False
    dan.save()
    clock.seconds += 5

    assert incident_list.read("instances/").json()["results"] == []


def test_an_expired_token_is_refused_and_forgotten():
    caller = Caller(f.person("alice"))
    assert caller.read("tasks/").status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    rest._recent.clear()

    assert caller.read("tasks/").status_code == 401

    jobs.forget_tokens(now=timezone.now())
    assert AuthToken.objects.count() == 0


def test_a_token_that_still_holds_is_not_forgotten():
    Caller(f.person("alice"))

    jobs.forget()

    assert AuthToken.objects.count() == 1


def test_the_log_says_who_asked():
    alice = f.person("alice")
    caller = Caller(alice)

    with capture_logs() as lines:
        caller.read("tasks/")

    assert [line["user"] for line in lines if line["event"] == "request"] == [alice.pk]


@pytest.mark.parametrize(
    "token", ["", "x", "ümläut", "a b", "\x7f", "0" * 64, "0" * 5000, "' OR 1=1 --"]
)
def test_anything_else_is_no_token(token):
    assert with_token(token) == 401
