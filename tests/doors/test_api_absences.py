"""Absences over REST: one's own, those of one's team, and what others may not learn."""

import pytest
from django.contrib.auth.models import Permission

from tasks import inbox
from tasks.models import Profile, Substitution
from tests.doors.api import Caller
from tests.factories import NOW, asked, away, cast, person, purchase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

WEEK = {
    "substitute": "carol",
    "starts_at": "2026-03-02T09:00:00Z",
    "ends_at": "2026-03-09T00:00:00Z",
}


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)
    cast()


def plan(name="bob", **changed):
    return Caller(person(name)).send("absences/", {**WEEK, **changed})


def listed(name, **query):
    found = Caller(person(name)).read("absences/", **query).json()["results"]
    return [row["absentee"]["username"] for row in found]


def test_a_planned_absence_is_shown_and_counts():
    task = asked(purchase())
    found = plan(reason="Skiing")
    assert found.status_code == 201
    shown = found.json()
    assert (shown["absentee"]["username"], shown["substitute"]["username"]) == ("bob", "carol")
    assert (shown["processes"], shown["amount_limit"]) == (None, None)
    assert list(inbox.tasks(person("carol"), "offered", now=NOW)) == [task]
    assert listed("bob") == listed("carol") == listed("bob", current=True) == ["bob"]


def test_it_may_be_for_chosen_processes_and_up_to_an_amount():
    purchase()
    shown = plan(processes=["purchase-approval"], amount_limit="500").json()
    assert (shown["processes"], shown["amount_limit"]) == (["purchase-approval"], "500.0000")


def test_nobody_need_stand_in():
    assert plan(substitute=None).json()["substitute"] is None


@pytest.mark.parametrize("key", ["no-such-process", "purchase-approval"])
def test_a_process_that_is_none_of_one_s_business_does_not_exist_and_never_means_all(key):
    purchase()
    found = plan("mallory", processes=[key], substitute="bob")
    assert (found.status_code, found.json()["code"]) == (422, "invalid_absence")
    assert [error["field"] for error in found.json()["errors"]] == ["processes"]
    assert not Substitution.objects.exists()


def test_an_overlap_and_a_circle_are_told():
    plan()
    assert plan(substitute="leo").json()["code"] == "absence_overlaps"
    found = plan("carol", substitute="bob")
    assert (found.status_code, found.json()["code"]) == (409, "absence_in_a_circle")
    assert "Carol → Bob → Carol" in found.json()["title"]


def test_a_manager_plans_for_the_team_and_ends_it():
    Profile.objects.create(user=person("bob"), manager=person("fiona"))
    found = plan("fiona", absentee="bob")
    assert (found.status_code, listed("fiona")) == (201, ["bob"])
    ended = Caller(person("fiona")).send(f"absences/{found.json()['id']}/end/")
    assert ended.status_code == 204
    assert listed("fiona", current=True) == []


def test_who_may_add_substitutions_plans_for_everybody():
    leo = person("leo")
    leo.user_permissions.add(Permission.objects.get(codename="add_substitution"))
    assert plan("leo", absentee="bob").status_code == 201


@pytest.mark.parametrize("name", ["bob", "nobody-at-all"])
def test_for_others_one_is_refused_and_learns_no_names(name):
    found = plan("mallory", absentee=name, substitute="mallory")
    assert (found.status_code, found.json()["code"]) == (403, "not_your_absence")


def test_absences_of_others_are_absent():
    row = away(person("bob"), person("carol"))
    assert listed("mallory") == listed("mallory", absentee="bob") == []
    found = Caller(person("mallory")).send(f"absences/{row.pk}/end/")
    assert (found.status_code, found.json()["code"]) == (404, "absence_not_found")


def test_the_substitute_does_not_end_it():
    row = away(person("bob"), person("carol"))
    assert Caller(person("carol")).send(f"absences/{row.pk}/end/").status_code == 404
