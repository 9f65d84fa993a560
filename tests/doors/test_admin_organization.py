"""Units, skills and people in the administration, and handing over the work of who leaves."""

import pytest
from django.contrib.auth.models import User
from guardian.shortcuts import assign_perm

from tasks.models import Position, Profile, Skill, Unit
from tests.doors.administration import address, administrator, rows, staff
from tests.doors.pages import visitor, words
from tests.factories import NOW, asked, cast, person, team
from tests.tasks.test_leaving import again
from tests.tasks.test_routing_desk import asks, profile, task_for, unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

UNITS = "/admin/tasks/unit/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_units_are_listed_as_a_tree():
    germany = unit("germany", unit("house"))
    unit("berlin", germany, budget="bob")
    unit("austria", Unit.objects.get(key="house"))
    found = [row.split()[0] for row in rows(administrator().get(UNITS))]
    assert found == ["House", "Austria", "Germany", "Berlin"]
    assert "budget: Bob" in rows(administrator().get(UNITS))[3]


def unit_form(row, **changed):
    inline = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 9}
    values = {"key": row.key, "name": row.name, "parent": row.parent_id or ""}
    return values | {f"positions-{name}": value for name, value in inline.items()} | changed


def test_a_unit_cannot_lie_in_itself():
    house = unit("house")
    berlin = unit("berlin", unit("germany", house))
    page = administrator().post(address(house), unit_form(house, parent=berlin.pk))
    assert "lies in this unit" in words(page)
    house.refresh_from_db()
    assert house.parent is None


def test_a_unit_in_which_people_work_is_not_deleted():
    house = unit("house")
    profile("bob", unit=house)
    assert administrator().post(address(house, "delete"), {"post": "y"}).status_code == 403


def test_what_becomes_of_the_work_is_shown_before_somebody_is_deactivated():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    page = administrator().get(f"/admin/auth/user/{person('bob').pk}/leave/")
    assert page.status_code == 200
    assert "goes to the manager: Carol" in words(page)
    assert person("bob").is_active
    assert asks(again(task)) == ["bob"]


def test_deactivating_hands_over_the_work():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    page = administrator().post(f"/admin/auth/user/{person('bob').pk}/leave/", follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert said == ["One open task goes on with others.", "Bob is deactivated."]
    assert not User.objects.get(username="bob").is_active
    assert asks(again(task)) == ["carol"]


def test_who_may_not_change_accounts_deactivates_nobody():
    cast()
    mallory = staff("mallory")
    assign_perm("auth.view_user", mallory)
    page = visitor(mallory).post(f"/admin/auth/user/{person('bob').pk}/leave/")
    assert page.status_code in (403, 404)
    assert person("bob").is_active


def test_unit_manager_and_skills_stand_on_the_page_of_the_user():
    profile("bob", manager=person("carol"), unit=unit("berlin"), skills=["french"])
    page = administrator().get(address(person("bob")))
    assert page.status_code == 200
    for said in ("Open tasks at most", "Manager", "Deactivate and hand over"):
        assert said.lower() in words(page).lower()


def test_skills_show_how_many_have_them():
    profile("bob", skills=["french"])
    [row] = rows(administrator().get("/admin/tasks/skill/"))
    assert row.split() == ["french", "french", "1"]
    assert Skill.objects.count() == Profile.objects.count() == 1


def test_the_page_of_a_task_tells_how_it_was_decided_who_is_asked():
    unit("house", budget="bob")
    profile("alice", unit=unit("berlin", Unit.objects.get(key="house")))
    task = task_for('candidateRoles="budget"')
    page = administrator().get(address(task))
    assert "Bob: has the role “budget” in House; in Berlin nobody does." in words(page)
    assert Position.objects.count() == 1
    assert asked(task.instance, "ask").status == "ready"
    assert team("employees").name in str(person("alice").groups.get())
