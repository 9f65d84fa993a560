"""The same request twice does its work once, whatever breaks in between."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from portal import idempotency, jobs
from processes import services
from processes.models import HistoryEvent, IdempotencyKey, Instance
from tests import factories as f
from tests.doors.api import ROOT, Caller

START = "processes/purchase-approval/instances/"
LAPTOPS = {"variables": f.LAPTOPS, "business_key": "PO-4711"}


@pytest.fixture
def alice(db) -> Caller:
    f.cast()
    f.deployed()
    return Caller(f.person("alice"))


def body(response: Any) -> tuple[int, bytes, str, str]:
    headers = (response["Content-Type"], response.get("Location", ""))
    return response.status_code, response.content, *headers


def test_a_repeated_request_gets_the_same_answer_and_starts_nothing(alice):
    first = alice.send(START, LAPTOPS, key="4711")
    second = alice.send(START, LAPTOPS, key="4711")

    assert first.status_code == 201
    assert body(second) == body(first)
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert Instance.objects.count() == 1


def test_without_a_key_each_request_counts(alice):
    alice.send(START, LAPTOPS)
    alice.send(START, LAPTOPS)

    assert Instance.objects.count() == 2
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (START, {**LAPTOPS, "business_key": "PO-4712"}),
        (f"{START}?x=1", LAPTOPS),
        ("processes/unknown/instances/", LAPTOPS),
    ],
    ids=["another body", "another query", "another path"],
)
def test_a_key_is_not_good_for_a_second_request(alice, path, sent):
    alice.send(START, LAPTOPS, key="4711")

    response = alice.send(path, sent, key="4711")

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert response["Content-Type"] == "application/problem+json"
    assert Instance.objects.count() == 1


def test_another_persons_key_is_another_key(alice):
    carol = Caller(f.person("carol"))
    first = alice.send(START, LAPTOPS, key="4711")

    second = carol.send(START, LAPTOPS, key="4711")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert second.json()["initiator"]["username"] == "carol"


def test_the_key_counts_for_the_person_and_not_for_the_token(alice):
    first = alice.send(START, LAPTOPS, key="4711")
    again = Caller(f.person("alice")).send(START, LAPTOPS, key="4711")

    assert body(again) == body(first)


def test_a_refusal_is_repeated_even_when_it_would_not_be_refused_any_more(alice):
    bob, mona = Caller(f.person("bob")), Caller(f.person("mona", "managers"))
    claim = f"tasks/{f.asked(f.purchase()).pk}/claim/"
    bob.send(claim)
    refused = mona.send(claim, key="mine")
    bob.send(claim.replace("claim", "release"))

    again = mona.send(claim, key="mine")

    assert refused.status_code == 409
    assert body(again) == body(refused)
    assert again["Idempotent-Replayed"] == "true"


def test_a_decision_counts_once(alice):
    bob, task = Caller(f.person("bob")), f.asked(f.purchase())
    answer = {"outcome": "approved", "comment": "Fine."}

    first = bob.send(f"tasks/{task.pk}/complete/", answer, key="yes")
    second = bob.send(f"tasks/{task.pk}/complete/", answer, key="yes")

    assert first.status_code == 200
    assert body(second) == body(first)
    assert HistoryEvent.objects.filter(kind="task.completed").count() == 1


def failing(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, after: bool) -> None:
    """Let the function raise once: before it does anything, or after it did everything."""
    real, calls = getattr(place, name), []

    def once(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) > 1:
            return real(*args, **kwargs)
        if after:
            real(*args, **kwargs)
        raise RuntimeError("the power went")

    monkeypatch.setattr(place, name, once)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("place", "name"),
    [
        (idempotency, "_reserve"),
        (services, "start"),
        (idempotency, "_keep"),
        (IdempotencyKey, "save"),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_whatever_breaks_leaves_both_or_nothing(alice, monkeypatch, place, name, after):
    alice.raise_request_exception = False
    failing(monkeypatch, place, name, after=after)

    broken = alice.send(START, LAPTOPS, key="4711")
    kept, started = IdempotencyKey.objects.count(), Instance.objects.count()
    repeated = alice.send(START, LAPTOPS, key="4711")

    assert broken.status_code == 500
    assert (kept, started) == (0, 0)
    assert repeated.status_code == 201
    assert Instance.objects.count() == 1


def test_without_a_valid_token_no_answer_is_kept(alice):
    response = Client().post(
        f"{ROOT}{START}", {}, headers={"Idempotency-Key": "4711", "Authorization": "Token x"}
    )

    assert response.status_code == 401
    assert IdempotencyKey.objects.count() == 0


def test_a_key_does_not_keep_the_answer_with_a_token_in_it(alice, client):
    client.force_login(f.person("alice"))
    headers = {"Idempotency-Key": "4711", "Authorization": "Basic YWxpY2U6cGxhY2V0LWRlbW8="}

    first = client.post(f"{ROOT}auth/tokens/", headers=headers)
    second = client.post(f"{ROOT}auth/tokens/", headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["token"] != second.json()["token"]
    assert IdempotencyKey.objects.count() == 0


def test_a_browser_without_its_csrf_token_is_refused_with_a_key_as_without(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(f.person("alice"))
    path, json = f"{ROOT}{START}", "application/json"

    without = browser.post(path, LAPTOPS, json)
    with_key = browser.post(path, LAPTOPS, json, headers={"Idempotency-Key": "4711"})

    assert (without.status_code, with_key.status_code) == (403, 403)
    assert with_key.content == without.content
    assert Instance.objects.count() == 0


@pytest.mark.parametrize(
    "key", ["", " ", "x" * 201, "a\tb", "a\x00b", "\x7f"], ids=["empty", "blank", "long", *"tnd"]
)
def test_a_key_that_is_none_is_refused_before_anything_is_done(alice, key):
    response = alice.send(START, LAPTOPS, key=key)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_idempotency_key"
    assert Instance.objects.count() == 0


@pytest.mark.parametrize("key", ["x" * 200, "a b", "ü", "☃".encode().decode("latin-1")[0] + "1"])
def test_any_printable_key_will_do(alice, key):
    first = alice.send(START, LAPTOPS, key=key)
    second = alice.send(START, LAPTOPS, key=key)

    assert first.status_code == 201
    assert body(second) == body(first)


def test_reading_takes_no_key(alice):
    headers = {"Idempotency-Key": "4711"}

    assert alice.get(f"{ROOT}tasks/", headers=headers).status_code == 200
    assert IdempotencyKey.objects.count() == 0


def test_after_a_day_the_answer_is_forgotten(alice):
    alice.send(START, LAPTOPS, key="old")
    alice.send(START, LAPTOPS, key="new")
    old = IdempotencyKey.objects.filter(key="old")
    old.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))

    jobs.forget()

    assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_pages_hear_of_it_once_and_after_the_commit(monkeypatch):
    heard = []
    monkeypatch.setattr(
        "processes.live.publish",
        lambda hints: heard.append((len(list(hints)) > 0, connection.in_atomic_block)),
    )
    f.cast(), f.deployed()
    alice = Caller(f.person("alice"))

    alice.send(START, LAPTOPS, key="4711")
    alice.send(START, LAPTOPS, key="4711")

    assert heard == [(True, False)]


# --- Two at once --------------------------------------------------------------------------------


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in a thread each, all released together, and return what they returned."""
    gate, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        gate.wait(timeout=30)
        try:
            found[place] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_does_it_and_all_get_its_answer():
    f.cast(), f.deployed()
    callers = [Caller(f.person("alice")) for _ in range(8)]

    for turn in range(5):
        answers = at_once(
            [lambda c=c, k=f"key-{turn}": c.send(START, LAPTOPS, key=k) for c in callers]
        )

        assert {body(answer) for answer in answers} == {body(answers[0])}
        assert answers[0].status_code == 201
        assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
        assert Instance.objects.count() == turn + 1


