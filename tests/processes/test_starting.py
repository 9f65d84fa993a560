"""Starting: only what the form asks for, only by who may, all or nothing."""

import pytest

from processes.access import startable, startable_process, visible_instance, visible_instances
from processes.core.errors import Absent, Forbidden, Invalid
from processes.models import HistoryEvent, Instance
from tests.factories import (
    LAPTOPS,
    NOW,
    asked,
    cast,
    deployed,
    deployed_source,
    one_task,
    person,
    purchase,
    started,
)

pytestmark = pytest.mark.django_db


def test_an_instance_is_named_by_its_subject():
    assert purchase().subject == "Purchase of Laptops"


def test_a_subject_of_any_length_fits():
    cast()
    named = (
        '<placet:subject>="Long " + title</placet:subject>'
        '<placet:variable name="title" type="string"/>'
    )
    version = deployed_source(one_task(process_extension=named))
    found = started(version.process, title="x" * 400)
    assert len(found.subject) == 300
    assert found.subject.endswith("…")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "a lot"}, "amount"),
        ({"amount": -1}, "amount"),
        ({"title": ""}, "title"),
        ({"is_staff": True}, "is_staff"),
        ({"manager": {"outcome": "approved"}}, "manager"),
    ],
)
def test_variables_that_the_form_does_not_accept_are_refused_beside_their_field(changed, field):
    cast()
    process = deployed()
    with pytest.raises(Invalid) as refused:
        started(process, **{**LAPTOPS, **changed})
    assert field in refused.value.details["fields"]
    assert not Instance.objects.exists()
    assert not HistoryEvent.objects.exists()


def test_only_employees_may_start():
    cast()
    process = deployed()
    assert list(startable(person("alice"))) == [process]
    with pytest.raises(Absent):
        startable_process(person("mallory"), process.key)


def test_who_may_only_watch_may_not_start():
    from guardian.shortcuts import assign_perm

    process = deployed()
    assign_perm("view_process", person("mallory"), process)
    with pytest.raises(Forbidden):
        startable_process(person("mallory"), process.key)


@pytest.mark.parametrize(
    ("name", "sees"),
    [("alice", True), ("bob", True), ("dan", True), ("carol", False), ("mallory", False)],
)
def test_an_instance_is_visible_to_who_has_to_do_with_it(name, sees):
    instance = purchase()
    assert visible_instances(person(name), now=NOW).exists() == sees
    if not sees:
        with pytest.raises(Absent):
            visible_instance(person(name), instance.pk, now=NOW)


def test_who_acted_in_an_instance_keeps_seeing_it():
    from tasks import services

    instance = purchase(amount=5000)
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    assert visible_instance(person("bob"), instance.pk, now=NOW) == instance
