"""Notifications over REST."""

import pytest

from tests.doors.api import Caller
from tests.factories import person
from tests.telling.told import ask, tell, told

pytestmark = pytest.mark.django_db


def test_a_program_reads_what_its_person_was_told():
    task = ask("bob")
    tell()
    (row,) = Caller(person("bob")).read("notifications/").json()["results"]
    assert (row["kind"], row["task"], row["read_at"]) == ("asked", str(task.pk), None)
    assert row["text"] == "“Test” waits for you."
    assert row["url"].endswith(f"/api/v1/tasks/{task.pk}/")


def test_what_others_were_told_is_absent():
    ask("bob")
    tell()
    mallory = Caller(person("mallory"))
    (row,) = told("bob")
    assert mallory.read("notifications/").json()["results"] == []
    assert mallory.send(f"notifications/{row.pk}/read/").status_code == 404
    assert mallory.send("notifications/read/", {"up_to": row.pk}).json() == {"read": 0}
    assert told("bob")[0].read_at is None


def test_one_is_marked_as_read_and_then_left_out():
    ask("bob")
    ask("bob")
    tell()
    bob = Caller(person("bob"))
    first = told("bob")[0]
    at = bob.send(f"notifications/{first.pk}/read/").json()["read_at"]
    assert at is not None
    assert bob.send(f"notifications/{first.pk}/read/").json()["read_at"] == at
    unread = bob.read("notifications/", unread="true").json()["results"]
    assert [row["id"] for row in unread] == [told("bob")[1].pk]


def test_all_that_was_seen_is_marked_as_read():
    for _ in range(3):
        ask("bob")
    tell()
    seen = sorted(row.pk for row in told("bob"))[1]
    answer = Caller(person("bob")).send("notifications/read/", {"up_to": seen})
    assert answer.json() == {"read": 2}


@pytest.mark.parametrize("body", [{}, {"up_to": 0}, {"up_to": "x"}, {"up_to": 2**70}])
def test_a_request_without_a_sensible_id_is_refused(body):
    assert Caller(person("bob")).send("notifications/read/", body).status_code == 400