@pytest.mark.django_db(transaction=True)
def test_of_two_different_requests_at_once_one_wins_the_key():
    f.cast(), f.deployed()
    callers = [Caller(f.person("alice")) for _ in range(2)]
    other = {**LAPTOPS, "business_key": "PO-4712"}

    for turn in range(5):
        calls = zip(callers, (LAPTOPS, other), strict=True)
        answers = at_once(
            [lambda c=c, b=b, k=f"key-{turn}": c.send(START, b, key=k) for c, b in calls]
        )

        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert Instance.objects.count() == turn + 1


@pytest.mark.parametrize("key", [None, "mine"], ids=["plain", "with keys"])
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_wins_and_the_other_learns_who(key):
    f.cast()
    people = {name: Caller(f.person(name, "managers")) for name in ("bob", "mona")}

    for turn in range(10):
        address = f"tasks/{f.asked(f.purchase()).pk}/complete/"
        own = f"{key} {turn}" if key else None
        answers = at_once(
            [
                lambda c=c, a=address, k=own: c.send(a, {"outcome": "approved"}, key=k)
                for c in people.values()
            ]
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        [lost] = [answer.json() for answer in answers if answer.status_code == 409]
        winner = next(n for n, a in zip(people, answers, strict=True) if a.status_code == 200)
        assert lost["winner"] == winner.capitalize()
        assert lost["at"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_waited_for_one_that_broke_does_it_after_all(monkeypatch):
    f.cast(), f.deployed()
    callers = [Caller(f.person("alice")) for _ in range(2)]
    for caller in callers:
        caller.raise_request_exception = False
    real, tries = services.start, []

    def break_once_somebody_waits(**given: Any) -> Instance:
        tries.append(given)
        instance = real(**given)
        if len(tries) == 1:
            wait_until(somebody_waits)
            raise RuntimeError("the power went")
        return instance

    monkeypatch.setattr(services, "start", break_once_somebody_waits)

    answers = at_once([lambda c=c: c.send(START, LAPTOPS, key="4711") for c in callers])

    assert sorted(answer.status_code for answer in answers) == [201, 500]
    assert Instance.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_asked_to_come_back(monkeypatch):
    f.cast(), f.deployed()
    first, second = (Caller(f.person("alice")) for _ in range(2))
    real, reserved, answered = services.start, threading.Event(), threading.Event()

    def slowly(**given: Any) -> Instance:
        reserved.set()
        answered.wait(timeout=30)
        return real(**given)

    def impatient() -> Any:
        reserved.wait(timeout=30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            try:
                return second.send(START, LAPTOPS, key="4711")
            finally:
                answered.set()
                cursor.execute("RESET lock_timeout")

    monkeypatch.setattr(services, "start", slowly)

    done, busy = at_once([lambda: first.send(START, LAPTOPS, key="4711"), impatient])

    assert done.status_code == 201
    assert busy.status_code == 409
    assert busy.json()["code"] == "idempotency_key_busy"
    assert int(busy["Retry-After"]) > 0
    assert body(second.send(START, LAPTOPS, key="4711")) == body(done)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
