"""Programs see which processes there are for them, and start one with data of the right form."""

import hashlib
import json

import pytest
from guardian.shortcuts import assign_perm

from processes.models import Instance, Process
from processes.services.definitions import upload
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

START = "processes/purchase-approval/instances/"


@pytest.fixture
def process(db) -> Process:
    f.cast()
    return f.deployed()


@pytest.fixture
def alice(process) -> Caller:
    return Caller(f.person("alice"))


def test_a_process_says_what_a_start_asks_for(alice):
    listed = alice.read("processes/").json()["results"]
    shown = alice.read("processes/purchase-approval/").json()

    assert listed == [shown]
    assert shown["key"] == "purchase-approval"
    assert shown["name"] == "Purchase approval"
    assert shown["version"] == 1
    assert shown["may_start"] is True
    assert shown["start_form"]["required"] == ["title", "amount"]


def test_a_process_that_one_may_only_watch_is_listed_as_such(process):
    mallory = f.person("mallory")
    assign_perm("view_process", mallory, process)

    [shown] = Caller(mallory).read("processes/").json()["results"]

    assert shown["may_start"] is False


def test_a_draft_has_no_version_and_cannot_be_started(alice):
    draft = Process.objects.create(key="draft", name="Draft")
    assign_perm("view_process", f.person("alice"), draft)
    assign_perm("start_process", f.person("alice"), draft)

    shown = alice.read("processes/draft/").json()

    assert (shown["version"], shown["start_form"], shown["may_start"]) == (None, None, False)
    assert alice.send("processes/draft/instances/", {}).status_code == 403


def test_a_start_tells_where_the_instance_is_and_what_it_waits_for(alice):
    response = alice.send(START, {"variables": f.LAPTOPS, "business_key": "PO-4711"})

    shown = response.json()
    assert response.status_code == 201
    assert response["Location"] == shown["url"]
    assert alice.get(shown["url"]).json() == shown
    assert shown["status"] == "running"
    assert shown["subject"] == "Purchase of Laptops"
    assert shown["business_key"] == "PO-4711"
    assert shown["initiator"] == {"username": "alice", "name": "Alice"}
    assert shown["variables"] == f.LAPTOPS
    assert [(row["kind"], row["node"], row["name"]) for row in shown["waiting_for"]] == [
        ("task", "manager", "Manager review")
    ]


def test_a_start_without_what_the_form_needs_says_which_field(alice):
    response = alice.send(START, {"variables": {"title": "Laptops", "amount": -1}})

    assert response.status_code == 422
    assert response.json()["code"] == "invalid_form"
    [error] = response.json()["errors"]
    assert error == {"field": "amount", "message": "This must be more than 0."}
    assert Instance.objects.count() == 0


def test_a_variable_that_the_form_does_not_have_is_refused(alice):
    response = alice.send(START, {"variables": {**f.LAPTOPS, "approved": True}})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["approved"]


def test_a_body_may_be_left_out_where_nothing_is_needed():
    f.cast()
    process = f.deployed_source(f.one_task()).process
    assign_perm("start_process", f.person("alice"), process)

    response = Caller(f.person("alice")).post("/api/v1/processes/test/instances/")

    assert response.status_code == 201
    assert response.json()["variables"] == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"variables": []}, "variables"),
        ({"variables": None}, "variables"),
        ({"variables": {}, "business_key": "x" * 201}, "business_key"),
        ({"variables": {}, "business_key": ["x"]}, "business_key"),
        ([], ""),
        ("x", ""),
        (7, ""),
    ],
)
def test_a_body_of_the_wrong_form_says_where(alice, body, field):
    response = alice.send(START, body)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert field in {error["field"] for error in response.json()["errors"]} | {""}


def test_fields_that_nobody_asked_for_change_nothing(alice):
    sent = {
        "variables": f.LAPTOPS,
        "initiator": "bob",
        "status": "completed",
        "version": 7,
        "is_staff": True,
    }

    shown = alice.send(START, sent).json()

    assert shown["initiator"]["username"] == "alice"
    assert (shown["status"], shown["version"]) == ("running", 1)


def test_numbers_come_back_as_they_were_sent(alice):
    sent = json.dumps({"variables": {"title": "x", "amount": 1e8, "currency": "EUR"}})

    shown = alice.post(f"/api/v1/{START}", sent, content_type="application/json").json()

    assert shown["variables"]["amount"] == 100_000_000


def test_who_administers_a_process_reads_its_file_as_it_was_uploaded(process):
    source = "\ufeff" + process.versions.get().source.replace("\n", "\r\n")
    upload(source=source.encode(), note="With other line ends", now=f.NOW)
    dan = f.person("dan")
    assign_perm("design_process", dan, process)

    shown = Caller(dan).read("processes/purchase-approval/versions/2/").json()

    assert shown["bpmn"] == source
    assert (shown["status"], shown["note"]) == ("draft", "With other line ends")
    assert shown["checksum"] == hashlib.sha256(source.encode()).hexdigest()
    assert shown["published_at"] is None


def test_a_version_that_is_not_there_is_absent_and_so_is_every_one_to_who_may_only_start(
    process, alice
):
    dan = f.person("dan")
    assign_perm("design_process", dan, process)

    absent = Caller(dan).read("processes/purchase-approval/versions/7/")
    foreign = alice.read("processes/purchase-approval/versions/1/")

    assert (absent.status_code, foreign.status_code) == (404, 404)
    assert absent.json()["code"] == foreign.json()["code"] == "version_not_found"
