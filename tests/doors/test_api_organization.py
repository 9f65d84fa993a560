"""Units, people, and deactivating somebody over REST."""

import pytest
from guardian.shortcuts import assign_perm

from tests.doors.api import Caller
from tests.factories import cast, person
from tests.tasks.test_leaving import again
from tests.tasks.test_routing_desk import asks, profile, task_for, unit

pytestmark = pytest.mark.django_db


def test_units_show_who_holds_which_role():
    unit("berlin", unit("germany"), budget="bob")
    found = Caller(cast()["dan"]).read("units/").json()["results"]
    assert found[0] == {
        "key": "berlin",
        "name": "Berlin",
        "parent": "germany",
        "positions": [{"role": "budget", "user": {"username": "bob", "name": "Bob"}}],
    }


def test_who_may_not_view_units_sees_none():
    unit("berlin")
    assert Caller(person("mallory")).read("units/").json()["results"] == []


def test_a_person_is_absent_for_who_may_not_view_accounts():
    cast()
    assert Caller(person("mallory")).read("people/bob/").status_code == 404
    assert Caller(person("dan")).read("people/nobody/").status_code == 404


def test_a_person_is_shown_with_unit_and_manager():
    cast()
    profile("bob", manager=person("carol"), unit=unit("berlin"), skills=["french"], open_limit=3)
    found = Caller(person("dan")).read("people/bob/").json()
    assert found["unit"] == "berlin"
    assert found["manager"]["username"] == "carol"
    assert (found["skills"], found["open_limit"]) == (["french"], 3)
    assert Caller(person("dan")).read("people/carol/").json()["unit"] is None


def test_a_dry_run_says_what_would_become_of_each_task():
    cast()
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    found = Caller(person("dan")).send("people/bob/deactivate/", {"dry_run": True}).json()
    assert found["active"] is True
    assert [(one["what"], one["to"]) for one in found["tasks"]] == [("manager", ["Carol"])]
    assert asks(again(task)) == ["bob"]


def test_deactivating_hands_over_the_work():
    cast()
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    found = Caller(person("dan")).send("people/bob/deactivate/").json()
    assert found["active"] is False
    assert asks(again(task)) == ["carol"]


def test_viewing_accounts_does_not_deactivate_anybody():
    cast()
    assign_perm("auth.view_user", person("mallory"))
    for body in ({}, {"dry_run": True}):
        refused = Caller(person("mallory")).send("people/bob/deactivate/", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_deactivate")
    assert person("bob").is_active


def test_nobody_deactivates_themselves():
    refused = Caller(cast()["dan"]).send("people/dan/deactivate/")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_oneself")


def test_a_task_tells_how_it_was_decided_who_is_asked():
    profile("alice", manager=person("bob"))
    task = task_for('managerOf="initiator"')
    found = Caller(person("bob")).read(f"tasks/{task.pk}/").json()
    assert found["routing"] == [{"code": "manager", "sentence": "Bob is the manager of Alice."}]
