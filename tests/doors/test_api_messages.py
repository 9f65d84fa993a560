"""Other systems tell instances what has happened, and do the jobs of a topic."""

from datetime import timedelta
from typing import Any

import pytest
from guardian.shortcuts import assign_perm

from processes import services
from processes.models import Dispatch, Instance, Job
from tests import factories as f
from tests.doors.api import Caller
from tests.processes.drawn import ask, call, catch, end, file_of, message, process, start, topic

pytestmark = pytest.mark.django_db

ORDER = '<placet:variable name="order"/>'


@pytest.fixture
def system(db) -> Caller:
    """A program that may send and work, and nothing else."""
    person = f.person("erp")
    for right in ("send_message", "do_job"):
        assign_perm(f"processes.{right}", person)
    return Caller(person)


def waiting(order: str) -> Instance:
    drawn = process(
        "waiter",
        start(),
        catch("wait", message(correlationKey="=order")),
        end(),
        flow="start wait end",
        extension=ORDER,
    )
    return f.started(f.deployed_source(file_of(drawn)).process, order=order)


def checking(**variables: Any) -> Instance:
    drawn = process(
        "checking", start(), topic("credit"), end(), flow="start credit end", extension=ORDER
    )
    return f.started(f.deployed_source(file_of(drawn)).process, **variables)


def activated(system: Caller) -> Any:
    response = system.send("jobs/activate/", {"topics": ["credit"], "lease_seconds": 30})
    assert response.status_code == 200
    return response.json()


# --- messages and signals ------------------------------------------------------------------------


def test_a_message_reaches_who_waits_for_it(system):
    instance = waiting("PO-1")
    sent = {"name": "paid", "correlationKey": "PO-1", "payload": {"amount": 8}}

    response = system.send("messages/", sent)
    assert response.status_code == 202
    assert response.json()["kind"] == "message"
    services.deliver(dispatch_id=response.json()["id"], now=f.NOW)

    instance.refresh_from_db()
    assert instance.status == "completed"
    assert instance.variables["wait"] == {"amount": 8}


def test_an_instance_tells_what_message_it_waits_for():
    instance = waiting("PO-1")
    dan = f.cast()["dan"]
    (wait,) = Caller(dan).read(f"instances/{instance.pk}/").json()["waiting_for"]
    assert (wait["kind"], wait["node"], wait["sentence"]) == ("message", "wait", "paid")


def test_an_instance_tells_what_process_it_waits_for_and_that_one_who_called_it():
    f.cast()
    f.deployed_source(file_of(process("inner", start(), ask(), end(), flow="start ask end")))
    drawn = process("outer", start(), call("inner"), end(), flow="start call end")
    outer = f.started(f.deployed_source(file_of(drawn)).process)
    services.deliver(dispatch_id=Dispatch.objects.get().pk, now=f.NOW)
    inner = outer.children.get()

    dan = Caller(f.person("dan"))
    (wait,) = dan.read(f"instances/{outer.pk}/").json()["waiting_for"]
    assert (wait["kind"], wait["id"], wait["node"]) == ("call", str(inner.pk), "call")
    assert dan.read(f"instances/{inner.pk}/").json()["parent"] == str(outer.pk)


def test_the_same_message_twice_with_one_key_is_one_message(system):
    for _ in range(2):
        response = system.send("messages/", {"name": "paid"}, key="paid-4711")
        assert response.status_code == 202
    assert Dispatch.objects.count() == 1


def test_a_time_to_live_says_until_when_it_waits(system):
    shown = system.send("messages/", {"name": "paid", "timeToLive": "PT1H"}).json()
    kept = Dispatch.objects.get()
    assert kept.expires_at == kept.created_at + timedelta(hours=1)
    assert shown["expires_at"]


def test_a_signal_is_on_its_way(system):
    response = system.send("signals/", {"name": "alarm", "payload": [1, {"floor": 2}]})
    assert response.status_code == 202
    found = Dispatch.objects.get()
    assert (found.kind, found.name, found.payload) == ("signal", "alarm", [1, {"floor": 2}])
    assert found.sender_name == "erp"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("messages/", {}, 400),
        ("messages/", {"name": ""}, 400),
        ("messages/", {"name": "n" * 201}, 400),
        ("messages/", {"name": "paid", "correlationKey": {"a": 1}}, 400),
        ("messages/", {"name": "paid", "timeToLive": "tomorrow"}, 422),
        ("messages/", {"name": "paid", "payload": "x" * 600_000}, 422),
        ("signals/", {"name": ["alarm"]}, 400),
        ("signals/", {"payload": {}}, 400),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_kept(system, path, body, status):
    response = system.send(path, body)
    assert response.status_code == status
    assert not Dispatch.objects.exists()


# --- jobs ----------------------------------------------------------------------------------------


def test_a_worker_fetches_a_job_and_its_answer_moves_the_process_on(system):
    instance = checking(order="PO-1")
    (job,) = activated(system)
    assert job["variables"] == {"order": "PO-1"}
    assert (job["topic"], job["attempt"], job["process"]) == ("credit", 1, "checking")
    assert activated(system) == []

    answer = {"lease": job["lease"], "variables": {"score": 7}}
    assert system.send(f"jobs/{job['id']}/complete/", answer).status_code == 204

    instance.refresh_from_db()
    assert instance.status == "completed"
    assert instance.variables["credit"] == {"score": 7}


def test_the_second_answer_is_told_that_the_lease_is_lost(system):
    checking()
    (job,) = activated(system)
    answer = {"lease": job["lease"]}
    system.send(f"jobs/{job['id']}/complete/", answer)
    again = system.send(f"jobs/{job['id']}/complete/", answer)
    assert (again.status_code, again.json()["code"]) == (409, "lease_lost")


def test_a_failure_says_when_the_job_can_be_fetched_again(system):
    checking()
    (job,) = activated(system)
    answer = {"lease": job["lease"], "error": "no ink"}
    response = system.send(f"jobs/{job['id']}/fail/", answer)
    assert response.status_code == 200
    assert response.json()["retry_at"]
    assert Job.objects.get().last_error == "no ink"


def test_an_error_that_nothing_catches_is_an_incident(system):
    instance = checking()
    (job,) = activated(system)
    answer = {"lease": job["lease"], "error": "Nobody has this number.", "code": "unknown"}
    response = system.send(f"jobs/{job['id']}/fail/", answer)
    assert response.json() == {"retry_at": None}
    assert instance.incidents.get().code == "uncaught_error"


@pytest.mark.parametrize(
    "body",
    [{}, {"topics": []}, {"topics": "credit"}, {"topics": ["credit"], "limit": 0},
     {"topics": ["credit"], "limit": 101}, {"topics": ["credit"], "lease_seconds": 0},
     {"topics": ["credit"], "lease_seconds": 10**9}],
)  # fmt: skip
def test_a_wrong_question_for_jobs_is_refused(system, body):
    assert system.send("jobs/activate/", body).status_code == 400
