"""Programs follow an instance: where it stands, what happened, and what an operator does to it."""

import uuid

import pytest
from guardian.shortcuts import assign_perm

from processes.models import HistoryEvent, Instance
from processes.services import verify
from tasks import services as people
from tasks.models import Task
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

PATH = """<b:sequenceFlow id="to_{end}" sourceRef="which" targetRef="{end}">
<b:conditionExpression xsi:type="b:tFormalExpression">=amount &gt; {limit}</b:conditionExpression>
</b:sequenceFlow>"""
NO_PATH = f.process_source(
    '<b:startEvent id="start"/><b:exclusiveGateway id="which"/>'
    '<b:endEvent id="much"/><b:endEvent id="some"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="which"/>'
    + PATH.format(end="much", limit=100)
    + PATH.format(end="some", limit=10),
    extension='<placet:variable name="amount" type="number"/>',
)
SECRET = f.one_task(
    '<placet:assignment candidateUsers="bob"/><placet:evidence variables="iban amount"/>',
    process_extension='<placet:variable name="iban" type="string" sensitive="true"/>'
    '<placet:variable name="amount" type="number"/>',
)


@pytest.fixture
def alice(db) -> Caller:
    f.cast()
    return Caller(f.person("alice"))


@pytest.fixture
def dan(db) -> Caller:
    return Caller(f.cast()["dan"])


def ids(response) -> list[str]:
    assert response.status_code == 200
    return [row["id"] for row in response.json()["results"]]


def test_the_list_is_filtered_by_what_the_address_asks(alice):
    laptops = f.purchase(title="Laptops")
    desk = f.purchase(f.person("carol"), title="Desk")
    watcher = f.person("mallory")
    assign_perm("view_process", watcher, desk.process)
    people.complete(
        task_id=f.asked(desk).pk,
        person=f.person("bob"),
        outcome="rejected",
        comment="No.",
        now=f.NOW,
    )
    Instance.objects.filter(pk=desk.pk).update(business_key="PO-1")
    mallory = Caller(watcher)

    assert set(ids(mallory.read("instances/"))) == {str(laptops.pk), str(desk.pk)}
    assert ids(mallory.read("instances/", status="running")) == [str(laptops.pk)]
    assert ids(mallory.read("instances/", status="completed")) == [str(desk.pk)]
    assert ids(mallory.read("instances/", business_key="PO-1")) == [str(desk.pk)]
    assert ids(mallory.read("instances/", process="purchase-approval", status="failed")) == []
    assert ids(mallory.read("instances/", process="other")) == []
    assert ids(mallory.read("instances/", mine="true")) == []
    assert ids(alice.read("instances/", mine="true")) == [str(laptops.pk)]


@pytest.mark.parametrize(
    "query", [{"status": "x"}, {"mine": "perhaps"}, {"process": ""}, {"business_key": "\x00"}]
)
def test_a_filter_that_makes_no_sense_is_refused(alice, query):
    response = alice.read("instances/", **query)

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == list(query)


def test_nobody_sees_what_is_not_theirs(alice):
    f.purchase()

    assert ids(Caller(f.person("mallory")).read("instances/")) == []


def test_history_tells_who_did_what_for_whom(alice):
    instance = f.purchase()
    bob, carol = f.person("bob"), f.person("carol")
    f.away(bob, carol)
    task = f.asked(instance)
    people.complete(task_id=task.pk, person=carol, outcome="approved", now=f.NOW)

    events = alice.read(f"instances/{instance.pk}/history/").json()["results"]

    [decision] = [event for event in events if event["kind"] == "task.completed"]
    assert decision["actor"] == {"username": "carol", "name": "Carol"}
    assert decision["on_behalf_of"] == "Bob"
    assert decision["data"]["outcome"] == "approved"
    assert decision["node"] == "manager"
    assert events[-1]["hash"] == Instance.objects.get(pk=instance.pk).head
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))


def test_history_keeps_the_name_of_somebody_who_is_gone(alice):
    instance = f.purchase()
    bob = f.person("bob")
    people.claim(task_id=f.asked(instance).pk, person=bob, now=f.NOW)
    bob.delete()

    events = alice.read(f"instances/{instance.pk}/history/").json()["results"]

    assert {"username": "", "name": "Bob"} in [event["actor"] for event in events]


