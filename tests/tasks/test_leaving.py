"""People who leave: what becomes of their open work, before it happens and when it does."""

import pytest

from processes import services as engine
from processes.core.errors import Forbidden, Invalid
from processes.models import HistoryEvent, Incident
from tasks import inbox, jobs, services
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started, team
from tests.tasks.test_routing_desk import asks, profile, task_for

pytestmark = pytest.mark.django_db


def again(task):
    return asked(task.instance, task.node)


def leave(name, by="dan"):
    cast()
    return services.deactivate(user=person(name), by=person(by), now=NOW)


def notes(task):
    events = HistoryEvent.objects.filter(instance=task.instance, kind="task.noted")
    return [(event.data["action"], event.data["details"]) for event in events]


def test_others_who_are_asked_go_on_without_the_one_who_left():
    person("bob"), person("carol")
    task = task_for('candidateUsers="bob, carol"')
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("others", ["Carol"])
    assert asks(again(task)) == ["carol"]


def test_a_task_that_was_held_is_offered_to_the_group_again():
    team("desk").user_set.add(person("bob"), person("carol"))
    task = task_for('candidateGroups="desk"')
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("others", ["desk"])
    assert (again(task).status, again(task).owner) == ("ready", None)
    assert list(inbox.tasks(person("carol"), "offered", now=NOW)) == [task]


def test_the_manager_is_asked_where_nobody_else_was():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("manager", ["Carol"])
    assert again(task).candidates.get().reason == {"rule": "left", "of": person("bob").pk}
    assert notes(task) == [("rerouted", {"from": "Bob", "to": ["Carol"]})]


def test_a_manager_who_is_excluded_is_passed_over():
    profile("bob", manager=person("alice"))
    profile("alice", manager=person("carol"))
    task = task_for('candidateUsers="bob" exclude="initiator"')
    leave("bob")
    assert asks(again(task)) == ["carol"]


def test_the_fallback_group_gets_it_and_an_operator_is_told():
    person("bob")
    team("operators").user_set.add(person("dan"))
    task = task_for('candidateUsers="bob"', fallback="operators")
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("fallback", ["operators"])
    assert Incident.objects.get(instance=task.instance).code == "nobody_to_ask"


def test_nobody_left_at_all_is_told_too():
    person("bob")
    task = task_for('candidateUsers="bob"')
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("nobody", [])
    assert Incident.objects.get(instance=task.instance).code == "nobody_to_ask"


def test_the_last_member_of_a_group_leaves_nobody_behind():
    team("desk").user_set.add(person("bob"))
    team("operators").user_set.add(person("dan"))
    task = task_for('candidateGroups="desk"', fallback="operators")
    [outcome] = leave("bob")
    assert (outcome.what, outcome.to) == ("fallback", ["desk", "operators"])
    assert asks(again(task)) == ["desk", "operators"]


def test_what_one_was_given_of_many_is_offered_to_the_others():
    team("desk").user_set.add(person("bob"), person("carol"))
    task = task_for('candidateGroups="desk" allocate="random"')
    leave(task.owner.username)
    assert (again(task).status, asks(again(task))) == ("ready", ["desk"])


def test_the_preview_says_the_same_and_changes_nothing():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    [outcome] = services.preview_leaving(user=person("bob"), now=NOW)
    assert (outcome.what, outcome.to) == ("manager", ["Carol"])
    assert asks(again(task)) == ["bob"]
    assert person("bob").is_active


def test_a_suspended_instance_is_handed_over_when_it_goes_on():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    actor = engine.Actor(None, "")
    engine.suspend(instance_id=task.instance_id, actor=actor, now=NOW)
    [outcome] = leave("bob")
    assert outcome.what == "kept"
    jobs.hand_over()
    assert asks(again(task)) == ["bob"]
    engine.resume(instance_id=task.instance_id, actor=actor, now=NOW)
    jobs.hand_over()
    assert asks(again(task)) == ["carol"]


def test_the_sweep_finds_who_was_deactivated_elsewhere():
    profile("bob", manager=person("carol"))
    task = task_for('candidateUsers="bob"')
    bob = person("bob")
    bob.is_active = False
    bob.save()
    jobs.hand_over()
    assert asks(again(task)) == ["carol"]
    assert services.stranded(limit=10) == []


def test_the_sweep_tells_once_of_a_group_that_has_nobody_any_more():
    team("desk").user_set.add(person("bob"))
    task = task_for('candidateGroups="desk"')
    person("bob").groups.clear()
    jobs.hand_over()
    jobs.hand_over()
    assert Incident.objects.filter(instance=task.instance, code="nobody_to_ask").count() == 1


def test_nobody_deactivates_themselves_or_without_the_right():
    everybody = cast()
    with pytest.raises(Invalid):
        services.deactivate(user=everybody["dan"], by=everybody["dan"], now=NOW)
    with pytest.raises(Forbidden):
        services.deactivate(user=everybody["bob"], by=everybody["mallory"], now=NOW)
    assert person("bob").is_active


def test_who_left_is_asked_nothing_new():
    person("bob"), person("carol")
    version = deployed_source(one_task('<placet:assignment candidateUsers="bob, carol"/>'))
    leave("bob")
    assert asks(asked(started(version.process), "ask")) == ["carol"]
