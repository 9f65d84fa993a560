"""Out of office: the substitute acts in the absent person's name, and within the same limits."""

from datetime import timedelta

import pytest

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from tasks import inbox, services
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


def test_standing_in_does_not_reach_a_third_person():
    away(person("bob"), person("carol"))
    away(person("carol"), person("leo"))
    asked(purchase())
    assert offered(person("leo")) == []


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