def test_what_is_sensitive_is_told_to_nobody(dan):
    process = f.deployed_source(SECRET).process
    instance = f.started(process, iban="DE89 3704", amount=7)
    address = f"instances/{instance.pk}/"

    shown = dan.read(address)
    history = dan.read(f"{address}history/")

    assert shown.json()["variables"] == {"amount": 7}
    assert history.json()["results"][0]["data"]["variables"] == {"amount": 7}
    assert b"DE89" not in shown.content + history.content
    assert b"DE89" not in dan.read("instances/").content


def test_only_who_may_decide_sees_sensitive_evidence(alice):
    process = f.deployed_source(SECRET).process
    instance = f.started(process, iban="DE89 3704", amount=7)
    task = f"tasks/{f.asked(instance, 'ask').pk}/"

    assert Caller(f.person("bob")).read(task).json()["evidence"] == {
        "iban": "DE89 3704",
        "amount": 7,
    }
    assert alice.read(task).json()["evidence"] == {"amount": 7}
    assert b"DE89" not in Caller(f.person("dan")).read(task).content


def test_an_operator_cancels_with_a_reason(dan):
    instance = f.purchase()

    response = dan.send(f"instances/{instance.pk}/cancel/", {"reason": "Bought elsewhere."})

    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"
    assert response.json()["waiting_for"] == []
    assert response.json()["ended_at"] is not None
    assert Task.objects.get().status == Task.Status.EXITED
    event = HistoryEvent.objects.get(kind="instance.cancelled")
    assert (event.data["reason"], event.actor_name) == ("Bought elsewhere.", "Dan")
    assert verify(Instance.objects.get()) is None


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x\x00"}])
def test_cancelling_needs_a_reason(dan, body):
    instance = f.purchase()

    response = dan.send(f"instances/{instance.pk}/cancel/", body)

    assert response.status_code == 400
    assert Instance.objects.get().status == Instance.Status.RUNNING


def test_what_has_ended_cannot_be_cancelled(dan):
    instance = f.purchase()
    dan.send(f"instances/{instance.pk}/cancel/", {"reason": "Bought elsewhere."})

    response = dan.send(f"instances/{instance.pk}/cancel/", {"reason": "Again."})

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"


def test_an_incident_is_listed_for_operators_and_retried(dan):
    process = f.deployed_source(NO_PATH).process
    instance = f.started(process, amount=1)

    [incident] = dan.read("incidents/").json()["results"]
    waiting = dan.read(f"instances/{instance.pk}/").json()["waiting_for"]
    response = dan.send(f"incidents/{incident['id']}/retry/")
    [again] = dan.read("incidents/", instance=str(instance.pk)).json()["results"]
    [old] = dan.read("incidents/", status="resolved", process="test").json()["results"]

    assert incident["instance"] == str(instance.pk)
    assert incident["node"] == "which"
    assert incident["blocking"] is True
    assert "amount" in incident["sentence"]
    assert [(row["kind"], row["id"]) for row in waiting] == [("incident", incident["id"])]
    assert response.status_code == 200
    assert (response.json()["id"], response.json()["status"]) == (incident["id"], "resolved")
    assert response.json()["resolved_by"] == "Dan"
    assert again["id"] != incident["id"]
    assert old["id"] == incident["id"]


def test_an_incident_is_retried_once(dan):
    f.started(f.deployed_source(NO_PATH).process, amount=1)
    [incident] = dan.read("incidents/").json()["results"]
    dan.send(f"incidents/{incident['id']}/retry/")

    response = dan.send(f"incidents/{incident['id']}/retry/")

    assert response.status_code == 409


def test_who_only_sees_the_instance_may_not_retry(dan, alice):
    instance = f.started(f.deployed_source(NO_PATH).process, amount=1)
    incident = instance.incidents.get()
    mallory = Caller(f.person("mallory"))

    insider = alice.send(f"incidents/{incident.pk}/retry/")
    outsider = mallory.send(f"incidents/{incident.pk}/retry/")
    absent = mallory.send(f"incidents/{uuid.uuid4()}/retry/")

    assert (insider.status_code, outsider.status_code, absent.status_code) == (403, 404, 404)
    assert outsider.content == absent.content
    assert alice.read("incidents/").json()["results"] == []
