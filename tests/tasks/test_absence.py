"""Out of office: the substitute acts in the absent person's name, and within the same limits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from tasks import inbox, services
from tasks.models import Profile
from tests.factories import (
    NOW,
    asked,
    away,
    cast,
    deployed_source,
    one_task,
    person,
    purchase,
    started,
    team,
)

pytestmark = pytest.mark.django_db


def offered(who, now=NOW):
    return list(inbox.tasks(who, "offered", now=now))


def test_the_substitute_is_asked_while_the_approver_is_away():
    away(person("bob"), person("carol"))
    task = asked(purchase())
    assert offered(person("carol")) == [task]


def test_a_task_that_was_open_before_the_absence_reaches_the_substitute_too():
    task = asked(purchase())
    assert offered(person("carol")) == []
    away(person("bob"), person("carol"))
    assert offered(person("carol")) == [task]


def test_the_absent_person_still_sees_the_task_and_may_act():
    away(person("bob"), person("carol"))
    task = asked(purchase())
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    task.refresh_from_db()
    assert task.on_behalf_of_name == ""


def test_history_says_who_acted_for_whom():
    away(person("bob"), person("carol"))
    task = asked(purchase())
    services.complete(task_id=task.pk, person=person("carol"), outcome="approved", now=NOW)
    task.refresh_from_db()
    assert (task.completed_by_name, task.on_behalf_of_name) == ("Carol", "Bob")
    done = task.instance.history.get(kind="task.completed")
    assert (done.actor_name, done.on_behalf_of_name) == ("Carol", "Bob")
    assert done.data["by"] == "carol"
    assert done.data["on_behalf_of"] == "bob"


def test_what_the_absent_person_holds_is_the_substitute_s_too():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    away(person("bob"), person("carol"))
    assert list(inbox.tasks(person("carol"), "mine", now=NOW)) == [task]
    services.complete(task_id=task.pk, person=person("carol"), outcome="approved", now=NOW)


def test_one_s_own_right_comes_before_standing_in():
    carol = person("carol", "managers")
    away(person("bob"), carol)
    task = asked(purchase())
    services.complete(task_id=task.pk, person=carol, outcome="approved", now=NOW)
    task.refresh_from_db()
    assert task.on_behalf_of_name == ""


def test_the_right_ends_with_the_absence():
    away(person("bob"), person("carol"), days=7)
    task = asked(purchase())
    with pytest.raises(Absent):
        services.claim(task_id=task.pk, person=person("carol"), now=NOW + timedelta(days=8))


def test_nobody_approves_their_own_request_as_somebody_s_substitute():
    alice = cast()["alice"]
    away(person("bob"), alice)
    task = asked(purchase(by=alice))
    assert offered(alice) == []
    with pytest.raises(Forbidden) as refused:
        services.complete(task_id=task.pk, person=alice, outcome="approved", now=NOW)
    assert refused.value.code == "excluded"


def test_standing_in_for_an_excluded_person_gives_nothing():
    bob, carol = cast()["bob"], person("carol")
    away(bob, carol)
    task = asked(purchase(by=bob))
    assert offered(carol) == []
    with pytest.raises(Absent):
        services.claim(task_id=task.pk, person=carol, now=NOW)


def test_a_deactivated_person_has_no_substitute():
    task = asked(purchase())
    away(person("bob"), person("carol"))
    bob = person("bob")
    bob.is_active = False
    bob.save()
    with pytest.raises(Absent):
        services.claim(task_id=task.pk, person=person("carol"), now=NOW)


def test_standing_in_goes_on_where_the_stand_in_is_away_too():
    away(person("bob"), person("carol"))
    away(person("carol"), person("leo"))
    task = asked(purchase())
    assert offered(person("leo")) == [task]
    services.complete(task_id=task.pk, person=person("leo"), outcome="approved", now=NOW)
    task.refresh_from_db()
    assert (task.completed_by_name, task.on_behalf_of_name) == ("Leo", "Bob")


def test_nobody_decides_through_somebody_who_is_kept_out():
    away(person("bob"), person("alice"))
    away(person("alice"), person("leo"))
    task = asked(purchase())
    assert offered(person("leo")) == []
    with pytest.raises(Absent):
        services.complete(task_id=task.pk, person=person("leo"), outcome="approved", now=NOW)


def test_people_do_not_stand_in_for_each_other_in_a_circle():
    absence()
    absence(absentee=person("carol"), substitute=person("leo"), by=person("carol"))
    with pytest.raises(WrongState) as refused:
        absence(absentee=person("leo"), substitute=person("bob"), by=person("leo"))
    assert refused.value.code == "absence_in_a_circle"
    assert "Leo → Bob → Carol → Leo" in str(refused.value)


def test_two_people_may_stand_in_for_each_other_one_after_the_other():
    later = {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=5)}
    absence()
    absence(absentee=person("carol"), substitute=person("bob"), by=person("carol"), **later)


def test_an_absence_may_be_for_one_process_only():
    other = deployed_source(one_task()).process
    absence(processes=[other])
    purchased, small = asked(purchase()), asked(started(other), "ask")
    assert offered(person("carol")) == [small]
    with pytest.raises(Absent):
        services.claim(task_id=purchased.pk, person=person("carol"), now=NOW)


@pytest.mark.parametrize(("amount", "reached"), [(500, True), (501, False)])
def test_an_absence_may_be_up_to_an_amount(amount, reached):
    source = one_task(
        '<placet:assignment candidateUsers="bob" amount="=amount"/>',
        process_extension='<placet:variable name="amount" type="number"/>',
    )
    absence(amount_limit=Decimal(500))
    task = asked(started(deployed_source(source).process, amount=amount), "ask")
    assert offered(person("carol")) == [task] * reached
    assert (task.pk in {found.pk for found in inbox.asking(person("carol"), now=NOW)}) == reached


def test_a_limit_does_not_cover_a_task_that_names_no_amount():
    absence(amount_limit=Decimal(500))
    asked(purchase())
    assert offered(person("carol")) == []


def test_two_people_may_share_what_somebody_does():
    other = deployed_source(one_task()).process
    bought = purchase()
    absence(processes=[other])
    absence(processes=[bought.process], substitute=person("leo"))
    assert offered(person("leo")) == [asked(bought)]


def test_a_manager_plans_for_everybody_further_down():
    fiona, carol, bob = person("fiona"), person("carol"), person("bob")
    Profile.objects.create(user=bob, manager=carol)
    Profile.objects.create(user=carol, manager=fiona)
    found = absence(by=fiona, substitute=carol)
    with pytest.raises(Absent):
        services.end_absence(substitution_id=found.pk, by=person("leo"), now=NOW)
    services.end_absence(substitution_id=found.pk, by=fiona, now=NOW)


def test_managers_in_a_circle_lead_nobody_by_that():
    leo, bob = person("leo"), person("bob")
    Profile.objects.create(user=bob, manager=leo)
    Profile.objects.create(user=leo, manager=bob)
    with pytest.raises(Forbidden):
        absence(by=person("fiona"))


def test_where_nobody_stands_in_the_manager_is_asked_for_what_is_open_and_for_what_comes():
    fiona, bob = person("fiona"), person("bob")
    Profile.objects.create(user=bob, manager=fiona)
    process = deployed_source(one_task()).process
    before = asked(started(process), "ask")
    absence(substitute=None, starts_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    assert services.cover_absences(now=NOW, limit=10) == 0
    assert services.cover_absences(now=later, limit=10) == 1
    assert services.cover_absences(now=later, limit=10) == 0
    after = asked(started(process, now=later), "ask")
    assert {task.pk for task in offered(fiona, later)} == {before.pk, after.pk}
    assert {task.pk for task in offered(bob, later)} == {before.pk, after.pk}


def test_a_task_that_is_held_in_somebody_s_place_can_be_taken_back():
    away(person("bob"), person("carol"))
    task = asked(started(deployed_source(one_task()).process), "ask")
    services.claim(task_id=task.pk, person=person("carol"), now=NOW)
    services.take_back(task_id=task.pk, person=person("bob"), now=NOW)
    task.refresh_from_db()
    assert (task.owner, task.held_for) == (person("bob"), None)


def absence(**changed):
    values = {
        "absentee": person("bob"),
        "substitute": person("carol"),
        "starts_at": NOW,
        "ends_at": NOW + timedelta(days=3),
        "by": person("bob"),
        "now": NOW,
    }
    return services.set_absence(**{**values, **changed})


def test_people_set_their_own_absence():
    found = absence(reason="Vacation")
    assert offered(person("carol")) == []
    assert (found.absentee, found.substitute) == (person("bob"), person("carol"))


def test_nobody_sets_the_absence_of_others_without_the_right():
    with pytest.raises(Forbidden):
        absence(by=person("mallory"), substitute=person("mallory"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_at": NOW}, "ends_at"),
        ({"starts_at": NOW - timedelta(days=3), "ends_at": NOW - timedelta(days=1)}, "ends_at"),
        ({"ends_at": NOW + timedelta(days=500)}, "ends_at"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_beside_its_field(changed, field):
    with pytest.raises(Invalid) as refused:
        absence(**changed)
    assert field in refused.value.details["fields"]


def test_nobody_stands_in_for_themselves():
    with pytest.raises(Invalid):
        absence(substitute=person("bob"))


def test_two_absences_of_one_person_do_not_overlap():
    absence()
    with pytest.raises(WrongState):
        absence(
            substitute=person("leo"),
            starts_at=NOW + timedelta(days=2),
            ends_at=NOW + timedelta(days=9),
        )
    absence(starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=4))


def test_ending_an_absence_ends_the_right_at_once():
    found = absence()
    process = deployed_source(one_task()).process
    task = asked(started(process), "ask")
    later = NOW + timedelta(hours=1)
    assert offered(person("carol"), later) == [task]
    services.end_absence(substitution_id=found.pk, by=person("bob"), now=later)
    assert offered(person("carol"), later) == []


def test_a_foreign_absence_is_absent():
    found = absence()
    with pytest.raises(Absent):
        services.end_absence(substitution_id=found.pk, by=person("mallory"), now=NOW)


def test_group_work_of_the_absent_person_reaches_the_substitute_only_through_them():
    away(person("bob"), person("carol"))
    task = asked(purchase())
    person("bob").groups.remove(team("managers"))
    assert offered(person("carol")) == []
    with pytest.raises(Absent):
        services.claim(task_id=task.pk, person=person("carol"), now=NOW)
